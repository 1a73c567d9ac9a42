package app

import (
	"context"
	"fmt"
	"net"
	"path/filepath"

	promconfig "github.com/prometheus/common/config"

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
		swapSenders()
		a.relay.Replace(alertmanager.Route{Wording: g.wording(a.operatorsURL()), Senders: senders})
	}, nil
}

func (a *App) senders(g *generation) ([]alertmanager.Sender, func(), error) {
	where := g.config.Alerting
	if len(where.URLs) > 0 {
		var senders []alertmanager.Sender
		for _, u := range where.URLs {
			sender, err := alertmanager.NewExternal(u, promconfig.DefaultHTTPClientConfig)
			if err != nil {
				return nil, nil, fmt.Errorf("reach Alertmanager at %s: %w", u, err)
			}
			senders = append(senders, sender)
		}
		return senders, func() {}, nil
	}
	if where.Embedded == "" {
		return nil, func() {}, nil
	}
	source := alertmanager.Source{File: where.Embedded}
	if a.embedded != nil {
		swap, err := a.embedded.Prepare(source)
		if err != nil {
			return nil, nil, fmt.Errorf("load %s: %w", source.File, err)
		}
		return []alertmanager.Sender{a.embedded}, swap, nil
	}
	embedded, err := alertmanager.NewEmbedded(alertmanager.Config{
		Source: source, Storage: filepath.Join(a.options.StoragePath, "alertmanager"), ExternalURL: a.operatorsURL(), Logger: a.log,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("start the embedded Alertmanager: %w", err)
	}
	a.embedded = embedded
	a.closing("Alertmanager", func() error { embedded.Close(); return nil })
	return []alertmanager.Sender{embedded}, func() {}, nil
}

// operatorsURL is where operators reach the daemon.
func (a *App) operatorsURL() string {
	if a.options.ExternalURL != "" || len(a.listeners) == 0 {
		return a.options.ExternalURL
	}
	host, port, err := net.SplitHostPort(a.listeners[0].Addr().String())
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (g *generation) wording(operatorsURL string) alertmanager.Wording {
	return alertmanager.Wording{
		Site: g.config.Site.Name.In("en"),
		Describe: func(i alerting.Incident) alertmanager.Words {
			told := g.set.Guidance(i.Signature, i.Cause)
			return alertmanager.Words{Title: told.Title, Advice: told.Advice}
		},
		Link: func(i alerting.Incident) string { return operatorsURL + "/api/v1/incidents/" + i.ID },
	}
}
