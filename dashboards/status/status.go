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
	// MaxAge is how old the whole snapshot may be before the page says that its
	// data is old; 0: five minutes.
	MaxAge time.Duration
	// FreshUntil is until when a component whose newest result ended at last is
	// vouched for; nil: five minutes longer.
	FreshUntil func(component string, last time.Time) time.Time
	// URL is where the public finds the page, for the feed's links, without a
	// language and a final slash; "": the links are relative.
	URL    string
	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// defaultMaxAge applies where no limit is given: silence is never health.
const defaultMaxAge = 5 * time.Minute

func (c Config) maxAge() time.Duration {
	if c.MaxAge > 0 {
		return c.MaxAge
	}
	return defaultMaxAge
}

func (c Config) freshUntil(component string, last time.Time) time.Time {
	if c.FreshUntil == nil {
		return last.Add(defaultMaxAge)
	}
	return c.FreshUntil(component, last)
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
