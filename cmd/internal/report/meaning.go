package report

import (
	"fmt"
	"io"
	"time"

	"genkan/probes"
)

// Meaning is what a quoted message may mean, in one language.
type Meaning struct {
	Signature    string // "pack/id"
	Side, OrSide probes.Side
	Cause        probes.Cause
	Score        float64 // 0 to 1: how much the message is like what is known
	Title        string
	Text         string      // what to do
	Tell         string      // how to tell the side from the second possibility
	Now          []Happening // what is going on that is like it; nil: nobody was asked
}

// Happening is something going on that is like what a message may mean.
type Happening struct {
	Component string
	Since     time.Time
	Same      bool // the very same error; false: one of the same cause
}

// Meanings writes meanings in words, in the order given.
func Meanings(w io.Writer, words Words, list []Meaning) error {
	s := &sheet{w: w, words: words}
	for _, m := range list {
		s.head(m.Side, m.Title, string(m.Side), string(m.Cause), fmt.Sprintf(likeness().In(words.Lang), 100*m.Score))
		s.entry(labelSide, whose(m.Side).In(words.Lang))
		s.or(m.OrSide, Clean(m.Tell))
		s.entry(labelToDo, Clean(m.Text))
		for _, line := range going(m.Now, words.Lang) {
			s.entry(labelNow, line)
		}
		s.entry(labelRule, m.Signature)
		s.end()
	}
	return s.err
}

// going says what is going on, a line each; nothing when nobody was asked.
func going(list []Happening, lang string) []string {
	if list != nil && len(list) == 0 {
		return []string{probes.Text{"en": "nothing like it is going on", "ja": "現在、同じような問題は起きていません"}.In(lang)}
	}
	var lines []string
	for _, h := range list {
		said := probes.Text{"en": "%s: another error of the same cause, since %s", "ja": "%s：原因が同じ別のエラーが%sから続いています"}
		if h.Same {
			said = probes.Text{"en": "%s: this very error, since %s", "ja": "%s：このエラーが%sから続いています"}
		}
		lines = append(lines, fmt.Sprintf(said.In(lang), Clean(h.Component), h.Since.Format("2006-01-02 15:04 MST")))
	}
	return lines
}
