package signature

import (
	"slices"
	"strings"

	"genkan/probes"
)

// scene is a view with all signatures that were seen on it, and with what a
// visitor can do there: that decides what a match means.
type scene struct {
	page      *page
	before    *scene // the view before; nil for the first
	sightings []*sighting
	standing  standing
	unmet     bool // an expectation of the page was measured and isn't met
}

// standing is how well a page is proven to work.
type standing uint8

const (
	unproven standing = iota // nothing shows that it does
	readable                 // there is main content, and no form to use
	usable                   // there is a form that a member can use
	met                      // it is what was expected
)

// sighting is a signature that matched on a view.
type sighting struct {
	sig    *Signature
	found  found
	match  probes.Match
	weight int  // bytes of what was found
	blocks bool // the visitor can't go on
	firmly bool // and it would be so without any expectation
}

// look matches every signature against a view.
func (s *Set) look(v probes.View, before *scene) *scene {
	sc := &scene{page: newPage(v, s.finder, s.lexicon), before: before}
	for i := range s.signatures {
		sig := &s.signatures[i]
		if sig.match == nil {
			continue
		}
		f, ok := sig.match.match(sc.page)
		if !ok {
			continue
		}
		sc.sightings = append(sc.sightings, sc.sight(sig, f))
	}
	return sc
}

// maxQuotes is how many quotes a match keeps.
const maxQuotes = 5

func (sc *scene) sight(sig *Signature, f found) *sighting {
	g := &sighting{sig: sig, found: f, match: probes.Match{Signature: sig.ID, Step: sc.page.view.Step, Region: f.region(), Quotes: []probes.Quote{}}}
	for _, h := range f.hits {
		q := sc.page.quote(h)
		g.weight += len(q.Quote)
		if len(g.match.Quotes) < maxQuotes && !slices.Contains(g.match.Quotes, q) {
			g.match.Quotes = append(g.match.Quotes, q)
		}
	}
	return g
}

// region is the name of the place that says most of what was found.
func (f found) region() string {
	if f.where != everywhere {
		return f.where.strongest().String()
	}
	for _, h := range f.hits {
		if h.region != "" {
			return h.region
		}
	}
	return ""
}

// ofText reports whether the finding rests on visible text.
func (f found) ofText() bool { return f.where != everywhere }

// titled reports whether the finding rests on the title and on no visible text.
func (f found) titled() bool {
	return !f.ofText() && slices.ContainsFunc(f.hits, func(h hit) bool { return h.region == inTitle.String() })
}

// rank orders findings by how much they say: a failed visit, then text by its
// place, then how the page is built, its answer, its scripts.
func (g *sighting) rank() int {
	f := g.found
	switch {
	case f.facts&ofVisit != 0:
		return 0
	case f.ofText():
		return 1 + int(f.where.strongest())
	case f.titled():
		return 1 + int(inTitle)
	case f.facts&ofStructure != 0:
		return 20
	case f.facts&ofAnswer != 0:
		return 21
	}
	return 22
}

func (sc *scene) matches() []probes.Match {
	out := make([]probes.Match, len(sc.sightings))
	for i, g := range sc.sightings {
		out[i] = g.match
	}
	return out
}

// stand works out what the visitor can do, and with it which sightings block.
// Only the last view has to be what was expected.
func (sc *scene) stand(e probes.Expectation, last bool) {
	own := ownStanding(sc.page)
	sc.standing = own
	if last && e.OfPage() {
		switch expectation(sc.page, e) {
		case probes.Met:
			if !bouncedHome(sc.page.view) || e.URL != "" || own == usable {
				sc.standing = met // else the top page has it too by chance
			}
		case probes.Unmet:
			sc.standing, sc.unmet = unproven, true
		}
	}
	for _, g := range sc.sightings {
		g.blocks = sc.blocks(g, sc.standing)
		g.firmly = g.blocks && sc.blocks(g, own)
		g.match.Blocks = g.blocks
	}
}

// ownStanding is how well a page is proven to work by itself.
func ownStanding(p *page) standing {
	switch {
	case usableForm(p.view):
		return usable
	case p.view.Content, p.view.Status < 400 && p.tellsAbout():
		return readable
	}
	return unproven
}

// tellsAbout reports whether the title or the first heading says that the page
// explains something: what it tells of, it doesn't suffer from.
func (p *page) tellsAbout() bool {
	heading := false
	for _, s := range p.segments {
		if s.place != inTitle && (s.place != inHeading || heading) {
			continue
		}
		heading = heading || s.place == inHeading
		if containsAny(s.text, explainingWords()) {
			return true
		}
	}
	return false
}

