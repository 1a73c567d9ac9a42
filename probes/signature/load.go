package signature

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"genkan/probes"
)

//go:embed all:packs
var embedded embed.FS

// Packs is the tree of the packs that are built in, a folder each, their
// fixtures included.
func Packs() fs.FS {
	sub, err := fs.Sub(embedded, "packs")
	if err != nil {
		return embedded // can't be: "packs" is a valid name
	}
	return sub
}

// Set is a loaded set of signatures. It doesn't change and may be used by many
// at once.
type Set struct {
	signatures []Signature // in the order of their ids
	builtIn    fs.FS       // where the fixtures of built-in packs are
	byID       map[string]int
	packs      map[string]*pack
	causes     map[probes.Cause]guidance
	finder     *finder
	lexicon    *lexicon
	phrases    *phrasebook
}

// localPack is the pack of operators' files that stand in no pack's folder.
const localPack = "local"

// webPack is the pack for any site; its folder also tells of the causes.
const webPack = "web"

// Load reads the packs built in that are named, and the operators' own files
// (globs). A file in a folder with a pack.yaml belongs to that pack; any other
// belongs to the pack local, which counts as the site's own. pack.yaml and
// causes.yaml may be covered by a glob and are no signatures.
//
// All that is wrong comes back at once, as Problems.
func Load(packs, files []string) (*Set, error) {
	return load(Packs(), packs, files)
}

func load(builtIn fs.FS, packs, files []string) (*Set, error) {
	l := &loader{builtIn: builtIn, packs: map[string]*pack{}, finder: newFinder(), at: map[string]string{}, hashes: map[string][]string{}}
	l.causes()
	for _, id := range packs {
		l.embedded(id)
	}
	for _, f := range l.expand(files) {
		l.local(f)
	}
	if err := l.problems.orNil(); err != nil {
		return nil, err
	}
	return l.set(), nil
}

// loader gathers signatures and all that is wrong with them.
type loader struct {
	builtIn    fs.FS
	packs      map[string]*pack
	signatures []Signature
	guidance   map[probes.Cause]guidance
	finder     *finder
	at         map[string]string   // where an id was defined
	hashes     map[string][]string // of the files of packs without a version of their own
	problems   Problems
}

func (l *loader) fail(file, format string, args ...any) {
	l.problems = append(l.problems, Problem{File: file, Message: fmt.Sprintf(format, args...)})
}

// embedded reads a pack that is built in.
func (l *loader) embedded(id string) {
	if _, ok := l.packs[id]; ok {
		l.fail("packs/"+id, "the pack is named twice")
		return
	}
	names, err := fs.Glob(l.builtIn, id+"/*.yaml")
	data, err2 := fs.ReadFile(l.builtIn, id+"/pack.yaml")
	if err != nil || err2 != nil || path.Base(id) != id {
		l.fail("packs/"+id, "no such pack is built in; there are %s", strings.Join(l.builtInPacks(), ", "))
		return
	}
	p := l.pack("packs/"+id+"/pack.yaml", data)
	if p == nil {
		return
	}
	p.builtIn = true
	for _, name := range names {
		if path.Base(name) == "pack.yaml" || path.Base(name) == "causes.yaml" {
			continue
		}
		data, err := fs.ReadFile(l.builtIn, name)
		if err != nil {
			l.fail("packs/"+name, "can't be read: %v", err)
			continue
		}
		l.signature("packs/"+name, data, p)
	}
}

func (l *loader) builtInPacks() []string {
	names, err := fs.Glob(l.builtIn, "*/pack.yaml")
	if err != nil {
		return nil
	}
	for i, n := range names {
		names[i] = path.Dir(n)
	}
	return names
}

