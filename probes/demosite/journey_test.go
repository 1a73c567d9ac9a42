package demosite

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestSignUpFromTheFirstPageToTheLast(t *testing.T) {
	_, base := serve(t)
	v := newVisitor(t, base)
	steps := []struct {
		name string
		got  func() seen
		to   string
	}{
		{"address", func() seen { return v.fill("/signup", "mail", "hana@example.jp", "consent", "yes") }, "/signup/document"},
		{"document", func() seen { return v.upload(documentLimit) }, "/signup/pin"},
		{"PIN", func() seen { return v.fill("/signup/pin", "pin", PIN) }, "/signup/done"},
	}
	for _, step := range steps {
		if got := step.got(); got.location != step.to {
			t.Fatalf("%s: status %d, location %q, want %q", step.name, got.status, got.location, step.to)
		}
		if got := v.open(step.to); got.status != http.StatusOK {
			t.Fatalf("%s: %s answers %d", step.name, step.to, got.status)
		}
	}
	if got := v.open("/mypage").text("main"); !strings.Contains(got, "hana@example.jp") {
		t.Errorf("the member's page is another's: %s", got)
	}
}

func TestLogInBuyAndLogOut(t *testing.T) {
	_, base := serve(t)
	v := newVisitor(t, base)
	if got := v.open("/mypage"); got.location != "/login?next=/mypage" {
		t.Errorf("member's page for a stranger: %d %q", got.status, got.location)
	}
	if got := v.fill("/store", "item", "pot"); got.location != "/login?next=/store" {
		t.Errorf("a stranger buys: %d %q", got.status, got.location)
	}
	if got := v.open("/store").doc.Find(`main a[href="/login?next=/store"]`); got.Length() == 0 {
		t.Error("the store doesn't ask a stranger to log in")
	}
	if got := v.fill("/login?next=/store", "mail", MemberMail, "password", Password); got.location != "/store" {
		t.Errorf("log in: %d %q", got.status, got.location)
	}
	v.fill("/store", "item", "pot")
	if got := v.open("/mypage").text("main"); !strings.Contains(got, MemberMail) || !strings.Contains(got, "1 点") {
		t.Errorf("member's page: %s", got)
	}
	v.open("/logout")
	if got := v.open("/mypage"); got.location != "/login?next=/mypage" {
		t.Errorf("after logging out: %d %q", got.status, got.location)
	}
}

func TestWhatTheSiteAnswersToWrongInput(t *testing.T) {
	tests := []struct {
		name, path string
		fields     []string
		want       string
	}{
		{"wrong password", "/login", []string{"mail", MemberMail, "password", "wrong"}, string(loginFailed)},
		{"unknown member", "/login", []string{"mail", "nobody@example.jp", "password", Password}, string(loginFailed)},
		{"registered address", "/signup", []string{"mail", RegisteredMail, "consent", "yes"}, string(alreadyRegistered)},
		{"registered address in capitals", "/signup", []string{"mail", " Registered@Example.JP", "consent", "yes"}, string(alreadyRegistered)},
		{"no address", "/signup", []string{"consent", "yes"}, string(badMail)},
		{"no consent", "/signup", []string{"mail", "hana@example.jp"}, string(noConsent)},
		{"no document", "/signup/document", nil, string(uploadUnreadable)},
		{"wrong PIN", "/signup/pin", []string{"pin", "111111"}, string(wrongPIN)},
		{"wrong pack code", "/packcode", []string{"code", "HN-12-34"}, string(packCodeInvalid)},
		{"newsletter", "/", []string{"mail", "@"}, string(badMail)},
		{"a form beyond measure", "/login", []string{"mail", strings.Repeat("x", formLimit)}, string(formNotReadable)},
	}
	_, base := serve(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := newVisitor(t, base).fill(test.path, test.fields...)
			got.requireLayout(t)
			if said := got.text("main form [role=alert]"); said != test.want {
				t.Errorf("said %q, want %q", said, test.want)
			}
		})
	}
}

