package signature

import (
	"cmp"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"go.yaml.in/yaml/v4"
)

const (
	maxPattern = 1000 // bytes of a regular expression
	maxDepth   = 16   // of a match
)

// compiler turns the match of a signature file into a matcher.
type compiler struct {
	*document
	finder  *finder
	phrases []string // the texts looked for, for Explain
	proof   bool     // something is looked for that must be there
	denied  bool     // inside a not
}

// node compiles one node; nil when something is wrong with it, which is noted.
func (c *compiler) node(n *yaml.Node, depth int) matcher {
	if depth > maxDepth {
		c.fail(n, "match is nested deeper than %d", maxDepth)
		return nil
	}
	var out matcher
	var names []string
	var in *yaml.Node
	add := func(name string, read func(*yaml.Node) matcher) func(*yaml.Node) {
		return func(v *yaml.Node) {
			names = append(names, name)
			if !c.denied && name != "any" && name != "all" && name != "not" {
				c.proof = true
			}
			out = read(v)
		}
	}
	known := keys{"in": func(v *yaml.Node) { in = v }}
	for name, read := range c.matchers(depth, func() places { return c.places(in) }) {
		known[name] = add(name, read)
	}
	before := len(c.problems)
	c.mapping(inFirst(n), "match", known)
	switch {
	case len(names) > 1:
		c.fail(n, "a node of match holds exactly one matcher, not %d (%s); join several with any or all", len(names), strings.Join(names, ", "))
		return nil
	case len(names) == 0 && len(c.problems) == before:
		c.fail(n, "a node of match holds exactly one matcher, and this one has none")
	}
	if in != nil && len(names) == 1 && names[0] != "text" && names[0] != "regexp" {
		c.fail(in, "in: belongs to text and regexp, not to %s", names[0])
	}
	return out
}

