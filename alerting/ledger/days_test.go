package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
	"genkan/probes"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDaysOfAnIncident(t *testing.T) {
	for _, test := range []struct {
		name       string
		zone       string
		start, end string
		want       map[string]time.Duration
	}{
		{"within a day", "Asia/Tokyo", "2026-11-22T01:00:00Z", "2026-11-22T03:30:00Z", map[string]time.Duration{"2026-11-22": 150 * time.Minute}},
		{"over Tokyo's midnight", "Asia/Tokyo", "2026-11-22T14:00:00Z", "2026-11-22T16:00:00Z",
			map[string]time.Duration{"2026-11-22": time.Hour, "2026-11-23": time.Hour}},
		{"a day of 25 hours", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-26T00:00:00Z",
			map[string]time.Duration{"2026-10-25": 25 * time.Hour, "2026-10-26": time.Hour}},
		{"a day of 23 hours", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T05:00:00Z",
			map[string]time.Duration{"2026-03-08": 23 * time.Hour, "2026-03-09": time.Hour}},
		{"half an hour is skipped", "Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:30:00Z",
			map[string]time.Duration{"2026-10-04": 23*time.Hour + 30*time.Minute, "2026-10-05": 30 * time.Minute}},
		{"a day without midnight", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T03:00:00Z",
			map[string]time.Duration{"2018-11-03": 15 * time.Hour, "2018-11-04": 23 * time.Hour, "2018-11-05": time.Hour}},
		{"no time at all", "UTC", "2026-11-22T01:00:00Z", "2026-11-22T01:00:00Z", map[string]time.Duration{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := alerting.Incident{Component: "login"}
			in.StartedAt, _ = time.Parse(time.RFC3339, test.start)
			in.ResolvedAt, _ = time.Parse(time.RFC3339, test.end)
			m := memory{zone: zone(t, test.zone), at: in.ResolvedAt}
			got := map[string]time.Duration{}
			for _, d := range m.withFailure(in)["login"] {
				got[d.Day] = d.Failed
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
			in.ResolvedAt = time.Time{} // the same while it is open
			m.state.Open = []alerting.Incident{in}
			for _, d := range m.snapshot().Days["login"] {
				if d.Failed != test.want[d.Day] {
					t.Errorf("while open: %s on %s", d.Failed, d.Day)
				}
			}
		})
	}
}

func TestNinetyDaysAreShown(t *testing.T) {
	m := memory{zone: time.UTC}
	healthy := func(s alerting.State, _ alerting.Event) (alerting.State, []alerting.Change) { return s, nil }
	for day := range 100 {
		r := probes.Result{Component: "login", StartedAt: noon().AddDate(0, 0, day)}
		r.Side = probes.SideNone
		m, _ = m.take(alerting.Event{At: r.StartedAt, Result: &r}, healthy)
	}
	days := m.snapshot().Days["login"]
	if len(days) != 90 || days[0].Day != "2026-12-02" || days[89].Day != "2027-03-01" {
		t.Errorf("%d days from %s to %s", len(days), days[0].Day, days[len(days)-1].Day)
	}
	m, _ = m.take(alerting.Event{At: noon().AddDate(2, 0, 0)}, healthy)
	if days := m.snapshot().Days; len(days) != 0 {
		t.Errorf("two years later: %v", days)
	}
}

func TestASnapshotIsNotChangedByWhatFollows(t *testing.T) {
	l, _ := fresh(t)
	var before alerting.Snapshot
	for k := range 30 {
		before = put(t, l, event(k))
	}
	row, err := newRow(before)
	if err != nil {
		t.Fatal(err)
	}
	for k := 30; k < 90; k++ {
		put(t, l, event(k))
	}
	if after, _ := newRow(before); after != row {
		t.Errorf("-before +after\n%s", cmp.Diff(row.body, after.body))
	}
}
