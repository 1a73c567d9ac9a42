package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v4"

	"genkan/alerting"
	"genkan/alerting/alertmanager"
)

// openAlerts makes what hands open incidents on, in this process or elsewhere.
func (a *App) openAlerts(_ context.Context, g *generation) error {
	a.relay = alertmanager.NewRelay(alertmanager.Route{}, a.log)
	swap, err := a.prepareAlerts(g)
	if err != nil {
		return err
	}
	swap()
	a.closing("embedded Alertmanager", func() error { a.endEmbedded(); return nil })
	return nil
}

// prepareAlerts makes g's way to Alertmanager ready; the function it returns
// begins to use it.
func (a *App) prepareAlerts(g *generation) (swap func(), err error) {
	senders, swapSenders, err := a.senders(g)
	if err != nil {
		return nil, err
	}
	return func() {
		a.relay.Replace(alertmanager.Route{Wording: g.wording(a.operatorsURL()), Senders: senders})
		swapSenders()
	}, nil
}

// senders are where g's alerts go. Nothing has changed before the function it
// returns is called.
func (a *App) senders(g *generation) ([]alertmanager.Sender, func(), error) {
	file := g.config.Alerting.Embedded
	switch {
	case file == "":
		senders, err := external(g.config.Alerting.URLs)
		return senders, a.endEmbedded, err
	case a.embedded != nil:
		swap, err := a.embedded.Prepare(alertmanager.Source{File: file})
		if err != nil {
			return nil, nil, fmt.Errorf("load %s: %w", file, err)
		}
		return []alertmanager.Sender{a.embedded}, swap, nil
	}
	begun, err := alertmanager.NewEmbedded(alertmanager.Config{
		Source:  alertmanager.Source{File: file},
		Storage: filepath.Join(a.options.StoragePath, "alertmanager"), ExternalURL: a.operatorsURL(), Logger: a.log,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("start the embedded Alertmanager: %w", err)
	}
	return []alertmanager.Sender{begun}, func() { a.beginEmbedded(begun) }, nil
}

func external(urls []string) ([]alertmanager.Sender, error) {
	var senders []alertmanager.Sender
	for _, u := range urls {
		sender, err := alertmanager.NewExternal(u, promconfig.DefaultHTTPClientConfig)
		if err != nil {
			return nil, fmt.Errorf("reach Alertmanager at %s: %w", u, err)
		}
		senders = append(senders, sender)
	}
	return senders, nil
}

func (a *App) beginEmbedded(e *alertmanager.Embedded) {
	a.embedded = e
	if err := a.registry.Register(e); err != nil {
		a.log.Error("the embedded Alertmanager's metrics are not exported", "err", err)
	}
}

// endEmbedded ends an Alertmanager that nothing is sent to any more: it would
// take the silence for an end, and say so.
func (a *App) endEmbedded() {
	if a.embedded != nil {
		a.registry.Unregister(a.embedded)
		a.embedded.Close()
		a.embedded = nil
	}
}

// operatorsURL is where operators reach the daemon.
func (a *App) operatorsURL() string {
	if a.options.ExternalURL != "" || len(a.listeners) == 0 {
		return a.options.ExternalURL
	}
	scheme := "http"
	if hasTLS(*a.options.Web.WebConfigFile) {
		scheme = "https"
	}
	return scheme + "://" + reachable(a.listeners[0].Addr().String())
}

// hasTLS reports whether a web configuration, which has been validated, gives its listener a certificate.
func hasTLS(file string) bool {
	raw, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	var web struct {
		TLS map[string]any `yaml:"tls_server_config"`
	}
	return yaml.Unmarshal(raw, &web) == nil && len(web.TLS) > 0
}

func (g *generation) wording(operatorsURL string) alertmanager.Wording {
	return alertmanager.Wording{
		Site: g.config.Site.Name.In("en"),
		Describe: func(i alerting.Incident) alertmanager.Words {
			told := g.set.Guidance(i.Signature, i.Cause)
			return alertmanager.Words{Title: told.Title, Advice: told.Advice}
		},
		Link: func(i alerting.Incident) string { return operatorsURL + "/runs/" + i.Result },
	}
}
