package markup

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"genkan/probes"
)

const maxRegions = 100

// regions are the parts of the visible text that stand out, in the order of the page.
func (d *document) regions() []probes.Region {
	var out []probes.Region
	described := d.errorTargets()
	for n := range d.root.Descendants() {
		if len(out) >= maxRegions {
			break
		}
		if n.Type != html.ElementNode {
			continue
		}
		kind, ok := d.regionKind(n, described)
		if !ok {
			continue
		}
		r := probes.Region{Kind: kind, Text: textOf(n, maxRegion, maxNodes)}
		if strings.ContainsFunc(r.Text, unicode.IsLetter) && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// regionKind reports whether an element is a region, and which.
func (d *document) regionKind(n *html.Node, described map[*html.Node]bool) (probes.RegionKind, bool) {
	switch {
	case d.isDialog(n):
		return probes.DialogRegion, true
	case described[n]:
		return probes.FormErrorRegion, true
	case n.DataAtom != atom.H1 && isRed(n) && holdsMessage(n):
		return probes.AlertRegion, true
	case n.DataAtom == atom.H1 || n.DataAtom == atom.H2 || n.DataAtom == atom.H3 || value(n, "role") == "heading":
		return probes.HeadingRegion, true
	case isLandmark(n):
		return "", false
	case value(n, "role") == "alert" || value(n, "aria-live") == "assertive":
		return alertOrFormError(n), true
	case namesError(n) && holdsMessage(n):
		return alertOrFormError(n), true
	case (isRed(n) || namesWarning(n)) && holdsMessage(n):
		return probes.AlertRegion, true
	}
	return "", false
}

// isDialog reports whether an element lies open over the page. Of a saved page
// only what is marked as open counts: the role alone is also borne by dialogs
// that wait, hidden by style sheets.
func (d *document) isDialog(n *html.Node) bool {
	if d.rendered {
		return has(n, "data-genkan-modal")
	}
	role := value(n, "role")
	classes := strings.Fields(strings.ToLower(value(n, "class")))
	switch {
	case n.DataAtom == atom.Dialog:
		return has(n, "open")
	case role == "dialog" || role == "alertdialog" || value(n, "aria-modal") == "true" || slices.Contains(classes, "modal"):
		return opened(n, classes)
	}
	return false
}

// errorTargets are the elements that invalid fields name as their message.
func (d *document) errorTargets() map[*html.Node]bool {
	targets := map[*html.Node]bool{}
	for _, f := range d.fields {
		if !f.visible || value(f.node, "aria-invalid") != "true" {
			continue
		}
		for _, id := range strings.Fields(value(f.node, "aria-describedby") + " " + value(f.node, "aria-errormessage")) {
			if n := d.byID[id]; n != nil {
				targets[n] = true
			}
		}
	}
	return targets
}

// alertOrFormError tells an error inside or next to a form from one elsewhere.
func alertOrFormError(n *html.Node) probes.RegionKind {
	for p := n; p != nil; p = p.Parent {
		if p.DataAtom == atom.Form {
			return probes.FormErrorRegion
		}
	}
	for _, s := range []*html.Node{neighbour(n, false), neighbour(n, true)} {
		if s != nil && s.DataAtom == atom.Form {
			return probes.FormErrorRegion
		}
	}
	return probes.AlertRegion
}

// neighbour is the next element before or after n.
func neighbour(n *html.Node, after bool) *html.Node {
	step := func(n *html.Node) *html.Node {
		if after {
			return n.NextSibling
		}
		return n.PrevSibling
	}
	for n = step(n); n != nil && n.Type != html.ElementNode; n = step(n) {
	}
	return n
}

// isLandmark reports whether an element is a part of every page, or something
// to press: its class may name an error, but it is none.
func isLandmark(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Html, atom.Body, atom.Main, atom.Nav, atom.Header, atom.Footer, atom.Form, atom.A, atom.Button, atom.Input, atom.Select,
		atom.Textarea, atom.I, atom.Img, atom.Svg, atom.Table, atom.Head:
		return true
	}
	return false
}

// namesError reports whether an element's classes or id name an error. Whole
// words count, so "terror" is none; a name that also says it is not an error,
// or that it is a whole page or a mere sign, is none either.
func namesError(n *html.Node) bool {
	found := false
	for _, name := range names(n) {
		words := wordsOf(name)
		if slices.ContainsFunc(words, harmless) || slices.ContainsFunc(words, warns) || words[0] == "text" {
			if slices.Contains(words, "alert") { // "alert alert-info": the second name takes back the first
				return false
			}
			continue
		}
		found = found || slices.ContainsFunc(words, namesFailure)
	}
	return found
}

// namesWarning reports whether an element's classes or id name a warning, or the
// colour of one: hints are written so too.
func namesWarning(n *html.Node) bool {
	return slices.ContainsFunc(names(n), func(name string) bool {
		words := wordsOf(name)
		return !slices.ContainsFunc(words, harmless) && (slices.ContainsFunc(words, warns) || slices.Contains(words, "danger"))
	})
}

// names are the classes and the id of an element that hold a letter.
func names(n *html.Node) []string {
	all := strings.Fields(value(n, "class"))
	if id := value(n, "id"); id != "" {
		all = append(all, id)
	}
	return slices.DeleteFunc(all, func(name string) bool { return len(wordsOf(name)) == 0 })
}

func warns(word string) bool {
	switch word {
	case "warning", "warnings", "warn", "caution", "red", "negative":
		return true
	}
	return false
}

// isRed reports whether an element's own markup colours it like an error.
func isRed(n *html.Node) bool {
	if n.DataAtom == atom.Font {
		return redName(value(n, "color"))
	}
	style := strings.ReplaceAll(strings.ToLower(value(n, "style")), " ", "")
	for declaration := range strings.SplitSeq(style, ";") {
		if colour, ok := strings.CutPrefix(declaration, "color:"); ok {
			return redName(colour)
		}
	}
	return false
}

func redName(colour string) bool {
	switch strings.ToLower(strings.TrimSpace(colour)) {
	case "red", "#f00", "#ff0000", "#c00", "#cc0000", "#e00", "#ee0000", "#d00", "#dd0000", "crimson", "darkred", "firebrick", "rgb(255,0,0)":
		return true
	}
	return false
}

// namesFailure reports whether a word of a name says failure: one of the usual
// words, or one that is written together with "error", as in errornote.
func namesFailure(word string) bool {
	switch word {
	case "err", "errs", "errmsg", "errmes", "alert", "alerts", "alertbox", "danger", "invalid", "failure", "fail", "failed":
		return true
	}
	return strings.HasPrefix(word, "error") || strings.HasSuffix(word, "error") && word != "terror" || strings.HasSuffix(word, "errors")
}

func harmless(word string) bool {
	switch word {
	case "info", "success", "primary", "secondary", "light", "dark", "no", "non", "free", "icon", "icons", "ico", "btn", "button", "link", "page", "code", "number",
		"errorpage", "400", "401", "403", "404", "410", "500", "502", "503", "504", "announcement", "notice", "news", "cookie", "cookies":
		return true
	}
	return false
}

// wordsOf cuts a class name or an id into its words: at hyphens, underscores
// and where a capital letter begins a word.
func wordsOf(name string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	before := ' '
	for _, r := range bounded(name, 200) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			before = ' '
			continue
		case unicode.IsUpper(r) && unicode.IsLower(before), unicode.IsDigit(r) != unicode.IsDigit(before) && before != ' ':
			end()
		}
		word.WriteRune(r)
		before = r
	}
	end()
	return words
}

const maxMessage = 1000 // bytes of text up to which an element is a message, and not a part of the page

// holdsMessage reports whether an element that names an error is the message
// itself or a row of a form, and not a container of more.
func holdsMessage(n *html.Node) bool {
	fields, nodes := 0, 0
	for c := range n.Descendants() {
		switch c.DataAtom {
		case atom.Input, atom.Select, atom.Textarea:
			fields++
		case atom.Form, atom.Main, atom.Nav, atom.Header, atom.Footer, atom.Article:
			return false
		}
		if nodes++; nodes > maxNodes {
			return false
		}
	}
	text := textOf(n, maxMessage+1, maxNodes)
	return fields <= 2 && len(text) <= maxMessage
}