func TestDocumentsAreTakenUpToTheirLimit(t *testing.T) {
	_, base := serve(t)
	v := newVisitor(t, base)
	for size, taken := range map[int]bool{0: false, 1: true, documentLimit: true, documentLimit + 1: false, 5 * documentLimit: false} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			got := v.upload(size)
			if taken != (got.location == "/signup/pin") {
				t.Errorf("status %d, location %q", got.status, got.location)
			}
			if said := got.text("main form [role=alert]"); !taken && said != string(uploadUnreadable) {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestPackCodesUpToTheLimit(t *testing.T) {
	_, base := serve(t)
	v := newVisitor(t, base)
	for i := range codeLimit {
		if got := v.fill("/packcode", "code", PackCode); got.location == "" {
			t.Fatalf("code %d: %s", i, got.text("main [role=alert]"))
		}
	}
	if got := v.fill("/packcode", "code", PackCode).text("main form [role=alert]"); got != string(packCodeFailed) {
		t.Errorf("said %q", got)
	}
}

func TestLogInLeadsToNoOtherSite(t *testing.T) {
	_, base := serve(t)
	for next, want := range map[string]string{
		"/store": "/store", "": "/mypage", "//evil.example": "/mypage", "https://evil.example/": "/mypage",
		`/\evil.example`: "/mypage", "/login": "/mypage", "/logout": "/mypage", "/store/../..//evil.example": "/mypage",
	} {
		v := newVisitor(t, base)
		if got := v.fill("/login", "mail", MemberMail, "password", Password, "next", next); got.location != want {
			t.Errorf("next %q leads to %q, want %q", next, got.location, want)
		}
		if got := v.open("/login?next=" + url.QueryEscape(next)); got.location != want {
			t.Errorf("?next=%q leads to %q, want %q", next, got.location, want)
		}
	}
}

func TestWhatIsTypedIsEscaped(t *testing.T) {
	_, base := serve(t)
	got := newVisitor(t, base).fill("/signup", "mail", `"><script>alert(1)</script>`)
	if strings.Contains(got.body, "<script>alert") || got.doc.Find("#mail").AttrOr("value", "") != `"><script>alert(1)</script>` {
		t.Errorf("typed address comes back as %s", got.body)
	}
}

// Many visitors at once, each with a session of its own, while faults change.
func TestSessionsDoNotLeak(t *testing.T) {
	site, base := serve(t)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			v, mail := newVisitor(t, base), "visitor"+strconv.Itoa(i)+"@example.jp"
			v.fill("/signup", "mail", mail, "consent", "yes")
			v.upload(1)
			v.fill("/signup/pin", "pin", PIN)
			if got := v.open("/mypage").text("main .lead"); !strings.HasPrefix(got, mail+" ") {
				t.Errorf("%s sees %q", mail, got)
			}
			if err := site.SetFault("store", Faults()[i].Name); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := newVisitor(t, base).open("/mypage"); got.location == "" {
		t.Error("a stranger is a member")
	}
}

func TestForgedSessionsAreNotHonoured(t *testing.T) {
	other := newSealer()
	ours := newSealer()
	for name, value := range map[string]string{"another site's": other.seal(session{Member: MemberMail}), "unsigned": strings.Split(ours.seal(session{Member: MemberMail}), ".")[0], "empty": ""} {
		if got, ok := ours.open(value); ok || got != (session{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzSession(f *testing.F) {
	s := newSealer()
	f.Add(s.seal(session{Member: MemberMail}))
	f.Add("e30.")
	f.Fuzz(func(t *testing.T, value string) {
		if v, ok := s.open(value); ok && s.seal(v) != value {
			t.Errorf("%q is taken for a session", value)
		}
	})
}

func FuzzUpload(f *testing.F) {
	site := New(slog.New(slog.DiscardHandler))
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.jpg\"\r\n\r\nx\r\n--b--\r\n")
	f.Add("application/x-www-form-urlencoded", "kind=passport&%zz")
	f.Add("multipart/form-data", "")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		r := httptest.NewRequest(http.MethodPost, "/signup/document", strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusSeeOther {
			t.Errorf("answers %d", w.Code)
		}
	})
}
