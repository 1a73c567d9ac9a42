package demosite

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listed is the JSON of the switchboard's API.
type listed struct {
	Faults    map[string]string `json:"faults"`
	Pages     []string          `json:"pages"`
	Available []Fault           `json:"available"`
	Error     string            `json:"error"`
}

func decode(t *testing.T, got seen) listed {
	t.Helper()
	if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		t.Fatalf("status %d, content type %q", got.status, kind)
	}
	var l listed
	if err := json.Unmarshal([]byte(got.body), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// post sends page and fault as who accepts accept.
func post(v visitor, accept, page, fault string) seen {
	r := v.request(http.MethodPost, "/_demo/faults", strings.NewReader("page="+page+"&fault="+fault))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", accept)
	return v.do(r)
}

func TestSwitchingByProgram(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	for _, accept := range []string{"", "*/*", "application/json"} {
		got := post(v, accept, "login", "forbidden")
		if l := decode(t, got); got.status != http.StatusOK || l.Faults["login"] != "forbidden" {
			t.Errorf("accepting %q: %d %+v", accept, got.status, l.Faults)
		}
	}
	l := decode(t, v.open("/_demo/faults"))
	if diff := cmp.Diff(listed{Faults: site.Faults(), Pages: Pages(), Available: Faults()}, l); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func TestSwitchingByBrowser(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	const accept = "text/html,application/xhtml+xml,*/*;q=0.8"
	if got := post(v, accept, "login", "forbidden"); got.status != http.StatusSeeOther || got.location != "/_demo/" {
		t.Errorf("status %d, location %q", got.status, got.location)
	}
	if site.Faults()["login"] != "forbidden" {
		t.Error("not switched")
	}
	got := post(v, accept, "login", "<b>")
	if got.status != http.StatusBadRequest || !strings.Contains(got.text("[role=alert]"), "redirect-loop") || strings.Contains(got.body, "<b>&#34;") {
		t.Errorf("status %d: %s", got.status, got.text("[role=alert]"))
	}
}

func TestSwitchboardRefuses(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	before := site.Faults()
	for _, test := range []struct{ page, fault, names string }{{"faq", "io001", "packcode"}, {"login", "nope", "pack-code-failed"}, {"", "", "signup"}, {"top", "bounced-to-top", "store"}} {
		got := post(v, "*/*", test.page, test.fault)
		if l := decode(t, got); got.status != http.StatusBadRequest || !strings.Contains(l.Error, test.names) {
			t.Errorf("%s %s: %d %q", test.page, test.fault, got.status, l.Error)
		}
	}
	r := v.request(http.MethodPost, "/_demo/faults", strings.NewReader("page=login&fault=hang"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://elsewhere.example")
	if got := v.do(r); got.status != http.StatusForbidden {
		t.Errorf("another site's form: %d", got.status)
	}
	if diff := cmp.Diff(before, site.Faults()); diff != "" {
		t.Errorf("switched all the same (-want +got):\n%s", diff)
	}
}

// Every button of the switchboard sets what it says, and then is the one that is on.
func TestSwitchboardsButtons(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	if err := site.SetFault("signup", "maintenance"); err != nil {
		t.Fatal(err)
	}
	board := v.open("/_demo/")
	for _, f := range Faults() {
		form := board.doc.Find("form#f-" + f.Name)
		if form.AttrOr("action", "") != "/_demo/faults" || form.AttrOr("method", "") != "post" || form.Find("input[name=fault]").AttrOr("value", "") != f.Name {
			t.Errorf("no form for %s", f.Name)
		}
		buttons := board.doc.Find(`button[form="f-` + f.Name + `"][name=page]`)
		if buttons.Length() != len(f.Pages)+1 {
			t.Errorf("%s has %d buttons for %d pages and all", f.Name, buttons.Length(), len(f.Pages))
		}
	}
	if on := board.doc.Find(`button[aria-pressed=true][value=signup]`).AttrOr("form", ""); on != "f-maintenance" {
		t.Errorf("on for signup: %q", on)
	}
	for _, p := range Pages() {
		if board.doc.Find(`.pages a[href="`+paths(p)[0]+`"]`).Length() == 0 {
			t.Errorf("no link to %s", p)
		}
	}
	for _, told := range []string{MemberMail, Password, RegisteredMail, PIN, PackCode, base + "/_demo/faults"} {
		if !strings.Contains(board.text("body"), told) {
			t.Errorf("%s is not told", told)
		}
	}
	if board.doc.Find("script").Length() > 0 {
		t.Error("the switchboard needs scripts")
	}
}

func TestOtherAddresses(t *testing.T) {
	_, base := serve(t)
	v := newVisitor(t, base)
	got := v.open("/nowhere")
	got.requireLayout(t)
	if got.status != http.StatusNotFound || got.page() != "not-found" {
		t.Errorf("status %d, marker %q", got.status, got.page())
	}
	for path, want := range map[string]int{"/static/site.css": 200, "/static/site.js": 200, "/static/leaf.svg": 200, "/static/": 404, "/static/../templates/layout.html": 307, "/_demo": 307} {
		if got := v.open(path); got.status != want {
			t.Errorf("%s: status %d, want %d", path, got.status, want)
		}
	}
	if got := v.fill("/faq"); got.status != http.StatusNotFound {
		t.Errorf("sending to a page without a form: %d", got.status)
	}
}
