package signature

import (
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"

	"genkan/probes"
)

// readSignature reads a signature strictly; what is wrong is noted in d.
func readSignature(d *document, n *yaml.Node, p *pack, f *finder) Signature {
	s := Signature{Status: Experimental, File: d.file, Line: n.Line, pack: p}
	c := &compiler{document: d, finder: f}
	id := ""
	d.mapping(n, "a signature", keys{
		"id":         func(v *yaml.Node) { id = d.text(v, "id") },
		"status":     func(v *yaml.Node) { s.Status = oneOf(d, v, "status", []Status{Stable, Experimental}) },
		"title":      func(v *yaml.Node) { s.Title = d.languages(v, "title") },
		"cause":      func(v *yaml.Node) { s.Cause = oneOf(d, v, "cause", probes.Causes()) },
		"side":       func(v *yaml.Node) { s.Side = oneOf(d, v, "side", probes.Sides()) },
		"or_side":    func(v *yaml.Node) { s.OrSide = oneOf(d, v, "or_side", probes.Sides()) },
		"tell":       func(v *yaml.Node) { s.Tell = d.languages(v, "tell") },
		"advice":     func(v *yaml.Node) { s.Advice = d.advice(v) },
		"text":       func(v *yaml.Node) { s.Text = d.languages(v, "text") },
		"lasts":      func(v *yaml.Node) { d.lasts(v, &s) },
		"generic":    func(v *yaml.Node) { s.Generic = d.flag(v, "generic") },
		"says":       func(v *yaml.Node) { s.Says = d.texts(v, "says") },
		"references": func(v *yaml.Node) { s.References = d.references(v) },
		"match":      func(v *yaml.Node) { s.match, s.Matches = c.node(v, 0), true },
	}, "id", "title", "cause")
	s.ID = p.id + "/" + id
	s.phrases, s.bare = c.phrases, isBare(s.match)
	if s.Side == "" {
		s.Side = s.Cause.Side()
	}
	d.sound(n, id, s, c)
	return s
}

// sound notes what is wrong with a signature as a whole.
func (d *document) sound(n *yaml.Node, id string, s Signature, c *compiler) {
	if want := strings.TrimSuffix(filepath.Base(d.file), filepath.Ext(d.file)); id != "" && (id != want || !isName(id)) {
		d.fail(n, "the id %q must be the file's name %q, of lower-case letters, digits and hyphens", id, want)
	}
	if (s.OrSide == "") != (len(s.Tell) == 0) {
		d.fail(n, "or_side and tell belong together: a second side, and how to tell the two apart")
	}
	if s.OrSide != "" && s.OrSide == s.Side {
		d.fail(n, "or_side is %q, which is the side already", s.OrSide)
	}
	if s.Typical > 0 && s.AtMost > 0 && s.Typical > s.AtMost {
		d.fail(n, "lasts: typical is longer than at_most")
	}
	if s.Matches && s.match != nil && !c.proof {
		d.fail(n, "match only says what must not be there, so it matches every page; add what must be there")
	}
	if !s.Matches && len(s.Says) == 0 {
		d.fail(n, "a signature without match serves explain only, and needs says: the messages people quote")
	}
}

func isName(id string) bool {
	for _, r := range id {
		if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return len(id) > 0 && len(id) <= 64
}

func (d *document) lasts(n *yaml.Node, s *Signature) {
	d.mapping(n, "lasts", keys{
		"typical": func(v *yaml.Node) { s.Typical = d.duration(v, "typical") },
		"at_most": func(v *yaml.Node) { s.AtMost = d.duration(v, "at_most") },
	})
}

func (d *document) references(n *yaml.Node) []string {
	urls := d.texts(n, "references")
	for i, u := range urls {
		if !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://") {
			d.fail(n.Content[i], "a reference is the address of a page, not %q", u)
		}
	}
	return urls
}
