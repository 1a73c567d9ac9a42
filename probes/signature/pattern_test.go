package signature

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"genkan/probes"
)

// Looking only where literals stand finds what looking everywhere finds.
func TestPatternFindsAll(t *testing.T) {
	texts := []string{
		"ログインに失敗しました", "認証ができませんでした", "wifi portal", "wi-fi の portal", "you must be 18 years or older", "are you over legal age",
		"error 503: down", "x503", "不正なアクセス", "アクセスが制限されています", "log in failed", "login has failed", "sign-in was denied", "", "あ",
		strings.Repeat("ログイン画面です。", 300) + "ログインに失敗しました", strings.Repeat("失敗", 200),
	}
	patterns := []string{
		`(ログイン|サインイン|認証)(処理)?(に失敗|(が|は)?(でき|出来)ませんでした|エラー)`, `\bwi-?fi\b.{0,30}\b(log ?in|portal)\b`,
		`\b(are you|you must be) (over )?(1[689]|legal)( years)?`, `^error 50[0-9]`, `\b503\b`, `不正な(アクセス|操作)|アクセスが?(拒否|制限)`,
		`(log|sign)[ -]?in (was |has )?(failed|denied)$`, `[あ-ん]失敗`, `失敗.*失敗`, `x?503|failed`, `(?i)LOGIN`, `ﾛｸﾞｲﾝ`,
	}
	for _, src := range patterns {
		tree, err := syntax.Parse(src, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		normaliseTree(tree)
		whole := regexp.MustCompile(tree.String())
		f := newFinder()
		m := newPattern(tree, visibleText, f)
		for _, text := range texts {
			p := newPage(probes.View{Reading: probes.Reading{Text: text}}, f, newLexicon())
			_, got := m.match(p)
			if want := whole.MatchString(normalise(text)); got != want {
				t.Errorf("%s on %.60q: %v, want %v", src, text, got, want)
			}
		}
	}
}

func TestClauses(t *testing.T) {
	for src, want := range map[string][][]string{
		"abc":                    {{"abc"}},
		"(abc|def)ghi":           {{"abcghi", "defghi"}},
		"wi-?fi":                 {{"wi-fi", "wifi"}},
		"a.*(bcd|efg)+":          {{"bcd", "efg"}},
		"(abc)?":                 nil,
		"a|bcd":                  nil,
		"abc|.":                  nil,
		"サーバー":                   {{"サ-バ-"}},
		"ab[cd]":                 {{"abc", "abd"}},
		"log[a-z]+ failed":       {{"log"}, {"failed"}},
		"(x[a-z]*abc|y[a-z]*de)": {{"abc", "de"}},
	} {
		tree, err := syntax.Parse(src, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		normaliseTree(tree)
		got := clauses(tree)
		if !slices.EqualFunc(got, want, func(a, b []string) bool { slices.Sort(a); return slices.Equal(a, b) }) {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}

func TestFinder(t *testing.T) {
	f := newFinder()
	words := []string{"ab", "abcd", "bcdefghi", "申し訳ございません", "失敗", "x", "abcdefghij", "ございません", "申し訳ございませんが"}
	for _, w := range words {
		f.add(w)
	}
	text := "zabcdefghijx 申し訳ございませんが失敗"
	got := f.find([]segment{{place: inAlert, text: "失敗 ab"}, {place: inBody, text: text}})
	for _, w := range words {
		id := f.ids[w]
		if o, at := got.first[id][inBody], strings.Index(text, w); o.segment == 0 && at >= 0 || o.segment > 0 && int(o.at) != at {
			t.Errorf("%q: %v, want %d", w, o, at)
		}
		if in := got.first[id][inAlert].segment > 0; in != strings.Contains("失敗 ab", w) {
			t.Errorf("%q in the alert: %v", w, in)
		}
	}
}

func FuzzFinder(f *testing.F) {
	f.Add("申し訳|abcdefgh|a|abcd", "xxabcdefghabcd申し訳")
	f.Fuzz(func(t *testing.T, words, text string) {
		fd := newFinder()
		for _, w := range strings.Split(words, "|") {
			if w != "" {
				fd.add(w)
			}
		}
		got := fd.find([]segment{{place: inBody, text: text}})
		for _, w := range fd.literals {
			o, at := got.first[fd.ids[w]][inBody], strings.Index(text, w)
			if (o.segment > 0) != (at >= 0) || at >= 0 && int(o.at) != at {
				t.Fatalf("%q in %q: %v, want %d", w, text, o, at)
			}
		}
	})
}
