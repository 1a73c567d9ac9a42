package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
	"genkan/alerting/incident"
)

func TestAwaited(t *testing.T) {
	now := clock(t, "30:00")
	tests := []struct {
		name, policy string
		events       []string
		want         []string // series and attempt
	}{
		{"nothing has happened", "one", nil, nil},
		{"all is well", "one", []string{"01:00 login@tokyo none/ok"}, nil},
		{"a failure waits for its confirmation", "one", []string{"01:00 login@tokyo system/timeout"}, []string{"login@tokyo 01:00+1"}},
		{"an inconclusive confirmation was asked for again", "one", []string{"01:00 login@tokyo system/timeout", "01:00+1 login@tokyo monitor/agent_fault"}, []string{"login@tokyo 01:00+2"}},
		{"an incident that goes on waits for nothing", "one", []string{"01:00 login@tokyo system/timeout", "01:00+1 login@tokyo system/timeout"}, nil},
		{"a first pass waits for the second", "one", []string{"01:00 login@tokyo system/timeout", "01:00+1 login@tokyo system/timeout", "02:00 login@tokyo none/ok"}, []string{"login@tokyo 02:00+1"}},
		{"a silent series waits for nothing", "one", []string{"01:00 login@tokyo system/timeout", "20:00 tick"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var state alerting.State
			policy := policyNamed(t, test.policy)
			for _, e := range test.events {
				state, _ = incident.Reduce(state, parse(t, e), policy)
			}
			var got []string
			for _, c := range incident.Awaited(state, policy, now) {
				if !c.NotBefore.Equal(now) || c.FreshSince.IsZero() {
					t.Errorf("%+v is not due now, in a browser of its own", c)
				}
				since := c.ScheduledAt.Sub(midnight()).Round(time.Second)
				got = append(got, c.Probe+"@"+c.Location+" "+time.Time{}.Add(since).Format("04:05")+"+"+string(rune('0'+c.Attempt)))
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}