// explainingWords are words of titles of help pages and articles; normalised.
func explainingWords() []string {
	return []string{"よくある質問", "よくあるご質問", "faq", "ヘルプセンタ-", "対処", "解決方法", "とは", "ときは", "場合は", "したとき", "の原因",
		"what is", "what are", "what to do", "what it means", "how to", "how do", "why ", "troubleshoot", "help center", "help centre", "explained", "guide"}
}

// blocks reports whether a sighting keeps the visitor from going on, on a page
// that works as well as said. What doesn't block is a quotation.
func (sc *scene) blocks(g *sighting, as standing) bool {
	f := g.found
	switch {
	case f.facts&ofVisit != 0:
		return sc.visitBlocks(as)
	case f.ofText() && f.where&loud != 0:
		return as < usable || !sc.announces(g)
	case sc.page.quotes(f):
		return false
	case sc.page.view.Submitted && f.ofText() && !g.sig.Generic && !sc.stoodBefore(g):
		return true
	case as == usable:
		return sc.reports(g) || sc.isForm(g)
	case as == met:
		return false
	case as == readable:
		return sc.defines(g) || len(sc.page.view.Forms) > 0 && sc.reports(g)
	}
	return true
}

// visitBlocks: a visit that went wrong blocks unless it led to what was
// expected; one that only ran out of time, also when the page can be used.
func (sc *scene) visitBlocks(as standing) bool {
	v := sc.page.view
	if v.TimedOut && v.NetError == "" && !bouncedHome(v) && v.Failed == nil {
		return as == unproven
	}
	return as != met
}

// stoodBefore reports whether the same signature was seen before the form was
// sent: then it is no answer to it.
func (sc *scene) stoodBefore(g *sighting) bool {
	return sc.before != nil && slices.ContainsFunc(sc.before.sightings, func(b *sighting) bool { return b.sig == g.sig })
}

// shortPage is the length of visible text, in bytes, up to which a page whose
// title or heading is the error's name is that error's page. What is longer
// tells about the error.
const shortPage = 3000

// defines reports whether what was found makes a page with something to read
// an error page all the same: the server says so, or its title or heading is
// the error's name and little else is there.
func (sc *scene) defines(g *sighting) bool {
	v := sc.page.view
	if g.found.facts&ofStructure != 0 && !g.sig.Generic {
		return true
	}
	if v.Status >= 400 {
		return g.found.ofText() || g.found.titled() || g.found.facts&ofStructure != 0
	}
	return len(v.Text) <= shortPage && !sc.page.tellsAbout() && slices.ContainsFunc(g.found.hits, func(h hit) bool { return sc.page.isNamed(h, g.sig.Generic) })
}

// isNamed reports whether what was found is most of the title or of the first
// heading; of generic words nearly all is needed.
func (p *page) isNamed(h hit, generic bool) bool {
	if h.end == 0 {
		return false
	}
	first := slices.IndexFunc(p.segments, func(s segment) bool { return s.place == inHeading })
	s := p.segments[h.segment]
	if s.place != inTitle && h.segment != first {
		return false
	}
	part := 2 * (h.end - h.start)
	if generic {
		part -= (h.end - h.start) / 2
	}
	return part >= len(s.text)
}

// quotes reports whether all that was found in visible text stands between
// quotation marks: it is spoken of, and not said.
func (p *page) quotes(f found) bool {
	texts := 0
	for _, h := range f.hits {
		if h.end == 0 || p.segments[h.segment].place == inTitle {
			continue
		}
		texts++
		if !quoted(p.segments[h.segment].text, h.start, h.end) {
			return false
		}
	}
	return texts > 0
}

// quoted reports whether [start, end) of a normalised text lies between
// quotation marks.
func quoted(s string, start, end int) bool {
	before, after := s[max(0, start-maxQuote):start], s[end:min(len(s), end+maxQuote)]
	for _, marks := range [][2]string{{"「", "」"}, {"『", "』"}} {
		if strings.LastIndex(before, marks[0]) > strings.LastIndex(before, marks[1]) && strings.Contains(after, marks[1]) {
			return true
		}
	}
	return strings.HasSuffix(strings.TrimRight(before, " "), `"`) && strings.Count(before, `"`)%2 == 1 && strings.Contains(after, `"`)
}

// isForm reports whether a form a visitor could use is the very thing the
// signature names: the form of a network's portal, which isn't the site's, or
// the one that asks for a second factor and leaves nothing else to do.
func (sc *scene) isForm(g *sighting) bool {
	switch g.sig.Cause {
	case probes.CaptivePortal:
		return !g.sig.Generic
	case probes.TwoFactorRequired:
		return g.found.ofText() && !slices.ContainsFunc(sc.page.view.Forms, func(f probes.Form) bool {
			return f.Usable() && f.Kind != probes.CodeForm && f.Kind != probes.OtherForm
		})
	}
	return false
}

