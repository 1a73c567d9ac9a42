package browser

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"genkan/probes"
	"genkan/probes/demosite"
)

func TestTheDemoSite(t *testing.T) {
	demo := demosite.New(slog.New(slog.DiscardHandler))
	site := httptest.NewServer(demo)
	t.Cleanup(func() {
		site.CloseClientConnections()
		site.Close()
	})
	b := launched(t, nil)
	visit := func(path string, e probes.Expectation, timeout time.Duration) probes.View {
		return visitOf(t, b, runOf(site.URL+path, e, timeout))
	}
	for path, form := range map[string]probes.FormKind{"/": "", "/login": probes.LoginForm, "/signup": probes.SignupForm, "/faq": ""} {
		v := visit(path, probes.Expectation{}, 20*time.Second)
		if v.Status != 200 || v.TimedOut || v.Title == "" || v.Text == "" {
			t.Errorf("%s: %d, timed out %t, %q", path, v.Status, v.TimedOut, v.Title)
		}
		usable := form == ""
		for _, f := range v.Forms {
			usable = usable || f.Kind == form && f.Usable()
		}
		if !usable {
			t.Errorf("%s: forms %+v", path, v.Forms)
		}
	}
	faults := map[string]func(v probes.View) bool{
		"hang":          func(v probes.View) bool { return v.TimedOut && v.NetError == "" },
		"reset":         func(v probes.View) bool { return v.NetError == "net::ERR_CONNECTION_RESET" },
		"redirect-loop": func(v probes.View) bool { return v.NetError == tooManyRedirects },
		"blank":         func(v probes.View) bool { return v.Status == 200 && v.Text == "" },
		"server-error":  func(v probes.View) bool { return v.Status >= 500 && !v.TimedOut },
		"slow":          func(v probes.View) bool { return v.Expected.Selector == probes.Met && !v.TimedOut },
	}
	for fault, shown := range faults {
		if err := demo.SetFault("login", fault); err != nil {
			t.Fatal(err)
		}
		timeout := 20 * time.Second
		if fault == "hang" {
			timeout = 1500 * time.Millisecond
		}
		if v := visit("/login", password, timeout); !shown(v) {
			t.Errorf("%s: status %d, %q, timed out %t, %+v, %q", fault, v.Status, v.NetError, v.TimedOut, v.Expected, cut(v.Text, 200))
		}
	}
}
