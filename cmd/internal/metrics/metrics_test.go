package metrics

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"

	"genkan/alerting"
	"genkan/probes"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func subject() Subject {
	return Subject{
		Probes: []probes.Probe{
			{Name: "login", Component: "login", Schedule: "@every 1m", Locations: []string{"tokyo"}},
			{Name: "control", Component: "login", Schedule: "@every 1m", Locations: []string{"tokyo"}, Control: true},
		},
		Components: []probes.Component{{ID: "login"}},
		Agent:      "daemon",
	}
}

func snapshot() alerting.Snapshot {
	at := time.Unix(1_800_000_000, 0)
	r := probes.Result{
		ID: "1", Probe: "login", Component: "login", Location: "tokyo", StartedAt: at.Add(-time.Second), Duration: probes.Seconds(420 * time.Millisecond),
		HTTPStatus: 403, Redirects: []probes.Hop{{URL: "https://example.jp/", Status: 302}}, CertExpiry: at.Add(24 * time.Hour),
		Verdict: probes.Verdict{Side: probes.SideSystem, Cause: probes.Forbidden, Signature: "iqos/forbidden", Advice: []probes.Advice{probes.Wait}},
		Timings: probes.Timings{TTFB: 0.05, FCP: 0.11, LCP: 0.12, Load: 0.2}, CLS: 0.01,
		Steps: []probes.StepDuration{{Step: "open", Duration: probes.Seconds(400 * time.Millisecond)}},
	}
	incident := alerting.Incident{ID: "i", Component: "login", Side: probes.SideSystem, StartedAt: at.Add(-time.Minute)}
	return alerting.Snapshot{
		At: at, Result: &r, Changes: []alerting.Change{{Kind: alerting.Opened, Incident: incident}}, Writable: true,
		State: alerting.State{
			Series: []alerting.SeriesState{
				{Series: alerting.Series{Probe: "control", Location: "tokyo"}, LastAt: at, EndedAt: at, SucceededAt: at, Side: probes.SideNone},
				{Series: alerting.Series{Probe: "login", Location: "tokyo"}, LastAt: at, EndedAt: at, Side: probes.SideSystem},
			},
			Components: []alerting.ComponentState{{ID: "login", Status: alerting.MajorOutage, Advice: []probes.Advice{probes.Wait}}},
			Open:       []alerting.Incident{incident},
		},
	}
}

func registered(t *testing.T, m *Metrics) *prometheus.Registry {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(m)
	return r
}

func exposition(t *testing.T, g prometheus.Gatherer) string {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestExposition(t *testing.T) {
	m := New(subject())
	m.Reloaded(true, time.Unix(1_800_000_000, 0))
	m.Follow(snapshot())
	got := exposition(t, registered(t, m))
	golden := filepath.Join("testdata", "exposition.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("exposition (-golden +got), rewrite with -update:\n%s", diff)
	}
}

func TestLint(t *testing.T) {
	m := New(subject())
	m.Follow(snapshot())
	problems, err := promlint.New(strings.NewReader(exposition(t, registered(t, m)))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestSilenceDropsTheGaugesOfASeries(t *testing.T) {
	m := New(subject())
	s := snapshot()
	m.Follow(s)
	s.Result, s.Changes = nil, nil
	s.State.Series = []alerting.SeriesState{s.State.Series[0], s.State.Series[1]}
	s.State.Series[1].Silent = true
	m.Follow(s)
	got := exposition(t, registered(t, m))
	for _, name := range []string{"genkan_probe_side", "genkan_probe_success", "genkan_probe_http_status_code", "genkan_probe_last_run_timestamp_seconds"} {
		if strings.Contains(got, name+`{location="tokyo",probe="login"`) {
			t.Errorf("%s of the silent series is still exported", name)
		}
	}
	if !strings.Contains(got, `genkan_probe_success{location="tokyo",probe="control"} 1`) {
		t.Errorf("the gauges of the other series are gone too:\n%s", got)
	}
}

func TestEachResultCountsOnce(t *testing.T) {
	m := New(subject())
	s := snapshot()
	m.Follow(s)
	s.Result, s.Changes = nil, nil
	m.Follow(s)
	if n := testutil.ToFloat64(m.runs.WithLabelValues("login", "tokyo", "system", "forbidden")); n != 1 {
		t.Errorf("runs = %v after one result and one clock tick, want 1", n)
	}
	if n := testutil.ToFloat64(m.incidents.WithLabelValues("login", "system")); n != 1 {
		t.Errorf("incidents = %v, want 1", n)
	}
}

func TestReplaceForgetsProbesThatAreGone(t *testing.T) {
	m := New(subject())
	m.Follow(snapshot())
	m.Replace(Subject{Agent: "daemon"})
	m.Follow(alerting.Snapshot{})
	if got := exposition(t, registered(t, m)); strings.Contains(got, `probe="login"`) {
		t.Errorf("a removed probe is still exported:\n%s", got)
	}
}

func TestALateRunBringsNoSeriesBack(t *testing.T) {
	moved := subject()
	for i := range moved.Probes {
		moved.Probes[i].Locations = []string{"osaka"}
	}
	for _, now := range []Subject{{Agent: "daemon"}, moved} {
		m := New(subject())
		m.Follow(snapshot())
		m.Replace(now)
		s := snapshot()
		s.State = alerting.State{}
		m.Follow(s)
		if got := exposition(t, registered(t, m)); strings.Contains(got, `location="tokyo"`) {
			t.Errorf("a series that was taken away is still exported:\n%s", got)
		}
	}
}
