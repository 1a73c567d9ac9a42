package markup

import (
	"golang.org/x/net/html"
)

// dropWaiting takes out of the page the messages that wait in a form for their
// turn, and show only because the style sheet that hides them is missing. They
// are told by their number: a form that was sent back with errors says at most
// one of each field and one of the whole, and keeps what was filled in.
func (d *document) dropWaiting() {
	waiting := map[*html.Node][]*html.Node{}
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && !isLandmark(n) && namesError(n) && holdsMessage(n) && isMessage(n) {
			f := formAround(n)
			waiting[f] = append(waiting[f], n)
		}
	}
	for form, messages := range waiting {
		if form == nil || len(messages) <= d.fillable(form)+1 || d.filledIn(form) {
			continue
		}
		for _, n := range messages {
			n.Parent.RemoveChild(n)
		}
	}
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
	return n.Data == "input" || n.Data == "select" || n.Data == "textarea"
}

func formAround(n *html.Node) *html.Node {
	for ; n != nil; n = n.Parent {
		if n.Data == "form" && n.Type == html.ElementNode {
			return n
		}
	}
	return nil
}

// fillable counts the visible fields of a form, buttons to choose from apart.
func (d *document) fillable(form *html.Node) int {
	n := 0
	for _, f := range d.fields {
		if f.form == form && f.visible && f.kind != "checkbox" && f.kind != "radio" {
			n++
		}
	}
	return n
}

// filledIn reports whether a form came with something written in it, or with a
// field marked as wrong, as it does when it was sent before.
func (d *document) filledIn(form *html.Node) bool {
	for _, f := range d.fields {
		if f.form != form || !f.visible {
			continue
		}
		written := f.kind != "checkbox" && f.kind != "radio" && f.node.Data == "input" && value(f.node, "value") != ""
		if written || value(f.node, "aria-invalid") == "true" {
			return true
		}
	}
	return false
}
