package signature

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

func TestShape(t *testing.T) {
	for name, c := range map[string]struct {
		same  []string
		other []string
	}{
		"a number": {
			same:  []string{"お待ちの方が 1,203 人います。", "お待ちの方が９８人います。", "お待ちの方が 5 人います。"},
			other: []string{"お待ちの方がいます。", "お待ちの方が 5 名います。"}},
		"an id": {
			same:  []string{"Sorry, no luck. Reference: 8f2c1d90ab", "Sorry, no luck. Reference: 00aa11bb22cc", "SORRY, no luck.  Reference: 5f0c2f4e-1b7a-4c58-9d2e-aa31c07be4d1"},
			other: []string{"Sorry, no luck. Incident: 8f2c1d90ab"}},
		"a date": {
			same:  []string{"受付は2026年11月22日(日)10:00からです", "受付は2027年1月2日（土）9:05からです"},
			other: []string{"受付は明日からです"}},
		"a date in English": {
			same:  []string{"Back on Sun, 22 Nov 2026 12:00:01 GMT.", "Back on Mon, 3 May 2027 01:02:03 GMT."},
			other: []string{"Back on Sunday."}},
		"an address": {
			same:  []string{"Could not load https://a.example/x?y=1 for you", "Could not load http://b.example/long/path for you"},
			other: []string{"Could not load it for you"}},
		"a mailbox": {
			same:  []string{"No mail for taro@example.jp today", "No mail for x.y+z@example.com today"},
			other: []string{"No mail today"}},
		"a code stays": {
			same:  []string{"完了しませんでした。(io001)", "完了しませんでした。（ｉｏ００１）"},
			other: []string{"完了しませんでした。(io002)"}},
		"a named number stays": {
			same:  []string{"Error 1020", "ERROR  1020"},
			other: []string{"Error 1015"}},
		"a status stays": {
			same:  []string{"503 no seats", "503　No Seats"},
			other: []string{"502 no seats"}},
	} {
		t.Run(name, func(t *testing.T) {
			want := Shape(c.same[0])
			for _, s := range c.same {
				if got := Shape(s); got != want {
					t.Errorf("%q has the shape %q, want %q", s, got, want)
				}
			}
			for _, s := range c.other {
				if got := Shape(s); got == want {
					t.Errorf("%q has the same shape %q", s, got)
				}
			}
		})
	}
}

func TestGroups(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(minute int, probe string, r probes.Result) probes.Result {
		r.StartedAt, r.Probe = noon.Add(time.Duration(minute)*time.Minute), probe
		if r.Side == "" {
			r.Side, r.Cause = probes.SideUnknown, probes.UnexpectedContent
		}
		return r
	}
	quoting := func(quotes ...string) probes.Result {
		r := probes.Result{Title: "会員サイト"}
		for _, q := range quotes {
			r.Quotes = append(r.Quotes, probes.Quote{Matcher: "sentence", Quote: q})
		}
		return r
	}
	kept := quoting("エラー", "申し訳ございません。", "受付番号 12 の処理は行われませんでした。")
	kept.Artifacts = probes.Artifacts{probes.PageHTML: "sha256:aa"}
	healthy := quoting("受付番号 12 の処理は行われませんでした。")
	healthy.Side = probes.SideNone
	blank := probes.Result{Verdict: probes.Verdict{Side: probes.SideUnknown, Cause: probes.BlankPage}}
	got := Groups([]probes.Result{
		at(1, "login", quoting("エラー")),
		at(3, "login", kept),
		at(2, "sign-up", quoting("受付番号 7 の処理は行われませんでした。", "エラー")),
		at(9, "login", quoting("エラー", "受付番号 4711 の処理は行われませんでした。")),
		at(5, "login", healthy),
		at(4, "top", blank),
	})
	type brief struct {
		Says          string
		Count         int
		First, Last   int
		Probes, Proof string
	}
	var list []brief
	for _, g := range got {
		if len(g.ID) != 8 {
			t.Errorf("the id of a group is %q", g.ID)
		}
		list = append(list, brief{g.Says, g.Count, g.First.Minute(), g.Last.Minute(), strings.Join(g.Probes, " "), string(g.Newest.Artifacts[probes.PageHTML])})
	}
	want := []brief{
		{"受付番号 4711 の処理は行われませんでした。", 3, 2, 9, "login sign-up", "sha256:aa"},
		{"blank_page", 1, 4, 4, "top", ""},
		{"会員サイト エラー", 1, 1, 1, "login", ""},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

func FuzzShape(f *testing.F) {
	f.Add("Reference #18.2f1e0c17.1700000000.1a2b3c, 22 Nov 2026 12:00:01 GMT, https://example.jp/")
	f.Add("2026年11月22日(日)午後3時にエラー 503（io001）")
	f.Fuzz(func(t *testing.T, s string) {
		n := normalise(bounded(s, maxLine))
		joined := ""
		for _, p := range newMask().cut(n) {
			joined += p.text
		}
		if joined != n {
			t.Errorf("%q is cut into %q", n, joined)
		}
		Shape(s)
	})
}
