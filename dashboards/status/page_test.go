package status_test

import (
	"time"

	"genkan/alerting"
	"genkan/dashboards/status"
	"genkan/probes"
)

var tokyo = time.FixedZone("JST", 9*60*60)

// noon is when the tests look at the page.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, tokyo)

func ago(d time.Duration) time.Time { return noon.Add(-d) }

func config() status.Config {
	return status.Config{
		Site: probes.Site{
			Name: probes.Text{"ja": "みなと会員サイト", "en": "Minato Members"}, URL: "https://members.example/",
			Languages: []string{"ja", "en"}, TimeZone: "Asia/Tokyo",
			Support: []probes.Support{
				{Kind: probes.SupportPhone, Label: probes.Text{"ja": "サポート窓口", "en": "Support desk"}, Value: "0120-000-000", Hours: probes.Text{"ja": "9:00–21:00", "en": "9:00 to 21:00"}},
				{Kind: probes.SupportChat, Value: "https://members.example/chat"},
				{Kind: probes.SupportMail, Value: "help@members.example"},
			},
		},
		Components: []probes.Component{
			{ID: "sign-up", Name: probes.Text{"ja": "会員登録", "en": "Sign-up"}},
			{ID: "login", Name: probes.Text{"ja": "ログイン", "en": "Log-in"}},
			{ID: "store", Name: probes.Text{"ja": "オンラインストア", "en": "Online store"}},
		},
		Guidance: guidance,
		MaxAge:   4 * time.Minute,
		FreshUntil: func(component string, last time.Time) time.Time {
			if component == "store" {
				return last.Add(10 * time.Minute)
			}
			return last.Add(4 * time.Minute)
		},
		URL: "https://status.example",
		Now: func() time.Time { return noon },
	}
}

// guidance is what a pack would say.
func guidance(signature string, cause probes.Cause) probes.Guidance {
	switch {
	case signature == "site/registration-failed":
		return probes.Guidance{
			Title:   probes.Text{"ja": "会員登録が完了しない状態です", "en": "Sign-up does not complete"},
			Advice:  probes.Text{"ja": "少し時間をおいて、もう一度登録してください。\n最長で一週間ほど続くことがあります。お急ぎの場合は、サポートへお問い合わせください。", "en": "Please wait a little and sign up again.\nIt can last up to a week. If you can't wait, contact support."},
			Typical: 2 * time.Hour, AtMost: 7 * 24 * time.Hour,
		}
	case signature == "site/restricted":
		return probes.Guidance{
			Title:  probes.Text{"ja": "国外や社内ネットワークからのアクセスが制限されています", "en": "Access from outside the country or through some networks is restricted"},
			Advice: probes.Text{"ja": "VPNやプロキシを切り、Wi-Fiの設定をご確認ください。", "en": "Turn off VPN or proxy and check the settings of your Wi-Fi."},
			Tell:   probes.Text{"ja": "携帯電話の回線では開ける場合は、Wi-Fi側の設定が原因です。", "en": "If it opens over mobile data, the Wi-Fi is the reason."},
		}
	case cause == probes.UnexpectedContent:
		return probes.Guidance{
			Title:  probes.Text{"ja": "ふだんと違う画面が表示されています", "en": "An unfamiliar page is shown"},
			Advice: probes.Text{"ja": "しばらくしてから、もう一度お試しください。", "en": "Please try again in a while."},
		}
	}
	return probes.Guidance{}
}

// component is a component's state, well and fresh, then changed.
func component(id string, change func(*alerting.ComponentState)) alerting.ComponentState {
	c := alerting.ComponentState{
		ID: id, Status: alerting.Operational, Side: probes.SideNone, Cause: probes.OK,
		Since: ago(26 * time.Hour), LastAt: ago(40 * time.Second),
	}
	if change != nil {
		change(&c)
	}
	return c
}

// incident is an incident that opened d ago.
func incident(id, component string, d time.Duration, side probes.Side, cause probes.Cause, signature string, advice ...probes.Advice) alerting.Incident {
	in := alerting.Incident{
		ID: id, Component: component, Side: side, Cause: cause, Signature: signature, Advice: advice,
		StartedAt: ago(d), OpenedAt: ago(d - 20*time.Second), UpdatedAt: ago(d - 20*time.Second),
	}
	in.Updates = []alerting.Update{{At: in.OpenedAt, Kind: alerting.Opened, Side: side, Cause: cause, Signature: signature, Advice: advice}}
	return in
}

// resolved is an incident that lasted so long.
func resolved(in alerting.Incident, lasted time.Duration) alerting.Incident {
	in.ResolvedAt = in.StartedAt.Add(lasted)
	in.UpdatedAt = in.ResolvedAt.Add(time.Minute)
	in.Updates = append(in.Updates, alerting.Update{At: in.UpdatedAt, Kind: alerting.Resolved, Side: in.Side, Cause: in.Cause, Signature: in.Signature, Advice: in.Advice})
	return in
}

// snapshot is a snapshot of components in the page's order.
func snapshot(open []alerting.Incident, components ...alerting.ComponentState) alerting.Snapshot {
	return alerting.Snapshot{At: ago(10 * time.Second), Writable: true, State: alerting.State{Components: components, Open: open}}
}

