package prober

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

type observer func() probes.Observation

func (f observer) Visit(context.Context, probes.Run) probes.Observation { return f() }

type classifier func(probes.Observation) probes.Verdict

func (f classifier) Classify(o probes.Observation, _ probes.Expectation) probes.Verdict { return f(o) }
func (classifier) Versions() map[string]string                                          { return map[string]string{"web": "1"} }

func run() probes.Run {
	return probes.Run{ID: "1", Origin: probes.Scheduled, Location: "tokyo", ScheduledAt: time.Unix(60, 0).UTC(),
		Probe: probes.Probe{Name: "login", Component: "login", Journey: probes.Visit("https://example.jp/login")}}
}

func TestProbeAlwaysGivesAResult(t *testing.T) {
	healthy := func(probes.Observation) probes.Verdict {
		return probes.Verdict{Side: probes.SideNone, Cause: probes.OK, Rule: "expectation-met"}
	}
	faulty := func(o probes.Observation) probes.Verdict {
		if o.Fault == nil || o.Fault.Reason != probes.ProberPanicked {
			t.Errorf("fault = %+v, want that the prober panicked", o.Fault)
		}
		return probes.Verdict{Side: probes.SideMonitor, Cause: probes.AgentFault}
	}
	sees := func() probes.Observation {
		return probes.Observation{StartedAt: time.Unix(61, 0).UTC(), Duration: 1500 * time.Millisecond, Views: []probes.View{{Step: "open", Status: 200}}}
	}
	tests := []struct {
		name     string
		observe  observer
		classify classifier
		side     probes.Side
		cause    probes.Cause
	}{
		{"healthy", sees, healthy, probes.SideNone, probes.OK},
		{"nothing said is unknown", sees, func(probes.Observation) probes.Verdict { return probes.Verdict{} }, probes.SideUnknown, probes.UnexpectedContent},
		{"the observer panics", func() probes.Observation { panic("bug") }, faulty, probes.SideMonitor, probes.AgentFault},
		{"the classifier panics", sees, func(probes.Observation) probes.Verdict { panic("bug") }, probes.SideMonitor, probes.AgentFault},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := New(test.observe, test.classify, slog.New(slog.DiscardHandler)).Probe(t.Context(), run())
			if r.Side != test.side || r.Cause != test.cause {
				t.Errorf("verdict = %s/%s, want %s/%s", r.Side, r.Cause, test.side, test.cause)
			}
			if r.ID != "1" || r.URL != "https://example.jp/login" || r.Component != "login" {
				t.Errorf("the result does not name its run: %+v", r)
			}
		})
	}
}

func TestTheViewThatDecidedIsTheResults(t *testing.T) {
	o := probes.Observation{Views: []probes.View{{Step: "open", Status: 200}, {Step: "send", Status: 500}, {Step: "read", Status: 404}}}
	r := New(observer(func() probes.Observation { return o }),
		classifier(func(probes.Observation) probes.Verdict { return probes.Verdict{Step: "send"} }), slog.New(slog.DiscardHandler)).Probe(t.Context(), run())
	if r.HTTPStatus != 500 {
		t.Errorf("status = %d, want that of the step that decided, 500", r.HTTPStatus)
	}
}

func TestResultAsJSON(t *testing.T) {
	r := New(observer(func() probes.Observation {
		return probes.Observation{StartedAt: time.Unix(61, 0).UTC(), Duration: 420 * time.Millisecond, Views: []probes.View{{Step: "open", Duration: 400 * time.Millisecond, Status: 403, FinalURL: "https://example.jp/login"}}}
	}), classifier(func(probes.Observation) probes.Verdict {
		return probes.Verdict{Side: probes.SideSystem, Cause: probes.Forbidden, Signature: "iqos/forbidden", Advice: []probes.Advice{probes.Wait}, Rule: "blocking:site-pack"}
	}), slog.New(slog.DiscardHandler)).Probe(t.Context(), run())
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	const wanted = `{"id":"1","probe":"login","component":"login","location":"tokyo","scheduled_at":"1970-01-01T00:01:00Z","started_at":"1970-01-01T00:01:01Z",
		"duration_seconds":0.42,"url":"https://example.jp/login","final_url":"https://example.jp/login","http_status":403,"net_error":"","redirects":[],
		"origin":"schedule","attempt":0,"side":"system","or_side":"","cause":"forbidden","signature":"iqos/forbidden","advice":["wait"],"rule":"blocking:site-pack","step":"",
		"title":"","evidence":[],"failed_step":null,"timings":{"ttfb":0,"fcp":0,"lcp":0,"load":0},"cls":0,"pack_versions":{"web":"1"},"artifacts":{},"steps":[{"step":"open","duration_seconds":0.4}]}`
	if err := json.Unmarshal([]byte(wanted), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("result as JSON (-want +got):\n%s", diff)
	}
	var back probes.Result
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, back); diff != "" {
		t.Errorf("read again (-written +read):\n%s", diff)
	}
}
