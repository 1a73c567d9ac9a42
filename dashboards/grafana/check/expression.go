package check

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Check says what is wrong with an expression, Grafana's variables included.
// Legend is a Grafana legend or an alert's template that names labels of it.
func (x Exported) Check(expression, legend string) error {
	e, err := parser.NewParser(parser.Options{}).ParseExpr(filled(expression))
	if err != nil {
		return fmt.Errorf("%s: %w", expression, err)
	}
	var all []error
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			all = append(all, x.selector(n))
		case *parser.AggregateExpr:
			all = append(all, x.grouping(n))
		case *parser.BinaryExpr:
			all = append(all, x.matching(n))
		}
		return nil
	})
	all = append(all, x.legend(e, legend))
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("%s: %w", expression, err)
	}
	return nil
}

// filled puts a value in the place of each of Grafana's variables.
func filled(expression string) string {
	return strings.NewReplacer("$__rate_interval", "1m", "$__range", "6h", "$__interval", "1m", "$window", "15m", "$probe", "login").Replace(expression)
}

// selector checks a metric's name, its matchers' labels, and that a state asked
// for is one that exists: of a state set all states are exported.
func (x Exported) selector(s *parser.VectorSelector) error {
	known, ok := x[s.Name]
	if !ok {
		return fmt.Errorf("no metric %q is exported", s.Name)
	}
	var all []error
	for _, m := range s.LabelMatchers {
		values, ok := known[m.Name]
		switch {
		case m.Name == model.MetricNameLabel:
		case !ok:
			all = append(all, fmt.Errorf("metric %q has no label %q", s.Name, m.Name))
		case (m.Name == "side" || m.Name == "status") && m.Type == labels.MatchEqual && !slices.Contains(values, m.Value):
			all = append(all, fmt.Errorf("metric %q is never exported with %s", s.Name, m))
		}
	}
	return errors.Join(all...)
}

func (x Exported) grouping(a *parser.AggregateExpr) error {
	return missing(a.Grouping, x.labels(a.Expr), "aggregated by")
}

func (x Exported) matching(b *parser.BinaryExpr) error {
	if b.VectorMatching == nil || !b.VectorMatching.On {
		return nil
	}
	on := b.VectorMatching.MatchingLabels
	one := b.RHS
	if b.VectorMatching.Card == parser.CardOneToMany {
		one = b.LHS
	}
	return errors.Join(
		missing(on, x.labels(b.LHS), "matched on, left,"),
		missing(on, x.labels(b.RHS), "matched on, right,"),
		missing(b.VectorMatching.Include, x.labels(one), "taken over"))
}

func (x Exported) legend(e parser.Expr, legend string) error {
	var named []string
	for _, m := range regexp.MustCompile(`\$labels\.(\w+)|{{\s*(\w+)\s*}}`).FindAllStringSubmatch(legend, -1) {
		if m[2] != "end" {
			named = append(named, m[1]+m[2])
		}
	}
	return missing(named, x.labels(e), "in the legend")
}

func missing(wanted []string, known map[string]bool, where string) error {
	var all []error
	for _, l := range wanted {
		if !known[l] {
			all = append(all, fmt.Errorf("label %q %s isn't there", l, where))
		}
	}
	return errors.Join(all...)
}

// labels are the names of the labels that e's series can have.
func (x Exported) labels(e parser.Expr) map[string]bool {
	known := map[string]bool{}
	var add func(parser.Expr)
	add = func(e parser.Expr) {
		if a, ok := e.(*parser.AggregateExpr); ok && !a.Without && !keeps(a.Op) {
			for _, l := range a.Grouping {
				known[l] = true
			}
			return
		}
		if s, ok := e.(*parser.VectorSelector); ok {
			for l := range x[s.Name] {
				known[l] = true
			}
		}
		for c := range parser.ChildrenIter(e) {
			if c, ok := c.(parser.Expr); ok {
				add(c)
			}
		}
	}
	add(e)
	return known
}

// keeps reports whether an aggregation's series are some of its input's.
func keeps(op parser.ItemType) bool {
	return op == parser.TOPK || op == parser.BOTTOMK || op == parser.LIMITK || op == parser.LIMIT_RATIO
}
