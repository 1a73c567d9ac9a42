package browser

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"genkan/probes"
)

func TestGlob(t *testing.T) {
	cases := []struct {
		pattern, url string
		want         bool
	}{
		{"http://a/", "http://a/", true},
		{"http://a/", "http://a/b", false},
		{"http://a/*", "http://a/", true},
		{"http://a/*", "http://a/b?c", true},
		{"*/login*", "http://a/login?x", true},
		{"*a*a*", "http://ba", false},
		{"*a*a", "a", false},
		{"http://*/b", "http://a/c/b", true},
		{"", "http://a/", false},
	}
	for _, c := range cases {
		if got := glob(c.pattern, c.url); got != c.want {
			t.Errorf("glob(%q, %q) = %t", c.pattern, c.url, got)
		}
	}
}

func TestSettling(t *testing.T) {
	parsed := time.Now()
	expect := probes.Expectation{Selector: "form", URL: "http://a/*"}
	cases := map[string]struct {
		expect probes.Expectation
		change func(*scene)
		want   time.Duration // after DOMContentLoaded
	}{
		"a quiet page":                       {want: quietPlain},
		"a page that changed":                {change: func(s *scene) { s.mutated = parsed.Add(time.Second) }, want: time.Second + quietPlain},
		"a page that waits for a script":     {change: func(s *scene) { s.requests["1"] = &request{kind: network.ResourceTypeScript} }, want: settleMost},
		"a page that changes for ever":       {change: func(s *scene) { s.mutated = parsed.Add(time.Hour) }, want: settleMost},
		"an expectation that is met":         {expect: expect, change: func(s *scene) { s.met = parsed.Add(-time.Second) }, want: quietMet},
		"met later":                          {expect: expect, change: func(s *scene) { s.met = parsed.Add(time.Second) }, want: time.Second + quietMet},
		"met, and an XHR is under way":       {expect: expect, change: func(s *scene) { s.met = parsed; s.requests["1"] = &request{kind: network.ResourceTypeXHR} }, want: metMost},
		"met, and a stylesheet is under way": {expect: expect, change: func(s *scene) { s.met = parsed; s.requests["1"] = &request{kind: network.ResourceTypeStylesheet} }, want: quietMet},
		"met, but elsewhere":                 {expect: expect, change: func(s *scene) { s.met = parsed; s.now.url = "http://b/" }, want: quietUnmet},
		"not met":                            {expect: expect, want: quietUnmet},
		"not met, and it is an error":        {expect: expect, change: func(s *scene) { s.now.status = 503 }, want: quietPlain},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newScene("tab", c.expect)
			s.now = document{url: "http://a/b", status: 200, shown: parsed, parsed: parsed}
			if c.change != nil {
				c.change(s)
			}
			if got := s.settledAt().Sub(parsed); got != c.want {
				t.Errorf("settled after %s, want %s", got, c.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{{"", 2, ""}, {"ab", 2, "ab"}, {"abc", 2, "ab"}, {"日本語", 2, "日本"}, {"日本", 2, "日本"}, {"a\xff\xffb", 2, "a\xff"}} {
		if got := cut(c.s, c.n); got != c.want {
			t.Errorf("cut(%q, %d) = %q", c.s, c.n, got)
		}
	}
}

func TestCertificateOfTheDocumentIsTold(t *testing.T) {
	ends := time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC)
	for name, c := range map[string]struct {
		request network.RequestID
		details *network.SecurityDetails
		want    time.Time
	}{
		"of the document":     {"document", &network.SecurityDetails{ValidTo: cdp.TimeSinceEpoch(ends.Unix())}, ends},
		"of a script":         {"script", &network.SecurityDetails{ValidTo: cdp.TimeSinceEpoch(ends.Unix())}, time.Time{}},
		"over plain HTTP":     {"document", nil, time.Time{}},
		"one that never ends": {"document", &network.SecurityDetails{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene("tab", probes.Expectation{})
			s.now = document{loader: "document", url: "https://a/", shown: ends}
			s.responded(&network.EventResponseReceived{RequestID: c.request, Response: &network.Response{URL: "https://a/", Status: 200, SecurityDetails: c.details}})
			var view probes.View
			if s.fill(&view); !view.CertExpiry.Equal(c.want) {
				t.Errorf("expiry = %s, want %s", view.CertExpiry, c.want)
			}
		})
	}
}
