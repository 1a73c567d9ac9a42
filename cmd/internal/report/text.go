package report

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"genkan/probes"
)

// text writes results in words.
type text struct{ sheet }

// Write writes r as a block.
func (t *text) Write(r probes.Result) error {
	t.head(r.Side, address(r), facts(r)...)
	if r.Side == probes.SideNone && r.Signature == "" {
		if t.kept(r) {
			t.end()
		}
		return t.err
	}
	g := t.guidance(r)
	t.entry(labelWhat, g.Title.In(t.words.Lang))
	t.entry(labelSide, whose(r.Side).In(t.words.Lang))
	t.or(r.OrSide, g.Tell.In(t.words.Lang))
	if r.Side == probes.SideUnknown && r.Title != "" {
		t.entry(labelPage, "“"+Clean(r.Title)+"”")
	}
	for _, q := range r.Quotes[:min(len(r.Quotes), 4)] {
		t.entry(labelSeen, fmt.Sprintf("“%s” (%s)", Clean(q.Quote), q.Matcher))
	}
	t.entry(labelToDo, g.Advice.In(t.words.Lang))
	t.entry(labelRule, strings.TrimPrefix(r.Signature+" · "+r.Rule, " · "))
	t.kept(r)
	t.end()
	return t.err
}

// Close has nothing left to write.
func (t *text) Close() error { return t.err }

// or tells of a second possibility, and how to tell it from the first.
func (s *sheet) or(side probes.Side, tell string) {
	if side == "" {
		return
	}
	said := whose(side).In(s.words.Lang)
	if tell != "" {
		said += " — " + tell
	}
	s.entry(labelOr, said)
}

// kept tells where the evidence is, and whether there is any.
func (t *text) kept(r probes.Result) bool {
	if t.words.Path == nil {
		return false
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Artifacts)) {
		t.entry(labelKept, fmt.Sprintf("%s (%s)", t.words.Path(r.Artifacts[kind]), kind))
	}
	return len(r.Artifacts) > 0
}

func (t *text) guidance(r probes.Result) probes.Guidance {
	if t.words.Guidance == nil {
		return probes.Guidance{}
	}
	return t.words.Guidance(r.Signature, r.Cause)
}

// address is what was visited, and where the visit ended if that is elsewhere.
func address(r probes.Result) string {
	asked, ended := Clean(r.URL), Clean(r.FinalURL)
	if !strings.HasPrefix(ended, "http") || same(asked, ended) {
		return asked
	}
	return asked + " → " + ended
}

// same reports whether two addresses are one but for how they are written.
func same(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	if err != nil || err2 != nil {
		return a == b
	}
	written := func(u *url.URL) string {
		path := u.EscapedPath()
		if path == "" {
			path = "/"
		}
		return strings.ToLower(u.Scheme+"://"+u.Host) + path + "?" + u.RawQuery
	}
	return written(u) == written(v)
}

func facts(r probes.Result) []string {
	facts := []string{string(r.Side), string(r.Cause)}
	if r.HTTPStatus != 0 {
		facts = append(facts, fmt.Sprint(r.HTTPStatus))
	}
	if r.NetError != "" {
		facts = append(facts, r.NetError)
	}
	if d := time.Duration(r.Duration); d > 0 {
		facts = append(facts, fmt.Sprintf("%.2fs", d.Seconds()))
	}
	return facts
}
