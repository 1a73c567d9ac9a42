package signature

import (
	"cmp"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// pattern is a regular expression on the normalised text of some places, taken
// apart at its outermost alternatives: each is run only where literals that it
// needs stand near one another.
type pattern struct {
	branches []branch
	in       places
}

// branch is one alternative of a pattern.
type branch struct {
	re      func() *regexp.Regexp // compiled when it is first needed: most never are
	clauses [][]int               // of each, one literal stands in whatever matches
	anchor  int                   // the clause that tells most, by which the place is found; -1: none
	reach   int                   // the longest match in bytes; 0: no limit, or the place in the text matters
}

func (pattern) cost() int { return 3 }

func (m pattern) match(p *page) (found, bool) {
	var where places
	var best hit
	for i, s := range p.segments {
		if !m.in.has(s.place) || where.has(s.place) {
			continue
		}
		for _, b := range m.branches {
			at := b.find(p, i)
			if at == nil || at[0] == at[1] {
				continue
			}
			if where == 0 {
				best = hit{matcher: "regexp", region: s.place.String(), segment: i, start: at[0], end: at[1]}
			}
			where |= 1 << s.place
			break
		}
	}
	if where == 0 {
		return found{}, false
	}
	return found{where: guard(where, m.in), hits: []hit{best}}, true
}

// find returns where the branch matches in a segment, or nil.
func (b *branch) find(p *page, segment int) []int {
	text := p.segments[segment].text
	for _, clause := range b.clauses {
		if !slices.ContainsFunc(clause, func(l int) bool { return len(p.found.all[l]) > 0 }) {
			return nil
		}
	}
	if b.anchor < 0 || b.reach == 0 {
		return b.run(p, text, 0, len(text))
	}
	for _, span := range b.spans(p, segment) {
		if at := b.run(p, text, span[0], span[1]); at != nil {
			return at
		}
	}
	return nil
}

// run looks for the branch in [from, to) of a text, as far as the page's budget goes.
func (b *branch) run(p *page, text string, from, to int) []int {
	if p.budget -= to - from; p.budget < 0 {
		return nil
	}
	at := b.re().FindStringIndex(text[from:to])
	if at == nil {
		return nil
	}
	return []int{from + at[0], from + at[1]}
}

// spans are the parts of a segment where a match could be: around the literals
// of the anchor, when one of every other clause is there too.
func (b *branch) spans(p *page, segment int) [][2]int {
	text := p.segments[segment].text
	var spans [][2]int
	for _, l := range b.clauses[b.anchor] {
		all := p.found.all[l]
		for i, o := range all {
			if int(o.segment)-1 != segment {
				continue
			}
			end := int(o.at) + p.lengths[l] + b.reach
			if i == maxOccurrences-1 {
				end = len(text) // there may be more of them
			}
			spans = append(spans, [2]int{outward(text, int(o.at)-b.reach, -1), outward(text, end, 1)})
		}
	}
	return slices.DeleteFunc(merged(spans), func(s [2]int) bool { return !b.promises(p, text[s[0]:s[1]]) })
}

// promises reports whether a literal of every clause stands in a text.
func (b *branch) promises(p *page, text string) bool {
	for i, clause := range b.clauses {
		if i != b.anchor && !slices.ContainsFunc(clause, func(l int) bool { return strings.Contains(text, p.literals[l]) }) {
			return false
		}
	}
	return true
}

// outward moves an offset over at least one whole character, so that what
// stands before or after a match is seen too.
func outward(text string, at, step int) int {
	at += step * utf8.UTFMax
	if at <= 0 {
		return 0
	}
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at += step
	}
	return min(at, len(text))
}

// merged joins spans that overlap.
func merged(spans [][2]int) [][2]int {
	slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], s[1])
			continue
		}
		out = append(out, s)
	}
	return out
}

// newPattern takes a regular expression that can be compiled, its literals
// normalised, apart.
func newPattern(tree *syntax.Regexp, in places, f *finder) pattern {
	m := pattern{in: in}
	for _, alternative := range alternatives(tree) {
		b := branch{re: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(alternative.String()) }), anchor: -1}
		all := clauses(alternative)
		for i, set := range all {
			ids := make([]int, len(set))
			for i, l := range set {
				ids[i] = f.add(l)
			}
			b.clauses = append(b.clauses, ids)
			if b.anchor < 0 || moreTelling(set, all[b.anchor]) > 0 {
				b.anchor = i
			}
		}
		if n, ok := longest(alternative); ok && n <= maxReach {
			b.reach = n
		}
		m.branches = append(m.branches, b)
	}
	return m
}

// maxReach is the length of a match in bytes up to which it is looked for near
// its literals only.
const maxReach = 2000

