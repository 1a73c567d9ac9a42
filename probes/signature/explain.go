package signature

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"genkan/probes"
)

// Candidate is what a quoted message may be.
type Candidate struct {
	Signature string          `json:"signature"`
	Side      probes.Side     `json:"side"`
	OrSide    probes.Side     `json:"or_side,omitempty"`
	Cause     probes.Cause    `json:"cause"`
	Advice    []probes.Advice `json:"advice"`
	Score     float64         `json:"score"` // 0 to 1: how much the message is like what the signature says
	Title     string          `json:"title"` // what it is, in the language asked for
	Text      string          `json:"text"`  // what to do, in the language asked for
	Tell      string          `json:"tell,omitempty"`
}

const (
	maxMessage    = 400  // characters of a message that are looked at
	maxCandidates = 8    // that are named
	maxRefined    = 60   // phrases whose edit distance is worked out
	leastScore    = 0.5  // below it a likeness is chance
	leastOfBest   = 0.65 // of the best score, below which the others are not worth naming
	shortMessage  = 9    // weight below which a message is a word or a code, and must be one of the phrase's
)

// Explain tells what a message may be, best first; none when nothing is like
// it. The message may be a part of what was shown, or hold it among other
// words, have typing errors and any widths, and be in another language than
// what was shown, where a signature says it in that language.
func (s *Set) Explain(message, lang string) []Candidate {
	q := newPhrase(bounded(message, 4*maxMessage))
	if len(q.runes) < 2 && weight(message) < 3 {
		return nil
	}
	best := map[int]float64{}
	for _, i := range s.phrases.nearest(q) {
		p := s.phrases.all[i]
		if score := s.phrases.likeness(q, p); score >= leastScore && score > best[p.signature] {
			best[p.signature] = score
		}
	}
	out := make([]Candidate, 0, len(best))
	for i, score := range best {
		out = append(out, s.candidate(s.signatures[i], score, lang))
	}
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), first(s.ofSite(a), s.ofSite(b)), cmp.Compare(a.Signature, b.Signature))
	})
	for n, c := range out {
		if n == maxCandidates || c.Score < leastOfBest*out[0].Score {
			return out[:n]
		}
	}
	return out
}

func (s *Set) candidate(sig Signature, score float64, lang string) Candidate {
	return Candidate{Signature: sig.ID, Side: sig.Side, OrSide: sig.OrSide, Cause: sig.Cause, Advice: slices.Clone(sig.Advice),
		Score: math.Round(score*1000) / 1000, Title: sig.Title.In(lang), Text: sig.Text.In(lang), Tell: sig.Tell.In(lang)}
}

func (s *Set) ofSite(c Candidate) bool { return s.signatures[s.byID[c.Signature]].pack.site }

// phrasebook is what all signatures say, for finding what a message is like.
type phrasebook struct {
	all   []phrase
	index map[string][]int   // phrases by the pieces they hold
	rare  map[string]float64 // how much a piece tells: the rarer, the more
	most  float64            // how much a piece tells that no phrase holds
}

// phrase is something a signature says: whole, as its letters and digits alone,
// and in pieces.
type phrase struct {
	signature int
	words     []string
	runes     []rune
	weight    int
	pieces    []string // sorted, each once
}

func newPhrase(s string) phrase {
	n := normalise(s)
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, n)
	runes := []rune(letters)
	runes = runes[:min(len(runes), maxMessage)]
	return phrase{words: strings.FieldsFunc(n, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) || ideographic(r) }),
		runes: runes, weight: weight(letters), pieces: pieces(runes)}
}

