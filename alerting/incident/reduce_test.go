package incident_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
	"genkan/alerting/incident"
	"genkan/probes"
)

// A story is a list of events, one a line, each followed by "=>" and what it is
// to lead to: the changes, then after "|" the components.
//
//	01:00 login@tokyo system/server_error    a result, scheduled at 01:00, run from 01:01 to 01:03, taken in at 01:04
//	01:00+1 login@tokyo none                 attempt 1 of that tick
//	09:00<01:00 login@tokyo none             the same scheduled at 01:00 and taken in at 09:00
//	02:00 login@tokyo user:system/x          or_side system
//	02:00 login@tokyo manual:none            origin manual
//	05:00 tick
//	05:00 policy small                       another policy, with a tick
var stories = []struct {
	name   string
	policy string
	story  string
}{
	{"a component is unknown until heard", "one", `
		00:00 tick => | login=unknown/unknown
		01:00 login@tokyo none/ok => | login=operational/none/ok
	`},
	{"one failure is not an incident, a second run confirms it", "one", `
		00:00 login@tokyo none/ok => | login=operational/none/ok
		01:00 login@tokyo system/server_error => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=operational/none/ok
		01:00+1 login@tokyo system/server_error => opened login system/server_error from 01:01 | login=major_outage/system/server_error
	`},
	{"a confirmation that passes ends the row", "one", `
		01:00 login@tokyo system/server_error => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@tokyo none/ok => | login=operational/none/ok
		02:00 login@tokyo system/server_error => confirm login@tokyo 02:00+1 not before 02:34 fresh since 02:03 | login=operational/none/ok
	`},
	{"the next tick confirms as well as a confirmation, which then is too old", "one", `
		01:00 login@tokyo system/timeout => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		02:00 login@tokyo system/timeout => opened login system/timeout from 01:01 | login=major_outage/system/timeout
		02:30<01:00+1 login@tokyo none/ok => | login=major_outage/system/timeout
	`},
	{"a site that says so itself is under maintenance", "one", `
		01:00 login@tokyo system/maintenance => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@tokyo system/maintenance => opened login system/maintenance from 01:01 | login=under_maintenance/system/maintenance
		02:00 login@tokyo system/server_error => updated login system/server_error | login=major_outage/system/server_error
	`},
	{"a confirmation is over before the next tick", "frequent", `
		01:00 login@tokyo system/timeout => confirm login@tokyo 01:00+1 not before 01:14 fresh since 01:03 | login=unknown/unknown
	`},
	{"one run is enough where the policy says so", "hasty", `
		01:00 login@tokyo system/dns_error => opened login system/dns_error from 01:01 | login=major_outage/system/dns_error
		02:00 login@tokyo none/ok => resolved login system/dns_error at 02:01 | login=operational/none/ok
	`},
	{"three runs: each failure asks for another", "careful", `
		01:00 login@tokyo system/timeout => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@tokyo system/timeout => confirm login@tokyo 01:00+2 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+2 login@tokyo system/timeout => opened login system/timeout from 01:01 | login=major_outage/system/timeout
		02:00 login@tokyo none/ok => confirm login@tokyo 02:00+1 not before 02:34 fresh since 02:03 | login=major_outage/system/timeout
		02:00+1 login@tokyo none/ok => confirm login@tokyo 02:00+2 not before 02:34 fresh since 02:03 | login=major_outage/system/timeout
		02:00+2 login@tokyo none/ok => resolved login system/timeout at 02:01 | login=operational/none/ok
	`},
	{"an inconclusive confirmation is asked for again, within bounds", "one", `
		01:00 login@tokyo system/timeout => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@tokyo monitor/agent_fault => confirm login@tokyo 01:00+2 not before 01:34 fresh since 01:03 | login=unknown/monitor/agent_fault
		01:00+2 login@tokyo monitor/agent_fault => confirm login@tokyo 01:00+3 not before 01:34 fresh since 01:03 | login=unknown/monitor/agent_fault
		01:00+3 login@tokyo monitor/agent_fault => | login=unknown/monitor/agent_fault
		02:00 login@tokyo system/timeout => opened login system/timeout from 01:01 | login=major_outage/system/timeout
	`},
	{"inconclusive ticks count for nothing and end silence", "one", `
		00:00 login@tokyo none/ok => | login=operational/none/ok
		01:00 login@tokyo monitor/captcha => | login=operational/monitor/captcha
		02:00 login@tokyo monitor/captcha => | login=operational/monitor/captcha
		05:00 tick => | login=operational/monitor/captcha
		05:34 tick => silent login@tokyo | login=unknown/unknown
		06:00 login@tokyo monitor/captcha => | login=unknown/monitor/captcha
		07:00 login@tokyo none/ok => | login=operational/none/ok
	`},
	{"user and environment are notes, never incidents", "one", `
		00:00 login@tokyo user/login_failed => | login=operational/user/login_failed
		01:00 login@tokyo user/login_failed => | login=operational/user/login_failed
		02:00 login@tokyo environment/geo_restricted => | login=operational/environment/geo_restricted
		03:00 login@tokyo environment/geo_restricted => | login=operational/environment/geo_restricted
	`},
	{"a second possibility never opens an incident", "one", `
		00:00 login@tokyo none/ok => | login=operational/none/ok
		01:00 login@tokyo system:user/limit_reached => | login=operational/none/ok
		02:00 login@tokyo system:user/limit_reached => | login=operational/none/ok
		03:00 login@tokyo user:system/limit_reached => | login=operational/user/limit_reached
	`},
	{"manual results and strangers are ignored", "hasty", `
		00:00 login@tokyo none/ok => | login=operational/none/ok
		01:00 login@tokyo manual:system/timeout => | login=operational/none/ok
		01:00 login@osaka system/timeout => | login=operational/none/ok
		01:00 other@tokyo system/timeout => | login=operational/none/ok
	`},
	{"an older or equal result changes nothing", "hasty", `
		02:00 login@tokyo none/ok => | login=operational/none/ok
		02:10<02:00 login@tokyo system/timeout => | login=operational/none/ok
		02:10<01:00+5 login@tokyo system/timeout => | login=operational/none/ok
	`},
	{"two errors one after the other are one incident", "one", `
		01:00 login@tokyo system/forbidden => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@tokyo system/forbidden => opened login system/forbidden from 01:01 | login=major_outage/system/forbidden
		02:00 login@tokyo system/server_error => updated login system/server_error | login=major_outage/system/server_error
		03:00 login@tokyo system/server_error => | login=major_outage/system/server_error
		04:00 login@tokyo none/ok => confirm login@tokyo 04:00+1 not before 04:34 fresh since 04:03 | login=major_outage/system/server_error
		04:00+1 login@tokyo none/ok => resolved login system/server_error at 04:01 | login=operational/none/ok
	`},
	{"unknown sharpens to system and system stays", "hasty", `
		01:00 login@tokyo unknown/blank_page => opened login unknown/blank_page from 01:01 | login=degraded_performance/unknown/blank_page
		02:00 login@tokyo system/server_error => updated login system/server_error | login=major_outage/system/server_error
		03:00 login@tokyo unknown/blank_page => updated login system/blank_page | login=major_outage/system/blank_page
	`},
	{"the same error does not come back by one run", "one", `
		01:00 login@tokyo system/timeout => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		02:00 login@tokyo system/timeout => opened login system/timeout from 01:01 | login=major_outage/system/timeout
		03:00 login@tokyo user/login_failed => confirm login@tokyo 03:00+1 not before 03:34 fresh since 03:03 | login=major_outage/system/timeout
		03:00+1 login@tokyo system/timeout => | login=major_outage/system/timeout
		04:00 login@tokyo none/ok => confirm login@tokyo 04:00+1 not before 04:34 fresh since 04:03 | login=major_outage/system/timeout
		04:00+1 login@tokyo monitor/captcha => confirm login@tokyo 04:00+2 not before 04:34 fresh since 04:03 | login=major_outage/system/timeout
		04:00+2 login@tokyo environment/waf_block => resolved login system/timeout at 04:01 | login=operational/environment/waf_block
	`},
	{"several series: joining, partial and major, the last one out resolves", "two", `
		01:00 login@osaka none/ok => | login=operational/none/ok
		01:00 login@tokyo none/ok => | login=operational/none/ok
		02:00 login@osaka system/timeout => confirm login@osaka 02:00+1 not before 02:34 fresh since 02:03 | login=operational/none/ok
		02:00+1 login@osaka system/timeout => opened login system/timeout from 02:01 | login=partial_outage/system/timeout
		03:00 login@tokyo system/forbidden => confirm login@tokyo 03:00+1 not before 03:34 fresh since 03:03 | login=partial_outage/system/timeout
		03:00+1 login@tokyo system/forbidden => | login=major_outage/system/timeout
		04:00 login@osaka none/ok => confirm login@osaka 04:00+1 not before 04:34 fresh since 04:03 | login=major_outage/system/timeout
		04:00+1 login@osaka none/ok => | login=partial_outage/system/timeout
		05:00 login@tokyo system/forbidden => updated login system/forbidden | login=partial_outage/system/forbidden
		06:00 login@tokyo none/ok => confirm login@tokyo 06:00+1 not before 06:34 fresh since 06:03 | login=partial_outage/system/forbidden
		06:00+1 login@tokyo none/ok => resolved login system/forbidden at 06:01 | login=operational/none/ok
	`},
	{"a series that knows it is the system takes the lead", "two", `
		01:00 login@osaka unknown/blank_page => confirm login@osaka 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@osaka unknown/blank_page => opened login unknown/blank_page from 01:01 | login=degraded_performance/unknown/blank_page
		02:00 login@tokyo system/timeout => confirm login@tokyo 02:00+1 not before 02:34 fresh since 02:03 | login=degraded_performance/unknown/blank_page
		02:00+1 login@tokyo system/timeout => updated login system/timeout | login=major_outage/system/timeout
		03:00 login@osaka unknown/blank_page => | login=major_outage/system/timeout
	`},
	{"what was told of one that is over does not stay while another waits for its confirmation", "two", `
		01:00 login@osaka system/timeout => confirm login@osaka 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@osaka system/timeout => opened login system/timeout from 01:01 | login=partial_outage/system/timeout
		02:00 login@osaka none/ok => confirm login@osaka 02:00+1 not before 02:34 fresh since 02:03 | login=partial_outage/system/timeout
		03:00 login@tokyo system/timeout => confirm login@tokyo 03:00+1 not before 03:34 fresh since 03:03 | login=partial_outage/system/timeout
		03:00 login@osaka none/ok => resolved login system/timeout at 02:01 | login=unknown/unknown
		03:00+1 login@tokyo none/ok => | login=operational/none/ok
	`},
	{"silence: said once, unknown even when only some are silent, ended by a result", "two", `
		00:00 login@osaka none/ok => | login=operational/none/ok
		03:00 login@tokyo none/ok => | login=operational/none/ok
		03:34 tick => silent login@osaka | login=unknown/unknown
		04:00 tick => | login=unknown/unknown
		04:10 login@osaka none/ok => | login=operational/none/ok
	`},
	{"silence resolves nothing", "hasty", `
		01:00 login@tokyo system/timeout => opened login system/timeout from 01:01 | login=major_outage/system/timeout
		30:00 tick => silent login@tokyo | login=major_outage/system/timeout
		31:00 login@tokyo none/ok => resolved login system/timeout at 31:01 | login=operational/none/ok
	`},
	{"runs with silence between them are not in a row", "one", `
		01:00 login@tokyo system/timeout => confirm login@tokyo 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		55:00 tick => silent login@tokyo | login=unknown/unknown
		56:00 login@tokyo system/timeout => confirm login@tokyo 56:00+1 not before 56:34 fresh since 56:03 | login=unknown/unknown
		57:00 login@tokyo system/timeout => opened login system/timeout from 56:01 | login=major_outage/system/timeout
	`},
	{"outside its hours a series is quiet, not silent", "office", `
		09:00 login@tokyo none/ok => | login=operational/none/ok
		15:00 tick => | login=operational/none/ok
		22:34 tick => silent login@tokyo | login=unknown/unknown
	`},
	{"a series that never was heard falls silent", "one", `
		00:00 tick => | login=unknown/unknown
		03:30 tick => | login=unknown/unknown
		03:31 tick => silent login@tokyo | login=unknown/unknown
	`},
	{"the clock set back: a tick changes nothing, the next result counts", "hasty", `
		50:00 login@tokyo none/ok => | login=operational/none/ok
		10:00 tick => | login=operational/none/ok
		10:00 login@tokyo system/timeout => opened login system/timeout from 10:01 | login=major_outage/system/timeout
	`},
	{"a reload adds and drops series; an incident that has lost all is over", "two", `
		01:00 login@osaka system/timeout => confirm login@osaka 01:00+1 not before 01:34 fresh since 01:03 | login=unknown/unknown
		01:00+1 login@osaka system/timeout => opened login system/timeout from 01:01 | login=partial_outage/system/timeout
		02:00 policy one => resolved login system/timeout at 02:00 | login=unknown/unknown
		03:00 login@tokyo none/ok => | login=operational/none/ok
		04:00 policy two => | login=operational/none/ok
		05:00 login@osaka none/ok => | login=operational/none/ok
	`},
	{"a control probe enters neither incidents nor components", "control", `
		01:00 login@tokyo none/ok => | login=operational/none/ok
		01:00 control@tokyo system/timeout => | login=operational/none/ok
		02:00 control@tokyo system/timeout => | login=operational/none/ok
		04:34 tick => silent login@tokyo | login=unknown/unknown
		08:00 tick => silent control@tokyo | login=unknown/unknown
	`},
}

