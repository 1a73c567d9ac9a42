package check

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var exposition = flag.String("exposition", "", "an exposition scraped from a running daemon, to check against instead of the recorded ones")

// exported are the metrics as the packages' own tests record them: the followers
// of the record in cmd/internal/metrics, the machinery's in ../testdata.
func exported(t *testing.T) Exported {
	t.Helper()
	files := []string{"../../../cmd/internal/metrics/testdata/exposition.txt", "../testdata/machinery.txt"}
	if *exposition != "" {
		files = []string{*exposition}
	}
	x := Exported{"up": {"job": nil, "instance": nil}} // Prometheus's own
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := x.Read(f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return x
}

type target struct {
	Expr         string
	LegendFormat string
}

type panel struct {
	Title   string
	Targets []target
	Panels  []panel
}

func TestDashboards(t *testing.T) {
	x := exported(t)
	files, err := filepath.Glob("../*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboard found: %v", err)
	}
	for _, file := range files {
		var d struct {
			Panels      []panel
			Annotations struct {
				List []struct{ Name, Expr, TitleFormat string }
			}
			Templating struct {
				List []struct{ Name, Type, Definition string }
			}
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(content, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		n := x.panels(t, d.Panels)
		for _, a := range d.Annotations.List {
			if err := x.Check(a.Expr, a.TitleFormat); err != nil {
				t.Errorf("annotation %s: %v", a.Name, err)
			}
		}
		for _, v := range d.Templating.List {
			if v.Type == "query" {
				x.variable(t, v.Definition)
			}
		}
		if n < 10 {
			t.Errorf("%s: only %d expressions found: the walk is broken", file, n)
		}
	}
}

func (x Exported) panels(t *testing.T, list []panel) int {
	t.Helper()
	n := 0
	for _, p := range list {
		for _, target := range p.Targets {
			n++
			if err := x.Check(target.Expr, target.LegendFormat); err != nil {
				t.Errorf("panel %q: %v", p.Title, err)
			}
		}
		n += x.panels(t, p.Panels)
	}
	return n
}

// variable checks a query of the form label_values(metric, label).
func (x Exported) variable(t *testing.T, query string) {
	t.Helper()
	args, ok := strings.CutPrefix(strings.TrimSuffix(query, ")"), "label_values(")
	metric, label, found := strings.Cut(args, ", ")
	if !ok || !found {
		t.Fatalf("variable %q: want label_values(metric, label)", query)
	}
	if _, ok := x[metric][label]; !ok {
		t.Errorf("variable %q: no such metric or label", query)
	}
}

func TestRules(t *testing.T) {
	x := exported(t)
	content, err := os.ReadFile("../../../alerting/rules/genkan.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Record, Expr string
				Annotations         map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			n++
			if err := x.Check(r.Expr, r.Annotations["description"]); err != nil {
				t.Errorf("rule %s%s: %v", r.Alert, r.Record, err)
			}
		}
	}
	if n < 5 {
		t.Errorf("only %d rules found: the walk is broken", n)
	}
}

func TestTheCheckBites(t *testing.T) {
	x := exported(t)
	cases := []struct{ name, expression, legend, want string }{
		{"good", `sum by (probe) (rate(genkan_probe_runs_total{side="system"}[$__rate_interval]))`, "{{probe}}", ""},
		{"a histogram's parts", `rate(genkan_probe_duration_seconds_sum[1m]) / rate(genkan_probe_duration_seconds_count[1m])`, "", ""},
		{"no PromQL", `sum by probe (genkan_probe_side`, "", "parse error"},
		{"a metric that isn't there", `genkan_probe_up == 1`, "", `no metric "genkan_probe_up"`},
		{"a histogram taken for a gauge", `genkan_probe_duration_seconds > 1`, "", `no metric "genkan_probe_duration_seconds"`},
		{"a label that isn't there", `genkan_probe_side{component="login"}`, "", `has no label "component"`},
		{"a state that isn't there", `genkan_probe_side{side="site"}`, "", `never exported with side="site"`},
		{"aggregated by what isn't there", `max by (component) (genkan_probe_side)`, "", `label "component" aggregated by`},
		{"aggregated away", `max by (side) (max by (probe) (genkan_probe_side))`, "", `label "side" aggregated by`},
		{"matched on what isn't there", `genkan_probe_success and on (component) genkan_probe_info`, "", `label "component" matched on, left`},
		{"taken over from the wrong side", `genkan_probe_success * on (probe) group_left (location) genkan_probe_info`, "", `label "location" taken over`},
		{"a legend's label", `max by (probe) (genkan_probe_side)`, "{{probe}} at {{ location }}", `label "location" in the legend`},
		{"a template's label", `max by (probe) (genkan_probe_side)`, "{{ $labels.side }}", `label "side" in the legend`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := x.Check(c.expression, c.legend)
			if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
