package status

import (
	"cmp"
	"html/template"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"genkan/probes"
)

// channel is a way to reach support, as the page shows it.
type channel struct {
	Kind  string
	Label string
	Value string       // to read; "": the label is the link
	Href  template.URL // "": it can't be followed
	Hours string
}

// support are the channels that the advice speaks of.
func (e *edition) support(advice []probes.Advice) []channel {
	asks := slices.Contains(advice, probes.ContactSupport) || slices.Contains(advice, probes.UseOtherChannel)
	visits := slices.Contains(advice, probes.VisitStore)
	var list []channel
	for _, s := range e.cfg.Site.Support {
		if asks || visits && s.Kind == probes.SupportStore {
			list = append(list, e.channel(s))
		}
	}
	return list
}

func (e *edition) channel(s probes.Support) channel {
	href := link(s)
	c := channel{
		Kind:  string(s.Kind),
		Label: cmp.Or(s.Label.In(e.lang), e.words.say("support."+string(s.Kind)), e.words.say("support.other")),
		Value: s.Value,
		Href:  href,
		Hours: s.Hours.In(e.lang),
	}
	if strings.HasPrefix(string(href), "http") {
		c.Value = ""
	}
	return c
}

// link is the address a channel leads to, or "" where its value is none. The
// template takes it as it is, tel: included, so only what is made here or has
// a harmless scheme gets through.
func link(s probes.Support) template.URL {
	switch s.Kind {
	case probes.SupportPhone:
		return phoneLink(s.Value)
	case probes.SupportMail:
		if a, err := mail.ParseAddress(s.Value); err == nil {
			return template.URL("mailto:" + url.PathEscape(a.Address))
		}
		return ""
	}
	u, err := url.Parse(s.Value)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return template.URL(u.String())
}

func phoneLink(value string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if r == '+' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, value)
	if len(digits) < 3 {
		return ""
	}
	return template.URL("tel:" + digits)
}

// ownName is a language's name in that language.
func ownName(lang string) string {
	return cmp.Or(display.Self.Name(language.Make(lang)), lang)
}
