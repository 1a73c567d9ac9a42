package app

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"golang.org/x/sync/errgroup"

	"genkan/alerting/alertmanager"
	"genkan/probes/demosite"
)

//go:embed demo.yml demo-alertmanager.yml
var demoFiles embed.FS

// DemoOptions are those of the daemon, and where the demo site listens. The
// configuration is the demo's own.
type DemoOptions struct {
	Options
	SiteAddress string
	Interval    time.Duration // between two visits of a page
}

// Demo is the daemon with a membership site beside it whose faults people
// switch, and a receiver that prints the alerts in words.
func Demo(ctx context.Context, o DemoOptions, out io.Writer, log *slog.Logger) error {
	folder, err := os.MkdirTemp("", "genkan-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(folder)
	if o.StoragePath == "" {
		o.StoragePath = filepath.Join(folder, "data")
	}
	site, err := net.Listen("tcp", o.SiteAddress)
	if err != nil {
		return fmt.Errorf("listen for the demo site: %w; choose another --demo.listen-address", err)
	}
	webhook, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the demo's alerts: %w", err)
	}
	if o.ConfigFile, err = o.write(folder, reachable(site.Addr().String()), webhook.Addr().String()); err != nil {
		return err
	}
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		return fmt.Errorf("load the demo's time zone: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	serve := func(l net.Listener, h http.Handler) {
		group.Go(func() error { return serveHTTP(ctx, h, func(s *http.Server) error { return s.Serve(l) }) })
	}
	serve(site, demosite.New(log))
	serve(webhook, alertmanager.NewPrinter(out, zone, []string{"ja", "en"}, log))
	o.Ready = func() { o.greet(out, reachable(site.Addr().String())) }
	group.Go(func() error { return Serve(ctx, o.Options, log) })
	if err := group.Wait(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// demoProbe is one probe of the demo, named as its page is on the switchboard.
type demoProbe struct{ Name, Component, Path, Page string }

func demoProbes() []demoProbe {
	return []demoProbe{
		{"top", "top", "/", "top"},
		{"signup", "sign-up", "/signup", "signup"},
		{"upload", "sign-up", "/signup/document", "upload"},
		{"pin", "sign-up", "/signup/pin", "pin"},
		{"login", "login", "/login", "login"},
		{"store", "store", "/store", "store"},
		{"packcode", "pack-code", "/packcode", "packcode"},
	}
}

// write writes the demo's configuration into folder and returns its path.
func (o DemoOptions) write(folder, site, webhook string) (string, error) {
	values := struct {
		Site, Webhook string
		Interval      time.Duration
		Probes        []demoProbe
	}{"http://" + site, "http://" + webhook, o.Interval, demoProbes()}
	for from, to := range map[string]string{"demo.yml": "genkan.yml", "demo-alertmanager.yml": "alertmanager.yml"} {
		t, err := template.ParseFS(demoFiles, from)
		if err != nil {
			return "", fmt.Errorf("read the demo's %s: %w", to, err)
		}
		var b bytes.Buffer
		if err := t.Execute(&b, values); err != nil {
			return "", fmt.Errorf("fill in the demo's %s: %w", to, err)
		}
		if err := os.WriteFile(filepath.Join(folder, to), b.Bytes(), 0o600); err != nil {
			return "", fmt.Errorf("write the demo's %s: %w", to, err)
		}
	}
	return filepath.Join(folder, "genkan.yml"), nil
}

// greet says what to try. Nobody is served worse when it can't be written.
func (o DemoOptions) greet(out io.Writer, site string) {
	_, _ = fmt.Fprintf(out, `
  Genkan watches a small membership site that you can break.

    the switchboard    http://%[1]s/_demo/      break something here
    the demo site      http://%[1]s/
    the public page    http://%[2]s/         in Japanese and English, by your browser
    for operators      http://%[3]s/         results, metrics (/metrics)

  Try:  curl -d page=login -d fault=io001 http://%[1]s/_demo/faults
        then look at the public page, at http://%[3]s/metrics, and here: alerts are printed below.
        curl -d page=login -d fault=none http://%[1]s/_demo/faults   makes it well again.

  Ctrl-C ends it.

`, site, reachable(o.StatusAddress), reachable((*o.Web.WebListenAddresses)[0]))
}
