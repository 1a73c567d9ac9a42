package signature

import (
	"io/fs"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"genkan/probes"
)

// guidance is what there is to tell of a cause.
type guidance struct {
	title, text probes.Text
	advice      []probes.Advice
}

// Guidance is what to tell people of a signature, or of the cause alone where
// none decided. An id that isn't known counts as none.
func (s *Set) Guidance(signature string, cause probes.Cause) probes.Guidance {
	if sig, ok := s.Get(signature); ok {
		return probes.Guidance{Title: sig.Title, Advice: sig.Text, Tell: sig.Tell, Typical: sig.Typical, AtMost: sig.AtMost}
	}
	known, ok := s.causes[cause]
	if !ok {
		known = s.causes[probes.UnexpectedContent]
	}
	return probes.Guidance{Title: known.title, Advice: known.text}
}

// Versions are the versions of the packs that were loaded, by id.
func (s *Set) Versions() map[string]string {
	v := make(map[string]string, len(s.packs))
	for id, p := range s.packs {
		v[id] = p.version
	}
	return v
}

// Signatures are all signatures in the order of their ids.
func (s *Set) Signatures() []Signature { return slices.Clone(s.signatures) }

// Get returns the signature with the id "pack/id".
func (s *Set) Get(id string) (Signature, bool) {
	i, ok := s.byID[id]
	if !ok {
		return Signature{}, false
	}
	return s.signatures[i], true
}

// Source is a signature's file as it was written.
func (s *Set) Source(sig Signature) ([]byte, error) {
	if sig.BuiltIn() {
		return fs.ReadFile(s.builtIn, strings.TrimPrefix(sig.File, "packs/"))
	}
	return os.ReadFile(sig.File)
}

// causes reads what there is to tell of the causes, whichever packs are asked
// for: every verdict has a cause, and every cause has something to tell.
func (l *loader) causes() {
	d := &document{file: "packs/" + webPack + "/causes.yaml"}
	l.guidance = map[probes.Cause]guidance{}
	data, err := fs.ReadFile(l.builtIn, webPack+"/causes.yaml")
	if err != nil {
		l.fail(d.file, "can't be read: %v", err)
		return
	}
	known, names := keys{}, []string{}
	for _, cause := range probes.Causes() {
		known[string(cause)] = func(n *yaml.Node) { l.guidance[cause] = d.guidance(n, string(cause)) }
		names = append(names, string(cause))
	}
	if n := d.root(data); n != nil {
		d.mapping(n, "causes", known, names...)
	}
	l.problems = append(l.problems, d.problems...)
}

func (d *document) guidance(n *yaml.Node, cause string) guidance {
	var g guidance
	d.mapping(n, cause, keys{
		"title":  func(v *yaml.Node) { g.title = d.languages(v, "title") },
		"text":   func(v *yaml.Node) { g.text = d.languages(v, "text") },
		"advice": func(v *yaml.Node) { g.advice = d.advice(v) },
	}, "title", "text", "advice")
	return g
}
