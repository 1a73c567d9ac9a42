package ledger

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"genkan/alerting"
	"genkan/alerting/incident"
	"genkan/probes"
)

// policy has two probes of two components, one run a minute each; two runs confirm.
func policy() alerting.Policy {
	probe := func(component string) alerting.ProbePolicy {
		return alerting.ProbePolicy{Component: component, Interval: time.Minute, Timeout: 30 * time.Second, Locations: []string{"tokyo"}}
	}
	return alerting.Policy{
		Probes:     map[string]alerting.ProbePolicy{"login": probe("login"), "sign-up": probe("sign-up")},
		Components: []string{"sign-up", "login"}, ConfirmRuns: 2, ConfirmAfter: time.Second, RecoverRuns: 2, SilentAfter: 3,
	}
}

func fold(s alerting.State, e alerting.Event) (alerting.State, []alerting.Change) {
	return incident.Reduce(s, e, policy())
}

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// result is the k-th of an endless sequence: the two probes take turns, fail for
// four runs of every twelve, and change their error half-way.
func result(k int) probes.Result {
	probe := []string{"login", "sign-up"}[k%2]
	at := noon().Add(time.Duration(k/2) * time.Minute)
	v := probes.Verdict{Side: probes.SideNone, Cause: probes.OK}
	switch (k/2 + k%2*5) % 12 {
	case 6, 7:
		v = probes.Verdict{Side: probes.SideUnknown, Cause: probes.BlankPage}
	case 8, 9:
		v = probes.Verdict{Side: probes.SideSystem, Cause: probes.ServerError, Signature: "web/server-error", Advice: []probes.Advice{probes.Wait}}
	}
	return probes.Result{
		ID: probes.RunID(probe, "tokyo", at, 0), Probe: probe, Component: probe, Location: "tokyo",
		ScheduledAt: at, StartedAt: at.Add(1234567 * time.Nanosecond), Duration: probes.Seconds(417_654_321 * time.Nanosecond),
		URL: "https://members.example/" + probe, HTTPStatus: 200, Redirects: []probes.Hop{}, Origin: probes.Scheduled,
		Verdict: v.Settled(), Title: "ログイン", PackVersions: map[string]string{"web": "1"},
		Artifacts: probes.Artifacts{probes.Screenshot: probes.Digest(fmt.Sprintf("sha256:%064x", k)), probes.PageHTML: probes.Digest(fmt.Sprintf("sha256:%064x", k/10))},
	}
}

func event(k int) alerting.Event {
	r := result(k)
	return alerting.Event{At: r.EndedAt().Add(time.Millisecond), Result: &r}
}

func open(t testing.TB, path string, cfg Config) *Ledger {
	t.Helper()
	l, err := Open(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func fresh(t testing.TB) (*Ledger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "genkan.db")
	return open(t, path, Config{}), path
}

func put(t testing.TB, l *Ledger, e alerting.Event) alerting.Snapshot {
	t.Helper()
	s, err := l.Append(context.Background(), e, fold)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stored is all that the record holds, oldest first.
func stored(t testing.TB, l *Ledger) []probes.Result {
	t.Helper()
	list, err := l.Results(context.Background(), alerting.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}
