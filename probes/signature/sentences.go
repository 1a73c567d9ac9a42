package signature

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"genkan/probes"
)

// maxSentences is how many sentences of an unknown page are quoted.
const maxSentences = 5

// suspicious are the sentences of a view that look most like an error, the
// likeliest first: by the words they use, and by how they stand out.
func suspicious(v probes.View) []probes.Quote {
	type candidate struct {
		text  string
		score int
		order int
	}
	var all []candidate
	seen := map[string]bool{}
	add := func(text string, bonus int) {
		for _, s := range sentences(bounded(text, maxRegions)) {
			if n := normalise(s); !seen[n] && n != "" && len(all) < 2000 {
				seen[n] = true
				if score := suspicion(n) + bonus; score > 0 {
					all = append(all, candidate{s, score, len(all)})
				}
			}
		}
	}
	for _, d := range v.Dialogs {
		add(d.Message, 6)
	}
	for _, r := range v.Regions {
		add(r.Text, regionBonus(r.Kind))
	}
	add(v.Title, 1)
	add(v.Text, 0)
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.order, b.order)) })
	quotes := []probes.Quote{}
	for _, c := range all[:min(len(all), maxSentences)] {
		quotes = append(quotes, probes.Quote{Matcher: "sentence", Quote: bounded(c.text, maxQuote)})
	}
	return quotes
}

func regionBonus(k probes.RegionKind) int {
	switch k {
	case probes.DialogRegion:
		return 4
	case probes.AlertRegion, probes.FormErrorRegion:
		return 5
	}
	return 2
}

// sentences cuts a text into its sentences and lines.
func sentences(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		start := 0
		for i, r := range line {
			end := i + utf8.RuneLen(r)
			closes := r == '。' || r == '！' || r == '？' || (r == '.' || r == '!' || r == '?') && endsWord(line[end:])
			if closes {
				out = appendSentence(out, line[start:end])
				start = end
			}
		}
		out = appendSentence(out, line[start:])
	}
	return out
}

func endsWord(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || unicode.IsSpace(r)
}

func appendSentence(out []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}

// suspicion is how much a normalised sentence sounds like an error. Long ones
// are rarely messages.
func suspicion(s string) int {
	score := 0
	for _, w := range errorWords() {
		if strings.Contains(s, w.text) {
			score += w.weight
		}
	}
	if score > 0 && utf8.RuneCountInString(s) > 200 {
		score -= 2
	}
	return score
}

type weighed struct {
	text   string // normalised
	weight int
}

// errorWords are words of apology and failure. They only order what is shown
// to operators and never decide a verdict.
func errorWords() []weighed {
	return []weighed{
		{"エラ-", 4}, {"error", 4}, {"失敗", 4}, {"failed", 3}, {"failure", 3}, {"申し訳", 3}, {"sorry", 3}, {"できません", 3},
		{"できなかった", 3}, {"ませんでした", 3}, {"unable", 3}, {"cannot", 2}, {"can't", 2}, {"could not", 3}, {"couldn't", 3},
		{"not allowed", 3}, {"denied", 3}, {"拒否", 3}, {"禁止", 2}, {"forbidden", 3}, {"unavailable", 3}, {"ご利用いただけ", 2},
		{"メンテナンス", 3}, {"maintenance", 3}, {"混み合", 3}, {"混雑", 3}, {"しばらく", 2}, {"try again", 3}, {"もう一度", 2},
		{"再度", 2}, {"wrong", 2}, {"invalid", 3}, {"無効", 3}, {"不正", 3}, {"正しくありません", 4}, {"期限", 2}, {"expired", 3},
		{"timeout", 3}, {"timed out", 3}, {"タイムアウト", 3}, {"停止", 2}, {"障害", 3}, {"不具合", 3}, {"見つかり", 2}, {"not found", 3},
		{"blocked", 3}, {"restricted", 3}, {"制限", 2}, {"違います", 2}, {"異常", 3}, {"問題が", 2}, {"problem", 2}, {"went wrong", 4},
		{"fehler", 3}, {"erreur", 3}, {"erro", 1}, {"ошибка", 3}, {"错误", 3}, {"錯誤", 3}, {"오류", 3},
	}
}
