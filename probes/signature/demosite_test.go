package signature_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"genkan/probes"
	"genkan/probes/demosite"
	"genkan/probes/markup"
)

// visitor is a client that remembers cookies and follows redirects.
type visitor struct {
	t      *testing.T
	server *httptest.Server
	client *http.Client
}

func newVisitor(t *testing.T) visitor {
	t.Helper()
	server := httptest.NewServer(demosite.New(slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{t, server, &http.Client{Jar: jar}}
}

// switchTo gives a page a fault.
func (v visitor) switchTo(page, fault string) {
	v.t.Helper()
	r, err := v.client.PostForm(v.server.URL+"/_demo/faults", url.Values{"page": {page}, "fault": {fault}})
	if err != nil {
		v.t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode >= 400 {
		v.t.Fatalf("%s on %s: %s", fault, page, r.Status)
	}
}

// view is what the visitor meets at a path, as a saved page.
func (v visitor) view(path string) (probes.Observation, bool) {
	v.t.Helper()
	r, err := v.client.Get(v.server.URL + path)
	if err != nil {
		return probes.Observation{}, false
	}
	return v.read(r, path), true
}

func (v visitor) read(r *http.Response, path string) probes.Observation {
	v.t.Helper()
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	o := markup.Observe(body, r.Header.Get("Content-Type"), r.Request.URL.String(), r.StatusCode)
	o.Views[0].RequestedURL = v.server.URL + path
	return o
}

// demoPaths are the pages of the demo site by the switchboard's names.
var demoPaths = map[string]string{"top": "/", "signup": "/signup", "upload": "/signup/document", "pin": "/signup/pin", "login": "/login", "store": "/store", "packcode": "/packcode"}

// Every fault of the demo site that shows in a page is judged as promised, with
// and without an expectation, and the site is healthy without faults.
func TestDemoSite(t *testing.T) {
	set := loaded(t)
	acts := []string{"slow", "hang", "reset", "redirect-loop", demosite.Healthy}
	judged := 0
	for _, fault := range demosite.Faults() {
		for _, page := range fault.Pages {
			if slices.Contains(acts, fault.Name) {
				continue
			}
			t.Run(fault.Name+" on "+page, func(t *testing.T) {
				v := newVisitor(t)
				v.switchTo(page, fault.Name)
				o, ok := v.view(demoPaths[page])
				if !ok {
					t.Fatal("no answer")
				}
				for _, e := range []probes.Expectation{{}, {Selector: "form"}} {
					last := &o.Views[0]
					last.Expected = markup.Expect(last.HTML, last.FinalURL, last.Reading, e)
					got := set.Classify(o, e)
					if string(got.Side) != fault.Side || string(got.Cause) != fault.Cause {
						t.Errorf("expecting %+v: %s/%s by %q, rule %s, want %s/%s\n%v\n%s", e, got.Side, got.Cause, got.Signature, got.Rule, fault.Side, fault.Cause, got.Quotes, last.Text)
					}
					if fault.Catalogued && got.Signature != "iqos/"+fault.Name {
						t.Errorf("by %q", got.Signature)
					}
				}
			})
			judged++
		}
	}
	if judged == 0 {
		t.Fatal("no fault was judged")
	}
}

func TestDemoSiteHealthy(t *testing.T) {
	set := loaded(t)
	v := newVisitor(t)
	paths := []string{"/", "/signup", "/login", "/faq", "/store", "/packcode", "/signup/document", "/signup/pin", "/mypage"}
	check := func(when string) {
		for _, path := range paths {
			o, ok := v.view(path)
			if got := set.Classify(o, probes.Expectation{}); !ok || !got.Healthy() {
				t.Errorf("%s %s: %s/%s by %q, rule %s\n%v\n%s", when, path, got.Side, got.Cause, got.Signature, got.Rule, got.Quotes, o.Last().Text)
			}
		}
	}
	check("a guest at")
	r, err := v.client.PostForm(v.server.URL+"/login", url.Values{"mail": {demosite.MemberMail}, "email": {demosite.MemberMail}, "password": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	o := v.read(r, "/login")
	if got := set.Classify(o, probes.Expectation{}); got.Side != probes.SideUser && !strings.HasSuffix(o.Last().FinalURL, "/mypage") {
		t.Errorf("a wrong password: %s/%s by %q, rule %s\n%s", got.Side, got.Cause, got.Signature, got.Rule, o.Last().Text)
	}
}
