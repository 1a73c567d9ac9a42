package signature

import (
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"

	"genkan/probes"
)

// matcher is a node of a signature's match.
type matcher interface {
	// match reports whether the page has what is looked for, and what was found.
	match(p *page) (found, bool)
	// cost orders the parts of an all: what is cheap is looked at first.
	cost() int
}

// found is what a match rests on.
type found struct {
	where places // the places where all its texts stand together; everywhere when it rests on no visible text
	facts facts
	hits  []hit
}

// hit is one thing that was found: a stretch of a segment's normalised text, or
// a quote already made.
type hit struct {
	matcher    string
	region     string
	quote      string
	segment    int // of the page, when end > 0
	start, end int
}

// facts are the kinds of proof other than visible text that a match rests on.
type facts uint8

const (
	ofVisit     facts = 1 << iota // a network error, a bounce, the time running out, a failed step: the visit itself went wrong
	ofStructure                   // the page is built in a way of its own
	ofAnswer                      // status, header, URL, hop
	ofScript                      // an exchange or a line on the console
)

func fact(kind facts, name, quote string) found {
	return found{where: everywhere, facts: kind, hits: []hit{{matcher: name, region: name, quote: quote}}}
}

// Branches.

type anyOf []matcher

func (m anyOf) cost() int { return m[len(m)-1].cost() }

// match takes every part that matches, so that the strongest place counts.
func (m anyOf) match(p *page) (found, bool) {
	var all found
	matched := false
	for _, part := range m {
		f, ok := part.match(p)
		if !ok {
			continue
		}
		if !matched {
			all, matched = f, true
			continue
		}
		all = all.or(f)
	}
	return all, matched
}

// or joins two findings of which one would do.
func (f found) or(g found) found {
	hits := append(slices.Clone(f.hits), g.hits...)
	switch {
	case f.where == everywhere && g.where == everywhere:
	case f.where == everywhere:
		f.where = g.where
	case g.where == everywhere:
	default:
		f.where |= g.where
	}
	return found{where: f.where, facts: f.facts | g.facts, hits: hits}
}

type allOf []matcher

func (m allOf) cost() int { return m[len(m)-1].cost() }

// match wants every part, and keeps the places where they stand together. Texts
// that stand apart from one another stand together only on the page as a whole.
func (m allOf) match(p *page) (found, bool) {
	all := found{where: everywhere}
	for _, part := range m {
		f, ok := part.match(p)
		if !ok {
			return found{}, false
		}
		all.facts |= f.facts
		all.hits = append(all.hits, f.hits...)
		if all.where &= f.where; all.where == 0 {
			all.where = 1 << inBody
		}
	}
	return all, true
}

type not struct{ matcher }

func (m not) match(p *page) (found, bool) {
	_, ok := m.matcher.match(p)
	return found{where: everywhere}, !ok
}

// Texts.

// text is a substring of the normalised text of some places.
type text struct {
	literal int // in the finder
	in      places
	name    string // text or title
}

func (text) cost() int { return 1 }

func (m text) match(p *page) (found, bool) {
	at := &p.found.first[m.literal]
	var where places
	for pl := range placeCount {
		if m.in.has(pl) && at[pl].segment > 0 {
			where |= 1 << pl
		}
	}
	if where == 0 {
		return found{}, false
	}
	best := where.strongest()
	h := at[best]
	return found{where: guard(where, m.in), hits: []hit{{matcher: m.name, region: best.String(),
		segment: int(h.segment) - 1, start: int(h.at), end: int(h.at) + p.lengths[m.literal]}}}, true
}

// guard widens the place of what was looked for in the title alone: that says
// what page it is, and not where its error stands.
func guard(where, in places) places {
	if in == 1<<inTitle {
		return everywhere
	}
	return where
}

// Facts of the visit.

type status []statusRange

type statusRange struct{ from, to int }

func (status) cost() int { return 0 }

func (m status) holds(code int) bool {
	return slices.ContainsFunc(m, func(r statusRange) bool { return r.from <= code && code <= r.to })
}

func (m status) match(p *page) (found, bool) {
	return fact(ofAnswer, "status", itoa(p.view.Status)), m.holds(p.view.Status)
}

// isBare reports whether a status alone makes m match.
func isBare(m matcher) bool {
	switch m := m.(type) {
	case status:
		return true
	case anyOf:
		return slices.ContainsFunc(m, isBare)
	}
	return false
}

type header struct {
	name  string
	value *regexp.Regexp // nil: any
}

func (header) cost() int { return 1 }

