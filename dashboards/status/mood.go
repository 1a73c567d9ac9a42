package status

import (
	"genkan/alerting"
	"genkan/probes"
)

// mood is how a component stands, as the public is told. Higher is graver: the
// gravest of all components makes the headline.
type mood int

// The moods.
const (
	well        mood = iota // it works
	notice                  // it works, and there is something to check on the visitor's side
	monitor                 // we could not check just now, through no fault of the site
	checking                // it is not clear yet: a first failure, or not all results are there
	maintenance             // planned
	untold                  // nothing is known yet
	stale                   // nothing has been heard for too long
	strange                 // neither healthy nor a known error, confirmed
	impaired                // the site is at fault, in part
	down                    // the site is at fault
)

// String is the mood's name in keys of words and in classes of the style sheet.
func (m mood) String() string {
	return [...]string{"well", "notice", "monitor", "checking", "maintenance", "untold", "stale", "strange", "impaired", "down"}[m]
}

// Tone is the colour it has in the style sheet. It is never all there is: an
// icon and a word stand beside it.
func (m mood) Tone() string {
	switch m {
	case well:
		return "good"
	case notice, maintenance:
		return "info"
	case strange, impaired:
		return "warn"
	case down:
		return "bad"
	}
	return "dim"
}

// troubled reports whether there is something that keeps visitors out, confirmed.
func (m mood) troubled() bool { return m >= strange || m == maintenance }

// moodOf judges what there is to tell of a component: by its open incident,
// if it has one, else by its newest results, as far as they are fresh.
func moodOf(c alerting.ComponentState, in *alerting.Incident, fresh bool) mood {
	switch {
	case in != nil:
		return incidentMood(c.Status, *in)
	case c.LastAt.IsZero():
		return untold
	case !fresh:
		return stale
	case c.Side == probes.SideMonitor:
		return monitor
	case c.Status == alerting.StatusUnknown:
		return checking
	case c.Status == alerting.UnderMaintenance:
		return maintenance
	case c.Status == alerting.MajorOutage:
		return down
	case c.Status == alerting.PartialOutage, c.Status == alerting.Degraded:
		return impaired
	}
	return sideMood(c.Side)
}

// incidentMood is the mood of an open incident. With no word on how much of the
// component is concerned, it is taken as a whole.
func incidentMood(status alerting.Status, in alerting.Incident) mood {
	switch {
	case in.Side != probes.SideSystem:
		return strange
	case in.Cause == probes.UnderMaintenance:
		return maintenance
	case status == alerting.PartialOutage, status == alerting.Degraded:
		return impaired
	}
	return down
}

// sideMood is the mood of a component without an incident.
func sideMood(side probes.Side) mood {
	switch side {
	case probes.SideNone:
		return well
	case probes.SideUser, probes.SideEnvironment:
		return notice
	}
	return checking
}
