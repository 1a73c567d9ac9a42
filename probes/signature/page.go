package signature

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html"

	"genkan/probes"
)

// What is looked at of a view, so that a hostile page costs no more than a
// large honest one.
const (
	maxText    = 256 << 10 // bytes of visible text
	maxRegions = 64 << 10  // bytes of all regions and dialogs together
	maxHTML    = 512 << 10 // bytes of HTML
	maxLine    = 4 << 10   // bytes of a URL, a header, a line on the console
	maxItems   = 64        // hops, exchanges, lines on the console
	maxAnswer  = 32 << 10  // bytes of an exchange's body
	maxQuote   = 300       // bytes of a quote
	maxLooked  = 8 << 20   // bytes that all regular expressions together look at
)

// page is a view prepared for matching.
type page struct {
	view     probes.View
	segments []segment
	found    occurrences
	literals []string
	lengths  []int // of the literals
	lexicon  *lexicon
	budget   int // bytes that regular expressions may still look at

	html    string     // of the view, lower case, once asked for
	doc     *html.Node // of the view's HTML, once asked for
	parsed  bool
	answers map[int]string // exchanges' bodies, normalised, once asked for
}

// segment is the text of one place.
type segment struct {
	place place
	text  string // normalised
	raw   string
}

// occurrence is where a literal stands. The zero value is nowhere.
type occurrence struct{ segment, at int32 } // segment from 1

// newPage prepares a view for the matchers whose literals f holds.
func newPage(v probes.View, f *finder, l *lexicon) *page {
	p := &page{view: v, literals: f.literals, lengths: f.lengths, lexicon: l, budget: maxLooked}
	budget := maxRegions
	for _, d := range v.Dialogs {
		p.add(inDialog, d.Message, &budget)
	}
	for _, kind := range []place{inDialog, inFormError, inAlert, inHeading} {
		for _, r := range v.Regions {
			if regionPlace(r.Kind) == kind {
				p.add(kind, r.Text, &budget)
			}
		}
	}
	rest := maxText
	p.add(inTitle, bounded(v.Title, maxLine), &rest)
	p.add(inBody, v.Text, &rest)
	p.found = f.find(p.segments)
	return p
}

func (p *page) add(at place, raw string, budget *int) {
	raw = bounded(raw, *budget)
	*budget -= len(raw)
	if text := normalise(raw); text != "" {
		p.segments = append(p.segments, segment{place: at, text: text, raw: raw})
	}
}

func regionPlace(k probes.RegionKind) place {
	switch k {
	case probes.DialogRegion:
		return inDialog
	case probes.FormErrorRegion:
		return inFormError
	case probes.HeadingRegion:
		return inHeading
	}
	return inAlert
}

// quote is what was found as the page has it.
func (p *page) quote(h hit) probes.Quote {
	q := h.quote
	if h.end > 0 {
		q = original(p.segments[h.segment].raw, h.start, h.end)
	}
	return quotation(h.matcher, q)
}

// quotation is a quote of bounded length and whole characters.
func quotation(matcher, text string) probes.Quote {
	return probes.Quote{Matcher: matcher, Quote: bounded(strings.ToValidUTF8(bounded(text, 2*maxQuote), ""), maxQuote)}
}

func (p *page) inHTML(names []string) bool {
	if p.html == "" {
		p.html = strings.ToLower(bounded(p.view.HTML, maxHTML))
	}
	for _, n := range names {
		if !strings.Contains(p.html, n) {
			return false
		}
	}
	return true
}

func (p *page) document() *html.Node {
	if !p.parsed {
		p.parsed = true
		p.doc, _ = html.Parse(strings.NewReader(bounded(p.view.HTML, maxHTML))) // a page that can't be parsed matches no selector
	}
	return p.doc
}

// answer is the normalised body of an exchange, once as it is and once with the
// escapes of JSON undone.
func (p *page) answer(i int) string {
	if a, ok := p.answers[i]; ok {
		return a
	}
	if p.answers == nil {
		p.answers = map[int]string{}
	}
	body := bounded(p.view.Exchanges[i].Body, maxAnswer)
	p.answers[i] = normalise(body) + "\x00" + normalise(unescaped(body))
	return p.answers[i]
}

// unescaped undoes the escapes of JSON strings in s, wherever they stand.
func unescaped(s string) string {
	var out []byte
	var units []uint16 // of UTF-16, since characters beyond the first plane come in two
	flush := func() {
		out = append(out, string(utf16.Decode(units))...)
		units = units[:0]
	}
	for i := 0; i < len(s); {
		if unit, ok := escapedUnit(s[i:]); ok {
			units, i = append(units, unit), i+len(`\u0000`)
			continue
		}
		flush()
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if strings.IndexByte("nrtbf", s[i]) >= 0 {
				out, i = append(out, ' '), i+1
				continue
			}
		}
		out, i = append(out, s[i]), i+1
	}
	flush()
	return string(out)
}

func escapedUnit(s string) (uint16, bool) {
	if len(s) < len(`\u0000`) || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	u, err := strconv.ParseUint(s[2:6], 16, 16)
	return uint16(u), err == nil
}

// bouncedHome reports whether something else than the top page was asked for
// and the visit ended on the top page of the same site.
func bouncedHome(v probes.View) bool {
	asked, err := url.Parse(v.RequestedURL)
	if err != nil || v.Submitted || atTop(asked) {
		return false
	}
	final, err := url.Parse(v.FinalURL)
	return err == nil && final.Host != "" && final.Path == "/" && bareHost(asked) == bareHost(final)
}

func atTop(u *url.URL) bool {
	switch strings.ToLower(u.Path) {
	case "", "/", "/index.html", "/index.htm", "/index.php", "/index.jsp", "/default.aspx":
		return true
	}
	return false
}

// bareHost is the origin's host without what a site adds to its own name.
func bareHost(u *url.URL) string {
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.")
}

// blank reports whether there is nothing to see and nothing to do.
func blank(v probes.View) bool {
	return strings.TrimSpace(v.Text) == "" && !v.Content && len(v.Dialogs) == 0 && !usableForm(v)
}

// usableForm reports whether the page has a form that a member can use. A form
// of another kind, such as a search box, is part of a layout and proves nothing.
func usableForm(v probes.View) bool {
	for _, f := range v.Forms {
		if f.Usable() && f.Kind != probes.OtherForm {
			return true
		}
	}
	return false
}

// bounded cuts s to at most n bytes, between characters.
func bounded(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:max(n, 0)]
}

func itoa(n int) string { return strconv.Itoa(n) }
