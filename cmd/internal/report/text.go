package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"genkan/probes"
)

// The rules of the terminal: one block a result, begun by a mark that says the
// side without colour; labels in a column of their own; what a page says is
// quoted, with control characters taken out, since it is a stranger's text; an
// empty line only where a block was longer than a line.

// text writes results in words.
type text struct {
	w     io.Writer
	words Words
	err   error
}

func (t *text) Write(r probes.Result) error {
	t.printf("%s %s  %s\n", t.mark(r.Side), Clean(r.URL), t.paint(r.Side, t.verdict(r)))
	if r.Side == probes.SideNone && r.Signature == "" {
		return t.err
	}
	g := t.guidance(r)
	t.label("what", g.Title.In(t.words.Lang))
	if r.OrSide != "" {
		t.label("or", string(r.OrSide)+"; "+g.Tell.In(t.words.Lang))
	}
	for _, q := range r.Quotes[:min(len(r.Quotes), 4)] {
		t.label("seen", fmt.Sprintf("“%s” (%s)", Clean(q.Quote), q.Matcher))
	}
	t.label("to do", g.Advice.In(t.words.Lang))
	t.label("rule", strings.TrimSpace(r.Signature+" "+r.Rule))
	t.printf("\n")
	return t.err
}

func (t *text) Close() error { return t.err }

func (t *text) guidance(r probes.Result) probes.Guidance {
	if t.words.Guidance == nil {
		return probes.Guidance{}
	}
	return t.words.Guidance(r.Signature, r.Cause)
}

func (t *text) verdict(r probes.Result) string {
	parts := []string{string(r.Side), string(r.Cause)}
	if r.HTTPStatus != 0 {
		parts = append(parts, fmt.Sprint(r.HTTPStatus))
	}
	if r.NetError != "" {
		parts = append(parts, r.NetError)
	}
	if d := time.Duration(r.Duration); d > 0 {
		parts = append(parts, d.Round(10*time.Millisecond).String())
	}
	return strings.Join(parts, " · ")
}

func (t *text) label(name, value string) {
	if value != "" {
		t.printf("  %-6s %s\n", name, value)
	}
}

func (t *text) printf(format string, args ...any) {
	if t.err != nil {
		return
	}
	if _, err := fmt.Fprintf(t.w, format, args...); err != nil {
		t.err = fmt.Errorf("write a result: %w", err)
	}
}

func (t *text) mark(s probes.Side) string {
	marks := map[probes.Side]string{probes.SideNone: "✓", probes.SideSystem: "✗", probes.SideUser: "!", probes.SideEnvironment: "!", probes.SideMonitor: "~"}
	if m, ok := marks[s]; ok {
		return t.paint(s, m)
	}
	return t.paint(s, "?")
}

func (t *text) paint(s probes.Side, what string) string {
	if !t.words.Colour {
		return what
	}
	colours := map[probes.Side]string{probes.SideNone: "32", probes.SideSystem: "31", probes.SideUser: "33", probes.SideEnvironment: "33", probes.SideMonitor: "36"}
	colour, ok := colours[s]
	if !ok {
		colour = "35"
	}
	return "\x1b[" + colour + "m" + what + "\x1b[0m"
}

// Clean takes out of s what could steer a terminal, and folds white space.
func Clean(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) {
			return -1
		}
		return r
	}, s)
}
