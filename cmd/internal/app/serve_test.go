package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/prometheus/exporter-toolkit/web"

	"genkan/probes/demosite"
)

const oneProbe = `
site: {name: {ja: 会員サイト, en: Members}, url: "SITE/", languages: [ja, en], time_zone: Asia/Tokyo}
components: [{id: login, name: {ja: ログイン, en: Log-in}}]
probes:
  - {name: login, component: login, url: "SITE/login", schedule: "@every 1s", timeout: 5s, expect: {selector: "main[data-page=login]"}}
`

// daemon is `genkan serve` that goes on beside the test.
type daemon struct {
	t         *testing.T
	site      string
	file      string
	operators string
	options   Options
	demo      *demosite.Site
}

func startDaemon(t *testing.T, webConfig string) *daemon {
	t.Helper()
	demo := demosite.New(slog.New(slog.DiscardHandler))
	site := httptest.NewServer(demo)
	t.Cleanup(site.Close)
	d := &daemon{t: t, site: site.URL, demo: demo, file: filepath.Join(t.TempDir(), "genkan.yml"), operators: freePort(t)}
	d.configure(oneProbe)
	d.options = options(t, d.operators)
	d.options.ConfigFile = d.file
	d.options.Web.WebConfigFile = &webConfig
	t.Cleanup(d.serve())
	return d
}

// serve runs the daemon; the function it returns ends it, and may be called again.
func (d *daemon) serve() (end func()) {
	ctx, stop := context.WithCancel(d.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, d.options, slog.New(slog.DiscardHandler)) }()
	return sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			d.t.Errorf("the daemon ended with: %v", err)
		}
	})
}

