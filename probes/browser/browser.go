package browser

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"

	"genkan/probes"
)

// nobody is the uid and gid of the user with no rights on most systems.
const nobody = 65534

// Config says how to run the browser.
type Config struct {
	Path         string                             // of the browser's program; "" and "auto" look for one
	Slots        int                                // visits at the same time; 0: by the number of cores
	RecycleAfter int                                // visits after which the process is replaced; 0: 500
	NoSandbox    bool                               // start without a sandbox, for those who insist
	UID          uint32                             // whom a daemon that runs as root starts the browser as; 0: nobody (65534)
	RunDir       string                             // where run directories are made; "": the system's temporary directory
	Logger       *slog.Logger                       // nil: silent
	Read         func(markup string) probes.Reading // reads rendered markup; never nil
	// Store keeps a file of evidence and names it; nil: none is made. Its failure
	// costs the evidence, never the visit.
	Store func(kind probes.EvidenceKind, data []byte) (probes.Digest, error)
}

// Browser visits pages, at most Slots at a time. Its methods may be called
// from many goroutines.
type Browser struct {
	cfg   Config
	log   *slog.Logger
	pool  *pool
	slots chan struct{} // holds one for each visit under way
}

// New finds a browser, removes what a killed daemon left, and starts the
// browser; ctx bounds the start. It fails when there is no browser (ErrMissing), when it can't
// have its sandbox (ErrSandbox) and when its program ends at once. A browser
// that is merely slow to start is started again in the background.
func New(ctx context.Context, cfg Config) (*Browser, error) {
	path, err := Find(cfg.Path)
	if err != nil {
		return nil, err
	}
	cfg = cfg.completed()
	o := ownerFor(os.Geteuid(), cfg.UID)
	if swept, err := sweep(cfg.RunDir, o); swept > 0 || err != nil {
		cfg.Logger.Warn("removed what an earlier browser left", "directories", swept, "err", err)
	}
	b := &Browser{cfg: cfg, log: cfg.Logger, slots: make(chan struct{}, cfg.Slots)}
	b.pool = newPool(cfg.RecycleAfter, cfg.Logger, func(ctx context.Context) (*process, error) {
		return launch(ctx, cfg, path, o)
	})
	if err := b.pool.open(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (c Config) completed() Config {
	if c.Slots <= 0 {
		c.Slots = min(2*runtime.NumCPU(), 8)
	}
	if c.RecycleAfter <= 0 {
		c.RecycleAfter = 500
	}
	if c.UID == 0 {
		c.UID = nobody
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Slots is how many visits can be under way at the same time.
func (b *Browser) Slots() int { return cap(b.slots) }

// Close ends the browser with all that belongs to it. Visits under way end
// with a fault.
func (b *Browser) Close() error {
	b.pool.close()
	return nil
}

// Visit waits for a slot and does the run's journey. It always returns an
// observation, at the latest 2 s after the probe's timeout once it has a slot;
// what went wrong on our side is its Fault. If ctx ends first the observation
// has a fault too, and is worthless.
func (b *Browser) Visit(ctx context.Context, run probes.Run) probes.Observation {
	select {
	case b.slots <- struct{}{}:
	case <-ctx.Done():
		return faulty(time.Now(), probes.BrowserSilent, fmt.Errorf("wait for a slot: %w", context.Cause(ctx)))
	}
	started := time.Now()
	p, err := b.lease(ctx, run)
	if err != nil {
		<-b.slots
		return faulty(started, probes.BrowserMissing, err)
	}
	v := newVisit(run, p, b.cfg)
	defer func() {
		go func() { // the slot is free once nothing of the visit is left
			v.clean()
			b.pool.release(p)
			<-b.slots
		}()
	}()
	return v.observe(ctx)
}

// lease waits for a browser as long as the probe would wait for its page.
func (b *Browser) lease(ctx context.Context, run probes.Run) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, timeoutOf(run))
	defer cancel()
	return b.pool.lease(ctx, run.FreshSince)
}

// faulty is the observation of a visit that saw nothing, through our own doing.
func faulty(started time.Time, reason probes.FaultReason, err error) probes.Observation {
	return probes.Observation{
		StartedAt: started, Duration: time.Since(started),
		Fault: &probes.Fault{Reason: reason, Detail: err.Error()},
	}
}
