package demosite

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"sync"
)

//go:embed templates static
var files embed.FS

// Site is the demo site, an http.Handler. It is safe for concurrent use.
type Site struct {
	logger  *slog.Logger
	handler http.Handler
	look    look
	sealer  sealer
	known   map[string]fault // by name

	mu     sync.RWMutex
	faults map[string]string // by page: the name of its fault
}

// New returns the site with all its pages healthy. Sessions of another Site are
// not honoured.
func New(logger *slog.Logger) *Site {
	s := &Site{logger: logger, look: newLook(), sealer: newSealer(), known: map[string]fault{}, faults: map[string]string{}}
	for _, f := range repertoire() {
		s.known[f.Name] = f
	}
	for _, p := range Pages() {
		s.faults[p] = Healthy
	}
	s.handler = guard(s.routes())
	return s
}

// ServeHTTP answers a visitor, or whoever is at the switchboard.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// SetFault gives page, or every page for All, the fault of that name, and
// Healthy takes it away. With All, a page that can't show the fault becomes
// healthy. The error names what is allowed; nothing has changed then.
func (s *Site) SetFault(page, fault string) error {
	if err := refuse(page, fault, s.known); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if page == All {
		for p := range s.faults {
			s.faults[p] = Healthy
		}
		for _, p := range s.known[fault].Pages {
			s.faults[p] = fault
		}
	} else {
		s.faults[page] = fault
	}
	s.logger.Info("Fault switched", "page", page, "fault", fault)
	return nil
}

// Faults returns the name of each page's present fault, by page.
func (s *Site) Faults() map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.faults)
}

// faultOf is the present fault of a page; a page that can't be broken is healthy.
func (s *Site) faultOf(page string) fault {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.known[s.faults[page]]
}

// routes is the whole site.
func (s *Site) routes() http.Handler {
	mux := http.NewServeMux()
	for _, p := range pages() {
		mux.HandleFunc(http.MethodGet+" "+p.pattern(), s.load(p))
		if p.send != nil {
			mux.HandleFunc(http.MethodPost+" "+p.pattern(), s.send(p))
		}
	}
	mux.HandleFunc("/", s.load(notFound()))
	mux.Handle("GET /static/", assets())
	mux.HandleFunc("GET /_demo/{$}", s.showSwitchboard)
	mux.HandleFunc("GET /_demo/faults", s.listFaults)
	mux.HandleFunc("POST /_demo/faults", s.switchFault)
	return mux
}

// assets serves what the pages load.
func assets() http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if info, err := fs.Stat(files, r.URL.Path[1:]); err != nil || info.IsDir() {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=300")
		server.ServeHTTP(w, r)
	})
}

// guard sets what every answer carries, and keeps other sites' pages from
// sending forms here in a visitor's name.
func guard(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// load answers a visitor who opens page p.
func (s *Site) load(p page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{page: p, query: r.URL.Query(), session: s.sealer.of(r)}
		f := s.faultOf(p.fault)
		if f.act != nil && f.act(w, r) {
			return
		}
		if f.words.Text != "" {
			s.answer(w, r, v, v.stopped(f))
			return
		}
		s.answer(w, r, v, p.load(v))
	}
}

// send answers a visitor who sends the form of page p.
func (s *Site) send(p page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{page: p, query: r.URL.Query(), session: s.sealer.of(r)}
		f := s.faultOf(p.fault)
		if f.act != nil && f.act(w, r) {
			return
		}
		var err error
		v.sent, v.document, err = sent(w, r)
		switch {
		case f.words.Text != "":
			s.answer(w, r, v, v.again(f.words, f.status))
		case err != nil:
			s.logger.Debug("Form not read", "page", p.name, "err", err)
			s.answer(w, r, v, p.unread(v))
		default:
			s.answer(w, r, v, p.send(v))
		}
	}
}

// answer writes reply, with the session as the visit has left it.
func (s *Site) answer(w http.ResponseWriter, r *http.Request, v *visit, a reply) {
	s.sealer.keep(w, v.session)
	if a.location != "" {
		http.Redirect(w, r, a.location, http.StatusSeeOther)
		return
	}
	if err := s.look.write(w, a); err != nil {
		s.logger.Error("Page not written", "page", v.page.name, "err", fmt.Errorf("answer %s: %w", r.URL.Path, err))
	}
}