func (m header) match(p *page) (found, bool) {
	v, ok := p.view.Headers[m.name]
	if !ok || m.value != nil && !m.value.MatchString(bounded(v, maxLine)) {
		return found{}, false
	}
	return fact(ofAnswer, "header", m.name+": "+bounded(v, maxLine)), true
}

type finalURL struct{ re *regexp.Regexp }

func (finalURL) cost() int { return 2 }

func (m finalURL) match(p *page) (found, bool) {
	u := bounded(p.view.FinalURL, maxLine)
	return fact(ofAnswer, "final_url", u), u != "" && m.re.MatchString(u)
}

type hop struct {
	url    *regexp.Regexp // nil: any
	status status         // empty: any
}

func (hop) cost() int { return 2 }

func (m hop) match(p *page) (found, bool) {
	for _, h := range p.view.Redirects[:min(len(p.view.Redirects), maxItems)] {
		if (m.url == nil || m.url.MatchString(bounded(h.URL, maxLine))) && (len(m.status) == 0 || m.status.holds(h.Status)) {
			return fact(ofAnswer, "hop", itoa(h.Status)+" "+bounded(h.URL, maxLine)), true
		}
	}
	return found{}, false
}

// netError is a list of Chromium's names without "net::"; * stands for any end.
type netError []string

func (netError) cost() int { return 0 }

func (m netError) match(p *page) (found, bool) {
	name := strings.TrimPrefix(p.view.NetError, "net::")
	ok := name != "" && slices.ContainsFunc(m, func(want string) bool {
		if prefix, any := strings.CutSuffix(want, "*"); any {
			return strings.HasPrefix(name, prefix)
		}
		return name == want
	})
	return fact(ofVisit, "net_error", bounded(p.view.NetError, maxLine)), ok
}

// flag is something that a view says or doesn't.
type flag struct {
	name  string
	kind  facts
	holds func(*page) bool
	quote func(*page) string
}

func (flag) cost() int { return 0 }

func (m flag) match(p *page) (found, bool) {
	if !m.holds(p) {
		return found{}, false
	}
	return fact(m.kind, m.name, bounded(m.quote(p), maxLine)), true
}

// selector is CSS that matches something in the captured HTML. Parsing a page
// costs more than all else together, so the names it needs are looked for first.
type selector struct {
	css   cascadia.SelectorGroup
	src   string
	names [][]string // per alternative, what must stand in the HTML
}

func (selector) cost() int { return 9 }

func (m selector) match(p *page) (found, bool) {
	if !slices.ContainsFunc(m.names, p.inHTML) {
		return found{}, false
	}
	doc := p.document()
	if doc == nil || cascadia.Query(doc, m.css) == nil {
		return found{}, false
	}
	return fact(ofStructure, "selector", m.src), true
}

// exchange is a failed XHR or fetch.
type exchange struct {
	url    *regexp.Regexp // nil: any
	status status         // empty: any
	body   string         // normalised; empty: any
}

func (exchange) cost() int { return 5 }

func (m exchange) match(p *page) (found, bool) {
	for i, x := range p.view.Exchanges[:min(len(p.view.Exchanges), maxItems)] {
		switch {
		case m.url != nil && !m.url.MatchString(bounded(x.URL, maxLine)):
		case len(m.status) > 0 && !m.status.holds(x.Status):
		case m.body != "" && !strings.Contains(p.answer(i), m.body):
		default:
			return fact(ofScript, "exchange", bounded(describe(x), maxLine)), true
		}
	}
	return found{}, false
}

func describe(x probes.Exchange) string {
	return strings.Join(strings.Fields(x.Method+" "+x.URL+" "+itoa(x.Status)+" "+x.NetError+" "+x.Body), " ")
}

// console is a text in one line of the console.
type console string

func (console) cost() int { return 5 }

func (m console) match(p *page) (found, bool) {
	for _, line := range p.view.Console[:min(len(p.view.Console), maxItems)] {
		if strings.Contains(normalise(bounded(line, maxLine)), string(m)) {
			return fact(ofScript, "console", bounded(line, maxLine)), true
		}
	}
	return found{}, false
}

type failedStep struct{ re *regexp.Regexp }

func (failedStep) cost() int { return 1 }

func (m failedStep) match(p *page) (found, bool) {
	if p.view.Failed == nil || !m.re.MatchString(bounded(p.view.Failed.Reason, maxLine)) {
		return found{}, false
	}
	return fact(ofVisit, "failed_step", bounded(p.view.Failed.Reason, maxLine)), true
}