// pieces are the runs of two characters of a text where one is Japanese or
// Chinese, and of three elsewhere.
func pieces(runes []rune) []string {
	var out []string
	for i := range runes {
		switch {
		case i+1 < len(runes) && (ideographic(runes[i]) || ideographic(runes[i+1])):
			out = append(out, string(runes[i:i+2]))
		case i+2 < len(runes):
			out = append(out, string(runes[i:i+3]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func newPhrasebook(signatures []Signature) *phrasebook {
	b := &phrasebook{index: map[string][]int{}, rare: map[string]float64{}}
	for i, sig := range signatures {
		said := slices.Concat(sig.Says, sig.phrases)
		for _, title := range sig.Title {
			said = append(said, title)
		}
		slices.Sort(said)
		for _, text := range slices.Compact(said) {
			p := newPhrase(text)
			p.signature = i
			b.all = append(b.all, p)
		}
	}
	for i, p := range b.all {
		for _, piece := range p.pieces {
			b.index[piece] = append(b.index[piece], i)
		}
	}
	n := float64(len(b.all))
	for piece, phrases := range b.index {
		b.rare[piece] = math.Log(1 + n/float64(len(phrases)))
	}
	b.most = math.Log(1 + n)
	return b
}

func (b *phrasebook) tells(piece string) float64 {
	if w, ok := b.rare[piece]; ok {
		return w
	}
	return b.most
}

func (b *phrasebook) sum(pieces []string) float64 {
	total := 0.0
	for _, p := range pieces {
		total += b.tells(p)
	}
	return total
}

// nearest are the phrases that share most with a message.
func (b *phrasebook) nearest(q phrase) []int {
	shared := map[int]float64{}
	for _, piece := range q.pieces {
		for _, i := range b.index[piece] {
			shared[i] += b.tells(piece)
		}
	}
	if q.weight < shortMessage { // a code may be too short for pieces
		for i, p := range b.all {
			if p.says(q) {
				shared[i] += b.most
			}
		}
	}
	order := make([]int, 0, len(shared))
	for i := range shared {
		shared[i] *= shared[i] / (1 + b.sum(b.all[i].pieces))
		order = append(order, i)
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Or(cmp.Compare(shared[y], shared[x]), cmp.Compare(x, y)) })
	return order[:min(len(order), maxRefined)]
}

// likeness is how much a message is like a phrase, 0 to 1: whether one holds
// the other, but for typing errors, and how much of either that is.
func (b *phrasebook) likeness(q, p phrase) float64 {
	if q.weight < shortMessage && !p.says(q) && string(q.runes) != string(p.runes) {
		return 0
	}
	if p.weight < shortMessage && string(q.runes) != string(p.runes) && len(p.runes) < len(q.runes) {
		return 0
	}
	both := 0.0
	for _, piece := range q.pieces {
		if _, ok := slices.BinarySearch(p.pieces, piece); ok {
			both += b.tells(piece)
		}
	}
	ofMessage, ofPhrase := share(both, b.sum(q.pieces)), share(both, b.sum(p.pieces))
	near := closeness(q.runes, p.runes)
	if len(p.runes) <= 2*len(q.runes) { // or with words left out of it
		near = max(near, 0.9*kept(q.runes, p.runes))
	}
	return max(near*near, 0.9*ofMessage*ofMessage) * (0.5 + 0.3*ofMessage + 0.2*ofPhrase)
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 1
	}
	return part / whole
}

// says reports whether the words of a short message are words of the phrase. In
// Japanese, where words have no ends, standing in it is enough.
func (p phrase) says(q phrase) bool {
	if slices.ContainsFunc(q.runes, ideographic) {
		return len(q.runes) > 1 && strings.Contains(string(p.runes), string(q.runes))
	}
	return len(q.words) > 0 && !slices.ContainsFunc(q.words, func(w string) bool { return !slices.ContainsFunc(p.words, func(v string) bool { return alike(v, w) }) })
}

// alike allows one slip in a word of five letters and more.
func alike(v, w string) bool {
	return v == w || len(w) >= 5 && len(v) >= 5 && closeness([]rune(v), []rune(w)) >= 0.8 && max(len(v), len(w))-min(len(v), len(w)) <= 1
}

// kept is the share of the characters of a that stand in b in the same order.
func kept(a, b []rune) float64 {
	if len(a) == 0 {
		return 0
	}
	previous, current := make([]int, len(b)+1), make([]int, len(b)+1)
	for _, c := range a {
		for j, r := range b {
			current[j+1] = max(previous[j+1], current[j])
			if c == r {
				current[j+1] = max(current[j+1], previous[j]+1)
			}
		}
		previous, current = current, previous
	}
	return float64(previous[len(b)]) / float64(len(a))
}

// closeness is how near the shorter text comes to standing in the longer one: 1
// when it does, less by its share of each character that must be changed.
func closeness(a, b []rune) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	previous, current := make([]int, len(a)+1), make([]int, len(a)+1)
	for i := range previous {
		previous[i] = i
	}
	best := len(a)
	for _, r := range b {
		current[0] = 0 // it may begin anywhere in the longer one
		for i, c := range a {
			cost := 1
			if c == r {
				cost = 0
			}
			current[i+1] = min(previous[i]+cost, previous[i+1]+1, current[i]+1)
		}
		previous, current = current, previous
		best = min(best, previous[len(a)])
	}
	return 1 - float64(best)/float64(len(a))
}
