package alertmanager

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
	"genkan/probes"
)

// noon is when the incidents of these tests begin.
func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func open(id string, side probes.Side, started time.Time) alerting.Incident {
	cause := probes.ServerError
	if side == probes.SideUnknown {
		cause = probes.UnexpectedContent
	}
	u := alerting.Update{At: started.Add(10 * time.Second), Kind: alerting.Opened, Side: side, Cause: cause}
	return alerting.Incident{
		ID: id, Component: "login", Side: side, Cause: cause, Advice: []probes.Advice{probes.Wait},
		StartedAt: started, OpenedAt: u.At, UpdatedAt: u.At, Updates: []alerting.Update{u},
	}
}

// sharpened is i once a signature has been found for it.
func sharpened(i alerting.Incident, at time.Time) alerting.Incident {
	i.Side, i.Cause, i.Signature, i.UpdatedAt = probes.SideSystem, probes.Forbidden, "iqos/forbidden", at
	i.Updates = append(i.Updates[:len(i.Updates):len(i.Updates)], alerting.Update{At: at, Kind: alerting.Updated, Side: i.Side, Cause: i.Cause, Signature: i.Signature})
	return i
}

// resolved is i resolved by a run that began at, which was known a moment later.
func resolved(i alerting.Incident, at, known time.Time) alerting.Incident {
	i.ResolvedAt, i.UpdatedAt = at, known
	i.Updates = append(i.Updates[:len(i.Updates):len(i.Updates)], alerting.Update{At: known, Kind: alerting.Resolved, Side: i.Side, Cause: i.Cause, Signature: i.Signature})
	return i
}

func snapshotOf(open, recent []alerting.Incident, kinds ...alerting.ChangeKind) alerting.Snapshot {
	s := alerting.Snapshot{State: alerting.State{Open: open}, Recent: recent, Writable: true}
	for _, k := range kinds {
		s.Changes = append(s.Changes, alerting.Change{Kind: k})
	}
	return s
}

func wording() Wording {
	return Wording{
		Describe: func(i alerting.Incident) Words {
			return Words{
				Title:  probes.Text{"ja": "サーバーのエラー", "en": "Server error"},
				Advice: probes.Text{"ja": "しばらくお待ちください。", "en": "Wait and try again.", "zh-Hant": "請稍候。"},
			}
		},
		Link:    func(i alerting.Incident) string { return "http://127.0.0.1:9844/incidents/" + i.ID },
		Site:    "example",
		Runbook: "https://example.jp/runbook",
	}
}

func TestAlertOfAnIncident(t *testing.T) {
	i := sharpened(open("i1", probes.SideSystem, noon()), noon().Add(time.Minute))
	now := noon().Add(5 * time.Minute)
	got := wording().Alerts(snapshotOf([]alerting.Incident{i}, nil), now, now.Add(-keep))
	want := []alerting.Alert{{
		Labels: map[string]string{
			"alertname": "GenkanIncident", "component": "login", "side": "system", "incident": "i1", "severity": "critical", "site": "example"},
		Annotations: map[string]string{
			"summary":     "Visitors can't get in, and the site is at fault.",
			"description": "login: side system, cause forbidden, signature iqos/forbidden, since 2026-11-22T12:00:00Z. Server error.",
			"cause":       "forbidden", "signature": "iqos/forbidden", "runbook_url": "https://example.jp/runbook",
			"title_ja": "サーバーのエラー", "title_en": "Server error",
			"advice_ja": "しばらくお待ちください。", "advice_en": "Wait and try again.", "advice_zh_Hant": "請稍候。",
		},
		StartsAt: noon(), EndsAt: now.Add(4 * time.Minute), GeneratorURL: "http://127.0.0.1:9844/incidents/i1",
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAlertWithoutWords(t *testing.T) {
	w := Wording{Describe: func(alerting.Incident) Words { return Words{} }}
	got := w.Alerts(snapshotOf([]alerting.Incident{open("i1", probes.SideUnknown, noon())}, nil), noon(), noon())
	want := []alerting.Alert{{
		Labels: map[string]string{"alertname": "GenkanIncident", "component": "login", "side": "unknown", "incident": "i1", "severity": "warning"},
		Annotations: map[string]string{
			"summary":     "Visitors see something that no signature recognises.",
			"description": "login: side unknown, cause unexpected_content, since 2026-11-22T12:00:00Z.",
			"cause":       "unexpected_content",
		},
		StartsAt: noon(), EndsAt: noon().Add(4 * time.Minute),
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWhatIsTold(t *testing.T) {
	min := func(n int) time.Time { return noon().Add(time.Duration(n) * time.Minute) }
	a, b := open("a", probes.SideUnknown, min(0)), open("b", probes.SideSystem, min(1))
	sharp := sharpened(a, min(2))
	cases := []struct {
		name  string
		s     alerting.Snapshot
		since time.Time
		want  []string
	}{
		{"nothing", snapshotOf(nil, nil), min(0), nil},
		{"two open", snapshotOf([]alerting.Incident{a, b}, nil), min(0), []string{"a unknown until 12:24", "b system until 12:24"}},
		{"the sharpened one also ends what it was", snapshotOf([]alerting.Incident{sharp}, nil), min(1), []string{"a system until 12:24", "a unknown until 12:02"}},
		{"not for ever", snapshotOf([]alerting.Incident{sharp}, nil), min(2), []string{"a system until 12:24"}},
		{"firing ones first", snapshotOf([]alerting.Incident{sharp, b}, nil), min(1), []string{"a system until 12:24", "b system until 12:24", "a unknown until 12:02"}},
		{"resolved", snapshotOf(nil, []alerting.Incident{resolved(b, min(4), min(5))}), min(4), []string{"b system until 12:04"}},
		{"resolved, known before", snapshotOf(nil, []alerting.Incident{resolved(b, min(4), min(5))}), min(5), nil},
		{"sharpened and resolved", snapshotOf(nil, []alerting.Incident{resolved(sharp, min(4), min(5))}), min(0), []string{"a system until 12:04", "a unknown until 12:02"}},
		{"an end before the start", snapshotOf(nil, []alerting.Incident{resolved(b, min(0), min(5))}), min(4), []string{"b system until 12:01"}},
		{"the side comes back", snapshotOf([]alerting.Incident{blurred(sharp, min(3))}, nil), min(0), []string{"a unknown until 12:24", "a system until 12:03"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, a := range wording().Alerts(c.s, min(20), c.since) {
				got = append(got, a.Labels["incident"]+" "+a.Labels["side"]+" until "+a.EndsAt.Format("15:04"))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// blurred is i gone back to unknown.
func blurred(i alerting.Incident, at time.Time) alerting.Incident {
	i.Side, i.Cause, i.UpdatedAt = probes.SideUnknown, probes.UnexpectedContent, at
	i.Updates = append(i.Updates[:len(i.Updates):len(i.Updates)], alerting.Update{At: at, Kind: alerting.Updated, Side: i.Side, Cause: i.Cause})
	return i
}
