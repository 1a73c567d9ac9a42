package demosite

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// serve starts a site of the test's own.
func serve(t *testing.T) (*Site, string) {
	t.Helper()
	site := New(slog.New(slog.DiscardHandler))
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return site, server.URL
}

// visitor is a client with cookies that doesn't follow redirects by itself.
type visitor struct {
	t      *testing.T
	base   string
	client *http.Client
}

func newVisitor(t *testing.T, base string) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return visitor{t, base, &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// seen is a page as the visitor got it.
type seen struct {
	status   int
	location string
	header   http.Header
	body     string
	doc      *goquery.Document
}

func (v visitor) do(r *http.Request) seen {
	v.t.Helper()
	response, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	return seen{response.StatusCode, response.Header.Get("Location"), response.Header, string(body), doc}
}

func (v visitor) request(method, path string, body io.Reader) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	return r
}

func (v visitor) open(path string) seen { return v.do(v.request(http.MethodGet, path, nil)) }

// fill sends fields given as name, value, name, value …
func (v visitor) fill(path string, fields ...string) seen {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r := v.request(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

// upload sends an identity document of so many bytes.
func (v visitor) upload(size int) seen {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("kind", "passport"); err != nil {
		v.t.Fatal(err)
	}
	file, err := form.CreateFormFile("document", "passport.jpg")
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := file.Write(make([]byte, size)); err != nil {
		v.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	r := v.request(http.MethodPost, "/signup/document", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return v.do(r)
}

func (v visitor) logIn() {
	v.t.Helper()
	if got := v.fill("/login", "mail", MemberMail, "password", Password); got.location != "/mypage" {
		v.t.Fatalf("log in: status %d, location %q", got.status, got.location)
	}
}

func (s seen) text(selector string) string {
	return strings.Join(strings.Fields(s.doc.Find(selector).Text()), " ")
}

func (s seen) page() string { return s.doc.Find("main").AttrOr("data-page", "") }

// requireLayout fails unless the page stands in the site's full layout.
func (s seen) requireLayout(t *testing.T) {
	t.Helper()
	for _, selector := range []string{"header nav a", "main", "footer nav a", "script[src]", "link[rel=stylesheet]"} {
		if s.doc.Find(selector).Length() == 0 {
			t.Errorf("no %s in the page", selector)
		}
	}
}
