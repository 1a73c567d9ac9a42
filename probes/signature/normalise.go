package signature

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalise returns s as signatures compare text: NFKC, then our own table for
// what NFKC leaves apart (dashes and the long-vowel mark, wave dashes, middle
// dots, quotation marks, characters of no width), white space as one space and
// none beside Japanese or Chinese, and case folded.
func normalise(s string) string {
	f := folding{out: make([]byte, 0, len(s))}
	f.write(s)
	return string(f.out)
}

// origins returns, for every byte of normalise(s), where in s the character it
// comes from begins.
func origins(s string) []int32 {
	f := folding{out: make([]byte, 0, len(s)), from: make([]int32, 0, len(s)), tracked: true}
	f.write(s)
	return f.from
}

// original returns the part of s that stands at [start, end) in normalise(s).
func original(s string, start, end int) string {
	from := origins(s)
	if start < 0 || end > len(from) || start >= end {
		return ""
	}
	last := len(s)
	for _, at := range from[end:] {
		if at > from[end-1] {
			last = int(at)
			break
		}
	}
	return strings.TrimSpace(s[from[start]:last])
}

// folding is a text being normalised.
type folding struct {
	out     []byte
	from    []int32 // with tracked: the origin of each byte of out
	tracked bool
	gap     bool // white space was read and not yet written
	dense   bool // what was written last needs no space beside it
}

func (f *folding) write(s string) {
	for i := 0; i < len(s); {
		n := norm.NFKC.QuickSpanString(s[i:])
		for j, r := range s[i : i+n] {
			f.rune(r, i+j)
		}
		i += n
		if i >= len(s) {
			return
		}
		m := max(1, norm.NFKC.NextBoundaryInString(s[i:], true))
		for _, r := range norm.NFKC.String(s[i : i+m]) {
			f.rune(r, i)
		}
		i += m
	}
}

// rune writes r, which comes from the character at offset at of the source.
func (f *folding) rune(r rune, at int) {
	if r < utf8.RuneSelf && r > ' ' {
		f.put(lower(r), at, isAlnum(r), false)
		return
	}
	switch {
	case r <= ' ' || r == 0x85 || unicode.IsSpace(r):
		f.gap = true
	case invisible(r):
	case r == 'ß' || r == 'ẞ':
		f.put('s', at, true, false)
		f.put('s', at, true, false)
	default:
		wide := ideographic(r)
		r = unified(r)
		f.put(r, at, wide || unicode.IsLetter(r) || unicode.IsDigit(r), wide)
	}
}

// put writes r with the space due before it. Punctuation (not own) is as dense
// as what it follows, so that a space after a bracket or a long-vowel mark is
// treated like one after the word.
func (f *folding) put(r rune, at int, own, wide bool) {
	dense := wide
	if !own {
		dense = f.dense
	}
	if f.gap && len(f.out) > 0 && !f.dense && !dense {
		f.emit(' ', at)
	}
	f.gap, f.dense = false, dense
	f.emit(r, at)
}

func (f *folding) emit(r rune, at int) {
	before := len(f.out)
	f.out = utf8.AppendRune(f.out, r)
	if !f.tracked {
		return
	}
	for range len(f.out) - before {
		f.from = append(f.from, int32(at))
	}
}

func isAlnum(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func lower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	if r == '`' {
		return '\''
	}
	return r
}

// ideographic reports whether r belongs to a script that is written without
// spaces between words: kana, Han characters and their punctuation.
func ideographic(r rune) bool {
	return 0x3000 <= r && r <= 0x312F || 0x31F0 <= r && r <= 0x31FF || 0x3400 <= r && r <= 0x9FFF ||
		0xF900 <= r && r <= 0xFAFF || 0x20000 <= r && r <= 0x3FFFF
}

// invisible reports whether r has no width and no meaning of its own: soft
// hyphens, joiners, marks of direction, selectors of variants, controls.
func invisible(r rune) bool {
	return r == 0xAD || r == 0x61C || r == 0x180E || 0x200B <= r && r <= 0x200F || 0x202A <= r && r <= 0x202E ||
		0x2060 <= r && r <= 0x206F || r == 0xFEFF || 0xFE00 <= r && r <= 0xFE0F || 0x7F <= r && r <= 0x9F || r == unicode.ReplacementChar
}

// unified maps characters that look alike to one of them, and folds case. The
// fold goes by way of upper case, so that final sigma and the dotless i meet
// their fellows.
func unified(r rune) rune {
	switch r {
	case '‐', '‑', '‒', '–', '—', '―', '−', '⁃', 'ー', '─', '━', '⸺', '⸻':
		return '-'
	case '〜', '∼', '∾', '〰', '˷':
		return '~'
	case '・', '·', '•', '∙', '⋅', '‧':
		return '・'
	case '‘', '’', '‚', '‛', '′', 'ʼ', '‵', '＇':
		return '\''
	case '“', '”', '„', '‟', '″', '«', '»', '〝', '〟':
		return '"'
	}
	if ideographic(r) {
		return r
	}
	return unicode.ToLower(unicode.ToUpper(r))
}
