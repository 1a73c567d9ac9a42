package report

import (
	"fmt"
	"io"

	"genkan/probes"
)

// Meaning is what a quoted message may mean, in one language.
type Meaning struct {
	Signature    string // "pack/id"
	Side, OrSide probes.Side
	Cause        probes.Cause
	Score        float64 // 0 to 1: how much the message is like what is known
	Title        string
	Text         string // what to do
	Tell         string // how to tell the side from the second possibility
}

// Meanings writes meanings in words, in the order given.
func Meanings(w io.Writer, words Words, list []Meaning) error {
	s := &sheet{w: w, words: words}
	for _, m := range list {
		s.head(m.Side, m.Title, string(m.Side), string(m.Cause), fmt.Sprintf(likeness().In(words.Lang), 100*m.Score))
		s.entry(labelSide, whose(m.Side).In(words.Lang))
		s.or(m.OrSide, Clean(m.Tell))
		s.entry(labelToDo, Clean(m.Text))
		s.entry(labelRule, m.Signature)
		s.end()
	}
	return s.err
}
