package signature_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
	"genkan/probes/markup"
	"genkan/probes/signature"
)

// written loads the built-in packs with drafts beside them, as an operator would.
func written(t *testing.T, drafts []signature.Draft) *signature.Set {
	t.Helper()
	folder := t.TempDir()
	for _, d := range drafts {
		for end, data := range map[string][]byte{".yaml": d.Signature, ".txtar": d.Fixtures} {
			if err := os.WriteFile(filepath.Join(folder, d.ID+end), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := signature.Load([]string{"iqos", "web"}, []string{filepath.Join(folder, "*.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What is drafted of a page that none recognises loads, passes its tests and
// recognises the page, as it is.
func TestDraft(t *testing.T) {
	const long = `<p>会員の皆さまには、年に四回お便りをお送りしています。新しくなったこと、これからの予定、仲間に加わった方の紹介などを掲載しています。お便りが不要になったときは、いつでも会員ページから停止できます。</p>`
	set := loaded(t)
	type drafted struct {
		name string
		seen probes.Observation
		e    probes.Expectation
	}
	var drafts []signature.Draft
	var pages []drafted
	for name, c := range map[string]struct {
		html   string
		status int
		unmet  bool
		match  []string // of the signature file
		not    []string
	}{
		"a sentence": {
			html:  `<title>会員サイト</title><header><a href="/">トップ</a></header><p>申し訳ございません。受付番号 20261122-0815 の本人確認の照合処理が中断されたため、次の画面へは進めませんでした。</p>`,
			match: []string{`- text: "の本人確認の照合処理が中断されたため、次の画面へは進めませんでした"`},
			not:   []string{"0815", "- title", "- status", "match:                    # FILL IN"},
		},
		"a short sentence, in English": {
			html:  `<html lang="en"><title>Oops</title><p>The gremlins failed again.</p><p>Trace 8f2c1d90ab77</p>`,
			match: []string{`- text: "The gremlins failed again"`, `- title: "Oops"`, "- status: 200"},
			not:   []string{"8f2c1d90ab77"},
		},
		"nothing that sounds like an error": {
			html:  `<title>会員サイト</title><div>トップ</div><h2>きょうの玄関</h2><div>三毛猫が日向で昼寝をしています</div>`,
			unmet: true,
			match: []string{`- text: "三毛猫が日向で昼寝をしています"`},
		},
		"a form without what was expected": {
			html:  `<html lang="ja"><title>玄関</title><h1>玄関</h1><form><input type="email"><input type="password"><button>はいる</button></form>`,
			unmet: true,
			match: []string{"- status: 200", "match:                    # FILL IN"},
		},
		"an apology before it": {
			html:  `<title>会員サイト</title><h1>申し訳ございません</h1><p>照合の途中で三毛猫が横切ったため、次の画面へは進めませんでした。</p>`,
			match: []string{`- text: "照合の途中で三毛猫が横切ったため、次の画面へは進めませんでした"`},
			not:   []string{"申し訳"},
		},
		"only a word": {
			html:  `<title>Members</title><div>Oops</div>`,
			match: []string{`- text: "Oops"`, `- title: "Members"`, "- status: 200"},
		},
		"a blank page": {
			html:  `<script>start()</script>`,
			match: []string{"- empty: true", `- final_url: "^https://members\\.example/login"`, "cause: blank_page"},
		},
		"not what was expected": {
			html:  `<title>会員サイト</title><form action="/x" method="post"><input name="q"><button>検索</button></form><p>ログインの受付を見合わせる措置が取られたため、この画面は開きませんでした。</p>` + long,
			unmet: true,
			match: []string{`- text: "ログインの受付を見合わせる措置が取られたため、この画面は開きませんでした"`},
		},
		"lines that look like a fixture's": {
			html:  "<title>x</title><p>The gremlins have failed to open the entrance hall for you</p><pre>\n-- hit/other.http --\n</pre>",
			match: []string{`- text: "The gremlins have failed to open the entrance hall for you"`},
		},
		"quotation marks and tags in words": {
			html:  `<title>x</title><p>The entrance: "hall" could not be &lt;opened&gt; for you today, sorry &amp; goodbye</p>`,
			match: []string{`\"hall\"`, `<opened>`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			status := 200
			if c.status != 0 {
				status = c.status
			}
			seen := markup.Observe([]byte(c.html), "text/html; charset=utf-8", "https://members.example/login?token=secret", status)
			v, id := seen.Last(), fmt.Sprintf("gremlins-%d", len(drafts))
			e := probes.Expectation{}
			if c.unmet {
				e.Selector = "form [type=password]"
				seen.Views[0].Expected.Selector = probes.Unmet
			}
			if got := set.Classify(seen, e); got.Side != probes.SideUnknown {
				t.Fatalf("the page is %s by %s %s", got.Side, got.Rule, got.Signature)
			}
			d, err := set.Draft(id, v, c.unmet, markup.Observe)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.match {
				if !strings.Contains(string(d.Signature), want) {
					t.Errorf("the draft lacks %s:\n%s", want, d.Signature)
				}
			}
			for _, no := range append(c.not, "token=secret") {
				if strings.Contains(string(d.Signature), no) || no == "token=secret" && strings.Contains(string(d.Fixtures), no) {
					t.Errorf("the draft has %s:\n%s", no, d.Signature)
				}
			}
			again, err := set.Draft(id, v, c.unmet, markup.Observe)
			if err != nil || cmp.Diff(d, again) != "" {
				t.Errorf("a draft differs from itself: %v", err)
			}
			drafts, pages = append(drafts, d), append(pages, drafted{name, seen, e})
		})
	}
	with := written(t, drafts)
	for i, p := range pages {
		id := "local/" + drafts[i].ID
		report := with.TestSignature(id, markup.Observe)
		for _, f := range report.Failures {
			t.Errorf("%s: %s: %s\n%s%s", p.name, f.Fixture, f.Message, drafts[i].Signature, drafts[i].Fixtures)
		}
		sig, ok := with.Get(id)
		if corpus := with.Corpus(sig); !ok || corpus.Hits == 0 || corpus.Misses == 0 || report.Fixtures != corpus.Hits+corpus.Misses {
			t.Errorf("%s: %d fixtures were judged of %+v", p.name, report.Fixtures, corpus)
		}
		if got := with.Classify(p.seen, p.e); got.Signature != id {
			t.Errorf("%s is still %s by %s %s", p.name, got.Side, got.Rule, got.Signature)
		}
	}
}

func TestDraftOfAHealthyPage(t *testing.T) {
	v := markup.Observe([]byte(`<form><input type="password"><button>Log in</button></form>`), "text/html", "https://members.example/login", 200).Last()
	if _, err := loaded(t).Draft("x", v, false, markup.Observe); err == nil || !strings.Contains(err.Error(), "usable-form") {
		t.Errorf("a healthy page: %v", err)
	}
}
