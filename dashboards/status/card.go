package status

import (
	"slices"
	"strings"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// card is what the page tells of one component.
type card struct {
	mood
	ID, Name string
	State    string   // the mood in a word
	What     string   // what is happening
	Whose    string   // whose side it is on, in a sentence
	Actions  []action // what to do now, most important first
	Advice   []string // the same in whole sentences, by paragraph
	Tell     []string // how to tell the side from the second possibility
	Since    stamp    // of what is happening
	For      string   // how long already
	Lasting  string   // how long it may last
	Checked  stamp    // of the newest result, where it is old
	Support  []channel
	Days     *days
}

// action is one thing to do.
type action struct {
	Icon string
	Text string
}

// IsCalm reports whether there is nothing to tell but the state.
func (c card) IsCalm() bool { return c.mood == well }

func (e *edition) card(comp probes.Component, v view) card {
	state, in := stateOf(comp.ID, v.State)
	fresh := !v.old && !state.LastAt.IsZero() && !v.now.After(e.cfg.freshUntil(comp.ID, state.LastAt))
	name, _ := e.component(comp.ID)
	c := card{mood: moodOf(state, in, fresh), ID: comp.ID, Name: name, Days: e.days(v.Days[comp.ID], v.now)}
	c.State = e.words.say("state." + c.mood.String())
	switch {
	case in != nil:
		e.tellIncident(&c, *in, v)
	case c.mood == notice:
		e.tellNotice(&c, state)
	case c.mood != well:
		c.What = e.words.say("what." + c.mood.String())
		c.Whose = e.words.say("whose." + c.mood.String())
	}
	if c.mood == monitor || c.mood == checking {
		c.Since = e.words.stamp(state.Since.In(e.zone), v.now)
	}
	if !fresh && !state.LastAt.IsZero() {
		c.Checked, c.For = e.words.stamp(state.LastAt.In(e.zone), v.now), "" // whether it still goes on is not known
	}
	return c
}

// stateOf finds a component's state and the incident to tell of it: the one
// the state names, else one that is the site's fault, else any.
func stateOf(id string, s alerting.State) (alerting.ComponentState, *alerting.Incident) {
	state := alerting.ComponentState{ID: id, Status: alerting.StatusUnknown}
	for _, c := range s.Components {
		if c.ID == id {
			state = c
		}
	}
	var chosen *alerting.Incident
	for i, in := range s.Open {
		switch {
		case in.Component != id:
		case in.ID == state.Incident:
			return state, &s.Open[i]
		case chosen == nil || in.Side == probes.SideSystem:
			chosen = &s.Open[i]
		}
	}
	return state, chosen
}

func (e *edition) tellIncident(c *card, in alerting.Incident, v view) {
	g := e.guidance(in.Signature, in.Cause)
	c.What = e.what(in.Side, g)
	c.Whose = e.words.say("whose." + string(in.Side))
	e.tellAdvice(c, in.Advice, g)
	c.Since = e.words.stamp(in.StartedAt.In(e.zone), v.now)
	c.For = e.words.duration(in.Duration(v.now))
	c.Lasting = e.lasting(in.Duration(v.now), g, pastOf(v.Recent, in))
}

func (e *edition) tellNotice(c *card, state alerting.ComponentState) {
	g := e.guidance(state.Signature, state.Cause)
	c.What = e.what(state.Side, g)
	c.Whose = e.words.say("whose." + string(state.Side))
	e.tellAdvice(c, state.Advice, g)
}

func (e *edition) tellAdvice(c *card, list []probes.Advice, g probes.Guidance) {
	for _, a := range list {
		if text := e.words.say("advice." + string(a)); text != "" && a != probes.NoAdvice {
			c.Actions = append(c.Actions, action{Icon: adviceIcon(a), Text: text})
		}
	}
	c.Advice = paragraphs(g.Advice.In(e.lang))
	c.Tell = paragraphs(g.Tell.In(e.lang))
	c.Support = e.support(list)
}

// adviceIcon is the picture of the three things one can do: wait, ask, check.
func adviceIcon(a probes.Advice) string {
	switch a {
	case probes.Wait:
		return "wait"
	case probes.ContactSupport, probes.UseOtherChannel, probes.VisitStore:
		return "ask"
	}
	return "check"
}

func paragraphs(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return slices.DeleteFunc(lines, func(l string) bool { return l == "" })
}

// lasting says honestly how long it may last: from what the past of the same
// error shows, else from what is documented of it; and when that time has
// passed it says so instead of repeating it.
func (e *edition) lasting(elapsed time.Duration, g probes.Guidance, p spread) string {
	if p.count >= enough {
		return e.lastingByPast(elapsed, p)
	}
	say := func(key string) string {
		return e.words.say(key, "{typical}", e.words.duration(g.Typical), "{most}", e.words.duration(g.AtMost))
	}
	switch {
	case g.AtMost > 0 && elapsed > g.AtMost:
		return say("lasting.past_most")
	case g.Typical > 0 && elapsed > g.Typical && g.AtMost > 0:
		return say("lasting.past_typical_most")
	case g.Typical > 0 && elapsed > g.Typical:
		return say("lasting.past_typical")
	case g.Typical > 0 && g.AtMost > g.Typical:
		return say("lasting.typical_most")
	case g.Typical > 0:
		return say("lasting.typical")
	case g.AtMost > 0:
		return say("lasting.most")
	}
	return say("lasting.unknown")
}

func (e *edition) lastingByPast(elapsed time.Duration, p spread) string {
	shortest, longest := e.words.duration(p.shortest), e.words.duration(p.longest)
	key := "lasting.history"
	switch {
	case elapsed > p.longest:
		key = "lasting.history_past"
	case shortest == longest:
		key = "lasting.history_same"
	case elapsed > p.median:
		key = "lasting.history_long"
	}
	return e.words.say(key, "{n}", itoa(p.count), "{shortest}", shortest, "{longest}", longest, "{median}", e.words.duration(p.median))
}
