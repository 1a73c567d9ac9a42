package browser

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestOnlyABrowserOfNoUseCountsAsAFailedStart: one that is killed young, but
// has served, must be replaced at once.
func TestOnlyABrowserOfNoUseCountsAsAFailedStart(t *testing.T) {
	for name, c := range map[string]struct {
		age                 time.Duration
		begun, under, start int
	}{
		"young, no visit":              {age: time.Second, start: 1},
		"young, in its first visit":    {age: time.Second, begun: 1, under: 1, start: 1},
		"young, and a visit was over":  {age: time.Second, begun: 2, under: 1},
		"old, and never had any visit": {age: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPool(500, slog.New(slog.DiscardHandler), func(context.Context) (*process, error) { return nil, errClosed })
			p.closed = true // nothing is started in its place
			proc := &process{started: time.Now().Add(-c.age), cmd: &exec.Cmd{}}
			p.current, p.visits, p.leases[proc] = proc, c.begun, c.under
			p.ended(proc, replaceDied)
			if p.failures != c.start {
				t.Errorf("%d failed starts, want %d", p.failures, c.start)
			}
		})
	}
}

func TestARootWithoutRightsIsRefusedASandbox(t *testing.T) {
	if err := ownerFailure(&fs.PathError{Op: "lchown", Path: "/tmp/x", Err: syscall.EPERM}); !errors.Is(err, ErrSandbox) {
		t.Errorf("error = %v, want ErrSandbox: no later start can do better", err)
	}
	if err := ownerFailure(&fs.PathError{Op: "lchown", Path: "/tmp/x", Err: syscall.EIO}); errors.Is(err, ErrSandbox) {
		t.Errorf("error = %v, want no ErrSandbox", err)
	}
}
