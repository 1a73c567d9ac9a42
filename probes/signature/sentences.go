package signature

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"genkan/probes"
)

// maxSentences is how many sentences of an unknown page are quoted.
const maxSentences = 5

// suspicious are the sentences of a view that look most like an error, the
// likeliest first: by the words they use, and by how they stand out.
func (l *lexicon) suspicious(v probes.View) []probes.Quote {
	type candidate struct {
		text  string
		score int
		order int
	}
	var all []candidate
	seen := map[string]bool{}
	add := func(text string, bonus int) {
		for _, s := range sentences(bounded(text, maxRegions)) {
			if n := normalise(s); !seen[n] && n != "" && len(all) < 2000 {
				seen[n] = true
				if score := l.suspicion(n) + bonus; score > 0 {
					all = append(all, candidate{s, score, len(all)})
				}
			}
		}
	}
	for _, d := range v.Dialogs {
		add(d.Message, 6)
	}
	for _, r := range v.Regions {
		add(r.Text, regionBonus(r.Kind))
	}
	add(v.Title, 1)
	add(v.Text, 0)
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.order, b.order)) })
	quotes := []probes.Quote{}
	for _, c := range all[:min(len(all), maxSentences)] {
		quotes = append(quotes, quotation("sentence", c.text))
	}
	return quotes
}

const soundText = 40 // weight of text below which a page says too little to be called healthy

// nothingAmiss reports whether a view has something to say and nothing of it
// sounds like an error: not its title, not what stands out, and no more than a
// third of the rest, apart from what it asks or supposes.
func (l *lexicon) nothingAmiss(v probes.View) bool {
	if len(v.Dialogs) > 0 || l.amiss(v.Title) || !wordsKnown(v.Text) {
		return false
	}
	for _, r := range v.Regions {
		if r.Kind != probes.HeadingRegion || l.amiss(r.Text) {
			return false
		}
	}
	total, wrong, done := 0, 0, false
	for _, s := range sentences(bounded(v.Text, maxRegions)) {
		w, n := weight(s), normalise(s)
		total += w
		done = done || containsAny(n, successWords())
		if l.suspicion(n) >= amissFrom && !asksOrSupposes(n) && !(done && conditional(n)) {
			wrong += w
		}
	}
	return (total >= soundText || done) && 3*wrong <= total
}

// amiss reports whether a title or heading sounds like an error, or bears the
// number of one.
func (l *lexicon) amiss(text string) bool {
	n := normalise(text)
	return l.suspicion(n) >= amissFrom || slices.ContainsFunc(strings.FieldsFunc(n, func(r rune) bool { return !unicode.IsDigit(r) }), func(number string) bool {
		return len(number) == 3 && (number[0] == '4' && number < "452" || number[0] == '5' && number < "531")
	})
}

// wordsKnown reports whether most of a text is in a script of which errorWords
// has words: of what can't be read, nothing can be said.
func wordsKnown(text string) bool {
	known, all := 0, 0
	for _, r := range bounded(text, maxRegions) {
		if unicode.IsLetter(r) {
			all++
			if unicode.In(r, unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Cyrillic, unicode.Arabic) {
				known++
			}
		}
	}
	return 2*known > all
}

// weight is how much a text says, in Latin letters; a character of Japanese or
// Chinese says about three times as much.
func weight(s string) int {
	w := 0
	for _, r := range s {
		switch {
		case ideographic(r) && unicode.IsLetter(r):
			w += 3
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			w++
		}
	}
	return w
}

func regionBonus(k probes.RegionKind) int {
	switch k {
	case probes.DialogRegion:
		return 4
	case probes.AlertRegion, probes.FormErrorRegion:
		return 5
	}
	return 2
}

// sentences cuts a text into its sentences and lines.
func sentences(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		start := 0
		for i, r := range line {
			end := i + utf8.RuneLen(r)
			closes := r == '。' || r == '！' || r == '？' || (r == '.' || r == '!' || r == '?') && endsWord(line[end:])
			if closes {
				out = appendSentence(out, line[start:end])
				start = end
			}
		}
		out = appendSentence(out, line[start:])
	}
	return out
}

func endsWord(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || unicode.IsSpace(r)
}

func appendSentence(out []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}
