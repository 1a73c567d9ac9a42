package signature

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"genkan/probes"
)

// document is one YAML file being read strictly: every key is accounted for,
// and all that is wrong is noted with its place, not only the first.
type document struct {
	file     string
	problems Problems
}

// root parses data, which must hold exactly one document; nil when it can't.
func (d *document) root(data []byte) *yaml.Node {
	var n yaml.Node
	if err := yaml.Load(data, &n); err != nil {
		d.problems = append(d.problems, Problem{File: d.file, Line: lineOf(err), Column: 1, Message: "not one YAML document: " + err.Error()})
		return nil
	}
	if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
		return n.Content[0]
	}
	return &n
}

func lineOf(err error) int {
	var at *yaml.LoadError
	if errors.As(err, &at) && at.Mark.Line > 0 {
		return at.Mark.Line
	}
	return 1
}

func (d *document) fail(n *yaml.Node, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...)})
}

// keys are the keys a mapping may have, each with what reads its value.
type keys map[string]func(*yaml.Node)

// mapping reads n by known, and notes keys that are unknown, doubled or, of
// those required, missing.
func (d *document) mapping(n *yaml.Node, what string, known keys, required ...string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a mapping, not %s", what, kindOf(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case !ok:
			d.fail(key, "unknown key %q in %s; known are %s", key.Value, what, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case seen[key.Value]:
			d.fail(key, "%q stands twice in %s", key.Value, what)
		default:
			seen[key.Value] = true
			read(value)
		}
	}
	for _, k := range required {
		if !seen[k] {
			d.fail(n, "%s needs %q", what, k)
		}
	}
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias (aliases are not supported: write it out)"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	return "a text"
}

// text reads a scalar that isn't empty. Numbers count as texts: codes are
// often written without quotes.
func (d *document) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || n.ShortTag() == "!!bool" {
		d.fail(n, "%s must be a text, not %s", what, kindOf(n))
		return ""
	}
	s := strings.TrimSpace(n.Value)
	if s == "" {
		d.fail(n, "%s must not be empty", what)
	}
	return s
}

// list returns the items of a list, or n itself where one item may stand alone.
func (d *document) list(n *yaml.Node, what string, alone bool) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		if len(n.Content) == 0 {
			d.fail(n, "%s must not be an empty list", what)
		}
		return n.Content
	}
	if alone {
		return []*yaml.Node{n}
	}
	d.fail(n, "%s must be a list, not %s", what, kindOf(n))
	return nil
}

func (d *document) texts(n *yaml.Node, what string) []string {
	var out []string
	for _, item := range d.list(n, what, false) {
		out = append(out, d.text(item, what))
	}
	return out
}

func (d *document) flag(n *yaml.Node, what string) bool {
	b, err := strconv.ParseBool(n.Value)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || err != nil {
		d.fail(n, "%s must be true or false, not %s", what, kindOf(n))
	}
	return b
}

// languages reads a text per language; Japanese and English must be there.
func (d *document) languages(n *yaml.Node, what string) probes.Text {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a text per language, {ja: …, en: …}, not %s", what, kindOf(n))
		return nil
	}
	t := probes.Text{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		lang := n.Content[i].Value
		if t[lang] != "" || len(lang) < 2 || len(lang) > 12 {
			d.fail(n.Content[i], "%q in %s is not a language, or stands twice", lang, what)
		}
		t[lang] = d.text(n.Content[i+1], what)
	}
	for _, lang := range []string{"ja", "en"} {
		if _, ok := t[lang]; !ok {
			d.fail(n, "%s has no text in %q; texts are needed in ja and en", what, lang)
		}
	}
	return t
}

// duration reads a length of time; d stands for days.
func (d *document) duration(n *yaml.Node, what string) time.Duration {
	s := d.text(n, what)
	if s == "" {
		return 0
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if v, err := strconv.ParseFloat(days, 64); err == nil && v > 0 && v < 10_000 {
			return time.Duration(v * 24 * float64(time.Hour))
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil || v <= 0 {
		d.fail(n, "%s must be a length of time such as 30m, 2h or 7d, not %q", what, s)
	}
	return v
}

// oneOf reads one of a closed list of names.
func oneOf[T ~string](d *document, n *yaml.Node, what string, known []T) T {
	s := T(d.text(n, what))
	if s != "" && !slices.Contains(known, s) {
		names := make([]string, len(known))
		for i, k := range known {
			names[i] = string(k)
		}
		d.fail(n, "%s can't be %q; it is one of %s", what, s, strings.Join(names, ", "))
	}
	return s
}

func (d *document) advice(n *yaml.Node) []probes.Advice {
	var out []probes.Advice
	for _, item := range d.list(n, "advice", true) {
		out = append(out, oneOf(d, item, "advice", probes.Advices()))
	}
	return out
}
