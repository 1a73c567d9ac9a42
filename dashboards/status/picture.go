package status

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// picture is what the page shows at one moment, in words. The template only
// lays it out.
type picture struct {
	words
	Lang, TextLang string
	Site           string
	Headline       headline
	Old            *banner // nil while the data as a whole is new
	Now            stamp   // of what the page shows: of its data, when that is old
	Cards          []card
	Past           []past
	Others         []otherLanguage
	Zone           string
}

// Say is what the template says things with.
func (p picture) Say(key string, pairs ...string) string { return p.say(key, pairs...) }

// headline is the answer to "does it work?" over all components.
type headline struct {
	mood
	Text     string
	Affected []reference // the components it speaks of
}

type reference struct{ ID, Name string }

// banner says that the data as a whole is old, or may be.
type banner struct {
	At          stamp // of the newest data, when it is old
	Title, Text string
}

type otherLanguage struct{ Lang, Name string }

// past is a resolved incident.
type past struct {
	Name, What string
	From, To   stamp
	Lasted     string
}

// view is what a picture is made from.
type view struct {
	alerting.Snapshot
	now time.Time // in the site's time zone
	old bool      // the data as a whole is old
}

func (e *edition) picture(told alerting.Snapshot, now time.Time) picture {
	v := view{Snapshot: told, now: now}
	v.old = !told.At.IsZero() && now.Sub(told.At) > e.cfg.maxAge()
	p := picture{
		words: e.words, Lang: e.lang, TextLang: e.textLang,
		Site: e.cfg.Site.Name.In(e.lang),
		Now:  e.words.stamp(now.Truncate(time.Minute), now), // finer, and the page would never be the same twice
		Zone: now.Format("MST"),
	}
	for _, c := range e.cfg.Components {
		p.Cards = append(p.Cards, e.card(c, v))
	}
	p.Headline = e.headline(p.Cards, v.old)
	p.Past = e.past(v)
	p.Others = e.others()
	p.Old = e.banner(v)
	if v.old {
		p.Now = p.Old.At
	}
	return p
}

// banner says that the data is old, or, while the record can't be written and
// new results are held in memory only, that it may be. Else it is nil.
func (e *edition) banner(v view) *banner {
	switch {
	case v.old:
		at := e.words.stamp(v.At.In(e.zone), v.now)
		return &banner{At: at, Title: e.words.say("old.title"), Text: e.words.say("old.text", "{time}", at.Text)}
	case !v.Writable:
		return &banner{Title: e.words.say("unsaved.title"), Text: e.words.say("unsaved.text")}
	}
	return nil
}

// headline takes the gravest mood of all components.
func (e *edition) headline(cards []card, old bool) headline {
	gravest := well
	if len(cards) == 0 {
		gravest = untold
	}
	for _, c := range cards {
		gravest = max(gravest, c.mood)
	}
	if old {
		gravest = max(gravest, stale)
	}
	var affected []reference
	for _, c := range cards {
		if c.mood == gravest && gravest != well || c.mood.troubled() {
			affected = append(affected, reference{c.ID, c.Name})
		}
	}
	key := "headline." + gravest.String() + ".some"
	if len(affected) == len(cards) || gravest == well {
		key, affected = "headline."+gravest.String()+".all", nil
	}
	return headline{mood: gravest, Text: e.words.say(key), Affected: affected}
}

// pastShown is how many resolved incidents the page lists.
const pastShown = 10

func (e *edition) past(v view) []past {
	var list []past
	for _, in := range v.Recent {
		name, known := e.component(in.Component)
		if !known || len(list) == pastShown {
			continue
		}
		list = append(list, past{
			Name: name, What: e.what(in.Side, e.guidance(in.Signature, in.Cause)),
			From:   e.from(in, v.now),
			To:     e.until(in, v.now),
			Lasted: e.words.duration(in.Duration(v.now)),
		})
	}
	return list
}

// from is the beginning of an incident; its zone is left to the end.
func (e *edition) from(in alerting.Incident, now time.Time) stamp {
	s := e.words.stamp(in.StartedAt.In(e.zone), now)
	s.Text = strings.TrimSuffix(s.Text, in.StartedAt.In(e.zone).Format(" MST"))
	return s
}

// until is the end of an incident; its day is left out when it began on it.
func (e *edition) until(in alerting.Incident, now time.Time) stamp {
	from, to := in.StartedAt.In(e.zone), in.ResolvedAt.In(e.zone)
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		now = to
	}
	return e.words.stamp(to, now)
}

// component is the name of a component in this language, if the site has it.
func (e *edition) component(id string) (name string, known bool) {
	i := slices.IndexFunc(e.cfg.Components, func(c probes.Component) bool { return c.ID == id })
	if i < 0 {
		return "", false
	}
	return cmp.Or(e.cfg.Components[i].Name.In(e.lang), id), true
}

func (e *edition) guidance(signature string, cause probes.Cause) probes.Guidance {
	if e.cfg.Guidance == nil {
		return probes.Guidance{}
	}
	return e.cfg.Guidance(signature, cause)
}

// what says what is happening: the guidance's title, else the side's words.
func (e *edition) what(side probes.Side, g probes.Guidance) string {
	if title := strings.TrimSpace(g.Title.In(e.lang)); title != "" {
		return title
	}
	return e.words.say("what." + string(side))
}

func (e *edition) others() []otherLanguage {
	var list []otherLanguage
	for _, lang := range e.cfg.Site.Languages {
		if lang != e.lang {
			list = append(list, otherLanguage{lang, ownName(lang)})
		}
	}
	return list
}
