package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"genkan/alerting"
	"genkan/dashboards/console"
	"genkan/probes"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	tokyo = time.FixedZone("JST", 9*60*60)
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, tokyo)
)

const (
	pictureDigest = probes.Digest("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	htmlDigest    = probes.Digest("sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
	jpegDigest    = probes.Digest("sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc")
	brokenDigest  = probes.Digest("sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee")
)

// record is a small record to read from; it remembers what it was asked.
type record struct {
	results   []probes.Result
	incidents []alerting.Incident
	asked     alerting.Query
	openOnly  bool
	told      alerting.Snapshot
	err       error
}

func (r *record) config() console.Config {
	return console.Config{
		Results: func(_ context.Context, q alerting.Query) ([]probes.Result, error) {
			r.asked = q
			return r.results, r.err
		},
		Result: func(_ context.Context, id string) (probes.Result, bool, error) {
			for _, result := range r.results {
				if result.ID == id {
					return result, true, r.err
				}
			}
			return probes.Result{}, false, r.err
		},
		Incidents: func(_ context.Context, open bool) ([]alerting.Incident, error) {
			r.openOnly = open
			return r.incidents, r.err
		},
		Incident: func(_ context.Context, id string) (alerting.Incident, bool, error) {
			for _, in := range r.incidents {
				if in.ID == id {
					return in, true, r.err
				}
			}
			return alerting.Incident{}, false, r.err
		},
		Groups: func(results []probes.Result) []console.Group {
			return []console.Group{{
				ID: "0815abcd", Says: "受付番号 12 の処理は行われませんでした。", Cause: probes.UnexpectedContent, Count: 3,
				First: noon.Add(-3 * time.Hour), Last: noon.Add(-time.Minute), Probes: []string{"login", "sign-up"}, Newest: results[0],
			}}
		},
		Signatures: func() []console.Signature {
			return []console.Signature{
				{ID: "iqos/forbidden", Status: "stable", Side: probes.SideSystem, Cause: probes.Forbidden, Title: "Forbidden"},
				{ID: "iqos/io001", Status: "stable", Side: probes.SideSystem, Cause: probes.ServerError, Title: "Sign-up was not completed"},
			}
		},
		Evidence: evidence,
		Snapshot: func() alerting.Snapshot { return r.told },
		Zone:     tokyo,
		Now:      func() time.Time { return noon },
	}
}

// file is a file of evidence in memory.
type file struct{ *bytes.Reader }

func (file) Close() error { return nil }

func evidence(d probes.Digest) (io.ReadSeekCloser, error) {
	switch d {
	case pictureDigest:
		return file{bytes.NewReader([]byte("\x89PNG\r\n\x1a\n<script>"))}, nil
	case jpegDigest:
		return file{bytes.NewReader([]byte("\xff\xd8\xff\xe0 picture"))}, nil
	case htmlDigest:
		return file{bytes.NewReader([]byte("<html><script>alert(1)</script>"))}, nil
	case brokenDigest:
		return nil, errors.New("input/output error")
	}
	return nil, &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
}

// result is a run that met an error.
func result() probes.Result {
	return probes.Result{
		ID: "0123456789abcdef0123456789abcdef", Probe: "login", Component: "login", Location: "tokyo",
		ScheduledAt: noon.Add(-time.Minute), StartedAt: noon.Add(-58 * time.Second), Duration: probes.Seconds(420 * time.Millisecond),
		URL: "https://members.example/login", FinalURL: "https://members.example/index.php", HTTPStatus: 403,
		Redirects: []probes.Hop{{URL: "https://members.example/login", Status: 302}}, Origin: probes.Scheduled, Attempt: 1,
		Verdict: probes.Verdict{
			Side: probes.SideSystem, Cause: probes.Forbidden, Signature: "iqos/forbidden", Advice: []probes.Advice{probes.Wait}, Rule: "blocking:site-pack", Step: "open",
			Quotes:  []probes.Quote{{Matcher: "text", Quote: "You don't have permission to access"}},
			Matches: []probes.Match{{Signature: "iqos/forbidden", Step: "open", Region: "body", Blocks: true}},
		},
		Title: "Forbidden", Timings: probes.Timings{TTFB: 0.05, FCP: 0.11, LCP: 0.12, Load: 0.2},
		PackVersions: map[string]string{"iqos": "1", "web": "1"},
		Artifacts:    probes.Artifacts{probes.Screenshot: pictureDigest, probes.PageHTML: htmlDigest},
	}
}

func incident() alerting.Incident {
	return alerting.Incident{
		ID: "77aa", Component: "login", Side: probes.SideSystem, Cause: probes.Forbidden, Signature: "iqos/forbidden",
		Advice: []probes.Advice{probes.Wait}, StartedAt: noon.Add(-14 * time.Minute), Result: result().ID,
	}
}

func snapshot() alerting.Snapshot {
	return alerting.Snapshot{At: noon.Add(-5 * time.Second), Writable: true, State: alerting.State{
		Open: []alerting.Incident{incident()},
		Series: []alerting.SeriesState{
			{Series: alerting.Series{Probe: "login", Location: "tokyo"}, EndedAt: noon.Add(-57 * time.Second), Side: probes.SideSystem, Cause: probes.Forbidden, Signature: "iqos/forbidden", Failures: 14},
			{Series: alerting.Series{Probe: "sign-up", Location: "tokyo"}, EndedAt: noon.Add(-3 * time.Hour), Side: probes.SideNone, Cause: probes.OK, Silent: true},
			{Series: alerting.Series{Probe: "store", Location: "tokyo"}},
		},
	}}
}

func newRecord() *record {
	return &record{results: []probes.Result{result()}, incidents: []alerting.Incident{incident()}, told: snapshot()}
}

func newConsole(t testing.TB, cfg console.Config) *console.Console {
	t.Helper()
	c, err := console.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func do(c *console.Console, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func get(c *console.Console, target string) *httptest.ResponseRecorder {
	return do(c, http.MethodGet, target)
}

func TestResultsAreTheInterfaces(t *testing.T) {
	r := newRecord()
	w := get(newConsole(t, r.config()), "/api/v1/results")
	one, err := json.Marshal(result())
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"results":[` + string(one) + "]}\n"; w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%s: %s", w.Header().Get("Content-Type"), cmp.Diff(want, w.Body.String()))
	}
	r.results = nil
	if got := get(newConsole(t, r.config()), "/api/v1/results").Body.String(); got != `{"results":[]}`+"\n" {
		t.Errorf("no results are %s", got)
	}
}

func TestParameters(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		query string
		want  alerting.Query
	}{
		{"", alerting.Query{Limit: 100}},
		{"?probe=login&location=tokyo&side=system", alerting.Query{Probe: "login", Location: "tokyo", Side: probes.SideSystem, Limit: 100}},
		{"?since=2026-11-22T09:00:00%2B09:00", alerting.Query{Since: at, Limit: 100}},
		{"?since=1795305600&before=1795305600.5", alerting.Query{Since: at, Before: at.Add(500 * time.Millisecond), Limit: 100}},
		{"?limit=1000", alerting.Query{Limit: 1000}},
		{"?limit=1&probe=%E4%BC%9A%E5%93%A1", alerting.Query{Probe: "会員", Limit: 1}},
		{"?probe=", alerting.Query{Limit: 100}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			r := newRecord()
			if w := get(newConsole(t, r.config()), "/api/v1/results"+test.query); w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(test.want, r.asked, cmp.Comparer(time.Time.Equal)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadParameters(t *testing.T) {
	tests := []struct{ target, naming string }{
		{"/api/v1/results?side=mine", "side"},
		{"/api/v1/results?limit=0", "limit"},
		{"/api/v1/results?limit=1001", "limit"},
		{"/api/v1/results?limit=ten", "limit"},
		{"/api/v1/results?since=yesterday", "since"},
		{"/api/v1/results?before=NaN", "before"},
		{"/api/v1/results?before=-1", "before"},
		{"/api/v1/results?before=1e300", "before"},
		{"/api/v1/results?prob=login", "prob"},
		{"/api/v1/results?probe=a&probe=b", "probe"},
		{"/api/v1/incidents?open=perhaps", "open"},
		{"/api/v1/incidents?closed=true", "closed"},
		{"/api/v1/evidence/sha256:short", "digest"},
		{"/api/v1/evidence/..%2F..%2Fetc%2Fpasswd", "digest"},
	}
	for _, test := range tests {
		t.Run(test.target, func(t *testing.T) {
			w := get(newConsole(t, newRecord().config()), test.target)
			if w.Code != http.StatusBadRequest || !strings.Contains(errorOf(t, w), test.naming) {
				t.Errorf("status %d, error %q", w.Code, errorOf(t, w))
			}
		})
	}
}

// errorOf is what an answer in JSON says is wrong.
func errorOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var answer map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer["error"] == "" {
		t.Fatalf("not an error in JSON: %s", w.Body)
	}
	return answer["error"]
}

func TestOneRecord(t *testing.T) {
	c := newConsole(t, newRecord().config())
	for target, v := range map[string]any{
		"/api/v1/results/" + result().ID: result(),
		"/api/v1/incidents/77aa":         incident(),
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if w := get(c, target); w.Code != http.StatusOK || w.Body.String() != string(want)+"\n" {
			t.Errorf("%s: status %d: %s", target, w.Code, w.Body)
		}
	}
}

func TestIncidents(t *testing.T) {
	for query, open := range map[string]bool{"": false, "?open=true": true, "?open=1": true, "?open=false": false} {
		r := newRecord()
		w := get(newConsole(t, r.config()), "/api/v1/incidents"+query)
		if r.openOnly != open || !strings.HasPrefix(w.Body.String(), `{"incidents":[{"id":"77aa"`) {
			t.Errorf("%q: asked for open ones only: %v; %s", query, r.openOnly, w.Body)
		}
	}
	none := &record{}
	if got := get(newConsole(t, none.config()), "/api/v1/incidents").Body.String(); got != `{"incidents":[]}`+"\n" {
		t.Errorf("no incidents are %s", got)
	}
}

func TestNotThere(t *testing.T) {
	c := newConsole(t, newRecord().config())
	for _, target := range []string{"/api/v1/results/ffff", "/api/v1/incidents/ffff", "/api/v2/summary.json", "/api/", "/api/v1/evidence/sha256:" + strings.Repeat("0", 64)} {
		if w := get(c, target); w.Code != http.StatusNotFound || errorOf(t, w) == "" {
			t.Errorf("%s: status %d", target, w.Code)
		}
	}
	for _, target := range []string{"/runs/ffff", "/nothing", "/console.html"} {
		if w := get(c, target); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", target, w.Code)
		}
	}
	if w := do(c, http.MethodPost, "/api/v1/results"); w.Code != http.StatusMethodNotAllowed || errorOf(t, w) == "" {
		t.Errorf("POST: status %d", w.Code)
	}
}

func TestFaultsOfOurs(t *testing.T) {
	r := newRecord()
	r.err = errors.New("disk I/O error at /secret/path")
	c := newConsole(t, r.config())
	for _, target := range []string{"/", "/runs", "/runs/x", "/unknown", "/signatures", "/api/v1/results", "/api/v1/results/x", "/api/v1/incidents", "/api/v1/incidents/x", "/api/v1/evidence/" + string(brokenDigest)} {
		w := get(c, target)
		if w.Code != http.StatusInternalServerError || strings.Contains(errorOf(t, w), "secret") {
			t.Errorf("%s: status %d: %s", target, w.Code, w.Body)
		}
	}
}

func TestEvidenceIsNeverAPage(t *testing.T) {
	c := newConsole(t, newRecord().config())
	for digest, kind := range map[probes.Digest]string{
		pictureDigest: "image/png", jpegDigest: "image/jpeg", htmlDigest: "text/plain; charset=utf-8",
	} {
		w := get(c, "/api/v1/evidence/"+string(digest))
		h := w.Header()
		if w.Code != http.StatusOK || h.Get("Content-Type") != kind || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("%s: status %d, headers %v", digest, w.Code, h)
		}
	}
	cfg := newRecord().config()
	cfg.Evidence = nil
	if w := get(newConsole(t, cfg), "/api/v1/evidence/"+string(htmlDigest)); w.Code != http.StatusNotFound {
		t.Errorf("without a store: status %d", w.Code)
	}
}

func TestPages(t *testing.T) {
	c := newConsole(t, newRecord().config())
	for name, target := range map[string]string{"overview": "/", "runs": "/runs?probe=login", "run": "/runs/" + result().ID, "unknown": "/unknown", "signatures": "/signatures"} {
		t.Run(name, func(t *testing.T) {
			w := get(c, target)
			if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("content security policy %q", csp)
			}
			golden(t, name+".html", w.Body.String())
			linksLead(t, c, target, w.Body.Bytes())
		})
	}
}

// golden compares got with a file in testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// linksLead follows every link of a page but the one to what others serve.
func linksLead(t *testing.T, c *console.Console, from string, page []byte) {
	t.Helper()
	here, err := url.Parse(from)
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	for _, target := range links(t, page) {
		there, err := here.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		if there.Path == "/metrics" {
			continue
		}
		followed++
		if w := get(c, there.String()); w.Code != http.StatusOK {
			t.Errorf("%s leads to %s: status %d", target, there, w.Code)
		}
	}
	if followed < 4 {
		t.Errorf("only %d links found", followed)
	}
}

func links(t *testing.T, page []byte) []string {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "href" || a.Key == "src" {
				list = append(list, a.Val)
			}
		}
	}
	return list
}

func TestEmptyAndUnwritable(t *testing.T) {
	cfg := (&record{}).config()
	cfg.Snapshot, cfg.Groups, cfg.Signatures = nil, nil, nil
	for _, target := range []string{"/unknown", "/signatures"} {
		if w := get(newConsole(t, cfg), target); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "None.") {
			t.Errorf("%s without anything to show: status %d", target, w.Code)
		}
	}
	body := get(newConsole(t, cfg), "/").Body.String()
	for _, want := range []string{"Nothing has been heard yet.", "No runs."} {
		if !strings.Contains(body, want) {
			t.Errorf("the empty overview lacks %q", want)
		}
	}
	const alarm = `role="alert"`
	if strings.Contains(body, alarm) {
		t.Error("the overview is alarmed without a reason")
	}
	r := newRecord()
	r.told.Writable = false
	if !strings.Contains(get(newConsole(t, r.config()), "/").Body.String(), alarm) {
		t.Error("the overview doesn't say that the record can't be written")
	}
}

// FuzzHostileResult puts anything into what a visited site can write: nothing
// of it becomes markup, and the JSON stays JSON.
func FuzzHostileResult(f *testing.F) {
	for _, evil := range []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "</q></style><svg onload=alert(1)>", "\x00\xff\u2028", "../../x?y#z"} {
		f.Add(evil)
	}
	f.Fuzz(func(t *testing.T, evil string) {
		r := result()
		r.Title, r.URL, r.FinalURL, r.NetError, r.Signature, r.Rule, r.Step = evil, evil, evil, evil, evil, evil, evil
		r.Probe, r.Location, r.Cause, r.Side, r.OrSide = evil, evil, probes.Cause(evil), probes.Side(evil), probes.Side(evil)
		r.Redirects = []probes.Hop{{URL: evil, Status: 302}}
		r.Quotes = []probes.Quote{{Matcher: evil, Quote: evil}}
		r.FailedStep = &probes.StepFailure{Step: evil, Reason: evil}
		r.Artifacts = probes.Artifacts{probes.Screenshot: probes.Digest(evil), probes.EvidenceKind(evil): probes.Digest(evil)}
		s := snapshot()
		s.State.Series[0].Probe, s.State.Open[0].Result, s.State.Open[0].Component = evil, evil, evil
		cfg := (&record{results: []probes.Result{r}, told: s}).config()
		cfg.Groups = func(results []probes.Result) []console.Group {
			return []console.Group{{ID: evil, Says: evil, Cause: probes.Cause(evil), Probes: []string{evil}, Newest: results[0]}}
		}
		c := newConsole(t, cfg)
		for _, target := range []string{"/", "/runs", "/unknown", "/signatures", "/runs/" + r.ID} {
			harmless(t, get(c, target).Body.Bytes())
		}
		if w := get(c, "/api/v1/results"); !json.Valid(w.Body.Bytes()) || bytes.Contains(w.Body.Bytes(), []byte("<script")) {
			t.Errorf("the answer is not JSON, or has markup in it: %s", w.Body)
		}
	})
}

// harmless fails when a page has a script, a handler, or a link out of the console.
func harmless(t *testing.T, page []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "iframe" || n.Data == "style" || n.Data == "svg") {
			t.Errorf("there is a <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
			if u, err := url.Parse(a.Val); (a.Key == "href" || a.Key == "src") && (err != nil || u.Scheme != "" || u.Host != "") {
				t.Errorf("a link leads out: %q", a.Val)
			}
		}
	}
}
