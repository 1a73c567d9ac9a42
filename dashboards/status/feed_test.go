package status_test

import (
	"encoding/xml"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
	"genkan/probes"
)

// parsedFeed is what a reader makes of a feed.
type parsedFeed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Entries []struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Content struct {
			Type string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"content"`
	} `xml:"entry"`
}

func parseFeed(t testing.TB, data []byte) parsedFeed {
	t.Helper()
	var f parsedFeed
	if err := xml.Unmarshal(data, &f); err != nil {
		t.Fatalf("the feed does not parse: %v\n%s", err, data)
	}
	return f
}

// ids are the entries' ids, newest first.
func (f parsedFeed) ids() []string {
	var ids []string
	for _, e := range f.Entries {
		ids = append(ids, e.ID)
	}
	return ids
}

func TestFeedGrowsByUpdate(t *testing.T) {
	p := newPage(t, config())
	in := incident("c1", "sign-up", time.Hour, probes.SideSystem, probes.ServerError, "site/registration-failed", probes.Wait)
	open := snapshot([]alerting.Incident{in}, component("sign-up", nil))
	p.Follow(open)
	first := parseFeed(t, get(p, "/ja/feed.atom").Body.Bytes())

	over := resolved(in, 30*time.Minute)
	done := snapshot(nil, component("sign-up", nil))
	done.Recent = []alerting.Incident{over}
	p.Follow(done)
	second := parseFeed(t, get(p, "/ja/feed.atom").Body.Bytes())

	if len(first.Entries) != 1 || len(second.Entries) != 2 {
		t.Fatalf("entries: %d, then %d", len(first.Entries), len(second.Entries))
	}
	if diff := cmp.Diff(first.Entries[0], second.Entries[1]); diff != "" {
		t.Errorf("an entry once told has changed:\n%s", diff)
	}
	if second.Entries[0].ID == second.Entries[1].ID {
		t.Error("two updates share an id")
	}
	if second.Updated != over.UpdatedAt.UTC().Format(time.RFC3339) || second.Lang != "ja" || second.ID != first.ID {
		t.Errorf("feed: updated %s, lang %q, id %s then %s", second.Updated, second.Lang, first.ID, second.ID)
	}
	if english := parseFeed(t, get(p, "/en/feed.atom").Body.Bytes()); english.ID == second.ID || english.Entries[0].ID == second.Entries[0].ID {
		t.Error("the feeds of two languages share ids")
	}
}

func TestFeedStaysTheSameWhileNothingChanges(t *testing.T) {
	for _, s := range situations() {
		cfg, now := config(), noon
		cfg.Now = func() time.Time { return now }
		p := newPage(t, cfg)
		p.Follow(s.told)
		before := get(p, "/ja/feed.atom")
		now = now.Add(37 * time.Hour)
		later := s.told
		later.At = now
		p.Follow(later)
		after := get(p, "/ja/feed.atom", "If-None-Match", before.Header().Get("ETag"))
		if after.Code != 304 {
			t.Errorf("%s: the feed has changed:\n%s", s.name, cmp.Diff(before.Body.String(), after.Body.String()))
		}
	}
}

func TestFeedWithoutIncidentsSaysSinceWhen(t *testing.T) {
	p := newPage(t, config())
	s := snapshot(nil, component("sign-up", nil))
	s.State.Series = []alerting.SeriesState{{Since: ago(time.Hour)}, {Since: ago(48 * time.Hour)}}
	p.Follow(s)
	f := parseFeed(t, get(p, "/en/feed.atom").Body.Bytes())
	if want := ago(48 * time.Hour).UTC().Format(time.RFC3339); f.Updated != want {
		t.Errorf("updated %s, want %s", f.Updated, want)
	}
}

// TestFeedForgetsNoIds shortens an incident's history in its middle, as the fold
// does with a long one: the entries that stay keep their ids.
func TestFeedForgetsNoIds(t *testing.T) {
	in := incident("c1", "sign-up", 2*time.Hour, probes.SideSystem, probes.ServerError, "", probes.Wait)
	for i := range 3 {
		u := in.Updates[0]
		u.Kind, u.At = alerting.Updated, u.At.Add(time.Duration(i+1)*time.Minute)
		in.Updates = append(in.Updates, u)
	}
	p := newPage(t, config())
	p.Follow(snapshot([]alerting.Incident{in}, component("sign-up", nil)))
	before := parseFeed(t, get(p, "/ja/feed.atom").Body.Bytes()).ids()
	in.Updates = slices.Delete(slices.Clone(in.Updates), 1, 2)
	p.Follow(snapshot([]alerting.Incident{in}, component("sign-up", nil)))
	after := parseFeed(t, get(p, "/ja/feed.atom").Body.Bytes()).ids()
	if diff := cmp.Diff(slices.Delete(before, 2, 3), after); diff != "" {
		t.Error(diff)
	}
}

func TestFeedIsBounded(t *testing.T) {
	in := incident("c1", "sign-up", 24*time.Hour, probes.SideSystem, probes.ServerError, "", probes.Wait)
	for i := range 500 {
		u := in.Updates[0]
		u.Kind, u.At = alerting.Updated, u.At.Add(time.Duration(i+1)*time.Minute)
		in.Updates = append(in.Updates, u)
	}
	p := newPage(t, config())
	p.Follow(snapshot([]alerting.Incident{in}, component("sign-up", nil)))
	f := parseFeed(t, get(p, "/ja/feed.atom").Body.Bytes())
	if len(f.Entries) != 100 || f.Entries[0].Updated != in.Updates[500].At.UTC().Format(time.RFC3339) {
		t.Errorf("%d entries, the first of %s", len(f.Entries), f.Entries[0].Updated)
	}
	seen := map[string]bool{}
	for _, id := range f.ids() {
		if seen[id] {
			t.Errorf("id %s twice", id)
		}
		seen[id] = true
	}
}

// FuzzFeed feeds the feed what others may have written: it must parse again,
// and its HTML run nothing.
func FuzzFeed(f *testing.F) {
	f.Add("会員サイト", "<b>&amp;</b>", "https://example.jp/", "id")
	f.Add("]]>", "\x00\x08\xff\ufffe", "javascript:alert(1)", "\u2028")
	f.Add(`"'<>&`, "<script>alert(1)</script>", "0120", "")
	f.Fuzz(func(t *testing.T, name, text, value, id string) {
		cfg := hostile(text)
		cfg.Site.Name = probes.Text{"ja": name}
		cfg.URL = value
		for i := range cfg.Site.Support {
			cfg.Site.Support[i].Value = value
		}
		in := incident(id, "sign-up", time.Hour, probes.SideSystem, probes.Cause(text), text, probes.Advice(text), probes.ContactSupport)
		p := newPage(t, cfg)
		p.Follow(snapshot([]alerting.Incident{resolved(in, time.Minute)}, component("sign-up", nil)))
		feed := parseFeed(t, get(p, "/ja/feed.atom").Body.Bytes())
		if len(feed.Entries) != 2 {
			t.Fatalf("%d entries", len(feed.Entries))
		}
		for _, e := range feed.Entries {
			harmless(t, []byte(e.Content.Text))
		}
		harmless(t, get(p, "/ja/").Body.Bytes())
	})
}
