package demosite

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

// All stands for every page where a fault is set.
const All = "all"

// Healthy is the fault of a page that has none.
const Healthy = "none"

// Pages are the names of the pages that can be given a fault, in the order in
// which a visitor meets them.
func Pages() []string {
	return []string{"top", "signup", "upload", "pin", "login", "store", "packcode"}
}

// Fault is one way in which a page can misbehave, and what a probe should make of it.
type Fault struct {
	Name       string   `json:"name"`
	Side       string   `json:"side"`       // as the interface names it, such as "system"
	Cause      string   `json:"cause"`      // likewise, such as "server_error"
	Catalogued bool     `json:"catalogued"` // Name is a signature's in the catalogue of errors
	Pages      []string `json:"pages"`      // the pages that can show it
}

// Faults are all faults, in the order of the switchboard; the first is Healthy.
func Faults() []Fault {
	var list []Fault
	for _, f := range repertoire() {
		list = append(list, f.Fault)
	}
	return list
}

// fault is a Fault with what it does. Those with words show them in the site's
// layout; those without act on the connection.
type fault struct {
	Fault
	status   int         // of the answer that shows the words
	words    notice      // what the visitor reads
	keeps    bool        // on load the page stays beneath the words
	act      interrupter // nil: only words
	japanese string      // for the switchboard: what is to be seen
	english  string
}

// interrupter does what a fault without words does. It reports whether the
// request is answered with that; if not, the page goes on as usual.
type interrupter func(http.ResponseWriter, *http.Request) (answered bool)

// notice is a message in a box. Its texts are the site's own, never a visitor's.
type notice struct{ Heading, Text template.HTML }

// line is the notice on one line.
func (n notice) line() template.HTML {
	if n.Heading == "" {
		return n.Text
	}
	return n.Heading + " " + n.Text
}

// message is a notice without a heading.
func message(text template.HTML) notice { return notice{Text: text} }

// The messages that the healthy site gives too.
const (
	alreadyRegistered template.HTML = "このアドレスは既に登録されています。ログインして下さい。"
	uploadUnreadable  template.HTML = "ファイルの読み込みに失敗しました。もう一度ファイルを確認しアップロードしてください。"
	packCodeInvalid   template.HTML = "入力が正しくないようです。再度お確かめのうえ、入力してください。"
	packCodeFailed    template.HTML = "申し訳ありません。パックコードが登録できませんでした。少し時間をおいて入力をお願いします。"
)

// repertoire is every fault there is, the healthy one first, then the
// catalogue's, then those that any site can have.
func repertoire() []fault {
	list := slices.Concat([]fault{{Fault: Fault{Name: Healthy, Side: "none", Cause: "ok"}, japanese: "正常に動きます", english: "Works as it should"}}, catalogued(), general())
	for i := range list {
		list[i].Pages = Pages()
		if list[i].Name == "bounced-to-top" {
			list[i].Pages = list[i].Pages[1:] // from the top page there is nowhere to be sent back from
		}
	}
	return list
}

