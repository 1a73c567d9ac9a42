package signature

import (
	"slices"
	"strings"

	"genkan/probes"
)

// standing is how well a page is proven to work.
type standing uint8

const (
	unproven standing = iota // nothing shows that it does
	readable                 // there is main content, and no form to use
	usable                   // there is a form that a member can use
	met                      // it is what was expected
)

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
	case p.view.Content, p.view.Status < 400 && (p.tellsAbout() || p.isReference()):
		return readable
	}
	return unproven
}

// explanation is the weight of text from which a page can explain something.
const explanation = 100

// tellsAbout reports whether the title or the first heading says that the page
// explains something, and it does: what it tells of, it doesn't suffer from.
func (p *page) tellsAbout() bool {
	heading := false
	if weight(bounded(p.view.Text, maxLine)) < explanation {
		return false
	}
	for _, s := range p.segments {
		if s.place != inTitle && (s.place != inHeading || heading) {
			continue
		}
		heading = heading || s.place == inHeading
		if containsAny(s.text+"|", explainingWords()) {
			return true
		}
	}
	return false
}

// explainingWords are words of titles of help pages and articles; normalised,
// with | at the end of the title.
func explainingWords() []string {
	return []string{"よくある質問", "よくあるご質問", "faq", "ヘルプセンタ-", "対処", "解決方法", "とは|", "とは?", "とは-", "ないとき|", "ない時|", "るとき|", "る時|", "ませんか?", "ときは|", "ときは?", "場合は|", "場合は?", "場合の", "したとき", "の原因",
		"what is", "what are", "what to do", "what it means", "how to", "how do", "why ", "troubleshoot", "help center", "help centre", "explained", "guide"}
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
		outcomes = append(outcomes, v.Expected.URL)
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
	case sc.standing == readable && sc.page.view.Status < 400, sc.explains():
		return ruleContent
	case sc.sound():
		return ruleNothingAmiss
	}
	return ""
}
