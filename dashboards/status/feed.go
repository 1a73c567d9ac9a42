package status

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"html/template"
	"slices"
	"time"

	"github.com/gorilla/feeds"

	"genkan/alerting"
	"genkan/probes"
)

// atomFeed is gorilla's Atom feed with what it lacks: a language, and more
// than one link. Its generic Feed is not used: it would make up ids.
type atomFeed struct {
	*feeds.AtomFeed
	Language string             `xml:"xml:lang,attr"`
	Links    []feeds.AtomLink   `xml:"link"`
	Entries  []*feeds.AtomEntry `xml:"entry"` // behind the links, as the format has it
}

// entriesShown bounds the feed; readers remember the rest.
const entriesShown = 100

// telling is an update and the incident whose history it stands in.
type telling struct {
	alerting.Update
	incident alerting.Incident
}

// id is the entry's, by what makes an update: its place in the history would
// not do, for a long history is shortened.
func (t telling) id(lang string) string {
	return urn("update", lang, t.incident.ID, string(t.Kind), itoa(int(t.At.UnixNano())))
}

func (e *edition) atom(told alerting.Snapshot) (document, error) {
	list := e.tellings(told)
	name := e.cfg.Site.Name.In(e.lang)
	base := e.base()
	feed := atomFeed{Language: e.textLang, AtomFeed: &feeds.AtomFeed{
		Xmlns:   "http://www.w3.org/2005/Atom",
		Title:   e.words.say("title", "{site}", name),
		Id:      urn("feed", e.lang, name),
		Updated: feedUpdated(list, told.State).UTC().Format(time.RFC3339),
		Author:  &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: cmp.Or(name, "Genkan")}},
	}, Links: []feeds.AtomLink{
		{Href: base + "feed.atom", Rel: "self", Type: "application/atom+xml"},
		{Href: cmp.Or(base, "./"), Rel: "alternate", Type: "text/html"},
	}}
	for _, t := range list {
		entry, err := e.entry(t)
		if err != nil {
			return document{}, err
		}
		feed.Entries = append(feed.Entries, entry)
	}
	body, err := xml.MarshalIndent(feed, "", " ")
	if err != nil {
		return document{}, fmt.Errorf("write feed: %w", err)
	}
	return newDocument("application/atom+xml; charset=utf-8", slices.Concat([]byte(xml.Header), body, []byte("\n"))), nil
}

// base is what the feed's links begin with: the page in this language.
func (e *edition) base() string {
	if e.cfg.URL == "" {
		return ""
	}
	return e.cfg.URL + "/" + e.lang + "/"
}

// tellings are the newest updates of all known incidents, newest first.
func (e *edition) tellings(told alerting.Snapshot) []telling {
	var list []telling
	for _, in := range slices.Concat(told.State.Open, told.Recent) {
		if _, known := e.component(in.Component); !known {
			continue
		}
		for _, u := range in.Updates {
			if u.Kind == alerting.Resolved { // it tells what is over
				u.Side, u.Cause, u.Signature = in.Side, in.Cause, in.Signature
			}
			list = append(list, telling{u, in})
		}
	}
	slices.SortFunc(list, func(a, b telling) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.incident.ID, b.incident.ID), cmp.Compare(a.Kind, b.Kind))
	})
	return list[:min(len(list), entriesShown)]
}

// feedUpdated is when the feed last changed; before its first entry, since
// when anything is watched at all.
func feedUpdated(list []telling, s alerting.State) time.Time {
	if len(list) > 0 {
		return list[0].At
	}
	first := time.Unix(0, 0)
	for i, series := range s.Series {
		if i == 0 || series.Since.Before(first) {
			first = series.Since
		}
	}
	return first
}

// entry tells one update. All it says comes from the update and from what an
// incident doesn't change, so an entry once told stays as it is.
func (e *edition) entry(t telling) (*feeds.AtomEntry, error) {
	component, _ := e.component(t.incident.Component)
	g := e.guidance(t.Signature, t.Cause)
	body, err := e.entryBody(t, g)
	if err != nil {
		return nil, err
	}
	at := t.At.UTC().Format(time.RFC3339)
	return &feeds.AtomEntry{
		Title:     e.words.say("feed."+string(t.Kind), "{component}", component, "{what}", e.what(t.Side, g)),
		Id:        t.id(e.lang),
		Updated:   at,
		Published: at,
		Links:     []feeds.AtomLink{{Href: cmp.Or(e.base(), "./") + "#" + template.URLQueryEscaper(t.incident.Component), Rel: "alternate", Type: "text/html"}},
		Content:   &feeds.AtomContent{Type: "html", Content: body},
	}, nil
}

// entryBody is an entry's HTML; its template escapes what it is given.
func (e *edition) entryBody(t telling, g probes.Guidance) (string, error) {
	c := card{Whose: e.words.say("whose." + string(t.Side))}
	data := map[string]any{"Card": &c, "What": e.what(t.Side, g)}
	if t.Kind == alerting.Resolved {
		c.Whose = ""
		data["Times"] = e.words.say("feed.lasted", "{from}", e.moment(t.incident.StartedAt),
			"{to}", e.moment(t.incident.ResolvedAt), "{for}", e.words.duration(t.incident.Duration(t.At)))
	} else {
		e.tellAdvice(&c, t.Advice, g)
		data["Times"] = e.words.say("feed.since", "{from}", e.moment(t.incident.StartedAt))
	}
	var b bytes.Buffer
	if err := e.layout.ExecuteTemplate(&b, "entry.html", data); err != nil {
		return "", fmt.Errorf("draw entry: %w", err)
	}
	return b.String(), nil
}

// moment writes a time in full: an entry is read on any day.
func (e *edition) moment(t time.Time) string {
	return e.words.stamp(t.In(e.zone), time.Time{}).Text
}

// urn is a stable id: a UUID (version 8, RFC 9562) of a hash of its parts.
func urn(parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
