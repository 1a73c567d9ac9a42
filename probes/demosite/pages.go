package demosite

import (
	"html/template"
	"net/http"
	"net/mail"
	"path"
	"strings"
)

// What the site knows and takes. The switchboard tells it to whoever tries the site out.
const (
	MemberMail     = "demo@example.jp"       // the demo account, for logging in
	RegisteredMail = "registered@example.jp" // known to be registered: signing up with it is always answered so
	Password       = "hakoniwa-2026"         // of both accounts
	PIN            = "246810"                // the one that ends a sign-up
	PackCode       = "HN-2026-0417"          // one that is taken; so is any other HN-0000-0000
)

// The rules of pack codes, per session.
const (
	codeLimit     = 40
	pointsPerCode = 10
)

// Messages of the healthy site that the catalogue does not have.
const (
	badMail         template.HTML = "メールアドレスを正しい形式で入力してください。"
	noConsent       template.HTML = "会員規約とプライバシーポリシーへの同意が必要です。"
	loginFailed     template.HTML = "ログインできませんでした。メールアドレスまたはパスワードが正しくありません。"
	wrongPIN        template.HTML = "PINコードが正しくありません。もう一度入力してください。"
	sessionExpired  template.HTML = "セッションの有効期限が切れました。お手数ですが、最初からお手続きください。"
	formNotReadable template.HTML = "入力内容を読み取れませんでした。もう一度入力してください。"
)

// page is one page of the site.
type page struct {
	name  string // its template and its marker in main[data-page]
	path  string
	title string
	fault string // the name by which the switchboard breaks it; "" can't be broken
	load  func(*visit) reply
	send  func(*visit) reply // nil: it has no form
}

// pages are all pages of the site. A fault of log-in reaches the member's page
// too: it is what a visitor meets who is logged in already.
func pages() []page {
	return []page{
		{name: "top", path: "/", title: "トップ", fault: "top", load: (*visit).show, send: subscribe},
		{name: "signup", path: "/signup", title: "新規会員登録", fault: "signup", load: loadSignUp, send: signUp},
		{name: "upload", path: "/signup/document", title: "本人確認書類のアップロード", fault: "upload", load: (*visit).show, send: takeDocument},
		{name: "pin", path: "/signup/pin", title: "PINコードの確認", fault: "pin", load: (*visit).show, send: confirm},
		{name: "done", path: "/signup/done", title: "会員登録完了", load: loadDone},
		{name: "login", path: "/login", title: "ログイン", fault: "login", load: loadLogin, send: logIn},
		{name: "mypage", path: "/mypage", title: "マイページ", fault: "login", load: loadMyPage},
		{name: "logout", path: "/logout", title: "ログアウト", load: logOut, send: logOut},
		{name: "store", path: "/store", title: "オンラインストア", fault: "store", load: (*visit).show, send: buy},
		{name: "packcode", path: "/packcode", title: "パックコード登録", fault: "packcode", load: (*visit).show, send: enterCode},
		{name: "faq", path: "/faq", title: "よくあるご質問", load: (*visit).show},
	}
}

// notFound is what stands at every other address.
func notFound() page {
	return page{name: "not-found", title: "ページが見つかりません", load: func(v *visit) reply {
		a := v.show()
		a.status = http.StatusNotFound
		return a
	}}
}

// pattern is the page's path for a ServeMux, and no path below it.
func (p page) pattern() string {
	if p.path == "/" {
		return "/{$}"
	}
	return p.path
}

// unread answers a form that couldn't be read.
func (p page) unread(v *visit) reply {
	if p.name == "upload" {
		return v.mistaken(uploadUnreadable)
	}
	return v.again(message(formNotReadable), http.StatusBadRequest)
}

// subscribe takes an address for the newsletter, which is never sent.
func subscribe(v *visit) reply {
	if !mailAddress(v.sent.Get("mail")) {
		return v.mistaken(badMail)
	}
	return goTo("/?done=1#news")
}

func loadSignUp(v *visit) reply {
	if v.query.Has("expired") {
		return v.mistaken(sessionExpired)
	}
	return v.show()
}

// signUp takes the address of an applicant.
func signUp(v *visit) reply {
	address := strings.TrimSpace(v.sent.Get("mail"))
	switch {
	case !mailAddress(address):
		return v.mistaken(badMail)
	case registered(address):
		return v.mistaken(alreadyRegistered)
	case v.sent.Get("consent") == "":
		return v.mistaken(noConsent)
	}
	v.session.Applicant, v.session.Document = address, false
	return goTo("/signup/document")
}

// takeDocument takes the identity document, if it is there and not too large.
func takeDocument(v *visit) reply {
	if v.document == 0 || v.document > documentLimit {
		return v.mistaken(uploadUnreadable)
	}
	v.session.Document = true
	return goTo("/signup/pin")
}

// confirm ends a sign-up with the PIN, and logs the new member in.
func confirm(v *visit) reply {
	switch {
	case v.sent.Get("pin") != PIN:
		return v.mistaken(wrongPIN)
	case v.session.Applicant == "":
		return goTo("/signup?expired=1")
	case !v.session.Document:
		return goTo("/signup/document")
	}
	member := v.session.Applicant
	v.session = newSession()
	v.session.Member = member
	return goTo("/signup/done")
}

func loadDone(v *visit) reply {
	if v.session.Member == "" {
		return goTo("/signup")
	}
	return v.show()
}

func loadLogin(v *visit) reply {
	if v.session.Member != "" {
		return goTo(v.next())
	}
	return v.show()
}

// logIn lets in who has the password.
func logIn(v *visit) reply {
	address := strings.TrimSpace(v.sent.Get("mail"))
	if !registered(address) || v.sent.Get("password") != Password {
		return v.mistaken(loginFailed)
	}
	cart := v.session.Cart
	v.session = newSession()
	v.session.Member, v.session.Cart = strings.ToLower(address), cart
	return goTo(v.next())
}

func loadMyPage(v *visit) reply {
	if v.session.Member == "" {
		return goTo("/login?next=/mypage")
	}
	return v.show()
}

func logOut(v *visit) reply {
	v.session = newSession()
	return v.show()
}

// buy puts a thing into a member's cart.
func buy(v *visit) reply {
	if v.session.Member == "" {
		return goTo("/login?next=/store")
	}
	v.session.Cart++
	return goTo("/store?done=1")
}

// enterCode takes a pack code, up to the limit.
func enterCode(v *visit) reply {
	code := strings.ToUpper(strings.TrimSpace(v.sent.Get("code")))
	switch {
	case !packCode(code):
		return v.mistaken(packCodeInvalid)
	case v.session.Codes >= codeLimit:
		return v.mistaken(packCodeFailed)
	}
	v.session.Codes++
	return goTo("/packcode?done=1")
}

// registered reports whether address has an account.
func registered(address string) bool {
	return strings.EqualFold(address, MemberMail) || strings.EqualFold(address, RegisteredMail)
}

// mailAddress reports whether s is one bare mail address of a length that mail allows.
func mailAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && len(s) <= 254
}

// packCode reports whether s is written as a pack code is.
func packCode(s string) bool {
	ok, err := path.Match("HN-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]", s)
	return ok && err == nil
}