func (d *daemon) configure(text string) {
	d.t.Helper()
	if err := os.WriteFile(d.file, []byte(strings.ReplaceAll(text, "SITE", d.site)), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// ask returns the status and the body of the answer; 0 while nobody answers.
func (d *daemon) ask(method, path, user, password string) (int, string) {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), method, "http://"+d.operators+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func (d *daemon) until(what string, holds func() bool) {
	d.t.Helper()
	(&running{t: d.t, out: &transcript{}}).until(what, holds)
}

func (d *daemon) ready() {
	d.t.Helper()
	d.until("the daemon is ready", func() bool { status, _ := d.ask("GET", "/-/ready", "", ""); return status == http.StatusOK })
}

func (d *daemon) metrics() string {
	d.t.Helper()
	_, body := d.ask("GET", "/metrics", "", "")
	return body
}

// TestRestartConfirms ends the daemon between a failing run and its
// confirmation: the next start asks for it again, and not an hour later.
func TestRestartConfirms(t *testing.T) {
	d := startDaemon(t, "")
	d.ready()
	if err := d.demo.SetFault("login", "io001"); err != nil {
		t.Fatal(err)
	}
	d.configure(strings.Replace(oneProbe, `"@every 1s"`, `"@every 1h"`, 1) + "policy: {confirm: {runs: 2, within: 24h}}\n")
	d.options.StoragePath = filepath.Join(t.TempDir(), "data")
	d.operators = freePort(t)
	d.options.Web = &web.FlagConfig{WebListenAddresses: &[]string{d.operators}, WebSystemdSocket: d.options.Web.WebSystemdSocket, WebConfigFile: d.options.Web.WebConfigFile}
	d.options.StatusAddress = freePort(t)
	end := d.serve()
	t.Cleanup(end)
	d.until("the first run has failed", func() bool {
		_, body := d.ask("GET", "/api/v1/results", "", "")
		return strings.Contains(body, `"cause":"server_error"`)
	})
	end()
	t.Cleanup(d.serve())
	d.until("the confirmation has opened an incident", func() bool {
		_, body := d.ask("GET", "/api/v1/incidents?open=true", "", "")
		return strings.Contains(body, `"cause":"server_error"`)
	})
}

func TestReload(t *testing.T) {
	d := startDaemon(t, "")
	d.ready()
	d.until("the first run is over", func() bool {
		return strings.Contains(d.metrics(), `genkan_probe_success{location="local",probe="login"} 1`)
	})

	d.configure(strings.ReplaceAll(oneProbe, `"@every 1s"`, `"@every 0s"`) + "colour: blue\n")
	status, body := d.ask("POST", "/-/reload", "", "")
	for _, wanted := range []string{"genkan.yml:5:", "genkan.yml:6:1:", "The old configuration stays"} {
		if status != http.StatusInternalServerError || !strings.Contains(body, wanted) {
			t.Errorf("a bad configuration was answered with %d, without %q:\n%s", status, wanted, body)
		}
	}
	if m := d.metrics(); !strings.Contains(m, "genkan_config_last_reload_successful 0\n") || !strings.Contains(m, `genkan_probe_info{component="login",probe="login",schedule="@every 1s"} 1`) {
		t.Error("the metrics don't say that the reload failed and the old configuration stays")
	}

	d.configure(strings.ReplaceAll(oneProbe, "name: login,", "name: entrance,"))
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	d.until("the new probe has run, and the old one is gone", func() bool {
		m := d.metrics()
		return strings.Contains(m, `genkan_probe_success{location="local",probe="entrance"} 1`) && !strings.Contains(m, `probe="login"`) &&
			strings.Contains(m, "genkan_config_last_reload_successful 1\n")
	})
	if _, body := d.ask("GET", "/config", "", ""); !strings.Contains(body, "entrance") {
		t.Errorf("/config is not the configuration in use:\n%s", body)
	}
}

// TestReloadMovesAlerting changes where alerts go while the daemon runs: into
// the process, elsewhere, and nowhere.
func TestReloadMovesAlerting(t *testing.T) {
	d := startDaemon(t, "")
	d.ready()
	if err := os.WriteFile(filepath.Join(filepath.Dir(d.file), "alertmanager.yml"), []byte("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name, alerting string
		embedded       bool
	}{
		{"embedded", "alerting: {alertmanager: {embedded: alertmanager.yml}}\n", true},
		{"embedded again", "alerting: {alertmanager: {embedded: alertmanager.yml}}\n", true},
		{"external", "alerting: {alertmanager: {urls: [\"http://127.0.0.1:9\"]}}\n", false},
		{"embedded once more", "alerting: {alertmanager: {embedded: alertmanager.yml}}\n", true},
		{"nowhere", "", false},
	} {
		d.configure(oneProbe + step.alerting)
		if status, body := d.ask("POST", "/-/reload", "", ""); status != http.StatusOK {
			t.Fatalf("%s: answered %d: %s", step.name, status, body)
		}
		if got := strings.Contains(d.metrics(), "alertmanager_notifications_total"); got != step.embedded {
			t.Errorf("%s: the embedded Alertmanager's metrics are exported: %t, want %t", step.name, got, step.embedded)
		}
	}
}

func TestProbeOnDemand(t *testing.T) {
	d := startDaemon(t, "")
	d.ready()
	tests := []struct {
		name, path string
		status     int
		body       string
	}{
		{"as blackbox_exporter", "/probe?probe=login", 200, "probe_success 1\n"},
		{"side and cause", "/probe?probe=login", 200, `probe_side{cause="ok",side="none"} 1`},
		{"debug", "/probe?probe=login&debug=true", 200, `"origin": "manual"`},
		{"unknown probe", "/probe?probe=logon", 400, `"login"`},
		{"never any URL", "/probe?target=http://127.0.0.1/", 400, "?probe=NAME"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, body := d.ask("GET", test.path, "", "")
			if status != test.status || !strings.Contains(body, test.body) {
				t.Errorf("answered %d, want %d with %q:\n%s", status, test.status, test.body, body)
			}
		})
	}
	t.Run("never for another site", func(t *testing.T) {
		for _, c := range []struct{ method, path string }{{"GET", "/probe?probe=login"}, {"POST", "/-/reload"}} {
			request, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+d.operators+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Sec-Fetch-Site", "cross-site")
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s is answered with %s", c.method, c.path, answer.Status)
			}
		}
	})
	if _, body := d.ask("GET", "/api/v1/results?limit=1000", "", ""); strings.Contains(body, `"manual"`) {
		t.Error("a manual run is on record")
	}
}

func TestOperatorsListenerAsksForAPassword(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yml")
	// The password is "genkan", hashed with bcrypt at its least cost.
	if err := os.WriteFile(file, []byte("basic_auth_users: {operator: $2b$04$abcdefghijklmnopqrstuu5WNg8AkZXPyaXdlrOHrj4NvyyA3ipSC}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := startDaemon(t, file)
	d.until("the password is taken", func() bool {
		status, _ := d.ask("GET", "/-/ready", "operator", "genkan")
		return status == http.StatusOK
	})
	for _, path := range []string{"/metrics", "/", "/config", "/api/v1/results", "/probe?probe=login"} {
		if status, _ := d.ask("GET", path, "", ""); status != http.StatusUnauthorized {
			t.Errorf("%s without a password is answered with %d", path, status)
		}
	}
	if status, _ := d.ask("POST", "/-/reload", "operator", "wrong"); status != http.StatusUnauthorized {
		t.Errorf("a wrong password is answered with %d", status)
	}
}

func TestServeRefusesWhatItCannotServe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "genkan.yml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(oneProbe, "SITE", "http://127.0.0.1:1")), 0o600); err != nil {
		t.Fatal(err)
	}
	taken := freePort(t)
	l := httptest.NewServer(nil)
	t.Cleanup(l.Close)
	inUse := &App{options: Options{StoragePath: t.TempDir()}}
	if err := inUse.lockStorage(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := inUse.close(); err != nil {
			t.Error(err)
		}
	})
	tests := []struct {
		name   string
		change func(*Options)
		wanted string
	}{
		{"no configuration", func(o *Options) { o.ConfigFile = file + ".none" }, "--config.file"},
		{"operators' port taken", func(o *Options) { (*o.Web.WebListenAddresses)[0] = strings.TrimPrefix(l.URL, "http://") }, "--web.listen-address"},
		{"public port taken", func(o *Options) { o.StatusAddress = strings.TrimPrefix(l.URL, "http://") }, "--status.listen-address"},
		{"storage in use", func(o *Options) { o.StoragePath = inUse.options.StoragePath }, "--storage.path"},
		{"bad web.config.file", func(o *Options) { *o.Web.WebConfigFile = file }, "--web.config.file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := options(t, taken)
			o.ConfigFile = file
			test.change(&o)
			if err := Serve(t.Context(), o, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), test.wanted) {
				t.Errorf("error = %v, want one that names %q", err, test.wanted)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	for address, want := range map[string]string{
		":9844": "127.0.0.1:9844", "0.0.0.0:9844": "127.0.0.1:9844", "[::]:9844": "127.0.0.1:9844",
		"127.0.0.1:9844": "127.0.0.1:9844", "[::1]:9844": "[::1]:9844", "localhost:9844": "localhost:9844", "vsock://:9844": "vsock://:9844",
	} {
		if got := reachable(address); got != want {
			t.Errorf("reachable(%q) = %q, want %q", address, got, want)
		}
	}
}
