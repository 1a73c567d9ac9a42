package demosite

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strconv"
)

// visit is one request of a visitor. Whoever answers it may change the session.
type visit struct {
	page     page
	query    url.Values
	session  session
	sent     url.Values // the fields of the form
	document int64      // the size of the file sent with it, in bytes
}

// reply is what a visit is answered with: another place to go, or a page.
type reply struct {
	location string
	status   int
	template string
	view     view
}

// view is what a template shows.
type view struct {
	Page      string // the page's name, its stable marker
	Title     string
	Alert     notice // above the page, or in its place
	FormError notice // at the form
	Typed     url.Values
	Session   session
	Next      string // where a log-in leads
	Done      bool   // the form has been taken
	Hints     hints
}

// Points are what the pack codes of the session have earned.
func (v view) Points() int { return pointsPerCode * v.Session.Codes }

// hints are what a person who tries the site out has to know.
type hints struct{ Mail, RegisteredMail, Password, PIN, PackCode string }

func allHints() hints {
	return hints{Mail: MemberMail, RegisteredMail: RegisteredMail, Password: Password, PIN: PIN, PackCode: PackCode}
}

// show answers with the visit's page as it is.
func (v *visit) show() reply {
	return reply{status: http.StatusOK, template: v.page.name, view: view{
		Page: v.page.name, Title: v.page.title, Typed: v.sent, Session: v.session,
		Next: v.next(), Done: v.sent == nil && v.query.Has("done"), Hints: allHints(),
	}}
}

// again answers a form with the page once more, its form as it was typed, and
// the message beside it.
func (v *visit) again(words notice, status int) reply {
	a := v.show()
	a.status, a.view.FormError = status, words
	return a
}

// mistaken is again for what a healthy site has to say of the visitor's input.
func (v *visit) mistaken(text template.HTML) reply { return v.again(message(text), http.StatusOK) }

// stopped answers the loading of a page with a fault's words, above the page or
// in its place; in its place too where this visitor would be sent elsewhere.
func (v *visit) stopped(f fault) reply {
	a := v.show()
	a.status, a.view.Alert = f.status, f.words
	if !f.keeps || v.page.load(v).location != "" {
		a.template, a.view.Page, a.view.Title = "error", "error", cmp.Or(string(f.words.Heading), "エラー")
	}
	return a
}

// next is the page to go to after logging in: one of the site's own.
func (v *visit) next() string {
	wanted := v.query.Get("next")
	if v.sent.Has("next") {
		wanted = v.sent.Get("next")
	}
	for _, p := range pages() {
		if p.path == wanted && p.name != "login" && p.name != "logout" {
			return wanted
		}
	}
	return "/mypage"
}

// goTo answers with another page.
func goTo(location string) reply { return reply{location: location} }

// look is the site's templates by name, each in the layout.
type look map[string]*template.Template

// newLook parses the templates, which are part of the program: a mistake in
// them is one in the program.
func newLook() look {
	layout := template.Must(template.New("layout").Funcs(template.FuncMap{"quote": quotation}).ParseFS(files, "templates/layout.html"))
	l := look{"switchboard": template.Must(template.ParseFS(files, "templates/switchboard.html")).Lookup("switchboard.html")}
	entries, err := files.ReadDir("templates/pages")
	if err != nil {
		panic(fmt.Errorf("read templates: %w", err))
	}
	for _, e := range entries {
		name := e.Name()
		l[name[:len(name)-len(path.Ext(name))]] = template.Must(template.Must(layout.Clone()).ParseFS(files, "templates/pages/"+name)).Lookup("layout.html")
	}
	return l
}

// write writes a page, whole or not at all.
func (l look) write(w http.ResponseWriter, a reply) error {
	return l.render(w, a.template, a.status, a.view)
}

func (l look) render(w http.ResponseWriter, name string, status int, data any) error {
	var page bytes.Buffer
	if err := l[name].Execute(&page, data); err != nil {
		http.Error(w, "500", http.StatusInternalServerError)
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(page.Len()))
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "3600")
	}
	w.WriteHeader(status)
	if _, err := page.WriteTo(w); err != nil {
		return fmt.Errorf("send %s: %w", name, err)
	}
	return nil
}

// quotation is the message of a catalogued fault as a help page quotes it.
func quotation(name string) (template.HTML, error) {
	for _, f := range catalogued() {
		if f.Name == name && f.words.Text != "" {
			return f.words.line(), nil
		}
	}
	return "", fmt.Errorf("no message of %q", name)
}