// expand turns globs into the files they stand for.
func (l *loader) expand(globs []string) []string {
	files := map[string]bool{}
	for _, g := range globs {
		found, err := filepath.Glob(g)
		switch {
		case err != nil:
			l.fail(g, "is not a pattern for files: %v", err)
		case len(found) == 0:
			l.fail(g, "no file is there; name signature files or a pattern such as signatures/*.yaml")
		}
		for _, f := range found {
			if base := filepath.Base(f); base != "pack.yaml" && base != "causes.yaml" && !strings.HasSuffix(base, ".txtar") {
				files[f] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(files))
}

// local reads an operator's file.
func (l *loader) local(file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		l.fail(file, "can't be read: %v", err)
		return
	}
	if p := l.folderPack(filepath.Dir(file)); p != nil {
		sum := sha256.Sum256(data)
		l.hashes[p.id] = append(l.hashes[p.id], hex.EncodeToString(sum[:]))
		l.signature(file, data, p)
	}
}

// folderPack is the pack that an operator's folder belongs to.
func (l *loader) folderPack(dir string) *pack {
	file := filepath.Join(dir, "pack.yaml")
	if p, ok := l.packs[file]; ok {
		return p
	}
	data, err := os.ReadFile(file)
	if err != nil {
		if l.packs[localPack] == nil {
			l.packs[localPack] = &pack{id: localPack, site: true}
		}
		return l.packs[localPack]
	}
	p := l.pack(file, data)
	l.packs[file] = p // also by its file, so that it is read once
	return p
}

// pack reads a pack.yaml.
func (l *loader) pack(file string, data []byte) *pack {
	d := document{file: file}
	p := &pack{}
	kind := ""
	if n := d.root(data); n != nil {
		d.mapping(n, "a pack", keys{
			"id":      func(v *yaml.Node) { p.id = d.text(v, "id") },
			"version": func(v *yaml.Node) { p.version = d.text(v, "version") },
			"kind":    func(v *yaml.Node) { kind = oneOf(&d, v, "kind", []string{"web", "site"}) },
		}, "id", "version", "kind")
		if folder := filepath.Base(filepath.Dir(file)); p.id != "" && p.id != folder {
			d.fail(n, "the pack's id %q is not its folder's name %q", p.id, folder)
		}
		if l.packs[p.id] != nil || p.id == localPack {
			d.fail(n, "there is a pack %q already; choose another id and name the folder by it", p.id)
		}
	}
	l.problems = append(l.problems, d.problems...)
	if len(d.problems) > 0 {
		return nil
	}
	p.site = kind == "site"
	l.packs[p.id] = p
	return p
}

// signature reads one signature file.
func (l *loader) signature(file string, data []byte, p *pack) {
	d := &document{file: file}
	if n := d.root(data); n != nil {
		s := readSignature(d, n, p, l.finder)
		if first, ok := l.at[s.ID]; ok {
			d.fail(n, "there is a signature %s already, in %s", s.ID, first)
		}
		l.at[s.ID] = file
		l.signatures = append(l.signatures, s)
	}
	l.problems = append(l.problems, d.problems...)
}

func (l *loader) set() *Set {
	slices.SortFunc(l.signatures, func(a, b Signature) int { return strings.Compare(a.ID, b.ID) })
	s := &Set{builtIn: l.builtIn, byID: map[string]int{}, packs: map[string]*pack{}, causes: l.guidance, finder: l.finder, lexicon: newLexicon()}
	for _, p := range l.packs {
		s.packs[p.id] = p
	}
	if p := s.packs[localPack]; p != nil {
		sum := sha256.Sum256([]byte(strings.Join(l.hashes[localPack], "\n")))
		p.version = hex.EncodeToString(sum[:4])
	}
	for i := range l.signatures {
		sig := &l.signatures[i]
		if known := s.causes[sig.Cause]; len(sig.Advice) == 0 {
			sig.Advice = known.advice
		}
		if sig.Text == nil {
			sig.Text = s.causes[sig.Cause].text
		}
		s.byID[sig.ID] = i
	}
	s.signatures = l.signatures
	s.phrases = newPhrasebook(s.signatures)
	return s
}
