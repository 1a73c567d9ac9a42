package signature

import (
	"regexp/syntax"
	"slices"
)

// normaliseTree rewrites the literals of a regular expression as signatures
// compare text, so that an author may write a long-vowel mark or a full-width
// bracket and still meet the normalised page.
func normaliseTree(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		leading, trailing := re.Rune[0] == ' ', re.Rune[len(re.Rune)-1] == ' '
		s := normalise(string(re.Rune))
		if leading && !dense(s, 0) {
			s = " " + s
		}
		if trailing && s != " " && !dense(s, len(s)) {
			s += " "
		}
		if s == "" {
			*re = syntax.Regexp{Op: syntax.OpEmptyMatch, Flags: re.Flags}
			return
		}
		re.Rune = []rune(s)
	case syntax.OpCharClass:
		re.Rune = widened(re.Rune)
	}
	for _, sub := range re.Sub {
		normaliseTree(sub)
	}
}

// runes counts the characters of a regular expression's literals and the bounds of its classes.
func runes(re *syntax.Regexp) int {
	n := len(re.Rune)
	for _, sub := range re.Sub {
		n += runes(sub)
	}
	return n
}

// dense reports whether s begins (at 0) or ends (at len(s)) with a character
// beside which normalised text has no space.
func dense(s string, at int) bool {
	runes := []rune(s)
	if len(runes) == 0 {
		return false
	}
	if at == 0 {
		return ideographic(runes[0])
	}
	return ideographic(runes[len(runes)-1])
}

// widened adds to a class the normalised forms of the single characters in it.
func widened(class []rune) []rune {
	out := slices.Clone(class)
	for i := 0; i+1 < len(class); i += 2 {
		if class[i] != class[i+1] {
			continue
		}
		if n := []rune(normalise(string(class[i]))); len(n) == 1 && n[0] != class[i] {
			out = append(out, n[0], n[0])
		}
	}
	return sortedClass(out)
}

func sortedClass(class []rune) []rune {
	pairs := make([][2]rune, 0, len(class)/2)
	for i := 0; i+1 < len(class); i += 2 {
		pairs = append(pairs, [2]rune{class[i], class[i+1]})
	}
	slices.SortFunc(pairs, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	out := make([]rune, 0, len(class))
	for _, p := range pairs {
		if n := len(out); n > 0 && p[0] <= out[n-1] {
			out[n-1] = max(out[n-1], p[1])
			continue
		}
		out = append(out, p[0], p[1])
	}
	return out
}
