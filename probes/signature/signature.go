package signature

import (
	"time"

	"genkan/probes"
)

// Signature is one rule that recognises an error, and what is known of it.
type Signature struct {
	ID         string // "pack/id"
	Status     Status
	Title      probes.Text // what it is, in a few words
	Cause      probes.Cause
	Side       probes.Side
	OrSide     probes.Side     // a second possibility; "" for none
	Tell       probes.Text     // how to tell the two sides apart; set with OrSide
	Advice     []probes.Advice // never empty
	Text       probes.Text     // what to do, in whole sentences
	Typical    time.Duration   // how long it usually lasts; 0: not known
	AtMost     time.Duration   // how long it can last; 0: not known
	Generic    bool            // words that any page could use
	Says       []string        // the message as people would quote it
	References []string
	Matches    bool   // false: it has no match of its own and serves Explain only
	File       string // where it was read from
	Line       int    // where it begins there

	pack    *pack
	match   matcher  // nil without Matches
	bare    bool     // a status alone makes it match
	phrases []string // the texts that match looks for, as they were written
}

// BuiltIn reports whether a signature is of a pack that is built in.
func (s Signature) BuiltIn() bool { return s.pack.builtIn }

// Status is how far a signature can be trusted.
type Status string

// The statuses. A stable signature has fixtures that it must match and
// fixtures that it must not.
const (
	Stable       Status = "stable"
	Experimental Status = "experimental"
)

// pack is a versioned set of signatures.
type pack struct {
	id      string
	version string
	site    bool // made for one site: it knows better than a pack for any
	builtIn bool
}

// place is where on a page a text stood, the one that says most first.
type place uint8

const (
	inDialog place = iota
	inFormError
	inAlert
	inHeading
	inTitle
	inBody
	placeCount
)

// placeNames are the places as signature files and verdicts name them.
func placeNames() [placeCount]string {
	return [placeCount]string{"dialog", "form_error", "alert", "heading", "title", "body"}
}

// String is the name by which signatures and matches say the place.
func (p place) String() string { return placeNames()[p] }

// places is a set of places.
type places uint8

const (
	everywhere  = places(1<<placeCount - 1)
	loud        = places(1<<inDialog | 1<<inFormError | 1<<inAlert)
	visibleText = everywhere &^ places(1<<inTitle)
)

func (ps places) has(p place) bool { return ps&(1<<p) != 0 }

// strongest is the place in ps that says most; inBody for an empty set.
func (ps places) strongest() place {
	for p := range placeCount {
		if ps.has(p) {
			return p
		}
	}
	return inBody
}
