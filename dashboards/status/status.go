package status

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// Config is what the page is made of, beside the snapshots it follows.
type Config struct {
	Site       probes.Site
	Components []probes.Component // in the order of the page
	// Guidance is what there is to tell of an error; nil: there is nothing.
	Guidance func(signature string, cause probes.Cause) probes.Guidance
	// MaxAge is how old a component's newest result may be, by its id; later
	// than that the page doesn't vouch for it. Missing or 0: five minutes.
	MaxAge map[string]time.Duration
	// URL is where the public finds the page, for the feed's links, without a
	// language and a final slash; "": the links are relative.
	URL    string
	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// defaultMaxAge applies where no limit is given: silence is never health.
const defaultMaxAge = 5 * time.Minute

// maxAge is how old the newest result of a component may be.
func (c Config) maxAge(component string) time.Duration {
	if d := c.MaxAge[component]; d > 0 {
		return d
	}
	return defaultMaxAge
}

// shortestAge is how old the whole snapshot may be: as old as the most
// frequent component's results, since time alone is an event too.
func (c Config) shortestAge() time.Duration {
	shortest := defaultMaxAge
	for _, comp := range c.Components {
		shortest = min(shortest, c.maxAge(comp.ID))
	}
	return shortest
}

// Page is the public page. Its methods may be called from many goroutines.
type Page struct {
	front atomic.Pointer[front]
	told  atomic.Pointer[alerting.Snapshot]
}

// New makes a page that knows nothing yet, and says so. It fails when the
// site has no language or a time zone that this machine doesn't know.
func New(cfg Config) (*Page, error) {
	p := &Page{}
	p.told.Store(&alerting.Snapshot{Writable: true})
	if err := p.Replace(cfg); err != nil {
		return nil, err
	}
	return p, nil
}

// Replace changes what the page is made of, between two requests. What it
// follows stays; when it fails, all stays.
func (p *Page) Replace(cfg Config) error {
	f, err := newFront(cfg)
	if err != nil {
		return fmt.Errorf("status page: %w", err)
	}
	p.front.Store(f)
	return nil
}

// Follow takes the newest snapshot. It never blocks.
func (p *Page) Follow(s alerting.Snapshot) { p.told.Store(&s) }

// Handler serves the page, to be mounted at the root of the public listener.
func (p *Page) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.front.Load().serve(w, r, p.told.Load())
	})
}
