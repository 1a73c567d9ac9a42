package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// errClosed says that the Browser was closed.
var errClosed = errors.New("the browser was closed")

// The reasons for which a browser process is replaced.
const (
	replaceDied    = "died"
	replaceSilent  = "silent"  // it no longer answered
	replaceBroken  = "broken"  // a tab of it couldn't be removed
	replaceRecycle = "recycle" // it had done its number of visits
	replaceFresh   = "fresh"   // a confirmation asked for a new one
)

const (
	heartbeat        = 5 * time.Second
	heartbeatTimeout = 10 * time.Second // generous: a starved machine must not lose its browser
	shortLife        = 10 * time.Second // a browser that dies younger counts as a failed start
	longestBackoff   = 30 * time.Second
)

// pool keeps one current browser process. Replaced processes end when their
// last visit does.
type pool struct {
	launch       func(context.Context) (*process, error)
	recycleAfter int
	log          *slog.Logger
	ctx          context.Context // ends when the pool is closed
	cancel       context.CancelFunc
	background   sync.WaitGroup

	mu       sync.Mutex
	current  *process         // nil: none works
	next     *start           // under way; nil: none
	failure  error            // of the last start; nil after a success
	failures int              // in a row
	leases   map[*process]int // visits under way; a process that isn't current ends with its last one
	visits   int              // begun in the current process
	restarts map[string]int   // by reason
	closed   bool
}

// start is a browser that is being started.
type start struct {
	reason string
	over   chan struct{} // closed when it runs or failed
}

func newPool(recycleAfter int, log *slog.Logger, launch func(context.Context) (*process, error)) *pool {
	p := &pool{
		launch: launch, recycleAfter: recycleAfter, log: log, leases: map[*process]int{},
		restarts: map[string]int{replaceDied: 0, replaceSilent: 0, replaceBroken: 0, replaceRecycle: 0, replaceFresh: 0},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// open starts the first browser. It fails when no later attempt can succeed.
func (p *pool) open(ctx context.Context) error {
	proc, err := p.launch(ctx)
	switch {
	case errors.Is(err, errExited), errors.Is(err, ErrSandbox), ctx.Err() != nil:
		return err
	case err != nil:
		p.log.Error("the browser doesn't start; trying again", "err", err)
		p.mu.Lock()
		p.failed(err)
		p.replace(replaceDied)
		p.mu.Unlock()
		return nil
	}
	p.mu.Lock()
	p.install(proc)
	p.mu.Unlock()
	return nil
}

// lease returns a working process that was started later than freshSince, and
// counts the visit that is to be done in it. It waits for one that is being
// started, but not through a back-off.
func (p *pool) lease(ctx context.Context, freshSince time.Time) (*process, error) {
	for {
		proc, next, err := p.take(freshSince)
		if proc != nil || err != nil {
			return proc, err
		}
		select {
		case <-next.over:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a browser: %w", ctx.Err())
		}
	}
}

// take returns a process, or the start to wait for, or why there is none.
func (p *pool) take(freshSince time.Time) (*process, *start, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	proc := p.current
	switch {
	case p.closed:
		return nil, nil, errClosed
	case proc != nil && proc.alive() && !proc.isBroken() && proc.started.After(freshSince):
		p.leases[proc]++
		if p.visits++; p.visits >= p.recycleAfter {
			p.replace(replaceRecycle)
		}
		return proc, nil, nil
	case proc == nil && p.failures >= 2:
		return nil, nil, fmt.Errorf("no browser works: %w", p.failure)
	case proc != nil && proc.isBroken():
		return nil, p.replace(replaceBroken), nil
	case proc != nil && proc.alive():
		return nil, p.replace(replaceFresh), nil
	}
	return nil, p.replace(replaceDied), nil
}

// release ends a visit's lease.
func (p *pool) release(proc *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leases[proc]--
	if proc.isBroken() && proc == p.current {
		p.replace(replaceBroken)
	}
	p.retire(proc)
}

// retire ends a process that is neither current nor in use. The lock is held.
func (p *pool) retire(proc *process) {
	if proc == p.current || p.leases[proc] > 0 {
		return
	}
	delete(p.leases, proc)
	proc.kill()
}

// replace has a new process started, unless one is being started already. The lock is held.
func (p *pool) replace(reason string) *start {
	if p.next != nil || p.closed {
		return p.next
	}
	p.next = &start{reason: reason, over: make(chan struct{})}
	p.restarts[reason]++
	p.log.Info("starting a new browser", "reason", reason)
	delay := p.backoff()
	p.background.Go(func() { p.begin(delay) })
	return p.next
}

// backoff is how long to wait before the next start. The lock is held.
func (p *pool) backoff() time.Duration {
	if p.failures < 2 || p.current != nil {
		return 0
	}
	return min(time.Second<<min(p.failures-2, 10), longestBackoff)
}

// begin starts a process after a delay and makes it the current one.
func (p *pool) begin(delay time.Duration) {
	select {
	case <-time.After(delay):
	case <-p.ctx.Done():
	}
	proc, err := p.launch(p.ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.next.over)
	p.next = nil
	switch {
	case err == nil:
		p.install(proc)
	case !p.closed:
		p.failed(err)
		p.log.Error("the browser doesn't start", "err", err, "failures", p.failures)
		if p.current == nil {
			p.replace(replaceDied)
		}
	}
}

// failed notes that a browser couldn't be started or died young. The lock is held.
func (p *pool) failed(err error) {
	p.failure = err
	p.failures++
}

// install makes proc the current process. The lock is held.
func (p *pool) install(proc *process) {
	old := p.current
	p.current, p.visits = proc, 0
	p.leases[proc] = 0
	p.background.Go(func() { p.watch(proc) })
	if old != nil {
		p.retire(old)
	}
	if p.closed {
		proc.kill()
	}
}

// watch asks a process now and then whether it is well, until it has ended.
func (p *pool) watch(proc *process) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-proc.exited:
			p.ended(proc, replaceDied)
			return
		case <-beat.C:
			if !proc.answers(p.ctx, heartbeatTimeout) && proc.alive() && p.ctx.Err() == nil {
				proc.silence()
				p.ended(proc, replaceSilent)
			}
		}
	}
}

// ended replaces the current process when it has ended, or is about to. One that
// ends young, and before any visit was over, counts as one that doesn't start.
func (p *pool) ended(proc *process, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if proc != p.current {
		return
	}
	p.current = nil
	if time.Since(proc.started) < shortLife && p.visits <= p.leases[proc] {
		p.failed(fmt.Errorf("the browser ended after %s: %s", time.Since(proc.started).Round(time.Millisecond), proc.cmd.ProcessState))
	} else {
		p.failure, p.failures = nil, 0
	}
	p.replace(reason)
}

// close ends all processes and waits until nothing of them is left.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.cancel()
	for proc := range p.leases {
		proc.kill()
	}
	p.mu.Unlock()
	p.background.Wait()
}

// processes are the processes that run now.
func (p *pool) processes() []*process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.leases))
}

// restarted is how often a process was replaced, by reason.
func (p *pool) restarted() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.restarts)
}