// inFirst returns n with its key in moved to the front, so that it is known
// when what it belongs to is read.
func inFirst(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	sorted := *n
	sorted.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "in" {
			sorted.Content = append(n.Content[i:i+2:i+2], sorted.Content...)
		} else {
			sorted.Content = append(sorted.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &sorted
}

// matchers are all matchers by name. in gives the places of the node being read.
func (c *compiler) matchers(depth int, in func() places) map[string]func(*yaml.Node) matcher {
	return map[string]func(*yaml.Node) matcher{
		"any": func(n *yaml.Node) matcher {
			return orNil(c.branch(n, "any", depth), func(m []matcher) matcher { return anyOf(m) })
		},
		"all": func(n *yaml.Node) matcher {
			return orNil(c.branch(n, "all", depth), func(m []matcher) matcher { return allOf(m) })
		},
		"not":         func(n *yaml.Node) matcher { return c.negation(n, depth) },
		"text":        func(n *yaml.Node) matcher { return c.literal(n, "text", in()) },
		"title":       func(n *yaml.Node) matcher { return c.literal(n, "title", 1<<inTitle) },
		"regexp":      func(n *yaml.Node) matcher { return c.pattern(n, in()) },
		"status":      func(n *yaml.Node) matcher { return c.status(n) },
		"header":      c.header,
		"final_url":   func(n *yaml.Node) matcher { return finalURL{c.regexp(n, "final_url", "")} },
		"hop":         c.hop,
		"net_error":   func(n *yaml.Node) matcher { return c.netError(n) },
		"selector":    c.selector,
		"exchange":    c.exchange,
		"console":     func(n *yaml.Node) matcher { return console(c.normalised(n, "console")) },
		"failed_step": func(n *yaml.Node) matcher { return failedStep{c.regexp(n, "failed_step", "(?i)")} },
		"timed_out": c.flag("timed_out", ofVisit, func(p *page) bool { return p.view.TimedOut },
			func(p *page) string { return "the time ran out before the page was ready" }),
		"bounced": c.flag("bounced", ofVisit, func(p *page) bool { return bouncedHome(p.view) },
			func(p *page) string { return p.view.RequestedURL + " -> " + p.view.FinalURL }),
		"submitted": c.flag("submitted", 0, func(p *page) bool { return p.view.Submitted },
			func(p *page) string { return "a form was sent" }),
		"empty": c.flag("empty", ofStructure, func(p *page) bool { return blank(p.view) },
			func(p *page) string { return "nothing to read and nothing to do" }),
	}
}

func orNil[T any](parts []T, join func([]T) matcher) matcher {
	if len(parts) == 0 {
		return nil
	}
	return join(parts)
}

func (c *compiler) branch(n *yaml.Node, name string, depth int) []matcher {
	var parts []matcher
	for _, item := range c.list(n, name, false) {
		if m := c.node(item, depth+1); m != nil {
			parts = append(parts, m)
		}
	}
	slices.SortStableFunc(parts, func(a, b matcher) int { return cmp.Compare(a.cost(), b.cost()) })
	return parts
}

func (c *compiler) negation(n *yaml.Node, depth int) matcher {
	before := c.denied
	c.denied = true
	defer func() { c.denied = before }()
	if m := c.node(n, depth+1); m != nil {
		return not{m}
	}
	return nil
}

func (c *compiler) normalised(n *yaml.Node, what string) string {
	raw := c.text(n, what)
	s := normalise(raw)
	if raw != "" && s == "" {
		c.fail(n, "%s %q has nothing left to compare after normalisation", what, raw)
	}
	return s
}

func (c *compiler) literal(n *yaml.Node, name string, in places) matcher {
	s := c.normalised(n, name)
	if s == "" {
		return nil
	}
	if !c.denied {
		c.phrases = append(c.phrases, strings.TrimSpace(n.Value))
	}
	return text{literal: c.finder.add(s), in: in, name: name}
}

// places reads in; everything visible when it isn't given.
func (c *compiler) places(n *yaml.Node) places {
	if n == nil {
		return visibleText
	}
	var in places
	all := placeNames()
	for _, item := range c.list(n, "in", true) {
		name := oneOf(c.document, item, "in", all[:])
		if i := slices.Index(all[:], name); i >= 0 {
			in |= 1 << i
		}
	}
	return in
}

// regexp reads a regular expression for what is not normalised. When it can't
// be used, which is noted, one that matches nothing stands in its place.
func (c *compiler) regexp(n *yaml.Node, what, flags string) *regexp.Regexp {
	src := c.text(n, what)
	switch {
	case len(src) > maxPattern:
		c.fail(n, "the regular expression of %s is longer than %d bytes; look for less", what, maxPattern)
	case src != "":
		re, err := regexp.Compile(flags + src)
		if err != nil {
			c.fail(n, "the regular expression of %s can't be used (the syntax is RE2's): %v", what, err)
			break
		}
		if re.MatchString("") {
			c.fail(n, "the regular expression of %s matches an empty text, so it says nothing", what)
		}
		return re
	}
	return regexp.MustCompile(`[^\s\S]`)
}

// pattern reads a regular expression for normalised text, and normalises it too.
func (c *compiler) pattern(n *yaml.Node, in places) matcher {
	before := len(c.problems)
	c.regexp(n, "regexp", "")
	if len(c.problems) > before {
		return nil
	}
	tree, err := syntax.Parse(strings.TrimSpace(n.Value), syntax.Perl)
	if err != nil {
		c.fail(n, "the regular expression can't be used: %v", err)
		return nil
	}
	written := runes(tree)
	normaliseTree(tree)
	// What has not grown compiles as the expression that was written did.
	if runes(tree) > written {
		if _, err := regexp.Compile(tree.String()); err != nil {
			c.fail(n, "the regular expression can't be used once it is normalised: %v", err)
			return nil
		}
	}
	return newPattern(tree, in, c.finder)
}

func (c *compiler) status(n *yaml.Node) status {
	var m status
	for _, item := range c.list(n, "status", true) {
		r, ok := parseStatus(item.Value)
		if !ok || item.Kind != yaml.ScalarNode {
			c.fail(item, "status must be a code such as 503, a family such as 5xx, or a range such as 520-527, not %q", item.Value)
			continue
		}
		m = append(m, r)
	}
	return m
}

func parseStatus(s string) (statusRange, bool) {
	if family, ok := strings.CutSuffix(strings.ToLower(s), "xx"); ok {
		n, err := strconv.Atoi(family)
		return statusRange{n * 100, n*100 + 99}, err == nil && 1 <= n && n <= 9
	}
	low, high, ranged := strings.Cut(s, "-")
	from, err := strconv.Atoi(low)
	if err != nil || from < 100 || from > 999 {
		return statusRange{}, false
	}
	if !ranged {
		return statusRange{from, from}, true
	}
	to, err := strconv.Atoi(high)
	return statusRange{from, to}, err == nil && from <= to && to <= 999
}

func (c *compiler) header(n *yaml.Node) matcher {
	var m header
	c.mapping(n, "header", keys{
		"name":  func(v *yaml.Node) { m.name = strings.ToLower(c.text(v, "name")) },
		"value": func(v *yaml.Node) { m.value = c.regexp(v, "value", "(?i)") },
	}, "name")
	return m
}

func (c *compiler) hop(n *yaml.Node) matcher {
	var m hop
	c.mapping(n, "hop", keys{
		"url":    func(v *yaml.Node) { m.url = c.regexp(v, "url", "") },
		"status": func(v *yaml.Node) { m.status = c.status(v) },
	})
	return m
}

func (c *compiler) netError(n *yaml.Node) matcher {
	var m netError
	for _, item := range c.list(n, "net_error", true) {
		name := strings.TrimPrefix(c.text(item, "net_error"), "net::")
		if !strings.HasPrefix(name, "ERR_") {
			c.fail(item, "net_error is Chromium's name without net::, such as ERR_CONNECTION_RESET, or its beginning with *, not %q", name)
		}
		m = append(m, name)
	}
	return m
}

func (c *compiler) selector(n *yaml.Node) matcher {
	src := c.text(n, "selector")
	css, err := cascadia.ParseGroup(src)
	if src == "" || err != nil {
		if err != nil {
			c.fail(n, "the selector %q can't be used: %v", src, err)
		}
		return nil
	}
	return selector{css: css, src: src, names: selectorNames(src)}
}

func (c *compiler) exchange(n *yaml.Node) matcher {
	var m exchange
	c.mapping(n, "exchange", keys{
		"url":    func(v *yaml.Node) { m.url = c.regexp(v, "url", "") },
		"status": func(v *yaml.Node) { m.status = c.status(v) },
		"body": func(v *yaml.Node) {
			m.body = c.normalised(v, "body")
			c.phrases = append(c.phrases, strings.TrimSpace(v.Value))
		},
	})
	return m
}

// flag makes a matcher of something that a view says or doesn't.
func (c *compiler) flag(name string, kind facts, holds func(*page) bool, quote func(*page) string) func(*yaml.Node) matcher {
	return func(n *yaml.Node) matcher {
		if !c.document.flag(n, name) && n.Value == "false" {
			c.fail(n, "%s can only be true; write not: {%s: true} for its opposite", name, name)
		}
		return flag{name: name, kind: kind, holds: holds, quote: quote}
	}
}
