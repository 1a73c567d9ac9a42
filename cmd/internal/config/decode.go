package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// maxValues bounds what aliases can blow a small file up to.
const maxValues = 20_000

// decoder fills the structs of document.go from a tree, by their yaml tags,
// and reports what doesn't fit. It never stops at the first.
type decoder struct {
	note   func(Position, string, ...any)
	values int
	faults int
}

func (d *decoder) report(pos Position, format string, args ...any) {
	d.faults++
	d.note(pos, format, args...)
}

// describer is a type of text that says what it expects, and how to write it.
type describer interface{ expects() (what, way string) }

// numeric is a type of text that may be written as a number, too.
type numeric interface{ number() }

// value fills v from n. Nothing (~, null) leaves v as it is.
func (d *decoder) value(n *yaml.Node, v reflect.Value) {
	if d.values++; d.values >= maxValues {
		if d.values == maxValues {
			d.report(place(n), "the aliases of this file stand for more than %d values; write fewer of them", maxValues)
		}
		return
	}
	at := n
	n = target(n)
	if v.Type() == reflect.TypeFor[*yaml.Node]() {
		v.Set(reflect.ValueOf(n))
		return
	}
	if null(n) {
		return
	}
	if v.Type() == reflect.TypeFor[text]() && n.Kind == yaml.ScalarNode {
		d.plain(at, n, v)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		d.optional(at, v)
	case reflect.Struct:
		d.object(at, n, v)
	case reflect.Slice:
		d.list(at, n, v)
	case reflect.Map:
		d.table(at, n, v)
	default:
		d.scalar(at, n, v)
	}
}

// optional points v to what n says, or leaves it nil where that is no good.
func (d *decoder) optional(n *yaml.Node, v reflect.Value) {
	said, before := reflect.New(v.Type().Elem()), d.faults
	d.value(n, said.Elem())
	if d.faults == before {
		v.Set(said)
	}
}

func (d *decoder) object(at, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.report(place(at), "expected keys and values, found %s; the keys are %s", found(n), strings.Join(keys(v.Type()), ", "))
		return
	}
	d.each(n, func(p pair) {
		if field, ok := fieldOf(v, p.key.Value); ok {
			d.value(p.value, field)
			return
		}
		d.report(place(p.key), "unknown key %q; %s", clipped(p.key.Value), instead(p.key.Value, keys(v.Type())))
	})
}

// each visits the entries of a mapping whose keys are text, once each.
func (d *decoder) each(n *yaml.Node, visit func(pair)) {
	first := map[string]int{}
	for _, p := range pairs(n) {
		key := target(p.key)
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" {
			d.report(place(p.key), "expected a key, found %s; put quotes around it if it is meant as one", found(p.key))
			continue
		}
		if line, twice := first[key.Value]; twice {
			d.report(place(p.key), "%q is there twice, first on line %d; keep one", clipped(key.Value), line)
			continue
		}
		first[key.Value] = p.key.Line
		visit(pair{key: &yaml.Node{Value: key.Value, Line: p.key.Line, Column: p.key.Column}, value: p.value})
	}
}

func (d *decoder) list(at, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.report(place(at), "expected a list, found %s; write [a, b] or a line with - for each", found(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for _, item := range n.Content {
		element := reflect.New(v.Type().Elem()).Elem()
		d.present(item)
		d.value(item, element)
		v.Set(reflect.Append(v, element))
	}
}

// present notes an entry that says nothing.
func (d *decoder) present(n *yaml.Node) {
	if null(target(n)) {
		d.report(place(n), "this entry is empty; fill it in or take it out")
	}
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func (d *decoder) table(at, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.report(place(at), "expected a text per language, found %s; write {ja: …, en: …}", found(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	d.each(n, func(p pair) {
		element := reflect.New(v.Type().Elem()).Elem()
		d.present(p.value)
		d.value(p.value, element)
		v.SetMapIndex(reflect.ValueOf(p.key.Value), element)
	})
}

// plain is a text that is the same in every language.
func (d *decoder) plain(at, n *yaml.Node, v reflect.Value) {
	var s string
	d.scalar(at, n, reflect.ValueOf(&s).Elem())
	if s != "" {
		v.Set(reflect.ValueOf(text{"": s}))
	}
}

func (d *decoder) scalar(at, n *yaml.Node, v reflect.Value) {
	tag := n.ShortTag()
	if n.Kind != yaml.ScalarNode {
		tag = "none"
	}
	switch v.Kind() {
	case reflect.String:
		d.words(at, n, v, tag)
	case reflect.Bool:
		b, err := strconv.ParseBool(strings.ToLower(n.Value))
		if tag != "!!bool" || err != nil {
			d.report(place(at), "expected true or false, found %s; write one of the two", found(n))
			return
		}
		v.SetBool(b)
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if tag != "!!int" || err != nil {
			d.report(place(at), "expected a whole number, found %s; write it in digits", found(n))
			return
		}
		v.SetInt(int64(i))
	}
}

func (d *decoder) words(at, n *yaml.Node, v reflect.Value, tag string) {
	what, way := "text", wayToText(tag)
	if described, ok := v.Interface().(describer); ok {
		what, way = described.expects()
	}
	_, number := v.Interface().(numeric)
	switch {
	case tag != "!!str" && !(number && tag == "!!int"):
		d.report(place(at), "expected %s, found %s; %s", what, found(n), way)
	case strings.TrimSpace(n.Value) == "":
		d.report(place(at), "the text is empty; fill it in or take it out")
	default:
		v.SetString(n.Value)
	}
}

// wayToText is the way out where something else stands in the place of text.
func wayToText(tag string) string {
	switch tag {
	case "none":
		return "write it behind its key, on the same line"
	case "!!int", "!!float", "!!bool", "!!timestamp":
		return "put quotes around it"
	}
	return "take out the word with the !"
}

// keys are the keys that a struct knows, in its order.
func keys(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		out = append(out, keyOf(t.Field(i)))
	}
	return out
}

func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	i := slices.Index(keys(v.Type()), key)
	if i < 0 {
		return reflect.Value{}, false
	}
	return v.Field(i), true
}

func keyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// instead is the way out for a name that isn't known: the one that was
// probably meant, else all there are.
func instead(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := editDistance(strings.ToLower(name), k); d < min(distance, 1+len(k)/2) {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known here: " + strings.Join(known, ", ")
}

// editDistance is the number of letters to put in, take out or replace, or of
// neighbours to swap, that make b of a; of long names a big number.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differs(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

func differs(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
