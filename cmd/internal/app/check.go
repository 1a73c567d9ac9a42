package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"genkan/probes"
	"genkan/probes/browser"
	"genkan/probes/evidence"
	"genkan/probes/markup"
	"genkan/probes/prober"
	"genkan/probes/signature"
)

// CheckOptions are what to visit now, and how.
type CheckOptions struct {
	URLs        []string
	Expect      probes.Expectation
	Packs       []string
	ConfigFile  string   // take the probes from here instead of URLs
	Probes      []string // of that configuration; none: all
	Timeout     time.Duration
	Jobs        int    // visits at a time; 0: by the machine
	EvidenceDir string // "": none is kept
	BrowserPath string
	NoSandbox   bool
}

// Checker visits pages once, outside any schedule and record.
type Checker struct {
	runs    []probes.Run
	set     *signature.Set
	browser *browser.Browser
	prober  *prober.Prober
}

// NewChecker starts a browser for o. An error is one of usage or configuration,
// or says that there is no browser.
func NewChecker(ctx context.Context, o CheckOptions, log *slog.Logger) (*Checker, error) {
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
		store, err := evidence.Open(o.EvidenceDir)
		if err != nil {
			return nil, fmt.Errorf("open the folder for evidence: %w", err)
		}
		cfg.Store = store.Put
	}
	if c.browser, err = browser.New(ctx, cfg); err != nil {
		return nil, fmt.Errorf("start the browser: %w", err)
	}
	c.prober = prober.New(c.browser, set, log)
	return c, nil
}

// subjects are the probes to run, and the packs to judge by.
func (o CheckOptions) subjects() ([]probes.Probe, *signature.Set, error) {
	if o.ConfigFile == "" {
		if len(o.Probes) > 0 {
			return nil, nil, errors.New("--probe needs --config.file: a probe is one of a configuration")
		}
		set, err := signature.Load(o.Packs, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("load the packs: %w", err)
		}
		list, err := o.fromURLs()
		return list, set, err
	}
	if len(o.URLs) > 0 {
		return nil, nil, errors.New("either URLs or --config.file: the configuration's probes have URLs of their own")
	}
	g, err := build(o.ConfigFile)
	if err != nil {
		return nil, nil, err
	}
	list, err := g.chosen(o.Probes)
	return list, g.set, err
}

func (o CheckOptions) fromURLs() ([]probes.Probe, error) {
	if len(o.URLs) == 0 {
		return nil, errors.New("what is to be checked? Name URLs, or --config.file")
	}
	var list []probes.Probe
	var errs []error
	for _, raw := range o.URLs {
		address, err := pageURL(raw)
		errs = append(errs, err)
		list = append(list, probes.Probe{
			Name: "check", Journey: probes.Visit(address), Timeout: o.Timeout, Expect: o.Expect,
			Device: probes.Desktop, Locale: "ja-JP", TimeZone: "Asia/Tokyo", Locations: []string{"local"},
		})
	}
	return list, errors.Join(errs...)
}

// pageURL is the address of a page as people write it: https when no scheme is said.
func pageURL(raw string) (string, error) {
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("%q is no URL: %w", raw, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", fmt.Errorf("%q can't be visited: write http://HOST/… or https://HOST/…", raw)
	}
	return u.String(), nil
}

func (g *generation) chosen(names []string) ([]probes.Probe, error) {
	if len(names) == 0 {
		return g.config.Probes, nil
	}
	var list []probes.Probe
	for _, name := range names {
		i := slices.IndexFunc(g.config.Probes, func(p probes.Probe) bool { return p.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no probe is called %q; there are %q", name, g.names())
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

// Results visits all and yields the results in the order asked for, each as
// soon as it and those before it are there. It ends early when ctx does.
func (c *Checker) Results(ctx context.Context) iter.Seq[probes.Result] {
	return func(yield func(probes.Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()
		results := make([]chan probes.Result, len(c.runs))
		next := make(chan int, len(c.runs))
		for i := range c.runs {
			results[i] = make(chan probes.Result, 1)
			next <- i
		}
		close(next)
		for range min(c.browser.Slots(), len(c.runs)) {
			workers.Go(func() {
				for i := range next {
					if ctx.Err() == nil {
						results[i] <- c.prober.Probe(ctx, c.runs[i])
					}
				}
			})
		}
		for _, ready := range results {
			select {
			case r := <-ready:
				if ctx.Err() != nil || !yield(r) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// Close ends the browser.
func (c *Checker) Close() error {
	if err := c.browser.Close(); err != nil {
		return fmt.Errorf("end the browser: %w", err)
	}
	return nil
}
