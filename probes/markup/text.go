package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxText   = 256 << 10 // bytes of a page's visible text
	maxRegion = 2000      // bytes of a region's text
	maxNodes  = 4000      // nodes looked at for a region's text
)

// writer writes what can be read of a tree: block elements end lines, what
// stands inline is joined as it is, white space is one space.
type writer struct {
	out   strings.Builder
	limit int
	nodes int
	space bool // white space is due before the next word
}

// textOf is the text of a tree, at most limit bytes of it.
func textOf(n *html.Node, limit, nodes int) string {
	w := writer{limit: limit, nodes: nodes}
	w.node(n, false)
	return strings.TrimSpace(bounded(w.out.String(), limit))
}

func (w *writer) node(n *html.Node, preformatted bool) {
	if w.nodes--; w.nodes < 0 || w.out.Len() >= w.limit {
		return
	}
	if n.Type == html.TextNode {
		w.text(n.Data, preformatted)
		return
	}
	if n.Type == html.ElementNode && w.special(n) {
		return
	}
	block := n.Type != html.ElementNode || isBlock(n)
	if block {
		w.endLine()
	}
	preformatted = preformatted || n.DataAtom == atom.Pre
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, preformatted)
	}
	if block {
		w.endLine()
	}
}

// special writes elements that don't read as their content, and reports whether
// n is one.
func (w *writer) special(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Br, atom.Hr:
		w.endLine()
	case atom.Td, atom.Th:
		w.space = true
		return false
	case atom.Input:
		w.field(n)
	case atom.Select, atom.Textarea:
		w.endLine()
	case atom.Head, atom.Title, atom.Option, atom.Iframe, atom.Object, atom.Audio, atom.Video, atom.Canvas, atom.Svg, atom.Math, atom.Frameset:
	default:
		return false
	}
	return true
}

// field ends the line at what a visitor fills in, since what stands after it is
// no part of its label; buttons read as their label.
func (w *writer) field(n *html.Node) {
	switch strings.ToLower(value(n, "type")) {
	case "submit", "button", "reset":
		w.text(" "+value(n, "value")+" ", false)
	case "checkbox", "radio", "hidden", "image":
	default:
		w.endLine()
	}
}

func (w *writer) text(s string, preformatted bool) {
	for i, r := range s {
		switch {
		case w.out.Len() >= w.limit:
			return
		case preformatted && r == '\n':
			w.endLine()
		case unicode.IsSpace(r):
			w.space = true
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"), r < ' ':
		default:
			if w.space && w.out.Len() > 0 && !strings.HasSuffix(w.out.String(), "\n") {
				w.out.WriteByte(' ')
			}
			w.space = false
			w.out.WriteRune(r)
		}
	}
}

func (w *writer) endLine() {
	w.space = false
	if s := w.out.String(); s != "" && !strings.HasSuffix(s, "\n") {
		w.out.WriteByte('\n')
	}
}

// isBlock reports whether an element begins and ends a line.
func isBlock(n *html.Node) bool {
	switch value(n, "data-genkan-display") {
	case "block":
		return true
	case "inline":
		return false
	}
	switch n.DataAtom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Center, atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div,
		atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Header, atom.Hgroup, atom.Html, atom.Legend, atom.Li, atom.Listing, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Optgroup, atom.P, atom.Pre,
		atom.Search, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr, atom.Caption, atom.Ul, atom.Xmp:
		return true
	}
	return false
}

// pictures are the alternative texts of a page's images, a line each.
func pictures(root *html.Node) string {
	var out strings.Builder
	for n := range root.Descendants() {
		if alt := strings.TrimSpace(value(n, "alt")); n.DataAtom == atom.Img && alt != "" && out.Len() < maxRegion {
			out.WriteString(alt + "\n")
		}
	}
	return strings.TrimSpace(bounded(out.String(), maxRegion))
}
