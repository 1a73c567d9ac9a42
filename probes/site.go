package probes

import "slices"

// Text is a text per language, keyed by BCP 47 tag ("ja", "en").
type Text map[string]string

// In returns the text in lang, else in English, else in the first language in
// order of the tags, else "".
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "en"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	langs := make([]string, 0, len(t))
	for l := range t {
		langs = append(langs, l)
	}
	slices.Sort(langs)
	for _, l := range langs {
		if t[l] != "" {
			return t[l]
		}
	}
	return ""
}

// Site is the membership service being watched.
type Site struct {
	Name      Text
	URL       string
	Languages []string // in the order of preference; never empty once configured
	TimeZone  string   // IANA name, such as Asia/Tokyo
	Support   []Support
}

// Support is one way to reach the people who can help a visitor.
type Support struct {
	Kind  SupportKind
	Label Text
	Value string // a phone number, an address of a page or of a mailbox
	Hours Text   // when it answers; empty: not said
}

// SupportKind is how a visitor reaches support.
type SupportKind string

// The ways to reach support.
const (
	SupportPhone SupportKind = "phone"
	SupportChat  SupportKind = "chat"
	SupportMail  SupportKind = "mail"
	SupportStore SupportKind = "store"
)

// Component is what the public sees one line for; probes belong to one.
type Component struct {
	ID   string
	Name Text
}
