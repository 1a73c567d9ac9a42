package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/cascadia"

	"genkan/probes"
	"genkan/probes/browser"
	"genkan/probes/evidence"
	"genkan/probes/markup"
	"genkan/probes/prober"
	"genkan/probes/signature"
)

// ErrNoBrowser says that a check had no browser to visit with: nothing is known
// of the pages, and nothing was wrong with what was asked.
var ErrNoBrowser = errors.New("there is no browser to check with")

// visitTimeout bounds a visit for which no time was said.
const visitTimeout = 30 * time.Second

// CheckOptions are what to visit now, and how.
type CheckOptions struct {
	URLs        []string
	Expect      probes.Expectation
	Packs       []string      // none: DefaultPacks
	ConfigFile  string        // take the probes from here instead of URLs
	Probes      []string      // of that configuration; none: all
	Timeout     time.Duration // for each visit; 0: a probe's own, and 30 s for a URL
	Jobs        int           // visits at a time; 0: by the machine
	EvidenceDir string        // "": none is kept
	BrowserPath string
	NoSandbox   bool
}

// DefaultPacks are the packs that judge where none are named.
func DefaultPacks() []string { return []string{"iqos", "web"} }

// Checker visits pages once, outside any schedule and record.
type Checker struct {
	runs    []probes.Run
	slots   int // visits at a time
	probe   func(context.Context, probes.Run) probes.Result
	set     *signature.Set
	store   *evidence.Store // nil: no evidence is kept
	browser *browser.Browser
}

// NewChecker starts a browser for o. An error is one of usage or configuration,
// or ErrNoBrowser.
func NewChecker(ctx context.Context, o CheckOptions, log *slog.Logger) (*Checker, error) {
	if err := o.refuse(); err != nil {
		return nil, err
	}
	list, set, err := o.subjects()
	if err != nil {
		return nil, err
	}
	c := &Checker{set: set}
	for _, p := range list {
		c.runs = append(c.runs, manualRun(p, p.Locations[0]))
	}
	cfg := browser.Config{Path: o.BrowserPath, Slots: o.Jobs, NoSandbox: o.NoSandbox, Logger: log, Read: markup.Read}
	if o.EvidenceDir != "" {
		if c.store, err = evidence.Open(o.EvidenceDir); err != nil {
			return nil, fmt.Errorf("open the folder for evidence: %w", err)
		}
		cfg.Store = c.store.Put
	}
	if c.browser, err = browser.New(ctx, cfg); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBrowser, err)
	}
	c.slots = c.browser.Slots()
	c.probe = prober.New(c.browser, set, log).Probe
	return c, nil
}

// refuse says what can't be meant, all at once.
func (o CheckOptions) refuse() error {
	var errs []error
	refuse := func(wrong bool, why string) {
		if wrong {
			errs = append(errs, errors.New(why))
		}
	}
	configured := o.ConfigFile != ""
	refuse(!configured && len(o.Probes) > 0, "--probe needs --config.file: a probe is one of a configuration")
	refuse(!configured && len(o.Probes) == 0 && len(o.URLs) == 0, "what is to be checked? Name URLs, or --config.file; see genkan check --help")
	refuse(configured && len(o.URLs) > 0, "either URLs or --config.file: the configuration's probes have URLs of their own")
	refuse(configured && o.Expect.Selector != "", "either --expect-selector or --config.file: the configuration's probes have expectations of their own")
	refuse(configured && len(o.Packs) > 0, "either --pack or --config.file: the configuration names packs of its own")
	refuse(o.Timeout < 0, "--timeout is below zero")
	refuse(o.Jobs < 0, "--jobs is below zero")
	errs = append(errs, badSelector(o.Expect.Selector))
	return errors.Join(errs...)
}

func badSelector(selector string) error {
	if selector == "" {
		return nil
	}
	if _, err := cascadia.ParseGroup(selector); err != nil {
		return fmt.Errorf("--expect-selector: %q is no CSS selector: %w", selector, err)
	}
	return nil
}

// subjects are the probes to run, and the packs to judge by.
func (o CheckOptions) subjects() ([]probes.Probe, *signature.Set, error) {
	if o.ConfigFile == "" {
		set, err := loadPacks(o.Packs)
		if err != nil {
			return nil, nil, err
		}
		list, err := o.fromURLs()
		return list, set, err
	}
	g, err := build(o.ConfigFile)
	if err != nil {
		return nil, nil, err
	}
	list, err := g.chosen(o.Probes)
	for i := range list {
		list[i].Timeout = cmp.Or(o.Timeout, list[i].Timeout)
	}
	return list, g.set, err
}

