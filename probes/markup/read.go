package markup

import (
	"strings"

	"golang.org/x/net/html/atom"

	"genkan/probes"
)

// Read extracts what a visitor reads on a page and can do there. It takes any
// string and never fails; what is too large is cut.
func Read(page string) probes.Reading {
	d := newDocument(page)
	d.dropWaiting()
	text := textOf(d.root, maxText, 1<<30)
	if text == "" {
		text = pictures(d.root) // a page of pictures alone says what they say
	}
	forms, substantial := d.forms()
	return probes.Reading{
		Title:   d.title(),
		Text:    text,
		Regions: d.regions(),
		Forms:   forms,
		Content: substantial || d.hasContent(),
	}
}

func (d *document) title() string {
	for n := range d.root.Descendants() {
		if n.DataAtom == atom.Title && n.Namespace == "" && n.FirstChild != nil {
			return bounded(strings.Join(strings.Fields(n.FirstChild.Data), " "), maxRegion)
		}
	}
	return ""
}
