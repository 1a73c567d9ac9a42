package check

import (
	"fmt"
	"io"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Exported are the metrics of an exposition: by sample name (so a histogram is
// there as _bucket, _sum and _count) the values of each label.
type Exported map[string]map[string][]string

// Read takes in an exposition in the text format.
func (x Exported) Read(r io.Reader) error {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(r)
	if err != nil {
		return fmt.Errorf("read the exposition: %w", err)
	}
	for name, f := range families {
		for _, m := range f.GetMetric() {
			x.add(name, f.GetType(), m.GetLabel())
		}
	}
	return nil
}

func (x Exported) add(name string, kind dto.MetricType, labels []*dto.LabelPair) {
	if kind != dto.MetricType_HISTOGRAM {
		x.sample(name, labels)
		return
	}
	le := model.BucketLabel
	x.sample(name+"_bucket", append(labels[:len(labels):len(labels)], &dto.LabelPair{Name: &le}))
	x.sample(name+"_sum", labels)
	x.sample(name+"_count", labels)
}

func (x Exported) sample(name string, labels []*dto.LabelPair) {
	// What Prometheus itself puts on every series it scrapes.
	values := map[string][]string{model.JobLabel: nil, model.InstanceLabel: nil}
	if known, ok := x[name]; ok {
		values = known
	}
	for _, l := range labels {
		if !slices.Contains(values[l.GetName()], l.GetValue()) {
			values[l.GetName()] = append(values[l.GetName()], l.GetValue())
		}
	}
	x[name] = values
}
