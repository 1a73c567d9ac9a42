package status_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// tables are the words of each language, by key.
func tables(t *testing.T) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob("words/*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("words: found %v, %v", files, err)
	}
	all := map[string]map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var table map[string]string
		if err := json.Unmarshal(data, &table); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = table
	}
	return all
}

// TestWordsAgree holds all languages to the same keys and placeholders.
func TestWordsAgree(t *testing.T) {
	all := tables(t)
	shape := func(table map[string]string) map[string][]string {
		s := map[string][]string{}
		for key, text := range table {
			found := placeholder.FindAllString(text, -1)
			slices.Sort(found)
			s[key] = slices.Compact(found)
		}
		return s
	}
	want := shape(all["en"])
	for lang, table := range all {
		got := shape(table)
		for _, one := range []string{"duration.minute.one", "duration.hour.one", "duration.day.one"} {
			delete(got, one)
		}
		for key := range want {
			if _, there := got[key]; !there && !strings.HasSuffix(key, ".one") {
				t.Errorf("%s lacks %q", lang, key)
			}
		}
		for key, marks := range got {
			if diff := cmp.Diff(want[key], marks); diff != "" {
				t.Errorf("%s, %q: placeholders differ (-en +%s):\n%s", lang, key, lang, diff)
			}
		}
	}
}

// TestWordsAreThere finds what the sources say by key, and what they make up
// from the closed lists, in every language.
func TestWordsAreThere(t *testing.T) {
	keys := saidInSources(t)
	if len(keys) < 30 {
		t.Fatalf("only %d keys found in the sources: the search is broken", len(keys))
	}
	for _, advice := range probes.Advices() {
		keys = append(keys, "advice."+string(advice))
	}
	for _, side := range probes.Sides() {
		keys = append(keys, "what."+string(side), "whose."+string(side))
	}
	for _, mood := range []string{"notice", "monitor", "checking", "maintenance", "untold", "stale", "strange", "impaired", "down"} {
		keys = append(keys, "state."+mood, "headline."+mood+".all", "headline."+mood+".some")
		if mood != "notice" && mood != "strange" {
			keys = append(keys, "what."+mood, "whose."+mood)
		}
	}
	keys = append(keys, "headline.well.all", "state.well", "support.phone", "support.chat", "support.mail", "support.store",
		"day.good", "day.warn", "day.bad", "day.none", "feed.opened", "feed.updated", "feed.resolved",
		"duration.minute.one", "duration.minute.other", "duration.hour.one", "duration.hour.other", "duration.day.one", "duration.day.other")
	for lang, table := range tables(t) {
		unused := map[string]bool{"duration.between": true}
		for key := range table {
			unused[key] = true
		}
		for _, key := range keys {
			if table[key] == "" && key != "duration.between" {
				t.Errorf("%s lacks %q", lang, key)
			}
			delete(unused, key)
		}
		for key := range unused {
			t.Errorf("%s: nothing says %q", lang, key)
		}
	}
}

func saidInSources(t *testing.T) []string {
	t.Helper()
	said := regexp.MustCompile(`(?:[sS]ay\(?|layout [:=]?=|layout =|key :?=|case [^"]*:\n\t\tkey =) ?"([a-z_.]+[a-z_])"`)
	var keys []string
	for _, pattern := range []string{"*.go", "*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range said.FindAllStringSubmatch(string(data), -1) {
				keys = append(keys, m[1])
			}
		}
	}
	return keys
}