// totals are days on record up to today, a bad one among them.
func totals() []alerting.DayTotal {
	var list []alerting.DayTotal
	for i := 60; i >= 0; i-- {
		d := alerting.DayTotal{Day: noon.AddDate(0, 0, -i).Format(time.DateOnly), Runs: map[probes.Side]int{probes.SideNone: 1440}}
		switch i {
		case 41:
			d.Failed = 12 * time.Minute
		case 13:
			d.Failed = 3*time.Hour + 5*time.Minute
		case 30, 31:
			d.Runs = map[probes.Side]int{probes.SideMonitor: 20}
		}
		list = append(list, d)
	}
	return list
}

// situation is a state of affairs that the page must tell.
type situation struct {
	name string
	told alerting.Snapshot
}

func situations() []situation {
	return []situation{
		{"well", wellSnapshot()},
		{"system", systemSnapshot(14 * time.Minute)},
		{"long", systemSnapshot(8 * 24 * time.Hour)},
		{"experience", experienceSnapshot()},
		{"unknown", unknownSnapshot()},
		{"notice", noticeSnapshot()},
		{"monitor", monitorSnapshot()},
		{"checking", checkingSnapshot()},
		{"silent", silentSnapshot()},
		{"old", oldSnapshot()},
		{"unwritable", unwritableSnapshot()},
		{"nothing", alerting.Snapshot{Writable: true}},
	}
}

func wellSnapshot() alerting.Snapshot {
	s := snapshot(nil, component("sign-up", nil), component("login", nil), component("store", nil))
	s.Days = map[string][]alerting.DayTotal{"sign-up": totals(), "login": totals()[:20], "store": nil}
	s.Recent = []alerting.Incident{
		resolved(incident("b1", "login", 9*time.Hour, probes.SideUnknown, probes.UnexpectedContent, "", probes.Wait), 33*time.Minute),
		resolved(incident("a1", "sign-up", 13*24*time.Hour, probes.SideSystem, probes.ServerError, "site/registration-failed", probes.Wait), 185*time.Minute),
		resolved(incident("99", "gone", 400*24*time.Hour, probes.SideSystem, probes.ServerError, "", probes.Wait), time.Minute),
	}
	return s
}

func systemSnapshot(d time.Duration) alerting.Snapshot {
	in := incident("c1", "sign-up", d, probes.SideSystem, probes.ServerError, "site/registration-failed", probes.Wait, probes.ContactSupport)
	s := snapshot([]alerting.Incident{in}, component("sign-up", func(c *alerting.ComponentState) {
		c.Status, c.Side, c.Cause, c.Signature, c.Incident = alerting.MajorOutage, in.Side, in.Cause, in.Signature, in.ID
	}), component("login", nil), component("store", nil))
	return s
}

func experienceSnapshot() alerting.Snapshot {
	s := systemSnapshot(50 * time.Minute)
	for i, lasted := range []time.Duration{12 * time.Minute, 40 * time.Minute, 3 * time.Hour} {
		in := incident("d"+string(rune('1'+i)), "sign-up", time.Duration(i+2)*24*time.Hour, probes.SideSystem, probes.ServerError, "site/registration-failed", probes.Wait)
		s.Recent = append(s.Recent, resolved(in, lasted))
	}
	return s
}

func unknownSnapshot() alerting.Snapshot {
	in := incident("e1", "login", 70*time.Minute, probes.SideUnknown, probes.UnexpectedContent, "", probes.Wait)
	return snapshot([]alerting.Incident{in}, component("sign-up", nil), component("login", func(c *alerting.ComponentState) {
		c.Status, c.Side, c.Cause, c.Incident = alerting.PartialOutage, in.Side, in.Cause, in.ID
	}), component("store", nil))
}

func noticeSnapshot() alerting.Snapshot {
	return snapshot(nil, component("sign-up", nil), component("login", func(c *alerting.ComponentState) {
		c.Side, c.Cause, c.Signature = probes.SideEnvironment, probes.GeoRestricted, "site/restricted"
		c.Advice = []probes.Advice{probes.CheckNetwork, probes.TryOtherDevice}
	}), component("store", nil))
}

func monitorSnapshot() alerting.Snapshot {
	return snapshot(nil, component("sign-up", nil), component("login", nil), component("store", func(c *alerting.ComponentState) {
		c.Side, c.Cause, c.Since = probes.SideMonitor, probes.BotChallenge, ago(6*time.Minute)
	}))
}

func checkingSnapshot() alerting.Snapshot {
	return snapshot(nil, component("sign-up", func(c *alerting.ComponentState) {
		c.Status, c.Side, c.Cause, c.Since = alerting.StatusUnknown, probes.SideUnknown, "", ago(time.Minute)
	}), component("login", nil), component("store", nil))
}

func silentSnapshot() alerting.Snapshot {
	return snapshot(nil, component("sign-up", nil), component("login", func(c *alerting.ComponentState) {
		c.Status, c.Side, c.LastAt = alerting.StatusUnknown, probes.SideUnknown, ago(25*time.Minute)
	}), component("store", func(c *alerting.ComponentState) { c.LastAt = ago(11 * time.Minute) }))
}

func oldSnapshot() alerting.Snapshot {
	s := systemSnapshot(3 * time.Hour)
	s.At = ago(2 * time.Hour)
	for i := range s.State.Components {
		s.State.Components[i].LastAt = ago(2 * time.Hour)
	}
	return s
}

func unwritableSnapshot() alerting.Snapshot {
	s := wellSnapshot()
	s.Writable = false
	return s
}
