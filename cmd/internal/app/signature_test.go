package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
	"genkan/probes"
)

// newError is a page that no signature knows; a number in it differs each time.
type newError struct{ served int }

func (p *newError) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.served++
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="ja"><head><title>会員サイト</title></head><body><header><a href="/">トップ</a></header><main>
<h1>申し訳ございません</h1><p>受付番号 %d の照合の途中で三毛猫が横切ったため、次の画面へは進めませんでした。</p></main></body></html>`, 4711+p.served)
}

// An operator meets an unknown page, drafts a signature from the running daemon,
// tests it, and reloads: the page is recognised. A bad one is refused, and the
// old ones stay.
func TestAnOperatorAddsASignature(t *testing.T) {
	site := httptest.NewServer(&newError{})
	t.Cleanup(site.Close)
	d := startDaemon(t, "")
	folder := filepath.Join(filepath.Dir(d.file), "signatures")
	probe := strings.ReplaceAll(oneProbe, "SITE/login", site.URL+"/login")
	d.configure(probe)
	d.ready()
	if status, body := d.ask("POST", "/-/reload", "", ""); status != http.StatusOK {
		t.Fatal(body)
	}
	var group string
	d.until("unknown pages that say the same are one group", func() bool {
		groups, err := UnknownGroups(t.Context(), "http://"+d.operators)
		if err != nil || len(groups) != 1 || groups[0].Count < 2 {
			return false
		}
		group = groups[0].ID
		return strings.Contains(groups[0].Says, "三毛猫が横切ったため")
	})
	if _, body := d.ask("GET", "/unknown", "", ""); !strings.Contains(body, group) || !strings.Contains(body, "三毛猫が横切ったため") {
		t.Errorf("the console doesn't show the group %s:\n%s", group, body)
	}

	s, err := Suggest(t.Context(), SuggestOptions{Daemon: "http://" + d.operators, Group: group[:5], ID: "cat-in-the-way", Out: folder}, nil)
	if err != nil || len(s.Failures) > 0 || s.Known != "" {
		t.Fatalf("%+v, %v", s, err)
	}
	r, err := TestSignatures(SignatureOptions{Packs: []string{"iqos"}, Files: []string{filepath.Join(folder, "*.yaml")}})
	if err != nil || len(r.Failures) > 0 {
		t.Fatalf("the draft as it is: %v, %v", r.Failures, err)
	}
	with := probe + "signatures: {files: [signatures/*.yaml]}\n"
	d.configure(with)
	if status, body := d.ask("POST", "/-/reload", "", ""); status != http.StatusOK {
		t.Fatal(body)
	}
	recognised := func() bool {
		_, body := d.ask("GET", "/probe?probe=login&debug=true", "", "")
		return strings.Contains(body, `"signature": "local/cat-in-the-way"`) && strings.Contains(body, `"rule": "blocking:site-pack"`)
	}
	if !recognised() {
		t.Fatal("the new signature doesn't recognise the page")
	}
	if _, body := d.ask("GET", "/signatures", "", ""); !strings.Contains(body, "local/cat-in-the-way") {
		t.Error("the console doesn't list the new signature")
	}

	const head = "id: bad\ntitle: {ja: 題, en: Title}\ncause: server_error\n"
	for text, wanted := range map[string]string{
		head + "match: {txt: a}\n":                                         "bad.yaml:4:9: unknown key \"txt\" in match",
		head + "match: {regexp: a(}\n":                                     "bad.yaml:4:17: the regular expression of regexp can't be used",
		"id: bad\ntitle: {ja: 題}\ncause: server_error\nmatch: {text: a}\n": "bad.yaml:2:8: title has no text in \"en\"",
	} {
		if err := os.WriteFile(filepath.Join(folder, "bad.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		status, body := d.ask("POST", "/-/reload", "", "")
		if status != http.StatusInternalServerError || !strings.Contains(body, wanted) || !strings.Contains(body, "The old configuration stays") {
			t.Errorf("a bad signature was answered with %d, without %s:\n%s", status, wanted, body)
		}
	}
	if !recognised() {
		t.Error("the old signatures didn't stay")
	}
}

// operatorsOnly is a daemon's API that knows two results and an incident.
func operatorsOnly(t *testing.T) *httptest.Server {
	t.Helper()
	since := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/incidents", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("open") != "true" {
			t.Errorf("asked for %s", r.URL)
		}
		answer(w, map[string]any{"incidents": []alerting.Incident{
			{Component: "top", Side: probes.SideSystem, Cause: probes.ServerError, Signature: "web/http-500", StartedAt: since},
			{Component: "sign-up", Side: probes.SideSystem, Cause: probes.ServerError, Signature: "iqos/io001", StartedAt: since.Add(time.Hour)},
			{Component: "login", Side: probes.SideSystem, Cause: probes.Forbidden, Signature: "iqos/forbidden", StartedAt: since},
		}})
	})
	mux.HandleFunc("GET /api/v1/results", func(w http.ResponseWriter, r *http.Request) {
		var list []probes.Result
		for i := range 1500 { // more than one answer holds, two of each moment
			at := since.Add(time.Duration(i/2) * time.Second)
			if before, err := time.Parse(time.RFC3339, r.URL.Query().Get("before")); err == nil && !at.Before(before) {
				continue
			}
			result := probes.Result{ID: fmt.Sprint(i), Probe: "login", StartedAt: at, Title: fmt.Sprintf("お待ちください %d", i)}
			result.Side, result.Cause = probes.SideUnknown, probes.UnexpectedContent
			list = append([]probes.Result{result}, list...)
		}
		answer(w, map[string]any{"results": list[:min(len(list), pageOfResults)]})
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestExplainJoinsWhatIsHappening(t *testing.T) {
	s := operatorsOnly(t)
	o := ExplainOptions{Message: "会員登録が適切に完了しませんでした", Lang: "en", Daemon: s.URL}
	list, unasked, err := Explain(t.Context(), o)
	if err != nil || unasked != nil || len(list) == 0 {
		t.Fatalf("%v, %v, %v", list, unasked, err)
	}
	since := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	want := []Happening{
		{"sign-up", probes.SideSystem, probes.ServerError, "iqos/io001", since.Add(time.Hour), true},
		{"top", probes.SideSystem, probes.ServerError, "web/http-500", since, false},
	}
	if diff := cmp.Diff(want, list[0].Now); diff != "" {
		t.Error(diff)
	}

	o.Message = "User requires 2FA"
	list, _, err = Explain(t.Context(), o)
	asJSON, err2 := json.Marshal(list[0])
	if err != nil || err2 != nil || !strings.Contains(string(asJSON), `"now":[]`) {
		t.Errorf("what isn't happening is %s, %v", asJSON, err)
	}

	s.Close()
	list, unasked, err = Explain(t.Context(), o)
	asJSON, err2 = json.Marshal(list[0])
	if err != nil || err2 != nil || unasked == nil || !strings.Contains(unasked.Error(), "can't be reached") || strings.Contains(string(asJSON), `"now"`) {
		t.Errorf("a daemon that can't be reached: %s, %v, %v", asJSON, unasked, err)
	}
	o.Daemon = "not a URL"
	if _, _, err := Explain(t.Context(), o); err == nil || !strings.Contains(err.Error(), "--daemon.url") {
		t.Errorf("a daemon that is none: %v", err)
	}
}

func TestUnknownGroupsOfManyResults(t *testing.T) {
	groups, err := UnknownGroups(t.Context(), operatorsOnly(t).URL+"/")
	if err != nil || len(groups) != 1 || groups[0].Count != 1500 {
		t.Errorf("%+v, %v", groups, err)
	}
}

func TestWhatIsNoDaemon(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		body, wanted string
	}{
		"another site":   {200, "<html>", "is no Genkan daemon"},
		"a refusal":      {400, `{"error":"limit: too many"}`, "limit: too many"},
		"no permission":  {401, "Unauthorized", "401 Unauthorized"},
		"nothing at all": {404, "", "404"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body) // whoever asked may be gone
			}))
			t.Cleanup(s.Close)
			if _, err := UnknownGroups(t.Context(), strings.Replace(s.URL, "://", "://operator:secret@", 1)); err == nil || !strings.Contains(err.Error(), c.wanted) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v, want %s", err, c.wanted)
			}
		})
	}
}

func TestSuggestRefuses(t *testing.T) {
	s := operatorsOnly(t)
	page := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte(`<title>x</title><p>The entrance hall could not be opened for you by the gremlins</p>`), 0o600); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := os.WriteFile(filepath.Join(out, "taken.txtar"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		o      SuggestOptions
		wanted string
	}{
		"no such group":       {SuggestOptions{Daemon: s.URL, Group: "zzz"}, `no group "zzz"`},
		"no page kept":        {SuggestOptions{Daemon: s.URL, Group: ""}, "--file"},
		"no page":             {SuggestOptions{Page: page + ".none"}, "page.html.none"},
		"a name that is none": {SuggestOptions{Page: page, Status: 200, ID: "Not A Name"}, "must be the file's name"},
		"written before":      {SuggestOptions{Page: page, Status: 200, ID: "taken", Out: out}, "--id"},
		"a bad status":        {SuggestOptions{Page: page, Status: 9}, "--status"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Suggest(t.Context(), c.o, nil); err == nil || !strings.Contains(err.Error(), c.wanted) {
				t.Errorf("%v, want %s", err, c.wanted)
			}
		})
	}
}

func TestSection(t *testing.T) {
	const file = "id: x\nmatch:\n  any:\n\n    - text: a\n# a remark\n    - text: b\ncause: x\n"
	if got, want := section([]byte(file), "match"), "  any:\n\n    - text: a\n    - text: b"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := section([]byte("match: {text: a}\n"), "match"), "{text: a}"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := section([]byte("id: x\n"), "match"); got != "" {
		t.Errorf("%q", got)
	}
}
