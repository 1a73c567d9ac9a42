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
		{3, "エラー|失敗|申し訳|できません|出来ません|ちがい|異なり|異なって|合っていません|重複|存在しません|使用されています|使われている|以外は|使われています|利用されています|必ず指定|入力されていません|入力がありません|入力してありません|未入力|不備|ロックされ|切れました|切れています|取り直|やり直|不明な|無効な|すぎます|操作がなかった|許可されて|選択されていません|画像ではありません|画像ファイルではありません|登録済みです|間違って|ロックしました|できなかった|ませんでした|拒否|メンテナンス|混み合|無効|不正|タイムアウト|障害|不具合|異常|読み込み中|お待ちください|準備中|工事中|終了しました|終了いたしました|非公開|対応していません|ロボット|誤り|誤って|間違|違って|違います|大きすぎ|超えて|不適切|一致しま|登録済|閉鎖|休止"},
		{2, "禁止|混雑|しばらく|もう一度|再度|期限|停止|見つかり|制限|問題が|既に|すでに|登録されて|年齢|ご利用いただけ"},
		{3, "error|failed|failure|sorry|unable|could not|couldn't|cannot be|not allowed|denied|forbidden|unavailable|maintenance|try again|invalid|expired|timeout|timed out|not found|blocked|restricted|incorrect|did not|didn't|too large|already|doesn't match|do not match|coming soon|under construction|for sale|parked|default page|it works|welcome to nginx|loading|please wait|not supported|unsupported|verify|robot|javascript|suspended|deactivated|exceeded|too many|failed|mismatch|no longer valid|cannot upload|attack|been used|too common|too short|too long|too weak|inactive|activated|no match|unknown|is locked|been locked|disabled|banned|in use|logged out|signed out|incorrect|wrong password|does not match|not permitted|exceeds|canceled|must be a|before continuing|not match|not exist|locked out|missing|already been|been taken|is taken|no such|not valid|not correct|not recognized|not recognised|unrecognized|bad username|bad password|not registered|not logged in|is required|years of age|years old|years or older|21 or over|not responding|shutting down|offline|oops|unexpected|temporarily|wasn't found|does not exist|doesn't exist|no longer available|bad request|bad gateway"},
		{2, "can't|cannot|wrong|problem|no longer|closed|locked|verification|checking|cookie|issue persists"},
		{1, "limit|security"},
		{3, "fehler|falsch|nicht korrekt|nicht richtig|nicht gültig|stimmen nicht|stimmt nicht|nicht überein|existiert|unbekannt|bereits|es gab ein problem|probleme|fehlgeschlagen|nicht erlaubt|zu gross|zu kurz|deaktiviert|nicht möglich|nicht gefunden|nicht verfügbar|nicht erreichbar|wartung|gesperrt|ungültig|abgelaufen|leider|verweigert|fehlgeschlagen"},
		{3, "erreur|incorrect|mauvais|n'existe pas|ne correspond|n'est pas valide|déjà|problème|bloqué|désactivé|impossible|trop |erroné|inconnu|désolé|indisponible|introuvable|échou|expiré|invalide|réessayer|refusé|en construction|interdit"},
		{3, "error|expirad|no coincide|no existe|no es válid|no es correct|no válid|ya existe|ya está|demasiado|bloquead|fallid|erróne|no válid|equivocad|lo sentimos|no disponible|no encontrad|no se pudo|no se ha podido|mantenimiento|inválid|incorrect|caducad|denegad|inténtelo|inténtalo"},
		{3, "erro|falha|excede|não permitid|não foram|em uso|não existe|não confere|não é válid|não coincide|já existe|já está|já foi|já cadastrad|muito curt|muito comum|bloquead|errad|falhou|incorrect|desculpe|indisponível|não encontrad|não foi possível|manutenção|inválid|incorret|expirou|negado|tente novamente"},
		{3, "errore|errat|non sono corrett|non è corrett|non è valid|non corrett|non esist|non coincid|già |sbagliat|bloccat|troppo|fallit|non riuscit|spiacenti|non disponibile|non trovat|impossibile|manutenzione|non valid|scadut|negato|riprova"},
		{3, "fout|onjuist|verkeerd|klopt niet|kloppen niet|komt niet overeen|komen niet overeen|bestaat niet|bestaat al|reeds|in gebruik|geblokkeerd|helaas|felaktig|matchar inte|misslyckades|ogiltig|forkert|ugyldig|mislykkedes|virheellinen|väärin|epäonnistui|niet gevonden|niet beschikbaar|onderhoud|ongeldig|verlopen|geweigerd|mislukt"},
		{3, "błąd|błędn|niepoprawn|już |nie istniej|nie powiodł|zablokowan|nie pasuj|zbyt |nesprávn|neplatn|chybn|špatn|hibás|érvénytelen|sikertelen|greșit|eșuat|przepraszamy|nie znaleziono|niedostępn|przerwa techniczna|nieprawidłow|wygasł|odmowa|spróbuj ponownie"},
		{3, "hata|sonlan|süresi dol|tekrar giriş|eşleşmiyor|zaten|kilitlen|doğru değil|üzgünüz|bulunamadi|bakim|geçersiz|yanliş|engellen|başarisiz|tekrar deneyin|kullanilamiyor"},
		{3, "ошибк|неправильн|некорректн|не совпад|не существ|уже |не подход|недействит|слишком|отключен|не правильн|не верн|извините|к сожалению|недоступ|не найден|технические работы|технических работ|неверн|запрещ|истек|заблокирован|попробуйте|не удалось"},
		{3, "помилк|неправильн|не збіга|вже |не існує|вибачте|недоступн|не знайден|технічні роботи|невірн|заборонен|спробуйте"},
		{3, "没有登录|未登录|没有登入|尚未登入|未登入|超时|逾時|错误|錯誤|不正确|不正確|有误|有誤|不匹配|不一致|不对|已被|已存在|已经存在|重复|重複|失效|锁定|鎖定|冻结|不能为空|不能為空|超过|超過|过大|抱歉|对不起|對不起|维护|維護|不存在|失败|無法|无法|未知|不可用|稍后|稍後|拒绝|拒絕|过期|過期|禁止|访问受限|問題|问题|出错|出錯|找不到"},
		{3, "오류|올바르지|틀렸|틀립|맞지|일치하지|존재하지|이미|유효하지|잠겼|정지|초과|죄송|점검|없습니다|실패|잘못|만료|차단|다시 시도|제한|중단|다운"},
		{3, "خطأ|عذرا|غير متاح|غير متوفر|صيانة|محظور|غير موجود"},
		{3, "lỗi|không đúng|không chính xác|thất bại|đã tồn tại|salah|gagal|tidak valid|tidak ditemukan|xin lỗi|không tìm thấy|bảo trì|không hợp lệ|thử lại"},
	}
}
