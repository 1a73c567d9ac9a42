package markup

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What makes main content. An error page has a heading and a few sentences; an
// article, a list of questions or goods, and a member's page have more.
const (
	paragraph     = 60  // weight of text that is a paragraph
	enoughText    = 700 // weight of all paragraphs together
	enoughParas   = 3
	enoughArticle = 160 // weight of two paragraphs and more in an article
	enoughItems   = 6   // goods, entries of a list
	enoughRows    = 3   // pairs of a name and what it is
	maxContent    = 20000
	weightOfWide  = 3 // a Japanese character says about as much as three Latin letters
)

// content adds up what is to be read beside navigation, header, footer and forms.
type content struct {
	text    int // weight of the paragraphs
	paras   int
	article int // weight of the paragraphs of the article that has most, if it has two
	items   int // entries of lists that hold a picture, or a link with a title of some length
	rows    int // pairs of name and value
	nodes   int
}

// hasContent reports whether there is main content beside forms.
func (d *document) hasContent() bool {
	c := content{nodes: maxContent}
	c.walk(d.root)
	return c.text >= enoughText && c.paras >= enoughParas || c.article >= enoughArticle || c.items >= enoughItems || c.rows >= enoughRows
}

func (c *content) walk(n *html.Node) {
	if c.nodes--; c.nodes < 0 {
		return
	}
	if n.Type == html.ElementNode && isBoilerplate(n) {
		return
	}
	if n.Type == html.ElementNode && (isBlock(n) || n.DataAtom == atom.Td) && !holdsBlock(n) {
		c.block(n)
		return
	}
	if n.DataAtom == atom.Li || n.DataAtom == atom.Article {
		if picture(n) {
			c.items++
		}
	}
	text, paras := c.text, c.paras
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.walk(k)
	}
	if n.DataAtom == atom.Article && c.paras >= paras+2 {
		c.article = max(c.article, c.text-text)
	}
}

// block counts a block of text that holds no other.
func (c *content) block(n *html.Node) {
	text, linked := weigh(n)
	switch {
	case n.DataAtom == atom.Dd && text > 0, n.DataAtom == atom.Td && text > 0 && neighbourCell(n):
		c.rows++
	case n.DataAtom == atom.Li && (picture(n) || linked >= 24):
		c.items++
	}
	if plain := text - linked; plain >= paragraph {
		c.text += plain
		c.paras++
	}
}

func neighbourCell(n *html.Node) bool {
	b := neighbour(n, false)
	return b != nil && (b.DataAtom == atom.Th || b.DataAtom == atom.Td)
}

// weigh adds up the letters of a block, and those of them in links.
func weigh(n *html.Node) (text, linked int) {
	for k := range n.Descendants() {
		if k.Type != html.TextNode {
			continue
		}
		w := weight(k.Data)
		text += w
		for p := k.Parent; p != nil && p != n.Parent; p = p.Parent {
			if p.DataAtom == atom.A || p.DataAtom == atom.Button {
				linked += w
				break
			}
		}
	}
	return text, linked
}

func weight(s string) int {
	w := 0
	for _, r := range s {
		switch {
		case r >= 0x2E80 && unicode.IsLetter(r):
			w += weightOfWide
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			w++
		}
	}
	return w
}

func picture(n *html.Node) bool {
	nodes := 0
	for k := range n.Descendants() {
		if k.DataAtom == atom.Img {
			return true
		}
		if nodes++; nodes > 60 {
			break
		}
	}
	return false
}

func holdsBlock(n *html.Node) bool {
	for k := range n.Descendants() {
		if k.Type == html.ElementNode && (isBlock(k) || k.DataAtom == atom.Td || k.DataAtom == atom.Th) {
			return true
		}
	}
	return false
}

// isBoilerplate reports whether an element belongs to the layout of every page
// of a site, or is a form or a message and no content.
func isBoilerplate(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Nav, atom.Header, atom.Footer, atom.Aside, atom.Form, atom.Dialog, atom.Select, atom.Button, atom.Head, atom.Svg, atom.Textarea:
		return true
	}
	switch value(n, "role") {
	case "navigation", "banner", "contentinfo", "dialog", "alertdialog", "alert", "search", "complementary":
		return true
	}
	if has(n, "data-genkan-modal") || n.DataAtom == atom.Body || n.DataAtom == atom.Main || n.DataAtom == atom.Html {
		return has(n, "data-genkan-modal")
	}
	for _, name := range strings.Fields(value(n, "class") + " " + value(n, "id")) {
		if slices.ContainsFunc(wordsOf(name), ofLayout) {
			return true
		}
	}
	return false
}

func ofLayout(word string) bool {
	switch word {
	case "nav", "navi", "gnav", "gnavi", "navigation", "navbar", "menu", "footer", "foot", "header", "head", "sidebar", "side", "breadcrumb", "breadcrumbs", "topicpath", "cookie", "cookies",
		"copyright", "pagetop", "sitemap", "banner", "modal", "popup":
		return true
	}
	return false
}