// loadPacks loads packs by name, or those that judge where none are named.
func loadPacks(names []string) (*signature.Set, error) {
	if len(names) == 0 {
		names = DefaultPacks()
	}
	set, err := signature.Load(names, nil)
	if err != nil {
		return nil, fmt.Errorf("load the packs: %w", err)
	}
	return set, nil
}

func (o CheckOptions) fromURLs() ([]probes.Probe, error) {
	var list []probes.Probe
	var errs []error
	for _, raw := range o.URLs {
		address, err := pageURL(raw)
		errs = append(errs, err)
		list = append(list, probes.Probe{
			Name: "check", Journey: probes.Visit(address), Timeout: cmp.Or(o.Timeout, visitTimeout), Expect: o.Expect,
			Device: probes.Desktop, Locale: "ja-JP", TimeZone: "Asia/Tokyo", Locations: []string{"local"},
		})
	}
	return list, errors.Join(errs...)
}

// pageURL is the address of a page as people write it: when no scheme is said,
// https, and http for an IP address and localhost, as browsers have it.
func pageURL(written string) (string, error) {
	scheme, rest, ok := strings.Cut(written, "://")
	if !ok {
		scheme, rest = "https", written
	}
	u, err := url.Parse(scheme + "://" + rest)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is no URL: %w", written, errors.Unwrap(err))
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return "", fmt.Errorf("%q can't be visited: write http://HOST/… or https://HOST/…", written)
	case u.User != nil:
		return "", fmt.Errorf("the URL for %s has a user or password in it, which would stand in every result: write it without", u.Hostname())
	case !ok && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()) != nil):
		scheme = "http"
	}
	return scheme + "://" + rest, nil
}

func (g *generation) chosen(names []string) ([]probes.Probe, error) {
	if len(names) == 0 {
		return slices.Clone(g.config.Probes), nil
	}
	var list []probes.Probe
	for _, name := range names {
		i := slices.IndexFunc(g.config.Probes, func(p probes.Probe) bool { return p.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no probe is called %q; there are %s", name, strings.Join(g.names(), ", "))
		}
		list = append(list, g.config.Probes[i])
	}
	return list, nil
}

// Len is how many results there will be.
func (c *Checker) Len() int { return len(c.runs) }

// Guidance is what there is to tell of a verdict.
func (c *Checker) Guidance(signature string, cause probes.Cause) probes.Guidance {
	return c.set.Guidance(signature, cause)
}

// Path is where a file of evidence is, or "" if none is kept.
func (c *Checker) Path(d probes.Digest) string {
	if c.store == nil {
		return ""
	}
	path, err := c.store.Path(d)
	if err != nil {
		return ""
	}
	return path
}

// Results visits all and yields the results in the order asked for, each as
// soon as it and those before it are there. When ctx ends it yields those that
// are there by then, and ends.
func (c *Checker) Results(ctx context.Context) iter.Seq[probes.Result] {
	return func(yield func(probes.Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		results, workers := c.start(ctx)
		defer workers.Wait()
		defer cancel()
		for _, ready := range results {
			select {
			case <-ready.over:
			case <-ctx.Done():
			}
			if r, ok := ready.take(); ok && !yield(r) {
				return
			}
		}
	}
}

// pending is a result that is to come.
type pending struct {
	over   chan struct{} // closed when result is there
	result probes.Result
}

// take returns the result if it is there.
func (p *pending) take() (probes.Result, bool) {
	select {
	case <-p.over:
		return p.result, true
	default:
		return probes.Result{}, false
	}
}

// start makes the visits, as many at a time as there are slots. What ends after
// ctx is worth nothing and never comes.
func (c *Checker) start(ctx context.Context) ([]*pending, *sync.WaitGroup) {
	results := make([]*pending, len(c.runs))
	next := make(chan int, len(c.runs))
	for i := range c.runs {
		results[i] = &pending{over: make(chan struct{})}
		next <- i
	}
	close(next)
	var workers sync.WaitGroup
	for range min(c.slots, len(c.runs)) {
		workers.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					return
				}
				results[i].result = c.probe(ctx, c.runs[i])
				if ctx.Err() == nil {
					close(results[i].over)
				}
			}
		})
	}
	return results, &workers
}

// Close ends the browser.
func (c *Checker) Close() error {
	if err := c.browser.Close(); err != nil {
		return fmt.Errorf("end the browser: %w", err)
	}
	return nil
}
