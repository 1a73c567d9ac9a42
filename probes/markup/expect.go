package markup

import (
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"genkan/probes"
)

// Expect infers how an expectation comes out on a saved page, given what was
// read there: whether a visible element matches the selector, the final URL is
// the one expected, and the text can be read, white space apart (the judgement
// compares it again, normalised). A selector that can't be understood leaves
// its part unmeasured.
func Expect(page, finalURL string, r probes.Reading, e probes.Expectation) probes.ExpectedOnPage {
	var out probes.ExpectedOnPage
	if e.Text != "" {
		out.Text = outcome(strings.Contains(spaced(r.Text), spaced(e.Text)))
	}
	if e.Selector != "" {
		out.Selector = selected(page, e.Selector)
	}
	if e.URL != "" {
		out.URL = outcome(globbed(e.URL, finalURL))
	}
	return out
}

func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// selected reports whether a visible element matches.
func selected(page, selector string) probes.Outcome {
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		return probes.Unmeasured
	}
	whole := parse(page)
	marked := cascadia.QueryAll(whole, sel)
	if len(marked) == 0 {
		return probes.Unmet
	}
	d := pruned(whole, page)
	for _, n := range marked {
		if d.holds(n) {
			return probes.Met
		}
	}
	return probes.Unmet
}

// holds reports whether n is still part of the tree.
func (d *document) holds(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == d.root {
			return true
		}
	}
	return false
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
	for _, part := range parts[1 : len(parts)-1] {
		if _, s, ok = strings.Cut(s, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}
