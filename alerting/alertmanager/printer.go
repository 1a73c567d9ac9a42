package alertmanager

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/prometheus/alertmanager/notify/webhook"
	"github.com/prometheus/alertmanager/template"
)

// Printer is a receiver of Alertmanager's webhooks that writes in words what
// arrives: what is wrong since when, or no longer, and what people are told.
type Printer struct {
	zone   *time.Location
	langs  []string
	logger *slog.Logger

	mu sync.Mutex
	to io.Writer
}

// NewPrinter returns a printer to w: times in zone, advice in each of langs.
func NewPrinter(w io.Writer, zone *time.Location, langs []string, logger *slog.Logger) *Printer {
	return &Printer{to: w, zone: zone, langs: langs, logger: logger}
}

// largest is how many bytes of a message are read: thousands of alerts.
const largest = 4 << 20

// ServeHTTP takes one webhook message (version 4).
func (p *Printer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST a webhook message of Alertmanager here", http.StatusMethodNotAllowed)
		return
	}
	var m webhook.Message
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largest)).Decode(&m); err != nil {
		http.Error(w, "not a webhook message: "+err.Error(), http.StatusBadRequest)
		return
	}
	if m.Data == nil || len(m.Alerts) == 0 {
		http.Error(w, "not a webhook message: no alerts", http.StatusBadRequest)
		return
	}
	if err := p.print(m.Alerts); err != nil {
		p.logger.Warn("alerts that arrived can't be printed", "err", err)
	}
}

func (p *Printer) print(alerts template.Alerts) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range alerts {
		if _, err := io.WriteString(p.to, p.words(a)); err != nil {
			return err
		}
	}
	return nil
}

// words are one alert: a line for what and when, and one per language for what
// it is called and what to do.
func (p *Printer) words(a template.Alert) string {
	l, n := a.Labels, a.Annotations
	var b strings.Builder
	if a.Status == "resolved" {
		fmt.Fprintf(&b, "RESOLVED %s: %s / %s, from %s to %s", name(l), l["side"], n["cause"], p.clock(a.StartsAt), p.clock(a.EndsAt))
	} else {
		fmt.Fprintf(&b, "FIRING   %s: %s / %s, since %s", name(l), l["side"], n["cause"], p.clock(a.StartsAt))
	}
	if n["signature"] != "" {
		fmt.Fprintf(&b, " (%s)", n["signature"])
	}
	lines := []string{b.String()}
	for _, lang := range p.langs {
		if said := told(n, annotation(lang)); said != "" && a.Status != "resolved" {
			lines = append(lines, "         "+said)
		}
	}
	for i, line := range lines {
		lines[i] = plain(line) + "\n"
	}
	return strings.Join(lines, "")
}

// name is what an alert is about: the component, or for alerts of others their name.
func name(l template.KV) string {
	if l["component"] != "" {
		return l["component"]
	}
	return l["alertname"]
}

func told(n template.KV, lang string) string {
	title, advice := n["title_"+lang], n["advice_"+lang]
	if title != "" && advice != "" {
		return title + " — " + advice
	}
	return title + advice
}

func (p *Printer) clock(t time.Time) string { return t.In(p.zone).Format("2006-01-02 15:04:05") }

// plain makes s safe for a terminal: whatever is not a printable character is a space.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, s)
}
