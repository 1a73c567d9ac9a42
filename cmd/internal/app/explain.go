package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
	"genkan/probes/signature"
)

// Explanation is what a message may mean, and whether that is happening now.
type Explanation struct {
	signature.Candidate
	// Now are the incidents going on that are like it, the likest first; nil:
	// nobody was asked.
	Now []Happening `json:"now,omitzero"`
}

// Happening is an incident going on that is like what a message may mean.
type Happening struct {
	Component string       `json:"component"`
	Side      probes.Side  `json:"side"`
	Cause     probes.Cause `json:"cause"`
	Signature string       `json:"signature"` // "" where none decided
	Since     time.Time    `json:"since"`     // when the first failing run began
	Same      bool         `json:"same"`      // the very same signature; false: the same cause
}

// ExplainOptions are what to explain, and by what.
type ExplainOptions struct {
	Message string
	Lang    string   // ja or en
	Packs   []string // none: DefaultPacks
	Daemon  string   // of a daemon to ask what is happening now; "": none
}

// Explain is what a message may mean, best first. The second error says why the
// daemon could not be asked; the explanations stand all the same.
func Explain(ctx context.Context, o ExplainOptions) (list []Explanation, unasked, err error) {
	set, err := loadPacks(o.Packs)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range set.Explain(o.Message, o.Lang) {
		list = append(list, Explanation{Candidate: c})
	}
	if o.Daemon == "" || len(list) == 0 {
		return list, nil, nil
	}
	daemon, err := newOperatorsAPI(o.Daemon)
	if err != nil {
		return nil, nil, err
	}
	open, unasked := daemon.open(ctx)
	if unasked != nil {
		return list, unasked, nil
	}
	for i := range list {
		list[i].Now = happening(list[i].Candidate, open)
	}
	return list, nil, nil
}

// happening are the open incidents that are like a candidate: the same
// signature first, then the same cause, each in the order of their beginning.
func happening(c signature.Candidate, open []alerting.Incident) []Happening {
	now := []Happening{}
	for _, in := range open {
		same := in.Signature == c.Signature
		if same || in.Cause == c.Cause {
			now = append(now, Happening{in.Component, in.Side, in.Cause, in.Signature, in.StartedAt, same})
		}
	}
	slices.SortStableFunc(now, func(a, b Happening) int {
		if a.Same != b.Same {
			return map[bool]int{true: -1, false: 1}[a.Same]
		}
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Component, b.Component))
	})
	return now
}
