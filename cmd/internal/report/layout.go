package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"genkan/probes"
)

// The rules of the terminal: one block a result, begun by a mark that says the
// side without colour; labels in a column of their own; what a page says is
// quoted, with control characters taken out, since it is a stranger's text;
// lines are broken for a terminal only, so that a pipe gets them whole; an
// empty line only where a block was longer than a line.

const (
	labelColumn = 2 // where labels begin
	valueColumn = 9 // where what they stand for begins
	leastWidth  = 40
	mostWidth   = 100 // longer lines are hard to read
)

// sheet writes blocks. After a failed write it writes nothing more.
type sheet struct {
	w     io.Writer
	words Words
	err   error
}

// head begins a block: the mark of a side, what it is about, and facts in the
// side's colour.
func (s *sheet) head(side probes.Side, subject string, facts ...string) {
	s.printf("%s %s  %s\n", s.paint(side, mark(side)), subject, s.paint(side, strings.Join(facts, " · ")))
}

// entry writes a value behind its label, and nothing where there is no value.
func (s *sheet) entry(l label, value string) {
	if value == "" {
		return
	}
	name := l.in(s.words.Lang)
	for i, line := range wrap(value, s.room()) {
		if i > 0 {
			name = ""
		}
		gap := strings.Repeat(" ", max(1, valueColumn-labelColumn-columns(name)))
		s.printf("%*s%s%s%s\n", labelColumn, "", name, gap, line)
	}
}

func (s *sheet) end() { s.printf("\n") }

// room is how many columns a value may have; 0: any number.
func (s *sheet) room() int {
	if s.words.Width < leastWidth {
		return 0
	}
	return min(s.words.Width, mostWidth) - valueColumn
}

func (s *sheet) printf(format string, args ...any) {
	if s.err != nil {
		return
	}
	if _, err := fmt.Fprintf(s.w, format, args...); err != nil {
		s.err = fmt.Errorf("write a result: %w", err)
	}
}

func mark(s probes.Side) string {
	switch s {
	case probes.SideNone:
		return "✓"
	case probes.SideSystem:
		return "✗"
	case probes.SideUser, probes.SideEnvironment:
		return "!"
	case probes.SideMonitor:
		return "~"
	}
	return "?"
}

func (s *sheet) paint(side probes.Side, what string) string {
	if !s.words.Colour {
		return what
	}
	colour := "35"
	switch side {
	case probes.SideNone:
		colour = "32"
	case probes.SideSystem:
		colour = "31"
	case probes.SideUser, probes.SideEnvironment:
		colour = "33"
	case probes.SideMonitor:
		colour = "36"
	}
	return "\x1b[" + colour + "m" + what + "\x1b[0m"
}

// Clean takes out of s what could steer a terminal, and folds white space.
func Clean(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.Map(func(r rune) rune {
		if steers(r) {
			return -1
		}
		return r
	}, s)
}

// steers reports whether r is no text but an order to what shows it.
func steers(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) }

// wrap breaks s into lines of at most room columns, between words and between
// Japanese characters. What can't be broken, such as a long address, stays whole.
func wrap(s string, room int) []string {
	if room <= 0 {
		return []string{s}
	}
	var lines []string
	line, left := "", room
	for _, piece := range pieces(s) {
		if line != "" && columns(strings.TrimRight(piece, " ")) > left {
			lines = append(lines, strings.TrimRight(line, " "))
			line, left = "", room
		}
		line += piece
		left -= columns(piece)
	}
	return append(lines, strings.TrimRight(line, " "))
}

// pieces are the parts of s between which a line may end, with the spaces that follow them.
func pieces(s string) []string {
	var out []string
	start, before := 0, rune(0)
	for i, r := range s {
		if i > 0 && mayBreak(before, r) {
			out = append(out, s[start:i])
			start = i
		}
		before = r
	}
	return append(out, s[start:])
}

// mayBreak reports whether a line may end between two characters, as Japanese
// typesetting has it (JIS X 4051, in short).
func mayBreak(before, after rune) bool {
	const (
		neverFirst = "、。，．,.!?！？：；）)]］」』】〕〉》”’・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…"
		neverLast  = "（([［「『【〔〈《“‘"
	)
	switch {
	case before == ' ' || after == ' ':
		return after != ' '
	case !wide(before) && !wide(after):
		return false
	}
	return !strings.ContainsRune(neverFirst, after) && !strings.ContainsRune(neverLast, before)
}

// columns is how many columns a terminal needs for s.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

func wide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}