func policyNamed(t *testing.T, name string) alerting.Policy {
	login := alerting.ProbePolicy{Component: "login", Interval: time.Minute, Timeout: 30 * time.Second, Locations: []string{"tokyo"}}
	p := alerting.Policy{
		Probes: map[string]alerting.ProbePolicy{}, Components: []string{"login"},
		ConfirmRuns: 2, ConfirmAfter: 30 * time.Second, RecoverRuns: 2, SilentAfter: 3,
	}
	switch name {
	case "hasty":
		p.ConfirmRuns, p.RecoverRuns = 1, 1
	case "frequent":
		login.Interval = 20 * time.Second
	case "careful":
		p.ConfirmRuns, p.RecoverRuns = 3, 3
	case "two":
		login.Locations = []string{"tokyo", "osaka"}
	case "office":
		// Every minute, but not in the ten minutes after 10:00.
		closed := clock(t, "10:00")
		login.Due = func(from time.Time, n int) time.Time {
			if due := from.Add(time.Duration(n) * time.Minute); due.Before(closed) || from.After(closed.Add(10*time.Minute)) {
				return due
			}
			return from.Add(time.Duration(n)*time.Minute + 10*time.Minute)
		}
	case "control":
		control := login
		control.Control = true
		p.Probes["control"] = control
	}
	p.Probes["login"] = login
	return p
}

