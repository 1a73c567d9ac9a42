package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"genkan/alerting"
	"genkan/probes"
)

// A disk can be filled and freed.
type disk struct {
	path       string
	fill, free func(*Ledger)
}

// disks are two ways to run out of space: the database reaches the size that it may
// have, and the file system really is full (where mounting one is allowed).
func disks() map[string]func(*testing.T) disk {
	return map[string]func(*testing.T) disk{
		"the database may grow no more": func(t *testing.T) disk {
			limit := func(pages int) func(*Ledger) {
				return func(l *Ledger) {
					if _, err := l.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
						t.Fatal(err)
					}
				}
			}
			return disk{filepath.Join(t.TempDir(), "genkan.db"), limit(1), limit(1 << 30)}
		},
		"the file system is full": func(t *testing.T) disk {
			dir := smallFileSystem(t)
			ballast := filepath.Join(dir, "ballast")
			fill := func(*Ledger) {
				if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
					t.Fatalf("filled with %v", err)
				}
			}
			free := func(*Ledger) {
				if err := os.Remove(ballast); err != nil {
					t.Fatal(err)
				}
			}
			return disk{filepath.Join(dir, "genkan.db"), fill, free}
		},
	}
}

func TestDiskFullThenFree(t *testing.T) {
	for name, disk := range disks() {
		t.Run(name, func(t *testing.T) {
			d := disk(t)
			var log bytes.Buffer
			l, err := Open(d.path, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			for k := range 10 {
				put(t, l, event(k))
			}
			d.fill(l)
			k := fillUp(t, l, 10)
			full := put(t, l, event(k)) // an incident goes on, opens or ends meanwhile
			if full.Writable || full.Result == nil || testutil.ToFloat64(l.metrics.writable) != 0 {
				t.Fatalf("%+v", full)
			}
			if again := put(t, l, event(k)); again.Result != nil || !reflect.DeepEqual(again.State, full.State) {
				t.Error("a held result counted twice")
			}
			if again := put(t, l, event(3)); again.Result != nil {
				t.Error("a recorded result counted twice")
			}
			held := map[probes.Digest]bool{}
			for dig, err := range l.Digests(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				held[dig] = true
			}
			if !held[result(k).Artifacts[probes.Screenshot]] {
				t.Error("the evidence of a held result is not named")
			}
			d.free(l)
			s := put(t, l, alerting.Event{At: full.At.Add(time.Second)})
			if !s.Writable || testutil.ToFloat64(l.metrics.writable) != 1 || len(s.Changes) != 0 {
				t.Fatalf("after the disk is free: %+v", s)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			again := open(t, d.path, Config{})
			compare(t, again, k+1)
			if !reflect.DeepEqual(again.Snapshot().Days, s.Days) {
				t.Errorf("days: %s", cmp.Diff(s.Days, again.Snapshot().Days))
			}
			if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
				t.Errorf("%d errors were logged:\n%s", n, log.String())
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// fillUp appends until the disk refuses, and thirty more, and returns the number of the next.
func fillUp(t *testing.T, l *Ledger, k int) int {
	t.Helper()
	for end := k + 500; k < end; k++ {
		if s := put(t, l, event(k)); !s.Writable {
			end = min(end, k+30)
		}
	}
	if l.Snapshot().Writable {
		t.Fatal("the disk did not refuse")
	}
	return k
}

func TestHeldIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "genkan.db")
	l := open(t, path, Config{Held: 5})
	put(t, l, event(0))
	if _, err := l.write.Exec("PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	k := fillUp(t, l, 1)
	last := l.Snapshot()
	if len(l.held) != 5 {
		t.Fatalf("%d are held", len(l.held))
	}
	if err := l.Close(); err == nil || !strings.Contains(err.Error(), "5 results") {
		t.Errorf("closed with %v", err)
	}
	again := open(t, path, Config{})
	if n := len(stored(t, again)); n >= k-5 || n == 0 {
		t.Errorf("%d of %d results are recorded", n, k)
	}
	if at := again.Snapshot().At; !at.Before(last.At) {
		t.Errorf("the state is of %s", at)
	}
}
