package demosite

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// formOf is a usable field of each page's form.
func formOf(page string) string {
	return map[string]string{
		"top": "main form input[type=email]", "signup": "main form input[type=checkbox][required]", "upload": "main form input[type=file]", "pin": "main form input[name=pin]",
		"login": "main form input[type=password]", "store": "main form button[name=item]", "packcode": "main form input[name=code]",
	}[page]
}

// paths are the addresses at which a fault of the page is met, its form's first.
func paths(fault string) []string {
	var list []string
	for _, p := range pages() {
		if p.fault == fault {
			list = append(list, p.path)
		}
	}
	return list
}

func words(f fault) string { return html.UnescapeString(string(f.words.line())) }

// spoken are the faults that show words.
func spoken(t *testing.T) []fault {
	t.Helper()
	list := slices.DeleteFunc(repertoire(), func(f fault) bool { return f.words.Text == "" })
	if len(list) < 12 {
		t.Fatalf("only %d faults have words", len(list))
	}
	return list
}

func TestEveryFaultShowsOnLoad(t *testing.T) {
	site, base := serve(t)
	stranger, member := newVisitor(t, base), newVisitor(t, base)
	member.logIn()
	for _, f := range spoken(t) {
		for _, page := range f.Pages {
			if err := site.SetFault(page, f.Name); err != nil {
				t.Fatal(err)
			}
			for who, v := range map[string]visitor{"stranger": stranger, "member": member} {
				for _, path := range paths(page) {
					t.Run(f.Name+path+" "+who, func(t *testing.T) {
						got := v.open(path)
						got.requireLayout(t)
						if got.status != f.status {
							t.Errorf("status %d, want %d", got.status, f.status)
						}
						if diff := cmp.Diff(words(f), got.text("main [role=alert]")); diff != "" {
							t.Errorf("alert (-want +got):\n%s", diff)
						}
					})
				}
			}
			if err := site.SetFault(page, Healthy); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestFormStaysBeneathUsersFaultsOnLoad(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	for _, f := range spoken(t) {
		if err := site.SetFault(All, f.Name); err != nil {
			t.Fatal(err)
		}
		for _, page := range f.Pages {
			got := v.open(paths(page)[0])
			if has := got.doc.Find(formOf(page)).Length() > 0; has != (f.Side == "user") {
				t.Errorf("%s on %s: form is there: %t", f.Name, page, has)
			}
		}
	}
}

func TestEveryFaultShowsAfterSending(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	for _, f := range spoken(t) {
		for _, page := range f.Pages {
			t.Run(f.Name+" "+page, func(t *testing.T) {
				if err := site.SetFault(page, f.Name); err != nil {
					t.Fatal(err)
				}
				got := v.fill(paths(page)[0], "mail", "hana@example.jp", "consent", "yes", "password", Password, "pin", PIN, "code", PackCode, "item", "pot")
				if page == "upload" {
					got = v.upload(1000)
				}
				got.requireLayout(t)
				if got.status != f.status || got.page() != page {
					t.Errorf("status %d on %q, want %d on %q", got.status, got.page(), f.status, page)
				}
				if diff := cmp.Diff(words(f), got.text("main form .form-error[role=alert]")); diff != "" {
					t.Errorf("error at the form (-want +got):\n%s", diff)
				}
				if got.doc.Find(formOf(page)).Length() == 0 {
					t.Errorf("no %s any more", formOf(page))
				}
				if err := site.SetFault(page, Healthy); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func TestHealthyPagesSayNothing(t *testing.T) {
	_, base := serve(t)
	for _, p := range pages() {
		v := newVisitor(t, base)
		if p.name == "mypage" || p.name == "done" {
			v.logIn()
		}
		got := v.open(p.path)
		got.requireLayout(t)
		if got.status != http.StatusOK || got.page() != p.name {
			t.Errorf("%s: status %d, marker %q", p.path, got.status, got.page())
		}
		if got.doc.Find("[role=alert], [aria-live]").Length() > 0 {
			t.Errorf("%s shows an alert", p.path)
		}
		if form := formOf(p.name); form != "" && got.doc.Find(form).Length() == 0 {
			t.Errorf("%s has no %s", p.path, form)
		}
	}
}

func TestFAQQuotesEveryMessage(t *testing.T) {
	site, base := serve(t)
	if err := site.SetFault(All, "io001"); err != nil {
		t.Fatal(err)
	}
	got := newVisitor(t, base).open("/faq")
	if got.status != http.StatusOK || got.page() != "faq" {
		t.Fatalf("status %d, marker %q", got.status, got.page())
	}
	for _, f := range spoken(t) {
		if f.Catalogued && !strings.Contains(got.text("main"), words(f)) {
			t.Errorf("no quotation of %s", f.Name)
		}
	}
	for _, silent := range []string{"PINコードのSMS", "自動音声の電話", "トップページに戻され"} {
		if !strings.Contains(got.text("main"), silent) {
			t.Errorf("nothing of %s", silent)
		}
	}
}

func TestFaultsOfOnePageLeaveTheOthersAlone(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	for _, broken := range Pages() {
		if err := site.SetFault(broken, "server-error"); err != nil {
			t.Fatal(err)
		}
		for _, page := range Pages() {
			if got := v.open(paths(page)[0]); (got.status != http.StatusOK) != (page == broken) {
				t.Errorf("%s broken: %s answers %d", broken, page, got.status)
			}
		}
		if err := site.SetFault(broken, Healthy); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSetFault(t *testing.T) {
	tests := []struct {
		name, page, fault string
		refused           string // what the error must name
		want              map[string]string
	}{
		{name: "one page", page: "pin", fault: "hang", want: map[string]string{"pin": "hang"}},
		{name: "all", page: All, fault: "io001", want: map[string]string{"top": "io001", "signup": "io001", "upload": "io001", "pin": "io001", "login": "io001", "store": "io001", "packcode": "io001"}},
		{name: "all but top", page: All, fault: "bounced-to-top", want: map[string]string{"signup": "bounced-to-top", "upload": "bounced-to-top", "pin": "bounced-to-top", "login": "bounced-to-top", "store": "bounced-to-top", "packcode": "bounced-to-top"}},
		{name: "top can't bounce", page: "top", fault: "bounced-to-top", refused: "signup"},
		{name: "unknown page", page: "faq", fault: "io001", refused: "packcode"},
		{name: "unknown fault", page: "login", fault: "io002", refused: "redirect-loop"},
		{name: "nothing", refused: "packcode"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := New(slog.New(slog.NewTextHandler(io.Discard, nil)))
			want := site.Faults()
			for page, fault := range test.want {
				want[page] = fault
			}
			err := site.SetFault(test.page, test.fault)
			if (err != nil) != (test.refused != "") || err != nil && !strings.Contains(err.Error(), test.refused) {
				t.Errorf("error %v, want one that names %q", err, test.refused)
			}
			if diff := cmp.Diff(want, site.Faults()); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// The names are the interface's, spelt out so that none is lost.
func TestNamesAreTheInterfaces(t *testing.T) {
	want := strings.Fields(`none io001 processing-failed requires-2fa bounced-to-top already-registered upload-unreadable ip-restricted forbidden
		pack-code-invalid pack-code-failed server-error maintenance bot-challenge slow hang reset blank redirect-loop`)
	if diff := cmp.Diff(want, names(Faults())); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	for _, f := range Faults() {
		if f.Side == "" || f.Cause == "" || len(f.Pages) == 0 {
			t.Errorf("%+v is incomplete", f)
		}
	}
}