// catalogued are the faults of the catalogue of errors that a page can show.
func catalogued() []fault {
	list := []fault{
		{Fault: Fault{Name: "io001", Side: "system", Cause: "server_error"}, status: 200,
			words:    message("申し訳ございませんが、会員登録が適切に完了しませんでした。(io001)"),
			japanese: "会員登録が完了しない", english: "Sign-up does not complete"},
		{Fault: Fault{Name: "processing-failed", Side: "system", Cause: "server_error"}, status: 200,
			words:    notice{"エラー", "申し訳ございません。処理に失敗しました。"},
			japanese: "処理に失敗する", english: "Processing fails"},
		{Fault: Fault{Name: "requires-2fa", Side: "system", Cause: "two_factor_required"}, status: 200,
			words:    message("User requires 2FA"),
			japanese: "二要素認証を求める英語の表示", english: "Asks for a second factor that nobody has"},
		{Fault: Fault{Name: "bounced-to-top", Side: "system", Cause: "bounced"}, act: bounce,
			japanese: "トップページに戻される", english: "Sent back to the top page"},
		{Fault: Fault{Name: "already-registered", Side: "user", Cause: "already_registered"}, status: 200, words: message(alreadyRegistered), keeps: true,
			japanese: "登録済みのアドレス", english: "The address is already registered"},
		{Fault: Fault{Name: "upload-unreadable", Side: "user", Cause: "upload_rejected"}, status: 200, words: message(uploadUnreadable), keeps: true,
			japanese: "本人確認書類を読み込めない", english: "The identity document can't be read"},
		{Fault: Fault{Name: "ip-restricted", Side: "environment", Cause: "geo_restricted"}, status: http.StatusForbidden,
			words:    message("This website is restricted to adult smokers 20 years and above residing in Japan and using a Japan IP Address"),
			japanese: "日本国外からのアクセス制限", english: "Closed to addresses outside Japan"},
		{Fault: Fault{Name: "forbidden", Side: "system", Cause: "forbidden"}, status: http.StatusForbidden,
			words:    notice{"Forbidden", "You don't have permission to access /index.php on this server."},
			japanese: "アクセス権がない (403)", english: "No permission (403)"},
		{Fault: Fault{Name: "pack-code-invalid", Side: "user", Cause: "invalid_input"}, status: 200, words: message(packCodeInvalid), keeps: true,
			japanese: "パックコードの入力誤り", english: "The pack code is wrong"},
		{Fault: Fault{Name: "pack-code-failed", Side: "user", Cause: "limit_reached"}, status: 200, words: message(packCodeFailed), keeps: true,
			japanese: "パックコードを登録できない", english: "The pack code can't be registered"},
	}
	for i := range list {
		list[i].Catalogued = true
	}
	return list
}

// general are the faults that any site can have.
func general() []fault {
	return []fault{
		{Fault: Fault{Name: "server-error", Side: "system", Cause: "server_error"}, status: http.StatusInternalServerError,
			words:    notice{"500 Internal Server Error", "サーバー内部でエラーが発生しました。しばらく時間をおいてから、もう一度アクセスしてください。"},
			japanese: "サーバーエラー (500)", english: "Server error (500)"},
		{Fault: Fault{Name: "maintenance", Side: "system", Cause: "maintenance"}, status: http.StatusServiceUnavailable,
			words:    notice{"ただいまメンテナンス中です", "システムメンテナンスのため、サービスを一時停止しております。ご不便をおかけいたしますが、終了までお待ちください。"},
			japanese: "メンテナンス中 (503)", english: "Down for maintenance (503)"},
		{Fault: Fault{Name: "bot-challenge", Side: "monitor", Cause: "bot_challenge"}, status: http.StatusForbidden,
			words:    notice{"Just a moment...", "Checking if the site connection is secure. Verify you are human by completing the action below. アクセスしているのが人間であることを確認しています。"},
			japanese: "ボットかどうかの確認 (403)", english: "A bot challenge (403)"},
		{Fault: Fault{Name: "slow", Side: "none", Cause: "ok"}, act: dawdle,
			japanese: "約1秒遅れて正常に表示", english: "Healthy, after a second"},
		{Fault: Fault{Name: "hang", Side: "system", Cause: "timeout"}, act: hang,
			japanese: "応答しない", english: "Never answers"},
		{Fault: Fault{Name: "reset", Side: "system", Cause: "connection_error"}, act: reset,
			japanese: "接続が切られる", english: "Resets the connection"},
		{Fault: Fault{Name: "blank", Side: "unknown", Cause: "blank_page"}, act: blank,
			japanese: "真っ白なページ", english: "An empty page"},
		{Fault: Fault{Name: "redirect-loop", Side: "system", Cause: "redirect_loop"}, act: circle,
			japanese: "転送を繰り返す", english: "Redirects in a circle"},
	}
}

// refuse says why fault can't be set on page, naming what can, or nil.
func refuse(page string, name string, known map[string]fault) error {
	if page != All && !slices.Contains(Pages(), page) {
		return fmt.Errorf("unknown page %q: use one of %s %s", page, All, strings.Join(Pages(), " "))
	}
	f, ok := known[name]
	if !ok {
		return fmt.Errorf("unknown fault %q: use one of %s", name, strings.Join(names(Faults()), " "))
	}
	if page != All && !slices.Contains(f.Pages, page) {
		return fmt.Errorf("fault %q can't be shown on page %q: use one of %s %s", name, page, All, strings.Join(f.Pages, " "))
	}
	return nil
}

func names(faults []Fault) []string {
	var list []string
	for _, f := range faults {
		list = append(list, f.Name)
	}
	return list
}
