package signature_test

import "testing"

func TestExplain(t *testing.T) {
	set := loaded(t)
	for name, c := range map[string]struct{ message, want string }{
		"verbatim":              {"申し訳ございませんが、会員登録が適切に完了しませんでした。(io001)", "iqos/io001"},
		"a code alone":          {"io001", "iqos/io001"},
		"a code, full width":    {"（ＩＯ００１）", "iqos/io001"},
		"the beginning":         {"会員登録が適切に完了しませ", "iqos/io001"},
		"typing errors":         {"User requries 2FA", "iqos/requires-2fa"},
		"half-width kana":       {"ﾌｧｲﾙの読み込みに失敗しました", "iqos/upload-unreadable"},
		"among other words":     {"ログインしようとしたら『User requires 2FA』と出ました。どうすればいいですか", "iqos/requires-2fa"},
		"English, typed":        {"restricted to adult smokers 20 yaers and above", "iqos/ip-restricted"},
		"another language":      {"We are sorry, your membership registration was not completed", "iqos/io001"},
		"wrong characters":      {"このアドレスは既に登録されてます。ログインして下さい", "iqos/already-registered"},
		"a word":                {"forbidden", "iqos/forbidden"},
		"white space and marks": {" エラー  申し訳ございません\n処理に失敗しました ", "iqos/processing-failed"},
		"no message at all":     {"PINが届かない", "iqos/pin-sms-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			got := set.Explain(c.message, "ja")
			if len(got) == 0 {
				t.Fatalf("%q: nothing", c.message)
			}
			if got[0].Signature != c.want {
				for _, g := range got {
					t.Logf("%.3f %s", g.Score, g.Signature)
				}
				t.Errorf("%q: %s, want %s", c.message, got[0].Signature, c.want)
			}
			if got[0].Text == "" || got[0].Title == "" || got[0].Score <= 0 || got[0].Score > 1 {
				t.Errorf("%q: incomplete: %+v", c.message, got[0])
			}
		})
	}
}

func TestExplainNonsense(t *testing.T) {
	set := loaded(t)
	for _, message := range []string{"", " ", "a", "。", "qwertyuiop", "asdf jkl", "こんにちは", "今日は良い天気ですね", "hello world", "lorem ipsum dolor sit amet",
		"猫", "ラーメンとチャーハンのセット", "zzzzzzzzzzzzzzz", "12345", "the quick brown fox jumps over the lazy dog", "おすすめの商品を教えて", "\x00\xff\xfe", "ありがとう"} {
		if got := set.Explain(message, "en"); len(got) > 0 {
			t.Errorf("%q: %.3f %s", message, got[0].Score, got[0].Signature)
		}
	}
}
