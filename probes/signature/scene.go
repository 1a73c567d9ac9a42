package signature

import (
	"slices"

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
