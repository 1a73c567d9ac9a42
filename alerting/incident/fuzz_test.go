package incident_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
	"genkan/alerting/incident"
	"genkan/probes"
)

// FuzzReduce plays any sequence of events to Reduce and to the model, and holds
// after each event that they agree, that the input is as it was, that a second
// call says the same, that the state survives its JSON, and that a component has
// one open incident at most and no two incidents an id.
func FuzzReduce(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(script(seed))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) < 2 {
			return
		}
		play := newPlay(script)
		seen := map[string]bool{}
		var state alerting.State
		m := newModel()
		for n := 0; n < 400 && len(play.rest) >= 4; n++ {
			e, policy := play.next()
			next, changes := reduceTwice(t, state, e, policy)
			want := m.fold(e, policy)
			if got := counted(changes); !maps.Equal(want, got) {
				t.Fatalf("event %d %+v: changes: -model +got\n%s", n, e, cmp.Diff(want, got))
			}
			for _, c := range changes {
				if c.Kind == alerting.Opened && seen[c.Incident.ID] {
					t.Fatalf("event %d opens %s again", n, c.Incident.ID)
				}
				seen[c.Incident.ID] = seen[c.Incident.ID] || c.Kind == alerting.Opened
			}
			agree(t, next, m, policy)
			state = next
		}
	})
}

// script is a random one that stays near what happens: mostly results in order.
func script(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, 2+4*(20+r.IntN(150)))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// play turns bytes into events and policies.
type play struct {
	rest   []byte
	policy alerting.Policy
	now    time.Time
}

func newPlay(script []byte) *play {
	p := alerting.Policy{
		Components: []string{"login", "sign-up"}, ConfirmAfter: time.Second, SilentAfter: 3,
		ConfirmRuns: 1 + int(script[0]%4), RecoverRuns: 1 + int(script[0]/4%4),
	}
	return &play{rest: script[2:], policy: withProbes(p, int(script[1])), now: midnight()}
}

// withProbes is the policy with some of five series, and a document probe that
// belongs to the one component or the other.
func withProbes(p alerting.Policy, bits int) alerting.Policy {
	probe := func(component string, locations ...string) alerting.ProbePolicy {
		return alerting.ProbePolicy{Component: component, Interval: time.Minute, Timeout: 20 * time.Second, Locations: locations}
	}
	p.Probes = map[string]alerting.ProbePolicy{"login": probe("login", "tokyo", "osaka"), "sign-up": probe("sign-up", "tokyo")}
	if bits&1 != 0 {
		p.Probes["login"] = probe("login", "osaka")
	}
	switch bits / 2 % 3 {
	case 0:
		p.Probes["document"] = probe("sign-up", "tokyo")
	case 1:
		p.Probes["document"] = probe("login", "tokyo")
	}
	if bits/8%2 == 0 {
		control := probe("login", "tokyo")
		control.Control = true
		p.Probes["control"] = control
	}
	return p
}

func (p *play) next() (alerting.Event, alerting.Policy) {
	b := p.rest[:4]
	p.rest = p.rest[4:]
	p.now = p.now.Add(time.Duration(b[0]%8) * 10 * time.Second)
	switch {
	case b[3] < 4: // the clock is set, forth or back
		p.now = p.now.Add(time.Duration(int(b[1])-128) * time.Minute)
	case b[3] < 8: // a reload
		p.policy = withProbes(p.policy, int(b[1]))
	}
	if b[1]%8 == 7 {
		return alerting.Event{At: p.now}, p.policy
	}
	r := p.result(b)
	return alerting.Event{At: p.now, Result: &r}, p.policy
}

func (p *play) result(b []byte) probes.Result {
	series := []string{"login@tokyo", "login@osaka", "document@tokyo", "sign-up@tokyo", "control@tokyo"}[b[1]/8%5]
	verdicts := []string{"none/ok", "none/ok", "user/login_failed", "environment/waf_block", "monitor/captcha", "monitor/agent_fault", "system/timeout",
		"system/timeout", "system/forbidden", "unknown/blank_page", "unknown/unexpected_content", "system:user/limit_reached", "manual:system/timeout",
		"system/timeout", "strange/timeout", "system/server_error"}
	scheduled := p.now.Truncate(30 * time.Second)
	if b[3] > 240 { // comes late
		scheduled = scheduled.Add(-time.Duration(b[3]-240) * 30 * time.Second)
	}
	r := result(series, scheduled, int(b[2]/16%4), verdicts[b[2]%16])
	r.ID += fmt.Sprint(len(p.rest)) // the ledger lets no second one with the same id come here
	return r
}

