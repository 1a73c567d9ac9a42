package alertmanager

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// AlertName is the label alertname of every alert made of an incident.
const AlertName = "GenkanIncident"

// How far ahead a firing alert's end is set: a few sends, so that one that is
// lost ends nothing (Alertmanager's API asks for this of its clients).
const ahead = 4 * time.Minute

// Words are what there is to tell operators of an incident.
type Words struct {
	Title  probes.Text // what it is, in a few words
	Advice probes.Text // what visitors are told to do
}

// Wording turns incidents into alerts.
type Wording struct {
	Describe func(alerting.Incident) Words
	Link     func(alerting.Incident) string // where operators read more: an absolute URL; nil: nowhere
	Site     string                         // label of what is watched, for receivers with several; may be empty
	Runbook  string                         // an absolute URL; may be empty
}

// Alerts are what snapshot s has to tell at now: its open incidents as firing,
// and as ended those whose end was recorded after since. The firing come first.
func (w Wording) Alerts(s alerting.Snapshot, now, since time.Time) []alerting.Alert {
	var alerts []alerting.Alert
	for _, list := range [][]alerting.Incident{s.State.Open, s.Recent} {
		for _, i := range list {
			alerts = append(alerts, w.incident(i, now, since)...)
		}
	}
	slices.SortStableFunc(alerts, func(a, b alerting.Alert) int { return rank(a, now) - rank(b, now) })
	return alerts
}

func rank(a alerting.Alert, now time.Time) int {
	if a.Firing(now) {
		return 0
	}
	return 1
}

// incident is one incident's alerts: as it is, and as ended each side it had
// before, since the side is among the labels and those make the alert.
func (w Wording) incident(i alerting.Incident, now, since time.Time) []alerting.Alert {
	var alerts []alerting.Alert
	if i.Open() {
		alerts = append(alerts, w.alert(i, now.Add(ahead)))
	} else if i.UpdatedAt.After(since) {
		alerts = append(alerts, w.alert(i, i.ResolvedAt))
	}
	for n, u := range i.Updates {
		if n == 0 || !u.At.After(since) {
			continue
		}
		if before := i.Updates[n-1]; before.Side != u.Side && before.Side != i.Side {
			alerts = append(alerts, w.alert(asOf(i, before), u.At))
		}
	}
	return alerts
}

// asOf is the incident as update u left it.
func asOf(i alerting.Incident, u alerting.Update) alerting.Incident {
	i.Side, i.Cause, i.Signature, i.Advice = u.Side, u.Cause, u.Signature, u.Advice
	return i
}

func (w Wording) alert(i alerting.Incident, ends time.Time) alerting.Alert {
	if ends.Before(i.StartedAt) {
		ends = i.StartedAt // Alertmanager refuses an end before the start
	}
	a := alerting.Alert{Labels: w.labels(i), Annotations: w.annotations(i), StartsAt: i.StartedAt, EndsAt: ends}
	if w.Link != nil {
		a.GeneratorURL = w.Link(i)
	}
	return a
}

// labels are the alert's identity: nothing stands in them that an update may
// change, except the side, on which the routing depends.
func (w Wording) labels(i alerting.Incident) map[string]string {
	return filled(map[string]string{
		"alertname": AlertName,
		"component": i.Component,
		"side":      string(i.Side),
		"incident":  i.ID,
		"severity":  severity(i.Side),
		"site":      w.Site,
	})
}

func severity(s probes.Side) string {
	if s == probes.SideSystem {
		return "critical"
	}
	return "warning"
}

func (w Wording) annotations(i alerting.Incident) map[string]string {
	words := w.Describe(i)
	a := map[string]string{
		"summary":     summary(i.Side),
		"description": describe(i, words.Title.In("en")),
		"cause":       string(i.Cause),
		"signature":   i.Signature,
		"runbook_url": w.Runbook,
	}
	for lang, title := range words.Title {
		a["title_"+annotation(lang)] = title
	}
	for lang, advice := range words.Advice {
		a["advice_"+annotation(lang)] = advice
	}
	return filled(a)
}

// summary says what it is about without any label's value, as grouping needs it.
func summary(s probes.Side) string {
	if s == probes.SideSystem {
		return "Visitors can't get in, and the site is at fault."
	}
	return "Visitors see something that no signature recognises."
}

func describe(i alerting.Incident, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: side %s, cause %s", i.Component, i.Side, i.Cause)
	if i.Signature != "" {
		fmt.Fprintf(&b, ", signature %s", i.Signature)
	}
	fmt.Fprintf(&b, ", since %s.", i.StartedAt.Format(time.RFC3339))
	if title != "" {
		fmt.Fprintf(&b, " %s.", strings.TrimRight(title, "."))
	}
	return b.String()
}

// annotation is a language tag as part of an annotation's name, which takes no hyphens.
func annotation(lang string) string { return strings.ReplaceAll(lang, "-", "_") }

// filled drops the empty ones, which Alertmanager takes for absent anyway.
func filled(m map[string]string) map[string]string {
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}
