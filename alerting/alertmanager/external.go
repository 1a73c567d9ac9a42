package alertmanager

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/common/config"

	"genkan/alerting"
)

// External sends to one Alertmanager elsewhere, over its API v2.
type External struct {
	target *url.URL
	client *http.Client
}

// NewExternal returns a sender to the Alertmanager at base, such as
// http://am-1:9093 (a path is kept, as for --web.route-prefix). Authorization
// and TLS are as everywhere in the Prometheus family; config.DefaultHTTPClientConfig
// has none.
func NewExternal(base string, cfg config.HTTPClientConfig) (*External, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("alertmanager's URL: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("alertmanager's URL %q: want http://host:port or https://host:port", u.Redacted())
	}
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("client of alertmanager %s: %w", u.Redacted(), err)
	}
	client, err := config.NewClientFromConfig(cfg, "alertmanager")
	if err != nil {
		return nil, fmt.Errorf("client of alertmanager %s: %w", u.Redacted(), err)
	}
	return &External{target: u.JoinPath("api/v2/alerts"), client: client}, nil
}

// postable is an alert in Alertmanager's API v2: postableAlert in its openapi.yaml.
type postable struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// Send posts alerts. Any answer but a 2xx is an error.
func (e *External) Send(ctx context.Context, alerts []alerting.Alert) error {
	if len(alerts) == 0 {
		return nil
	}
	if err := e.post(ctx, alerts); err != nil {
		return fmt.Errorf("send to alertmanager %s: %w", e.target.Redacted(), err)
	}
	return nil
}

func (e *External) post(ctx context.Context, alerts []alerting.Alert) error {
	list := make([]postable, len(alerts))
	for n, a := range alerts {
		list[n] = postable(a)
	}
	body, err := json.Marshal(list)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.target.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := e.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s: %q", answer.Status, said)
	}
	return err
}
