package browser

import "github.com/prometheus/client_golang/prometheus"

// Describe implements prometheus.Collector.
func (b *Browser) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{restartsDesc(), slotsDesc(), memoryDesc()} {
		descs <- d
	}
}

// Collect implements prometheus.Collector: how often the browser was replaced
// and why, how many slots are busy, and how much memory its processes hold
// (what they share is counted for each; absent where there is no /proc).
func (b *Browser) Collect(metrics chan<- prometheus.Metric) {
	for reason, n := range b.pool.restarted() {
		metrics <- prometheus.MustNewConstMetric(restartsDesc(), prometheus.CounterValue, float64(n), reason)
	}
	busy := len(b.slots)
	metrics <- prometheus.MustNewConstMetric(slotsDesc(), prometheus.GaugeValue, float64(busy), "busy")
	metrics <- prometheus.MustNewConstMetric(slotsDesc(), prometheus.GaugeValue, float64(cap(b.slots)-busy), "idle")
	var memory uint64
	for _, p := range b.pool.processes() {
		n, known := memoryOf(p.dir.path, p.cmd.Process.Pid)
		if !known {
			return
		}
		memory += n
	}
	metrics <- prometheus.MustNewConstMetric(memoryDesc(), prometheus.GaugeValue, float64(memory))
}

func restartsDesc() *prometheus.Desc {
	return prometheus.NewDesc("genkan_browser_restarts_total", "Browser processes that were replaced, by reason.", []string{"reason"}, nil)
}

func slotsDesc() *prometheus.Desc {
	return prometheus.NewDesc("genkan_browser_slots", "Visits that can be under way at the same time, by state.", []string{"state"}, nil)
}

func memoryDesc() *prometheus.Desc {
	return prometheus.NewDesc("genkan_browser_memory_bytes", "Resident memory of all processes of the browser; shared memory is counted for each.", nil, nil)
}
