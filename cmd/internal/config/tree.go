package config

import (
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// maxMerged bounds how many mappings one mapping merges, directly or through others.
const maxMerged = 100

// pair is one entry of a mapping.
type pair struct{ key, value *yaml.Node }

// pairs are the entries of a mapping: its own in their order, repeated ones
// included, then those merged in by << that it doesn't have itself.
func pairs(n *yaml.Node) []pair {
	var own []pair
	has := map[string]bool{}
	queue := []*yaml.Node{n}
	for read := 0; read < len(queue) && read < maxMerged; read++ {
		content := queue[read].Content
		for i := 0; i+1 < len(content); i += 2 {
			switch key := content[i]; {
			case key.ShortTag() == "!!merge":
				queue = append(queue, sources(content[i+1])...)
			case read == 0 || !has[key.Value]:
				own = append(own, pair{key, content[i+1]})
				has[key.Value] = true
			}
		}
	}
	return own
}

// sources are the mappings that a merge key names; what isn't one is left out.
func sources(n *yaml.Node) []*yaml.Node {
	n = target(n)
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	var out []*yaml.Node
	for _, item := range list {
		if item = target(item); item.Kind == yaml.MappingNode {
			out = append(out, item)
		}
	}
	return out
}

// target is the node that an alias stands for, or the node itself.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// descend follows path, of keys (string) and indices (int), as far as it goes.
// whole is false where something was missing on the way.
func descend(n *yaml.Node, path []any) (at *yaml.Node, whole bool) {
	for _, step := range path {
		next := child(target(n), step)
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch step := step.(type) {
	case string:
		if n.Kind != yaml.MappingNode {
			return nil
		}
		for _, p := range pairs(n) {
			if p.key.Value == step {
				return p.value
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && step >= 0 && step < len(n.Content) {
			return n.Content[step]
		}
	}
	return nil
}

// found says what a node is, for people who expected something else.
func found(n *yaml.Node) string {
	n = target(n)
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!str":
		return fmt.Sprintf("the text %q", clipped(n.Value))
	case "!!int", "!!float":
		return "the number " + clipped(n.Value)
	case "!!bool":
		return clipped(n.Value)
	case "!!timestamp":
		return "the date " + clipped(n.Value)
	}
	return "a value tagged " + clipped(n.ShortTag())
}

// clipped is s short enough for a message.
func clipped(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strings.ToValidUTF8(s, "")
}
