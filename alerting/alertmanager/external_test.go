package alertmanager

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/config"

	"genkan/alerting"
	"genkan/probes"
)

func external(t *testing.T, base string, cfg config.HTTPClientConfig) *External {
	t.Helper()
	e, err := NewExternal(base, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func someAlerts() []alerting.Alert {
	return wording().Alerts(snapshotOf([]alerting.Incident{open("a", probes.SideSystem, noon())}, nil), noon(), noon())
}

func TestExternalPostsToTheAPI(t *testing.T) {
	var got []any
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		got = append(got, r.Method, r.URL.Path, r.Header.Get("Content-Type"), user, password)
		var list []map[string]any
		if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
			t.Error(err)
		}
		for _, a := range list {
			got = append(got, a["startsAt"], a["endsAt"], a["generatorURL"], a["labels"].(map[string]any)["alertname"])
		}
	}))
	defer site.Close()
	cfg := config.DefaultHTTPClientConfig
	cfg.BasicAuth = &config.BasicAuth{Username: "genkan", Password: "secret"}
	e := external(t, site.URL+"/am/", cfg)
	if err := e.Send(t.Context(), someAlerts()); err != nil {
		t.Fatal(err)
	}
	want := []any{"POST", "/am/api/v2/alerts", "application/json", "genkan", "secret",
		"2026-11-22T12:00:00Z", "2026-11-22T12:04:00Z", "http://127.0.0.1:9844/incidents/a", "GenkanIncident"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if err := e.Send(t.Context(), nil); err != nil || len(got) != len(want) {
		t.Errorf("no alerts: error %v, and a request was made: %v", err, got[len(want):])
	}
}

func TestExternalFaults(t *testing.T) {
	var fault atomic.Pointer[http.HandlerFunc]
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server doesn't notice that the client has gone
		(*fault.Load())(w, r)
	}))
	defer site.Close()
	e := external(t, strings.Replace(site.URL, "http://", "http://user:hush@", 1), config.DefaultHTTPClientConfig)
	cases := []struct {
		name    string
		handler http.HandlerFunc
		want    string // in the error; "": none
	}{
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "context deadline exceeded"},
		{"500", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "storage broken", 500) }, `answered 500 Internal Server Error: "storage broken\n"`},
		{"refuses the alerts", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad label", 400) }, `answered 400 Bad Request: "bad label\n"`},
		{"cuts off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		{"is well again", func(http.ResponseWriter, *http.Request) {}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			fault.Store(&c.handler)
			patience := time.Minute
			if c.name == "hangs" {
				patience = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err := e.Send(ctx, someAlerts())
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want one with %q", err, c.want)
			case err != nil && strings.Contains(err.Error(), "hush"):
				t.Errorf("the password stands in the error: %v", err)
			}
		})
	}
}

func TestNewExternalRefuses(t *testing.T) {
	for _, base := range []string{"", "am:9093", "//am:9093", "ftp://am", "http://", "http://a b", "http://user:hush@"} {
		e, err := NewExternal(base, config.DefaultHTTPClientConfig)
		if err == nil {
			t.Errorf("%q: taken as %s", base, e.target)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: the password stands in the error: %v", base, err)
		}
	}
	cfg := config.DefaultHTTPClientConfig
	cfg.TLSConfig.CAFile = "testdata/no-such-file.pem"
	if _, err := NewExternal("https://am:9093", cfg); err == nil {
		t.Error("a CA file that isn't there was taken")
	}
}