func TestStories(t *testing.T) {
	for _, test := range stories {
		t.Run(test.name, func(t *testing.T) {
			var got, want []string
			var state alerting.State
			policy := policyNamed(t, test.policy)
			for line := range strings.Lines(strings.TrimSpace(test.story)) {
				line = strings.TrimSpace(line)
				event, _, _ := strings.Cut(line, " => ")
				if _, name, ok := strings.Cut(event, " policy "); ok {
					policy = policyNamed(t, name)
				}
				next, changes := incident.Reduce(state, parse(t, event), policy)
				want = append(want, line)
				got = append(got, event+" => "+show(changes, next))
				state = next
			}
			if len(want) == 0 {
				t.Fatal("an empty story")
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

func midnight() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func clock(t *testing.T, s string) time.Time {
	t.Helper()
	var minutes, seconds int
	if _, err := fmt.Sscanf(s, "%d:%d", &minutes, &seconds); err != nil {
		t.Fatalf("the time %q: %v", s, err)
	}
	return midnight().Add(time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second)
}

func parse(t *testing.T, line string) alerting.Event {
	t.Helper()
	words := strings.Fields(line)
	taken, scheduled, late := strings.Cut(words[0], "<")
	if !late {
		scheduled = taken
	}
	if len(words) != 3 || words[1] == "policy" {
		return alerting.Event{At: clock(t, taken)}
	}
	scheduled, number, _ := strings.Cut(scheduled, "+")
	attempt := 0
	if number != "" {
		fmt.Sscan(number, &attempt)
	}
	taken, _, _ = strings.Cut(taken, "+")
	r := result(words[1], clock(t, scheduled), attempt, words[2])
	return alerting.Event{At: clock(t, taken).Add(4 * time.Second), Result: &r}
}

// result is a result of the series ("probe@location") with a verdict such as
// "system/timeout", "user:system/limit_reached" or "manual:none/ok".
func result(series string, scheduled time.Time, attempt int, verdict string) probes.Result {
	probe, location, _ := strings.Cut(series, "@")
	sides, cause, _ := strings.Cut(verdict, "/")
	side, or, _ := strings.Cut(sides, ":")
	r := probes.Result{
		ID: probes.RunID(probe, location, scheduled, attempt), Probe: probe, Location: location, Component: "login",
		ScheduledAt: scheduled, StartedAt: scheduled.Add(time.Second), Duration: probes.Seconds(2 * time.Second),
		Origin: probes.Scheduled, Attempt: attempt,
	}
	if side == "manual" {
		r.Origin, side, or = probes.Manual, or, ""
	}
	r.Verdict = probes.Verdict{Side: probes.Side(side), OrSide: probes.Side(or), Cause: probes.Cause(cause)}.Settled()
	return r
}

func show(changes []alerting.Change, s alerting.State) string {
	var parts []string
	hm := func(t time.Time) string { return t.Format("04:05") }
	for _, c := range changes {
		in := c.Incident
		told := fmt.Sprintf("%s %s %s/%s", c.Kind, in.Component, in.Side, in.Cause)
		switch c.Kind {
		case alerting.Confirm:
			q := c.Confirmation
			parts = append(parts, fmt.Sprintf("confirm %s@%s %s+%d not before %s fresh since %s",
				q.Probe, q.Location, hm(q.ScheduledAt), q.Attempt, hm(q.NotBefore), hm(q.FreshSince)))
		case alerting.Silenced:
			parts = append(parts, fmt.Sprintf("silent %s@%s", c.Series.Probe, c.Series.Location))
		case alerting.Opened:
			parts = append(parts, told+" from "+hm(in.StartedAt))
		case alerting.Resolved:
			parts = append(parts, told+" at "+hm(in.ResolvedAt))
		default:
			parts = append(parts, told)
		}
	}
	text := strings.Join(parts, ", ")
	if text != "" {
		text += " "
	}
	for _, c := range s.Components {
		text += fmt.Sprintf("| %s=%s/%s", c.ID, c.Status, c.Side)
		if c.Cause != "" {
			text += "/" + string(c.Cause)
		}
	}
	return text
}