// reports reports whether, beside a form, a sentence of its own says what is
// wrong with what the visitor sent, or what the site's own pack knows to be
// wrong with the site. Many sites write it as plain text above the form, by
// nothing told from the rest. On a long page it would more likely be explained
// than meant.
func (sc *scene) reports(g *sighting) bool {
	v := sc.page.view
	ofSite := g.sig.Side == probes.SideSystem && g.sig.pack.site && !g.sig.Generic
	if g.sig.Side != probes.SideUser && !ofSite || !g.found.ofText() || len(v.Text) > shortPage || sc.page.tellsAbout() {
		return false
	}
	for _, h := range g.found.hits {
		if h.end > 0 && sc.page.segments[h.segment].place == inBody && sc.page.stated(h) {
			return true
		}
	}
	return false
}

// stated reports whether what was found is most of a sentence, and the sentence
// tells of a failure: a label or a hint asks for something and tells of none,
// and a question only supposes it.
func (p *page) stated(h hit) bool {
	s := p.segments[h.segment]
	words := s.text[h.start:h.end]
	for _, sentence := range sentences(s.raw) {
		n := normalise(sentence)
		if 2*len(words) >= len(n) && strings.Contains(n, words) {
			return p.lexicon.suspicion(n) >= amissFrom && !strings.HasSuffix(n, "?")
		}
	}
	return false
}

// announces reports whether a notice of maintenance speaks of another time than
// now. The page it stands on can be used, and says what will be.
func (sc *scene) announces(g *sighting) bool {
	if g.sig.Cause != probes.UnderMaintenance {
		return false
	}
	for _, s := range sc.page.segments {
		if loud.has(s.place) && g.found.where.has(s.place) && containsAny(s.text, currentWords()) {
			return false
		}
	}
	return slices.ContainsFunc(sc.page.segments, func(s segment) bool {
		return loud.has(s.place) && g.found.where.has(s.place) && containsAny(s.text, futureWords())
	})
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// currentWords say that something is so now; normalised.
func currentWords() []string {
	return []string{"ただいま", "只今", "現在", "中です", "中のため", "currently", "right now", "at the moment", "is down", "is being", "are performing", "are undergoing", "is undergoing"}
}

// futureWords say that something will be; normalised.
func futureWords() []string {
	return []string{"予定", "実施します", "実施いたします", "行います", "お知らせ", "will be", "scheduled", "planned", "upcoming"}
}

// expectation is how what was expected of the page came out. The text is
// compared here too, since only here texts are normalised.
func expectation(p *page, e probes.Expectation) probes.Outcome {
	v := p.view
	outcomes := make([]probes.Outcome, 0, 3)
	if e.Selector != "" {
		outcomes = append(outcomes, v.Expected.Selector)
	}
	if e.URL != "" {
		outcomes = append(outcomes, outcome(globbed(e.URL, v.FinalURL)))
	}
	if e.Text != "" {
		outcomes = append(outcomes, outcome(v.Expected.Text == probes.Met || strings.Contains(normalise(bounded(v.Text, maxText)), normalise(e.Text))))
	}
	switch {
	case slices.Contains(outcomes, probes.Unmet):
		return probes.Unmet
	case slices.Contains(outcomes, probes.Unmeasured):
		return probes.Unmeasured
	}
	return probes.Met
}

func outcome(ok bool) probes.Outcome {
	if ok {
		return probes.Met
	}
	return probes.Unmet
}

// globbed reports whether s is glob, in which * stands for any run of characters.
func globbed(glob, s string) bool {
	parts := strings.Split(glob, "*")
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok || len(parts) == 1 {
		return ok && s == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		_, s, ok = strings.Cut(s, part)
		if !ok {
			return false
		}
	}
	return strings.HasSuffix(s, last)
}

// sound reports whether a page of few words, of which nothing was expected, was
// answered well and says nothing that sounds like an error.
func (sc *scene) sound() bool {
	v := sc.page.view
	return !sc.unmet && v.Status < 400 && v.NetError == "" && !v.TimedOut && v.Failed == nil && sc.page.lexicon.nothingAmiss(v)
}

// healthyRule is the rule by which a view that nothing blocks is healthy, or "".
func (sc *scene) healthyRule() string {
	switch {
	case sc.standing == met:
		return ruleMet
	case sc.standing == usable:
		return ruleForm
	case sc.standing == readable && sc.page.view.Status < 400:
		return ruleContent
	case sc.sound():
		return ruleNothingAmiss
	}
	return ""
}
