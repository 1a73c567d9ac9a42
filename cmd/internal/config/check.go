package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"genkan/probes"
)

// checker makes the Config of the document, and notes what is wrong with it.
type checker struct {
	dir      string // that paths are relative to
	cfg      *Config
	problems Problems
}

// path leads to a value: keys and indices.
type path []any

// to is p and further steps.
func (p path) to(steps ...any) path { return append(slices.Clip(p), steps...) }

func (c *checker) report(pos Position, format string, args ...any) {
	c.problems = append(c.problems, Problem{File: c.cfg.File, Line: pos.Line, Column: pos.Column, Message: fmt.Sprintf(format, args...)})
}

// bad notes a problem with the value at p.
func (c *checker) bad(p path, format string, args ...any) {
	c.report(c.cfg.At(p...), format, args...)
}

// foreign takes in what a validator found, unless something is wrong at that
// place already.
func (c *checker) foreign(found []Problem) {
	known := slices.Clone(c.problems)
	for _, p := range found {
		if !known.at(p.File, Position{p.Line, p.Column}) {
			c.problems = append(c.problems, p)
		}
	}
}

// missing notes that what p leads to isn't there, unless what is written in its
// stead, or around it, has been refused already.
func (c *checker) missing(p path, what string) {
	nearest, whole := descend(c.cfg.root, p)
	around := target(nearest)
	open := !whole && (around.Kind == yaml.MappingNode || null(around))
	if open || !c.problems.at(c.cfg.File, place(nearest)) {
		c.bad(p, "%s; write %v: …", what, p[len(p)-1])
	}
}

// text is a text per language, of the site's languages.
func (c *checker) text(p path, t text) probes.Text {
	out := probes.Text{}
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		switch {
		case lang == "":
			for _, l := range c.cfg.Site.Languages {
				out[l] = t[lang]
			}
		case len(c.cfg.Site.Languages) > 0 && !slices.Contains(c.cfg.Site.Languages, lang):
			c.bad(p.to(lang), "%q is not among the site's languages; add it to site.languages or take the text out", clipped(lang))
		case t[lang] != "":
			out[lang] = t[lang]
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// named is a text that must be there.
func (c *checker) named(p path, t text, what string) probes.Text {
	if len(t) == 0 {
		c.missing(p, what)
	}
	return c.text(p, t)
}

// url is an address, noted when it is no good.
func (c *checker) url(p path, s string) string {
	if s == "" {
		return ""
	}
	if err := checkURL(s); err != nil {
		c.bad(p, "%v", err)
	}
	return s
}

// name is an identifier that is there and fit for labels and addresses.
func (c *checker) name(p path, s, what string) string {
	if s == "" {
		c.missing(p, what)
	} else {
		c.identifier(p, s)
	}
	return s
}

func (c *checker) identifier(p path, s string) {
	const first, rest = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "_.-"
	if len(s) > 63 || !strings.ContainsRune(first, rune(s[0])) || strings.Trim(s, first+rest) != "" {
		c.bad(p, "%q can't be a name; use at most 63 letters a-z, digits, - _ and ., beginning with a letter or digit", clipped(s))
	}
}

// unique notes the second and later use of a name; in says where the names
// stand: path of the list and key of the name in its entries ("" for none).
func (c *checker) unique(list path, key string, names []string, what string) {
	first := map[string]int{}
	for i, name := range names {
		p := list.to(i)
		if key != "" {
			p = p.to(key)
		}
		if line, twice := first[name]; twice && name != "" {
			c.bad(p, "the %s %q is there twice, first on line %d; give each its own", what, clipped(name), line)
		} else {
			first[name] = c.cfg.At(p...).Line
		}
	}
}

// oneOf is s, noted when it isn't among the words there are.
func (c *checker) oneOf(p path, s string, words ...string) string {
	if !slices.Contains(words, s) {
		c.bad(p, "%q is not known; %s", clipped(s), instead(s, words))
	}
	return s
}

// number is n, noted when it is out of range.
func (c *checker) number(p path, n *int, least, most int) int {
	if *n < least || *n > most {
		c.bad(p, "%d is out of range; write a number from %d to %d", *n, least, most)
	}
	return *n
}

// autoNumber is a number in range, or 0 for auto.
func (c *checker) autoNumber(p path, s autoCount, least, most int) int {
	if s == "auto" {
		return 0
	}
	n, err := strconv.Atoi(string(s))
	if err != nil {
		_, way := s.expects()
		c.bad(p, "%q is no number; %s", clipped(string(s)), way)
		return 0
	}
	return c.number(p, &n, least, most)
}

// existing is the path of a file that must be there, relative to the config's folder.
func (c *checker) existing(p path, name string) string {
	if name == "" {
		return ""
	}
	full := c.inDir(name)
	if _, err := os.Stat(full); err != nil {
		c.bad(p, "there is no file %s; paths are relative to the folder of this configuration", clipped(full))
	} else if folder(full) {
		c.bad(p, "%s is a folder; name a file in it", clipped(full))
	}
	return full
}

func folder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func (c *checker) inDir(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(c.dir, name)
}

// glob are the files that a pattern matches; at least one, else it is noted.
func (c *checker) glob(p path, pattern string) []string {
	if pattern == "" {
		return nil
	}
	found, err := filepath.Glob(c.inDir(pattern))
	found = slices.DeleteFunc(found, folder)
	switch {
	case err != nil:
		c.bad(p, "%q is no pattern; close its brackets, or name the files one by one", clipped(pattern))
	case len(found) == 0:
		c.bad(p, "no file matches %s; paths are relative to the folder of this configuration", clipped(c.inDir(pattern)))
	}
	slices.Sort(found)
	return found
}
