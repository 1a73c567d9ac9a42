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

const (
	soundText = 40 // weight of text below which a page says too little to be called healthy
	amissFrom = 3  // suspicion from which a sentence sounds like an error
)

// nothingAmiss reports whether a view has something to say and nothing of it
// sounds like an error: not its title, not what stands out, and no more than a
// third of the rest.
func nothingAmiss(v probes.View) bool {
	if len(v.Dialogs) > 0 || suspicion(normalise(v.Title)) >= amissFrom {
		return false
	}
	for _, r := range v.Regions {
		if r.Kind != probes.HeadingRegion || suspicion(normalise(r.Text)) >= amissFrom {
			return false
		}
	}
	total, amiss := 0, 0
	for _, s := range sentences(bounded(v.Text, maxRegions)) {
		w := weight(s)
		total += w
		if suspicion(normalise(s)) >= amissFrom {
			amiss += w
		}
	}
	return total >= soundText && 3*amiss <= total
}

// weight is how much a text says, in Latin letters; a character of Japanese or
// Chinese says about three times as much.
func weight(s string) int {
	w := 0
	for _, r := range s {
		switch {
		case ideographic(r) && unicode.IsLetter(r):
			w += 3
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			w++
		}
	}
	return w
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
	s = withoutQuotes(s)
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

// withoutQuotes leaves out what stands between quotation marks: it is spoken of.
func withoutQuotes(s string) string {
	for _, marks := range [][2]string{{"「", "」"}, {"『", "』"}, {`"`, `"`}} {
		for range 20 {
			before, rest, ok := strings.Cut(s, marks[0])
			if !ok {
				break
			}
			_, after, ok := strings.Cut(rest, marks[1])
			if !ok {
				break
			}
			s = before + after
		}
	}
	return s
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
		{"blocked", 3}, {"restricted", 3}, {"制限", 2}, {"違います", 3}, {"異常", 3}, {"問題が", 2}, {"problem", 2}, {"went wrong", 4},
		{"coming soon", 3}, {"under construction", 3}, {"for sale", 3}, {"parked", 3}, {"default page", 3}, {"it works", 3}, {"welcome to nginx", 3},
		{"loading", 3}, {"please wait", 3}, {"読み込み中", 3}, {"お待ちください", 3}, {"準備中", 3}, {"工事中", 3}, {"終了しました", 3}, {"終了いたしました", 3}, {"no longer", 2},
		{"closed", 2}, {"not supported", 3}, {"対応していません", 3}, {"verify", 3}, {"verification", 2}, {"robot", 3}, {"ロボット", 3}, {"javascript", 3}, {"cookie", 2},
		{"suspended", 3}, {"deactivated", 3}, {"locked", 2}, {"exceeded", 3}, {"too many", 3}, {"limit", 1}, {"security", 1}, {"checking", 2}, {"確認して", 1}, {"年齢", 2}, {"years of age", 3},
		{"nicht ", 1}, {"indisponible", 3}, {"introuvable", 3}, {"no disponible", 3}, {"no encontrad", 3}, {"não ", 1}, {"недоступ", 3}, {"не найден", 3}, {"維護", 3}, {"维护", 3},
		{"不存在", 3}, {"失败", 3}, {"失敗", 3}, {"无法", 3}, {"無法", 3}, {"점검", 3}, {"없습니다", 3}, {"誤り", 3}, {"誤って", 3}, {"間違", 3}, {"違って", 3}, {"大きすぎ", 3}, {"超えて", 3}, {"不適切", 3}, {"一致しま", 3}, {"既に", 2}, {"すでに", 2}, {"登録済", 3}, {"登録されて", 2},
		{"incorrect", 3}, {"did not", 3}, {"didn't", 3}, {"too large", 3}, {"already", 3}, {"doesn't match", 3}, {"do not match", 3},
		{"fehler", 3}, {"erreur", 3}, {"erro", 1}, {"ошибка", 3}, {"错误", 3}, {"錯誤", 3}, {"오류", 3},
	}
}