func reduceTwice(t *testing.T, state alerting.State, e alerting.Event, p alerting.Policy) (alerting.State, []alerting.Change) {
	t.Helper()
	before, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	next, changes := incident.Reduce(state, e, p)
	again, changesAgain := incident.Reduce(state, e, p)
	after, _ := json.Marshal(state)
	if string(before) != string(after) {
		t.Fatalf("the input was changed by %+v:\n%s", e, cmp.Diff(string(before), string(after)))
	}
	if !reflect.DeepEqual(next, again) || !reflect.DeepEqual(changes, changesAgain) {
		t.Fatalf("two calls differ on %+v:\n%s", e, cmp.Diff(next, again))
	}
	var read alerting.State
	text, err := json.Marshal(next)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil || !reflect.DeepEqual(next, read) {
		t.Fatalf("the state does not survive its JSON: %v\n%s", err, cmp.Diff(next, read))
	}
	return next, changes
}

func counted(changes []alerting.Change) said {
	out := said{}
	for _, c := range changes {
		out[c.Kind]++
	}
	return out
}

// brief is an open incident as both can say it.
type brief struct {
	Component string
	Side      probes.Side
	Cause     probes.Cause
	Start     time.Time
	Series    []alerting.Series
}

func agree(t *testing.T, s alerting.State, m *model, p alerting.Policy) {
	t.Helper()
	got, want := map[string]brief{}, map[string]brief{}
	for _, in := range s.Open {
		if _, twice := got[in.Component]; twice {
			t.Fatalf("two open incidents of %s", in.Component)
		}
		got[in.Component] = brief{in.Component, in.Side, in.Cause, in.StartedAt, in.Series}
	}
	for c, d := range m.open {
		members := slices.SortedFunc(maps.Keys(d.members), func(a, b alerting.Series) int {
			return slices.Compare([]string{a.Probe, a.Location}, []string{b.Probe, b.Location})
		})
		want[c] = brief{c, d.side, d.cause, d.start, members}
	}
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("open incidents: -model +got\n%s", cmp.Diff(want, got))
	}
	for _, x := range s.Series {
		failures, _ := m.row(x.Series, "failure")
		passes, _ := m.row(x.Series, "pass")
		if failures != x.Failures || passes != x.Passes || m.silent(x.Series) != x.Silent {
			t.Fatalf("%+v: the model has %d failures, %d passes, silent %t", x, failures, passes, m.silent(x.Series))
		}
		if want := m.succeeded(x.Series); !want.Equal(x.SucceededAt) {
			t.Fatalf("%+v: the model's last success is %s", x, want)
		}
	}
	if len(s.Series) != len(m.since) || len(s.Components) != len(p.Components) {
		t.Fatalf("%d series, the model has %d; %d components", len(s.Series), len(m.since), len(s.Components))
	}
	for _, c := range s.Components {
		checkComponent(t, c, s, m, p)
	}
}

// checkComponent holds what a component may be told to be against the model.
func checkComponent(t *testing.T, c alerting.ComponentState, s alerting.State, m *model, p alerting.Policy) {
	t.Helper()
	silent, passes := false, false
	for _, x := range s.Series {
		if probe := p.Probes[x.Probe]; probe.Component == c.ID && !probe.Control {
			silent = silent || x.Silent
			r := m.newest(x.Series)
			passes = passes || r != nil && kindOf(*r) == "pass"
		}
	}
	trouble := c.Status == alerting.Degraded || c.Status == alerting.PartialOutage || c.Status == alerting.MajorOutage || c.Status == alerting.UnderMaintenance
	switch open := m.open[c.ID] != nil; {
	case trouble != open || open != (c.Incident != ""):
		t.Fatalf("%+v with an open incident: %t", c, open)
	case open && (c.Side != m.open[c.ID].side || (c.Side == probes.SideUnknown) != (c.Status == alerting.Degraded)):
		t.Fatalf("%+v with the incident's side %s", c, m.open[c.ID].side)
	case !open && silent && c.Status != alerting.StatusUnknown:
		t.Fatalf("%+v while a series is silent", c)
	case !open && (c.Side == probes.SideSystem):
		t.Fatalf("%+v without an incident", c)
	}
}
