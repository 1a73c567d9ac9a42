package markup

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropWaiting takes out of a page with a password to fill in the messages that
// wait for their turn, and show only because the style sheet that hides them is
// missing. They are told by their number: a form that was sent back with errors
// says at most one of each field and one of the whole, and keeps what was
// filled in.
func (d *document) dropWaiting() {
	fields, asked := d.blankFields()
	if !asked {
		return
	}
	var messages []*html.Node
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && !isLandmark(n) && namesError(n) && holdsMessage(n) && isMessage(n) {
			messages = append(messages, n)
		}
	}
	if len(messages) <= fields+1 {
		return
	}
	for _, n := range messages {
		n.Parent.RemoveChild(n)
	}
}

// blankFields counts the visible fields to write in, and reports whether a
// password is among them and nothing was filled in or marked as wrong before.
func (d *document) blankFields() (n int, asked bool) {
	for _, f := range d.fields {
		if !f.visible || f.kind == "checkbox" || f.kind == "radio" {
			continue
		}
		if f.node.DataAtom == atom.Input && value(f.node, "value") != "" || value(f.node, "aria-invalid") == "true" {
			return 0, false
		}
		n++
		asked = asked || f.kind == "password"
	}
	return n, asked
}

// isMessage reports whether an element has words and holds no other message,
// nor anything to fill in.
func isMessage(n *html.Node) bool {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && (!isLandmark(c) && namesError(c) || isFillable(c)) {
			return false
		}
	}
	w, _ := weigh(n)
	return w > 0
}

func isFillable(n *html.Node) bool {
	return n.DataAtom == atom.Input || n.DataAtom == atom.Select || n.DataAtom == atom.Textarea
}
