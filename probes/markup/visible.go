package markup

import (
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// document is a page's tree from which what can't be seen is taken out.
type document struct {
	root     *html.Node
	rendered bool // written by the browser: what isn't marked as hidden is seen
	unseen   map[*html.Node]bool
	fields   []field // of the whole page, hidden ones included, in order
	buttons  []button
	byID     map[string]*html.Node
}

// newDocument parses a page and takes out what can't be seen; fields that are
// hidden are remembered.
func newDocument(page string) *document { return pruned(parse(page), page) }

// pruned takes out of the tree of a page what can't be seen.
func pruned(root *html.Node, page string) *document {
	d := &document{root: root, rendered: strings.Contains(page, "data-genkan-"), unseen: map[*html.Node]bool{}, byID: map[string]*html.Node{}}
	if !d.rendered {
		d.styleRules()
	}
	d.prune(d.root, nil, false)
	return d
}

// prune walks the tree, gathers fields with the form they belong to, and takes
// out what is hidden.
func (d *document) prune(n, form *html.Node, hidden bool) {
	if n.Type == html.ElementNode {
		if id := value(n, "id"); id != "" && d.byID[id] == nil {
			d.byID[id] = n
		}
		if n.DataAtom == atom.Form {
			form = n
		}
		d.gather(n, form, hidden)
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		gone := c.Type == html.CommentNode || c.Type == html.ElementNode && d.hides(c)
		d.prune(c, form, hidden || gone)
		if gone {
			n.RemoveChild(c)
		}
		c = next
	}
}

// hides reports whether an element keeps itself and all in it from being seen.
func (d *document) hides(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Link, atom.Meta, atom.Datalist, atom.Noembed, atom.Noframes:
		return true
	}
	if has(n, "data-genkan-hidden") {
		return true
	}
	if d.rendered {
		return waits(n)
	}
	return has(n, "hidden") || hiddenByStyle(value(n, "style")) || n.DataAtom == atom.Dialog && !has(n, "open") ||
		d.unseen[n] || hiddenByClass(n)
}

// waits reports whether a message or a dialog of a rendered page bears a class
// that hides it and shows all the same, because the style sheet is missing: a
// script that shows it takes the class away or writes a style of its own.
func waits(n *html.Node) bool {
	classes := strings.Fields(strings.ToLower(value(n, "class")))
	lies := has(n, "data-genkan-modal") && value(n, "aria-hidden") != "true"
	if !namesError(n) && !slices.Contains(classes, "modal") || lies || strings.Contains(value(n, "style"), "display") {
		return false
	}
	return hiddenByClass(n)
}

// hiddenByStyle reads an inline style.
func hiddenByStyle(style string) bool {
	if style == "" {
		return false
	}
	s := strings.ReplaceAll(strings.ToLower(style), " ", "")
	return strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden")
}

// isHidingClass reports whether a class name is one by which the common style
// libraries hide an element or keep it for screen readers. A prefix of a site's
// own is common; a name that goes on after it hides on some screens only.
func isHidingClass(class string) bool {
	switch class {
	case "hide", "ng-hide", "dn", "none", "sr-only", "visuallyhidden", "screen-reader-text", "screen-reader", "invisible", "offscreen", "slds-hide", "displaynone", "is-none", "d-none":
		return true
	}
	if strings.Contains(class, "overflow") {
		return false
	}
	return class == "hidden" || strings.HasSuffix(class, "-hidden") || strings.HasSuffix(class, "display-none")
}

// hiddenByClass reports whether an element of a saved page is hidden by a class
// that style libraries use for it, or is a part that they show on demand only.
func hiddenByClass(n *html.Node) bool {
	classes := strings.Fields(strings.ToLower(value(n, "class")))
	if len(classes) == 0 {
		return false
	}
	if slices.ContainsFunc(classes, isHidingClass) {
		return true
	}
	switch {
	case slices.Contains(classes, "modal") && (slices.Contains(classes, "fade") || value(n, "role") == "dialog" || value(n, "aria-hidden") == "true"):
		return !opened(n, classes)
	case slices.Contains(classes, "invalid-feedback"):
		return !markedInvalid(n)
	}
	return false
}

// opened reports whether a modal of a saved page stands open.
func opened(n *html.Node, classes []string) bool {
	for _, c := range []string{"show", "in", "open", "is-open", "active", "is-active", "is-visible", "visible"} {
		if slices.Contains(classes, c) {
			return true
		}
	}
	style := strings.ReplaceAll(strings.ToLower(value(n, "style")), " ", "")
	return has(n, "open") || strings.Contains(style, "display:block") || strings.Contains(style, "display:flex")
}

// markedInvalid reports whether the field that a message belongs to is marked
// as invalid, so that the message shows.
func markedInvalid(n *html.Node) bool {
	if strings.Contains(value(n, "class"), "d-block") || strings.Contains(value(n, "style"), "block") {
		return true
	}
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if s.Type == html.ElementNode && strings.Contains(value(s, "class"), "is-invalid") {
			return true
		}
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && strings.Contains(value(p, "class"), "was-validated") {
			return true
		}
	}
	return false
}

const (
	maxRules = 200      // style rules that hide, of a saved page
	maxStyle = 64 << 10 // bytes of one style element
)

// styleRules applies what the page's own style elements hide by rules as plain
// as ".error { display: none }". Rules for a width or for print don't count.
func (d *document) styleRules() {
	rule := regexp.MustCompile(`([^{}]{1,200})\{([^{}]*)\}`)
	count := 0
	for n := range d.root.Descendants() {
		if n.DataAtom != atom.Style || n.FirstChild == nil {
			continue
		}
		css := withoutAtRules(bounded(n.FirstChild.Data, maxStyle))
		for _, m := range rule.FindAllStringSubmatch(css, 2000) {
			if hiddenByStyle(m[2]) && count < maxRules {
				count++
				d.hideMatching(strings.TrimSpace(m[1]))
			}
		}
	}
}

func (d *document) hideMatching(selector string) {
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		return // a selector of a newer kind than is understood: it hides nothing
	}
	for _, n := range cascadia.QueryAll(d.root, sel) {
		d.unseen[n] = true
	}
}

// withoutAtRules drops comments and the blocks of @media, @supports and the like.
func withoutAtRules(css string) string {
	var out strings.Builder
	depth, dropped := 0, -1
	for i := 0; i < len(css); i++ {
		switch c := css[i]; {
		case strings.HasPrefix(css[i:], "/*"):
			end := strings.Index(css[i+2:], "*/")
			if end < 0 {
				return out.String()
			}
			i += end + 3
			continue
		case c == '@' && dropped < 0:
			dropped = depth
		case c == ';' && dropped == depth:
			dropped = -1
			continue
		case c == '{':
			depth++
		case c == '}':
			depth--
			if dropped == depth {
				dropped = -1
				continue
			}
		}
		if dropped < 0 {
			out.WriteByte(css[i])
		}
	}
	return out.String()
}