// alternatives are the outermost alternatives of a regular expression.
func alternatives(re *syntax.Regexp) []*syntax.Regexp {
	switch re.Op {
	case syntax.OpCapture:
		return alternatives(re.Sub[0])
	case syntax.OpAlternate:
		var all []*syntax.Regexp
		for _, sub := range re.Sub {
			all = append(all, alternatives(sub)...)
		}
		return all
	}
	return []*syntax.Regexp{re}
}

// minLiteral is how long a literal must be to be worth looking for.
const minLiteral = 2

// clauses are sets of literals: whatever the regular expression matches holds
// one of each set.
func clauses(re *syntax.Regexp) [][]string {
	if set := exactly(re); set != nil {
		return worth(set)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return clauses(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return clauses(re.Sub[0])
		}
	case syntax.OpConcat:
		return ofAll(re.Sub)
	case syntax.OpAlternate:
		return oneOfEach(re.Sub)
	}
	return nil
}

// worth is the set as the only clause, if its literals are long enough.
func worth(set []string) [][]string {
	out := make([]string, len(set))
	for i, s := range set {
		if out[i] = strings.TrimSpace(s); len(out[i]) < minLiteral {
			return nil
		}
	}
	return [][]string{out}
}

// ofAll are the clauses of parts that follow one another. Neighbours of which
// all is known are joined: "wi-?fi" is "wi-fi" or "wifi".
func ofAll(parts []*syntax.Regexp) [][]string {
	var all [][]string
	joined := []string{""}
	for _, part := range parts {
		set := exactly(part)
		if next := crossed(joined, set); next != nil {
			joined = next
			continue
		}
		all = append(all, worth(joined)...)
		if joined = set; set == nil {
			all, joined = append(all, clauses(part)...), []string{""}
		}
	}
	return append(all, worth(joined)...)
}

// maxExact is how many texts a part may stand for and still be written out.
const maxExact = 24

// exactly are all the texts that re matches, when they are few; else nil.
func exactly(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary:
		return []string{""}
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCapture:
		return exactly(re.Sub[0])
	case syntax.OpQuest:
		return united(exactly(re.Sub[0]), []string{""})
	case syntax.OpCharClass:
		return spelled(re.Rune)
	case syntax.OpAlternate:
		var all []string
		for i, sub := range re.Sub {
			set := exactly(sub)
			if i == 0 {
				all = set
			} else {
				all = united(all, set)
			}
		}
		return all
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			if all = crossed(all, exactly(sub)); all == nil {
				return nil
			}
		}
		return all
	}
	return nil
}

func united(a, b []string) []string {
	if a == nil || b == nil || len(a)+len(b) > maxExact {
		return nil
	}
	return slices.Concat(a, b)
}

func crossed(a, b []string) []string {
	if a == nil || b == nil || len(a)*len(b) > maxExact {
		return nil
	}
	var out []string
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// spelled are the characters of a class, when they are few.
func spelled(class []rune) []string {
	var out []string
	for i := 0; i+1 < len(class); i += 2 {
		for r := class[i]; r <= class[i+1]; r++ {
			if out = append(out, string(r)); len(out) > 4 {
				return nil
			}
		}
	}
	return out
}

// oneOfEach is the set of the most telling clauses of alternatives, if all have one.
func oneOfEach(alternatives []*syntax.Regexp) [][]string {
	var union []string
	for _, sub := range alternatives {
		all := clauses(sub)
		if len(all) == 0 {
			return nil
		}
		union = append(union, slices.MaxFunc(all, moreTelling)...)
	}
	return [][]string{union}
}

// moreTelling compares clauses: the longer their shortest literal the better,
// then the fewer they are.
func moreTelling(a, b []string) int {
	return cmp.Or(cmp.Compare(shortest(a), shortest(b)), cmp.Compare(len(b), len(a)))
}

func shortest(set []string) int {
	n := len(set[0])
	for _, s := range set {
		n = min(n, len(s))
	}
	return n
}

// maxRepeated is how many bytes a repetition without an end is followed for.
const maxRepeated = 300

// longest is the length in bytes of the longest text that re is looked for in,
// if it matches anywhere: ^ and $ ask for the text as a whole.
func longest(re *syntax.Regexp) (int, bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(string(re.Rune)) + utf8.UTFMax, true
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax, true
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpNoMatch:
		return 0, true
	case syntax.OpCapture, syntax.OpQuest:
		return longest(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus:
		n, ok := longest(re.Sub[0])
		return n + maxRepeated, ok
	case syntax.OpRepeat:
		n, ok := longest(re.Sub[0])
		if re.Max < 0 {
			return n*re.Min + maxRepeated, ok
		}
		return n * re.Max, ok
	case syntax.OpConcat, syntax.OpAlternate:
		total := 0
		for _, sub := range re.Sub {
			n, ok := longest(sub)
			if !ok {
				return 0, false
			}
			if re.Op == syntax.OpConcat {
				total += n
			} else {
				total = max(total, n)
			}
		}
		return total, true
	}
	return 0, false
}
