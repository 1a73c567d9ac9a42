package status

import (
	"bytes"
	"fmt"
	"html/template"
	"time"

	"genkan/alerting"
)

// edition is the page and its feed in one of the site's languages.
type edition struct {
	cfg      Config
	lang     string // of the site: the path, the names and the guidance
	textLang string // of the page's own words
	words    words
	zone     *time.Location
	layout   *template.Template
	pages    press
	feeds    press
}

func newEdition(cfg Config, lang string, zone *time.Location, layout *template.Template) (*edition, error) {
	w, textLang, err := wordsFor(lang)
	if err != nil {
		return nil, err
	}
	return &edition{cfg: cfg, lang: lang, textLang: textLang, words: w, zone: zone, layout: layout}, nil
}

// page is the page as of now. It is drawn once a second at most; a second is
// how late it may notice that its data has grown old.
func (e *edition) page(told *alerting.Snapshot, now time.Time) (document, error) {
	return e.pages.draw(impression{told, now.Unix()}, func() (document, error) {
		return drawHTML(e.layout, "page.html", e.picture(*told, now.In(e.zone)))
	})
}

// feed is the feed. It knows no time but the updates' own, so that its bytes
// are the same while nothing changes.
func (e *edition) feed(told *alerting.Snapshot) (document, error) {
	return e.feeds.draw(impression{told: told}, func() (document, error) {
		return e.atom(*told)
	})
}

// missing is the page's part for what isn't there, in this language.
type missing struct {
	Lang, TextLang, Title, Text, Way string
}

func drawMissing(layout *template.Template, editions []*edition) (document, error) {
	var parts []missing
	for _, e := range editions {
		parts = append(parts, missing{
			Lang: e.lang, TextLang: e.textLang,
			Title: e.words.say("missing.title"), Text: e.words.say("missing.text"), Way: e.words.say("missing.way"),
		})
	}
	return drawHTML(layout, "missing.html", parts)
}

func drawHTML(layout *template.Template, name string, data any) (document, error) {
	var b bytes.Buffer
	if err := layout.ExecuteTemplate(&b, name, data); err != nil {
		return document{}, fmt.Errorf("draw %s: %w", name, err)
	}
	return newDocument("text/html; charset=utf-8", b.Bytes()), nil
}
