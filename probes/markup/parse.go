package markup

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxHTML  = 4 << 20 // bytes of a page that are read
	maxDepth = 200     // nested elements that are kept; the parser itself stops at 512
)

// parse returns the page's tree. A page nested too deeply for the parser is
// flattened first, so that there always is a tree.
func parse(page string) *html.Node {
	page = bounded(page, maxHTML)
	if root, err := html.Parse(strings.NewReader(page)); err == nil {
		return root
	}
	if root, err := html.Parse(strings.NewReader(flattened(page))); err == nil {
		return root
	}
	root := &html.Node{Type: html.DocumentNode} // not even so: the words alone
	root.AppendChild(&html.Node{Type: html.TextNode, Data: wordsOnly(page)})
	return root
}

// flattened drops the tags of elements nested deeper than maxDepth, and keeps
// what they hold.
func flattened(page string) string {
	var out strings.Builder
	depth := 0
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.String()
		}
		raw := string(z.Raw())
		name, _ := z.TagName()
		switch {
		case kind == html.StartTagToken && !isVoid(atom.Lookup(name)):
			if depth++; depth > maxDepth {
				continue
			}
		case kind == html.EndTagToken:
			if depth--; depth >= maxDepth {
				continue
			}
			depth = max(depth, 0)
		}
		out.WriteString(raw)
	}
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// wordsOnly is the text of a page without any structure.
func wordsOnly(page string) string {
	var out strings.Builder
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			out.Write(z.Text())
			out.WriteByte('\n')
		}
	}
}

// bounded cuts s to at most n bytes, between characters.
func bounded(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// attribute returns the value of an attribute, and whether it is there.
func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func value(n *html.Node, name string) string {
	v, _ := attribute(n, name)
	return v
}

func has(n *html.Node, name string) bool {
	_, ok := attribute(n, name)
	return ok
}
