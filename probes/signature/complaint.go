package signature

import (
	"slices"
	"strings"

	"genkan/probes"
)

// The length of a message, in bytes: what is longer explains, and away from the
// form what is longer announces.
const (
	maxComplaint = 600
	maxRemark    = 240
)

// leastStatement is the weight of text that makes a statement, not a mark.
const leastStatement = 18

// complaint is what a page says of what the visitor sent, where no signature
// knows the words: a message that stands out beside a form the visitor can use
// and sounds like a failure, or a line of its own that begins with the word for
// an error. Its cause goes by the form. Notices that stand on the form from the
// beginning, of cookies or scripts, are none.
func (sc *scene) complaint() (probes.Cause, string, bool) {
	form, ok := formInUse(sc.page.view)
	if !ok || sc.page.tellsAbout() {
		return "", "", false
	}
	for _, s := range sc.page.segments {
		switch s.place {
		case inDialog, inFormError, inAlert:
			limit := maxComplaint
			if s.place == inAlert {
				limit = maxRemark
			}
			q := sc.page.lexicon.refusal(s.raw)
			if q == "" && s.place == inFormError {
				q = sc.page.lexicon.statement(s.raw)
			}
			if q != "" && len(s.raw) <= limit {
				return refused(form, normalise(q)), q, true
			}
		case inBody:
			if q := begunWithError(s.raw); q != "" && len(s.raw) <= shortPage {
				return refused(form, normalise(q)), q, true
			}
		}
	}
	return "", "", false
}

// formInUse is the kind of the first form that a member can use.
func formInUse(v probes.View) (probes.FormKind, bool) {
	for _, f := range v.Forms {
		if f.Usable() && f.Kind != probes.OtherForm {
			return f.Kind, true
		}
	}
	return "", false
}

// refused is why a form of a kind is refused: at a log-in that the two don't
// belong together, unless the message asks for what was left out.
func refused(form probes.FormKind, message string) probes.Cause {
	switch {
	case form == probes.UploadForm:
		return probes.UploadRejected
	case form == probes.LoginForm && !containsAny(message, leftOutWords()):
		return probes.LoginFailed
	}
	return probes.InvalidInput
}

// refusal is the first sentence of a message that sounds like a failure and is
// no standing notice, or "".
func (l *lexicon) refusal(message string) string {
	for _, s := range sentences(message) {
		n := normalise(s)
		if l.suspicion(n) >= amissFrom && !strings.HasSuffix(n, "?") && !containsAny(n, standingWords()) {
			return s
		}
	}
	return ""
}

// statement is a message of one short sentence that asks for nothing, in words
// that are not known, or "": what stands in a form as an error and only bids to
// fill it in may wait there from the beginning.
func (l *lexicon) statement(message string) string {
	n := normalise(message)
	if w := weight(n); w < leastStatement || len(n) > remark || containsAny(n, leftOutWords()) || containsAny(n, biddingWords()) || containsAny(n, standingWords()) || asksOrSupposes(n) {
		return ""
	}
	return strings.TrimSpace(message)
}

// begunWithError is the first line that begins with the word for an error as a
// message does, with punctuation after it, or "".
func begunWithError(text string) string {
	for line := range strings.Lines(text) {
		n := normalise(line)
		word := strings.IndexFunc(n, func(r rune) bool { return strings.ContainsRune(":,!、-.", r) })
		if word > 0 && word < len(n)-4 && len(n) <= maxQuote && slices.Contains(errorNames(), strings.TrimSpace(n[:word])) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// errorNames are the word "error" as it begins a message; normalised.
func errorNames() []string {
	return []string{"error", "エラ-", "fehler", "erreur", "errore", "erro", "ошибка", "помилка", "błąd", "hata", "错误", "錯誤", "오류", "fout", "fel", "feil", "fejl", "virhe", "chyba", "hiba", "eroare", "lỗi"}
}

// leftOutWords say that something was left out, not that it was wrong; normalised.
func leftOutWords() []string {
	return []string{"入力して", "必須", "記入", "未入力", "空", "required", "enter", "fill", "empty", "blank", "missing", "obligat", "requis", "requerid", "obrigat", "erforderlich", "ausfüllen", "remplir", "remplissez", "complet", "vuot", "обязател", "заполн", "verplicht", "wymagan", "zorunlu", "不能为空", "必填", "입력해"}
}

// biddingWords bid to fill something in; normalised.
func biddingWords() []string {
	return []string{"入力", "選択", "指定", "ください", "下さい", "please", "provide", "type ", "choose", "select", "geben sie", "gib ", "bitte", "saisi", "veuillez", "entrez", "ingres", "introdu", "indique", "digite", "insira", "informe", "inserisci", "inserire", "voer", "vul ", "wpisz", "podaj", "введите", "укажите", "请输入", "請輸入", "请填写", "입력", "girin", "ange ", "zadejte"}
}

// standingWords are of notices that a form bears from the beginning; normalised.
func standingWords() []string {
	return []string{"cookie", "クッキ-", "javascript", "ご注意", "フィッシング", "詐欺", "phishing", "scam", "メンテナンス", "maintenance", "ブラウザ", "browser", "caps lock", "capslock", "お知らせ", "loading", "読み込み中", "please wait", "verify you", "robot"}
}
