package status

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are all that the page says of its own in one language, by key.
// Placeholders stand in braces.
type words map[string]string

// wordsFor returns the words in lang, or the English ones, and the language
// they are in.
func wordsFor(lang string) (words, string, error) {
	data, err := wordFiles.ReadFile("words/" + lang + ".json")
	if err != nil {
		lang = "en"
		data, err = wordFiles.ReadFile("words/en.json")
	}
	if err != nil {
		return nil, "", fmt.Errorf("words: %w", err)
	}
	var w words
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, "", fmt.Errorf("words in %s: %w", lang, err)
	}
	return w, lang, nil
}

// say returns what stands under key, with the placeholders of pairs ("{name}",
// "Ann", …) replaced, in one pass.
func (w words) say(key string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(w[key])
}

// duration says how long, coarsely: two units at most, minutes the finest.
func (w words) duration(d time.Duration) string {
	minutes := int(d / time.Minute)
	hours, days := minutes/60, minutes/(60*24)
	switch {
	case minutes < 1:
		return w.say("duration.moment")
	case hours < 1:
		return w.count("duration.minute", minutes)
	case days < 1:
		return w.join(w.count("duration.hour", hours), w.count("duration.minute", minutes%60))
	}
	return w.join(w.count("duration.day", days), w.count("duration.hour", hours%24))
}

// count says a number of things; none of them is "".
func (w words) count(key string, n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return w.say(key + ".one")
	}
	return w.say(key+".other", "{n}", fmt.Sprint(n))
}

func (w words) join(major, minor string) string {
	if minor == "" {
		return major
	}
	return major + w.say("duration.between") + minor
}

// stamp is a moment, for machines and for people. The zero one is no moment.
type stamp struct {
	ISO  string
	Text string
}

// stamp writes t, which is in the site's time zone, as briefly as now allows.
func (w words) stamp(t, now time.Time) stamp {
	if t.IsZero() {
		return stamp{}
	}
	layout := "time.year"
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		layout = "time.today"
	case t.Year() == now.Year():
		layout = "time.day"
	}
	return stamp{ISO: t.Format(time.RFC3339), Text: t.Format(w.say(layout))}
}
