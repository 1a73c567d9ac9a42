package signature

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// lexicon is words of apology and failure, and how much each says. It orders
// what is shown of an unknown page, and tells a page of few words that is in
// order from one that is not; it never names a cause.
type lexicon struct {
	finder  *finder
	weights []int
}

// amissFrom is the suspicion from which a sentence sounds like an error.
const amissFrom = 3

func newLexicon() *lexicon {
	l := &lexicon{finder: newFinder()}
	for _, words := range errorWords() {
		for word := range strings.SplitSeq(words.list, "|") {
			if id := l.finder.add(normalise(word)); id == len(l.weights) {
				l.weights = append(l.weights, words.weight)
			}
		}
	}
	return l
}

// suspicion is how much a normalised sentence sounds like an error. What stands
// between quotation marks is spoken of; long sentences are rarely messages.
func (l *lexicon) suspicion(s string) int {
	s = withoutQuotes(s)
	score := 0
	var seen []int
	l.finder.each(s, func(word int) {
		if !slices.Contains(seen, word) {
			seen = append(seen, word)
			score += l.weights[word]
		}
	})
	if score > 0 && utf8.RuneCountInString(s) > 200 {
		score -= 2
	}
	return score
}

// withoutQuotes leaves out what stands between quotation marks.
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

// errorWords are the words by how much they say, with | between them.
func errorWords() []struct {
	weight int
	list   string
} {
	return []struct {
		weight int
		list   string
	}{
		{3, "エラー|失敗|申し訳|できません|できなかった|ませんでした|拒否|メンテナンス|混み合|無効|不正|タイムアウト|障害|不具合|異常|読み込み中|お待ちください|準備中|工事中|終了しました|終了いたしました|非公開|対応していません|ロボット|誤り|誤って|間違|違って|違います|大きすぎ|超えて|不適切|一致しま|登録済|閉鎖|休止"},
		{2, "禁止|混雑|しばらく|もう一度|再度|期限|停止|見つかり|制限|問題が|既に|すでに|登録されて|年齢|ご利用いただけ"},
		{3, "error|failed|failure|sorry|unable|could not|couldn't|cannot be|not allowed|denied|forbidden|unavailable|maintenance|try again|invalid|expired|timeout|timed out|not found|blocked|restricted|incorrect|did not|didn't|too large|already|doesn't match|do not match|coming soon|under construction|for sale|parked|default page|it works|welcome to nginx|loading|please wait|not supported|unsupported|verify|robot|javascript|suspended|deactivated|exceeded|too many|years of age|years old|years or older|21 or over|not responding|shutting down|offline|oops|unexpected|temporarily|wasn't found|does not exist|doesn't exist|no longer available|bad request|bad gateway"},
		{2, "can't|cannot|wrong|problem|no longer|closed|locked|verification|checking|cookie|issue persists"},
		{1, "limit|security"},
		{3, "fehler|nicht gefunden|nicht verfügbar|nicht erreichbar|wartung|gesperrt|ungültig|abgelaufen|leider|verweigert|fehlgeschlagen"},
		{3, "erreur|désolé|indisponible|introuvable|échou|expiré|invalide|réessayer|refusé|en construction|interdit"},
		{3, "lo sentimos|no disponible|no encontrad|no se pudo|no se ha podido|mantenimiento|inválid|incorrect|caducad|denegad|inténtelo|inténtalo"},
		{3, "desculpe|indisponível|não encontrad|não foi possível|manutenção|inválid|incorret|expirou|negado|tente novamente"},
		{3, "errore|spiacenti|non disponibile|non trovat|impossibile|manutenzione|non valid|scadut|negato|riprova"},
		{3, "fout|helaas|niet gevonden|niet beschikbaar|onderhoud|ongeldig|verlopen|geweigerd|mislukt"},
		{3, "błąd|przepraszamy|nie znaleziono|niedostępn|przerwa techniczna|nieprawidłow|wygasł|odmowa|spróbuj ponownie"},
		{3, "hata|üzgünüz|bulunamadi|bakim|geçersiz|yanliş|engellen|başarisiz|tekrar deneyin|kullanilamiyor"},
		{3, "ошибк|извините|к сожалению|недоступ|не найден|технические работы|технических работ|неверн|запрещ|истек|заблокирован|попробуйте|не удалось"},
		{3, "помилк|вибачте|недоступн|не знайден|технічні роботи|невірн|заборонен|спробуйте"},
		{3, "错误|錯誤|抱歉|对不起|對不起|维护|維護|不存在|失败|無法|无法|未知|不可用|稍后|稍後|拒绝|拒絕|过期|過期|禁止|访问受限|問題|问题|出错|出錯|找不到"},
		{3, "오류|죄송|점검|없습니다|실패|잘못|만료|차단|다시 시도|제한|중단|다운"},
		{3, "خطأ|عذرا|غير متاح|غير متوفر|صيانة|محظور|غير موجود"},
		{3, "lỗi|xin lỗi|không tìm thấy|bảo trì|không hợp lệ|thử lại"},
	}
}
