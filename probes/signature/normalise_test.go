package signature

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

func TestNormalise(t *testing.T) {
	for name, c := range map[string]struct{ a, b string }{
		"widths":                        {"（ＩＯ００１）ｴﾗｰ", "(io001)エラー"},
		"voiced marks apart":            {"カ\u3099イト\u3099", "ガイド"},
		"half-width voiced kana":        {"ﾃﾞﾊﾞｲｽ", "デバイス"},
		"line breaks in a sentence":     {"申し訳\nございま\r\n  せん", "申し訳ございません"},
		"spaces beside Japanese":        {"エラー 503 が 発生", "エラー503が発生"},
		"spaces after a bracket":        {"完了しませんでした。 (io001)", "完了しませんでした。(io001)"},
		"an ideographic space":          {"処理　失敗", "処理失敗"},
		"spaces in English":             {"User   requires\n2FA", "user requires 2fa"},
		"a no-break space":              {"User\u00a0requires", "user requires"},
		"wave dashes":                   {"2:00〜4:00", "2:00～4:00"},
		"hyphens and the long vowel":    {"サ−バ‐", "サーバー"},
		"dashes":                        {"e–mail e—mail", "e-mail e-mail"},
		"middle dots":                   {"ログイン･登録•", "ログイン・登録・"},
		"zero width":                    {"サイン\u200bイン\u00ad\ufeff", "サインイン"},
		"curly apostrophes":             {"You don’t", "you don't"},
		"final sigma":                   {"ΣΦΆΛΜΑΤΟΣ", "σφάλματος"},
		"sharp s":                       {"Schließen", "SCHLIESSEN"},
		"the dotless i":                 {"GİRİŞ ılık", "giriş ilik"},
		"an ellipsis":                   {"お待ちください…", "お待ちください..."},
		"invalid bytes":                 {"a\xffb", "ab"},
		"space at the ends":             {"  x ", "x"},
		"Korean keeps its spaces":       {"서비스  점검", "서비스 점검"},
		"a ligature":                    {"ﬁle", "file"},
		"circled and squared":           {"①㌔", "1キロ"},
		"a variation selector":          {"邊\ufe00󠄀", "邊󠄀"},
		"direction marks":               {"\u202eabc\u202c", "abc"},
		"quotation marks":               {"“x”", `"x"`},
		"a space before a long vowel":   {"エラー が", "エラーが"},
		"a space after a middle dot":    {"ログイン・ 登録", "ログイン・登録"},
		"tabs":                          {"a\tb", "a b"},
		"a space between two languages": {"ログイン failed again", "ログインfailed again"},
	} {
		t.Run(name, func(t *testing.T) {
			if a, b := normalise(c.a), normalise(c.b); a != b {
				t.Errorf("%q and %q differ: %q and %q", c.a, c.b, a, b)
			}
		})
	}
}

// Different words stay different.
func TestNormaliseKeepsApart(t *testing.T) {
	for _, c := range [][2]string{{"no where", "nowhere"}, {"登録", "登緑"}, {"コード", "コート"}, {"서비스 점검", "서비스점검"}} {
		if normalise(c[0]) == normalise(c[1]) {
			t.Errorf("%q and %q are the same", c[0], c[1])
		}
	}
}

// What Unicode's own case folding takes for equal, we do too.
func TestNormaliseFoldsAsUnicode(t *testing.T) {
	fold := cases.Fold()
	for r := rune(0x80); r < 0x1F000; r++ {
		if !unicode.IsLetter(r) || ideographic(r) || 0x1F80 <= r && r <= 0x1FFF { // old Greek with the iota written below
			continue
		}
		s := string(r)
		if f := fold.String(s); f != s && normalise(s) != normalise(f) && !strings.ContainsAny(f, "\u0307") {
			t.Errorf("%U: %q, folded %q", r, normalise(s), normalise(f))
		}
	}
}

func TestOriginal(t *testing.T) {
	page := "  ﾃﾞｰﾀが\n 見つかり\u200bませ ん。「ＯＫ」 Ｕser　requires 2FA…"
	n := normalise(page)
	for _, c := range []struct{ words, want string }{
		{"データが見つかりません", "ﾃﾞｰﾀが\n 見つかり\u200bませ ん"}, {"USER REQUIRES 2fa", "Ｕser　requires 2FA"}, {"ok", "ＯＫ"}, {"2fa...", "2FA…"},
	} {
		words := normalise(c.words)
		at := strings.Index(n, words)
		if at < 0 {
			t.Fatalf("%q isn't in %q", words, n)
		}
		if got := original(page, at, at+len(words)); got != c.want {
			t.Errorf("%q: quoted %q, want %q", c.words, got, c.want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"申し訳 ございません（ｉｏ００１）", "a\u0301\u0301\u0301", "カ\u3099", "\xff\xfe", "ﷺ", strings.Repeat("\u0315\u0300", 50), "ß—〜 ・ x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := normalise(s)
		if !utf8.ValidString(n) {
			t.Fatalf("%q: not UTF-8: %q", s, n)
		}
		loose := func(r rune) bool { return unicode.Is(unicode.M, r) || invisible(r) } // what is dropped can bring a mark to its letter
		if again := normalise(n); again != n && !strings.ContainsFunc(s, loose) && !strings.ContainsFunc(n, loose) {
			t.Fatalf("%q: %q, and again %q", s, n, again)
		}
		from := origins(s)
		if len(from) != len(n) {
			t.Fatalf("%q: %d origins for %d bytes", s, len(from), len(n))
		}
		for i, at := range from {
			if at < 0 || int(at) >= len(s) || i > 0 && at < from[i-1] {
				t.Fatalf("%q: origin %d of byte %d", s, at, i)
			}
		}
		original(s, 0, len(n))
	})
}

func BenchmarkNormalise(b *testing.B) {
	s := filler(100_000)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		normalise(s)
	}
}
