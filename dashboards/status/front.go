package status

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"genkan/alerting"
)

//go:embed *.html style.css icon.svg
var assets embed.FS

// policy allows the page its own style sheet and icon, and nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// front is all that one configuration makes: an edition per language, and the
// way to the right one.
type front struct {
	editions  []*edition // in the order of the site's languages
	languages language.Matcher
	missing   document // the page for what isn't there
	style     document
	icon      document
	now       func() time.Time
	logger    *slog.Logger
}

func newFront(cfg Config) (*front, error) {
	if len(cfg.Site.Languages) == 0 {
		return nil, errors.New("the site has no language")
	}
	zone, err := time.LoadLocation(cfg.Site.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	layout, err := template.ParseFS(assets, "*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	f := &front{now: cfg.Now, logger: cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))}
	if f.now == nil {
		f.now = time.Now
	}
	tags := make([]language.Tag, 0, len(cfg.Site.Languages))
	for _, lang := range cfg.Site.Languages {
		e, err := newEdition(cfg, lang, zone, layout)
		if err != nil {
			return nil, err
		}
		f.editions = append(f.editions, e)
		tags = append(tags, language.Make(lang))
	}
	f.languages = language.NewMatcher(tags)
	if f.missing, err = drawMissing(layout, f.editions); err != nil {
		return nil, err
	}
	return f, f.addFiles()
}

// addFiles takes in what is served as it is.
func (f *front) addFiles() error {
	style, err := assets.ReadFile("style.css")
	if err != nil {
		return fmt.Errorf("style sheet: %w", err)
	}
	icon, err := assets.ReadFile("icon.svg")
	if err != nil {
		return fmt.Errorf("icon: %w", err)
	}
	f.style = newDocument("text/css; charset=utf-8", style)
	f.icon = newDocument("image/svg+xml", icon)
	return nil
}

// edition is the edition in a language, or nil.
func (f *front) edition(lang string) *edition {
	i := slices.IndexFunc(f.editions, func(e *edition) bool { return e.lang == lang })
	if i < 0 {
		return nil
	}
	return f.editions[i]
}

func (f *front) serve(w http.ResponseWriter, r *http.Request, told *alerting.Snapshot) {
	guard(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case "/":
		f.redirect(w, r)
	case "/style.css":
		w.Header().Set("Cache-Control", "public, max-age=86400")
		f.style.serve(w, r)
	case "/icon.svg", "/favicon.ico":
		w.Header().Set("Cache-Control", "public, max-age=86400")
		f.icon.serve(w, r)
	default:
		f.serveEdition(w, r, told)
	}
}

// serveEdition serves what stands below a language.
func (f *front) serveEdition(w http.ResponseWriter, r *http.Request, told *alerting.Snapshot) {
	lang, rest, below := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	e := f.edition(lang)
	switch {
	case e == nil:
		f.serveMissing(w, r)
	case !below:
		http.Redirect(w, r, "/"+e.lang+"/", http.StatusFound)
	case rest == "":
		f.serveDrawn(w, r, func() (document, error) { return e.page(told, f.now()) })
	case rest == "feed.atom":
		f.serveDrawn(w, r, func() (document, error) { return e.feed(told) })
	default:
		f.serveMissing(w, r)
	}
}

func (f *front) serveDrawn(w http.ResponseWriter, r *http.Request, draw func() (document, error)) {
	d, err := draw()
	if err != nil {
		f.logger.ErrorContext(r.Context(), "public page not drawn", "path", r.URL.Path, "err", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	d.serve(w, r)
}

// serveMissing answers in all languages, since nothing tells which one is meant.
func (f *front) serveMissing(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", f.missing.kind)
	w.WriteHeader(http.StatusNotFound)
	if r.Method == http.MethodGet {
		_, _ = bytes.NewReader(f.missing.body).WriteTo(w) // a reader that has gone needs no answer
	}
}

// longestAccept bounds the header that is looked at.
const longestAccept = 1000

// redirect leads to the language the visitor prefers, else to the site's first.
func (f *front) redirect(w http.ResponseWriter, r *http.Request) {
	accepted := r.Header.Get("Accept-Language")
	if len(accepted) > longestAccept {
		accepted = ""
	}
	tags, _, err := language.ParseAcceptLanguage(accepted)
	if err != nil {
		tags = nil
	}
	_, index, _ := f.languages.Match(tags...)
	w.Header().Set("Vary", "Accept-Language")
	http.Redirect(w, r, "/"+f.editions[index].lang+"/", http.StatusFound)
}

// guard sets what every answer carries.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
}
