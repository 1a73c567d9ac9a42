package ledger

import "github.com/prometheus/client_golang/prometheus"

// metrics are the ledger's own health.
type metrics struct {
	writable prometheus.Gauge
	append   prometheus.Histogram
}

func newMetrics() metrics {
	return metrics{
		writable: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "genkan_ledger_writable",
			Help: "Whether the last attempt to write the record succeeded (1) or its results are held in memory (0).",
		}),
		append: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:                        "genkan_ledger_append_seconds",
			Help:                        "How long it took to commit an event to the record.",
			Buckets:                     []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100,
		}),
	}
}

// Describe implements prometheus.Collector.
func (l *Ledger) Describe(ch chan<- *prometheus.Desc) {
	l.metrics.writable.Describe(ch)
	l.metrics.append.Describe(ch)
}

// Collect implements prometheus.Collector.
func (l *Ledger) Collect(ch chan<- prometheus.Metric) {
	l.metrics.writable.Collect(ch)
	l.metrics.append.Collect(ch)
}
