package console

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// Config is where the console reads.
type Config struct {
	// Results are the results that a query asks for, newest first.
	Results func(ctx context.Context, q alerting.Query) ([]probes.Result, error)
	// Result is the result of the run with this id; found is false when there is none.
	Result func(ctx context.Context, id string) (r probes.Result, found bool, err error)
	// Incidents are the incidents on record, newest first; with open, only those going on.
	Incidents func(ctx context.Context, open bool) ([]alerting.Incident, error)
	// Incident is the incident with this id; found is false when there is none.
	Incident func(ctx context.Context, id string) (in alerting.Incident, found bool, err error)
	// Evidence opens a file of evidence; fs.ErrNotExist says that it is gone.
	// nil: no evidence is served.
	Evidence func(d probes.Digest) (io.ReadSeekCloser, error)
	// Groups puts unknown results that say the same together; nil: none are shown.
	Groups func(results []probes.Result) []Group
	// Signatures are those in use, in order; nil: none are shown.
	Signatures func() []Signature
	// Snapshot is what the record holds now; nil: the overview shows no state.
	Snapshot func() alerting.Snapshot
	Zone     *time.Location // of the times on the pages; nil: UTC
	Logger   *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Console serves the operators. Its methods may be called from many goroutines.
type Console struct {
	cfg   Config
	pages *template.Template
}

//go:embed console.html console.css
var assets embed.FS

// New makes a console.
func New(cfg Config) (*Console, error) {
	c := &Console{cfg: cfg}
	c.cfg.Zone = cmp.Or(c.cfg.Zone, time.UTC)
	c.cfg.Logger = cmp.Or(c.cfg.Logger, slog.New(slog.DiscardHandler))
	if c.cfg.Now == nil {
		c.cfg.Now = time.Now
	}
	if c.cfg.Snapshot == nil {
		c.cfg.Snapshot = func() alerting.Snapshot { return alerting.Snapshot{Writable: true} }
	}
	if c.cfg.Groups == nil {
		c.cfg.Groups = func([]probes.Result) []Group { return nil }
	}
	if c.cfg.Signatures == nil {
		c.cfg.Signatures = func() []Signature { return nil }
	}
	var err error
	if c.pages, err = template.ParseFS(assets, "console.html"); err != nil {
		return nil, fmt.Errorf("console pages: %w", err)
	}
	return c, nil
}

// Handler serves the console and the API, to be mounted at the root of the
// operators' listener, behind what else is served there.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.overview)
	mux.HandleFunc("GET /runs", c.runs)
	mux.HandleFunc("GET /runs/{id}", c.run)
	mux.HandleFunc("GET /unknown", c.unknown)
	mux.HandleFunc("GET /signatures", c.signatures)
	mux.HandleFunc("GET /console.css", c.style)
	mux.HandleFunc("GET /api/v1/results", c.apiResults)
	mux.HandleFunc("GET /api/v1/results/{id}", c.apiResult)
	mux.HandleFunc("GET /api/v1/incidents", c.apiIncidents)
	mux.HandleFunc("GET /api/v1/incidents/{id}", c.apiIncident)
	mux.HandleFunc("GET /api/v1/evidence/{digest}", c.apiEvidence)
	mux.HandleFunc("/api/", c.apiNothing)
	return guarded(mux)
}

// policy allows the pages their own style sheet and screenshots, and nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded sets what every answer carries.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (c *Console) style(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, assets, "console.css")
}
