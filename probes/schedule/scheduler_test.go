package schedule

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"genkan/probes"
)

// rig is a scheduler in a bubble of fake time, with workers and a clock that
// can be set. The bubble's time begins at 2000-01-01T00:00:00Z.
type rig struct {
	*Scheduler
	t       *testing.T
	workers sync.WaitGroup

	mu    sync.Mutex
	set   time.Duration // by how much the clock was set
	visit time.Duration // how long a visit takes
	begun []begun
}

type begun struct {
	probes.Run
	when time.Time // by the bubble's own time
}

// pass lets d pass in the bubble.
func pass(d time.Duration) { time.Sleep(d) }

func newRig(t *testing.T, cfg Config, workers int, list ...probes.Probe) *rig {
	t.Helper()
	r := &rig{t: t}
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.Now = r.now
	s, err := New(list, time.UTC, cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Scheduler = s
	ctx, cancel := context.WithCancel(t.Context())
	go s.Run(ctx)
	for range workers {
		r.workers.Go(r.work)
	}
	t.Cleanup(func() { cancel(); r.workers.Wait() })
	return r
}

func (r *rig) work() {
	for run := range r.Runs() {
		r.mu.Lock()
		r.begun = append(r.begun, begun{run, time.Now()})
		visit := r.visit
		r.mu.Unlock()
		if visit > 0 {
			pass(visit)
		}
		r.Done(run)
	}
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.set)
}

func (r *rig) step(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set += d
}

func (r *rig) visits(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.visit = d
}

// runs lets d pass and returns what was begun until then, once: by time, and
// by name where workers were quick to take several.
func (r *rig) runs(d time.Duration) []probes.Run {
	pass(d)
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortStableFunc(r.begun, func(a, b begun) int {
		return cmp.Or(a.when.Compare(b.when), cmp.Compare(a.Probe.Name, b.Probe.Name), cmp.Compare(a.Location, b.Location))
	})
	var out []probes.Run
	for _, b := range r.begun {
		out = append(out, b.Run)
	}
	r.begun = nil
	return out
}

func (r *rig) want(d time.Duration, want ...string) {
	r.t.Helper()
	var got []string
	for _, run := range r.runs(d) {
		got = append(got, fmt.Sprintf("%s@%s %s #%d", run.Probe.Name, run.Location, run.ScheduledAt.Format("02T15:04:05"), run.Attempt))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		r.t.Errorf("begun within %s (-want +got):\n%s", d, diff)
	}
}

// skips are the counters that aren't 0.
func (r *rig) skips(want map[string]float64) {
	r.t.Helper()
	synctest.Wait()
	got := map[string]float64{}
	for _, l := range r.Scheduler.plan.lines {
		for _, why := range reasons() {
			if n := testutil.ToFloat64(r.metrics.skipped.WithLabelValues(l.Probe, l.Location, string(why))); n > 0 {
				got[l.Probe+"@"+l.Location+" "+string(why)] = n
			}
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		r.t.Errorf("skipped (-want +got):\n%s", diff)
	}
}

func probe(name, spec string, locations ...string) probes.Probe {
	if locations == nil {
		locations = []string{"local"}
	}
	return probes.Probe{Name: name, Schedule: spec, Locations: locations, Journey: probes.Visit("http://127.0.0.1/" + name)}
}

func TestTicksAreNominal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 2, probe("login", "@every 1m", "tokyo", "osaka"))
		r.want(0, "login@osaka 01T00:00:00 #0", "login@tokyo 01T00:00:00 #0")
		r.want(59 * time.Second)
		r.want(time.Second, "login@osaka 01T00:01:00 #0", "login@tokyo 01T00:01:00 #0")
		r.skips(map[string]float64{})
	})
}

func TestRunIsSelfContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New([]probes.Probe{probe("login", "*/5 * * * *")}, zone(t, "Asia/Tokyo"), Config{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.Run(ctx)
		run := <-s.Runs()
		midnight := at(t, "2000-01-01T00:00:00Z")
		want := probes.Run{
			ID: probes.RunID("login", "local", midnight, 0), Probe: probe("login", "*/5 * * * *"), Location: "local",
			ScheduledAt: midnight, NotAfter: midnight.Add(5 * time.Minute), Origin: probes.Scheduled,
		}
		want.Probe.Interval = 5 * time.Minute
		if diff := gocmp.Diff(want, run); diff != "" {
			t.Errorf("run (-want +got):\n%s", diff)
		}
		cancel()
		if _, open := <-s.Runs(); open {
			t.Error("Runs is open after the end")
		}
		if err := s.Run(t.Context()); err == nil {
			t.Error("a second Run went without an error")
		}
	})
}

func TestStartCatchesUpOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pass(10*time.Hour + 7*time.Second)
		r := newRig(t, Config{}, 1, probe("weekly", "0 2 * * 3"), probe("hourly", "@hourly"), probe("often", "@every 5s"))
		r.want(0, "hourly@local 01T10:00:00 #0", "often@local 01T10:00:05 #0", "weekly@local 29T02:00:00 #0")
		r.want(3*time.Second, "often@local 01T10:00:10 #0")
		r.skips(map[string]float64{})
	})
}

func TestJitterSpreadsAndStays(t *testing.T) {
	const n = 400
	seen := map[time.Duration]int{}
	for i := range n {
		s := Series{Probe: fmt.Sprintf("probe-%d", i), Location: "tokyo"}
		d := jitter(s, time.Minute, 10*time.Second)
		if d != jitter(s, time.Minute, 10*time.Second) || d < 0 || d >= 6*time.Second {
			t.Fatalf("jitter of %v: %v", s, d)
		}
		seen[d.Truncate(time.Second)]++
	}
	for second := range 6 {
		if got := seen[time.Duration(second)*time.Second]; got < n/12 {
			t.Errorf("%d of %d start in second %d", got, n, second)
		}
	}
	if d := jitter(Series{Probe: "a"}, time.Hour, 0); d != 0 {
		t.Errorf("jitter without a limit: %v", d)
	}
}

func TestJitterDelaysTheStartOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{Jitter: 30 * time.Second}, 1, probe("login", "@every 5m"))
		offset := jitter(Series{"login", "local"}, 5*time.Minute, 30*time.Second)
		if offset < time.Second {
			t.Fatalf("the probe's offset is %v: choose another name", offset)
		}
		r.want(offset - time.Millisecond)
		r.want(time.Millisecond, "login@local 01T00:00:00 #0")
		r.want(5*time.Minute - time.Millisecond)
		r.want(time.Millisecond, "login@local 01T00:05:00 #0")
		if sum := testutil.CollectAndCount(r, "genkan_probe_schedule_lag_seconds"); sum != 1 {
			t.Errorf("%d histograms", sum)
		}
	})
}

func TestNoOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 4, probe("slow", "@every 10s"), probe("twin", "@every 10s", "a", "b"))
		r.visits(25 * time.Second)
		r.want(0, "slow@local 01T00:00:00 #0", "twin@a 01T00:00:00 #0", "twin@b 01T00:00:00 #0")
		r.want(24 * time.Second)
		r.want(6*time.Second, "slow@local 01T00:00:30 #0", "twin@a 01T00:00:30 #0", "twin@b 01T00:00:30 #0")
		r.skips(map[string]float64{"slow@local overlap": 2, "twin@a overlap": 2, "twin@b overlap": 2})
	})
}

func TestLateRunsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 0, probe("a", "@every 10s"), probe("b", "@every 1m"))
		r.want(35 * time.Second)
		r.skips(map[string]float64{"a@local late": 3})
		r.workers.Go(r.work)
		r.want(0, "a@local 01T00:00:30 #0", "b@local 01T00:00:00 #0")
		r.want(5*time.Second, "a@local 01T00:00:40 #0")
		r.skips(map[string]float64{"a@local late": 3})
	})
}

func TestSuspendCatchesUpOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 1, probe("login", "@every 1m"), probe("night", "30 2 * * *"))
		r.want(90*time.Second, "login@local 01T00:00:00 #0", "night@local 31T02:30:00 #0", "login@local 01T00:01:00 #0")
		r.step(10 * time.Minute) // the clock goes on while the loop sleeps
		r.want(30*time.Second, "login@local 01T00:12:00 #0")
		r.want(time.Minute, "login@local 01T00:13:00 #0")
		r.skips(map[string]float64{"login@local missed": 10})
	})
}

func TestClockSet(t *testing.T) {
	for _, set := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, time.Hour + 7*time.Second, -time.Millisecond, -37 * time.Minute} {
		t.Run(set.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pass(48*time.Hour + 17*time.Second)
				r := newRig(t, Config{Jitter: 2 * time.Second}, 2, probe("login", "@every 1m", "a", "b"), probe("hourly", "0 * * * *"))
				before := r.runs(3 * time.Hour)
				r.step(set)
				just := r.runs(30 * time.Second)
				if limit := 3 * 2; len(just) > limit { // of each series one catch-up, and a tick that was to come anyway
					t.Errorf("%d runs right after the clock was set", len(just))
				}
				then := r.runs(26 * time.Hour)
				unique(t, before, just, then)
				if want := 2 * 22 * 60; len(then) < want { // set back over the three hours before, it lets those pass
					t.Errorf("%d runs followed, want %d", len(then), want)
				}
			})
		})
	}
}

// A clock that was wrong and is put right: what was run by the wrong clock
// doesn't keep the probes from running by the right one.
func TestClockPutRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 1, probe("login", "@every 1m"))
		first := r.runs(time.Hour - time.Second)
		r.step(24 * time.Hour)
		wrong := r.runs(10 * time.Minute)
		r.step(-24 * time.Hour)
		right := r.runs(48 * time.Hour)
		unique(t, first, wrong, right)
		if missing := 48*60 - len(right); missing < 9 || missing > 12 {
			t.Errorf("%d of %d ticks were left out, and only those some 10 that the wrong clock had run should be", missing, 48*60)
		}
		if n := testutil.ToFloat64(r.metrics.skipped.WithLabelValues("login", "local", string(repeated))); n < 9 || n > 12 {
			t.Errorf("%v ticks counted as repeated", n)
		}
	})
}

func unique(t *testing.T, lists ...[]probes.Run) {
	t.Helper()
	seen := map[string]bool{}
	for _, list := range lists {
		for _, run := range list {
			if seen[run.ID] {
				t.Errorf("twice: %s at %s", run.Probe.Name, run.ScheduledAt)
			}
			seen[run.ID] = true
		}
	}
}

func TestConfirm(t *testing.T) {
	login := Series{"login", "local"}
	for name, c := range map[string]struct {
		visit time.Duration
		do    func(r *rig, tick time.Time)
		want  []string // within the next 70 s
		skips map[string]float64
	}{
		"runs at its time": {
			do:   func(r *rig, tick time.Time) { r.Confirm(login, tick, 1, time.Now().Add(20*time.Second), tick) },
			want: []string{"login@local 01T00:00:00 #1", "login@local 01T00:01:00 #0"},
		},
		"asked twice, runs once": {
			do: func(r *rig, tick time.Time) {
				r.Confirm(login, tick, 1, time.Now().Add(20*time.Second), tick)
				r.Confirm(login, tick, 1, time.Now().Add(20*time.Second), tick)
			},
			want: []string{"login@local 01T00:00:00 #1", "login@local 01T00:01:00 #0"},
		},
		"asked again after it ran": {
			do: func(r *rig, tick time.Time) {
				r.Confirm(login, tick, 1, time.Now(), tick)
				pass(5 * time.Second)
				r.Confirm(login, tick, 1, time.Now(), tick)
				r.Confirm(login, tick, 2, time.Now(), tick)
			},
			want: []string{"login@local 01T00:00:00 #1", "login@local 01T00:00:00 #2", "login@local 01T00:01:00 #0"},
		},
		"waits for the run that it confirms": {
			visit: 10 * time.Second,
			do:    func(r *rig, tick time.Time) { r.Confirm(login, tick, 1, time.Now(), tick) },
			want:  []string{"login@local 01T00:00:00 #1", "login@local 01T00:01:00 #0"},
		},
		"overtaken by the next tick": {
			do:    func(r *rig, tick time.Time) { r.Confirm(login, tick, 1, tick.Add(65*time.Second), tick) },
			want:  []string{"login@local 01T00:01:00 #0"},
			skips: map[string]float64{"login@local late": 1},
		},
		"while the next tick runs": {
			visit: 30 * time.Second,
			do:    func(r *rig, tick time.Time) { r.Confirm(login, tick, 1, tick.Add(65*time.Second), tick) },
			want:  []string{"login@local 01T00:01:00 #0"},
			skips: map[string]float64{"login@local overlap": 1},
		},
		"for nobody": {
			do:   func(r *rig, tick time.Time) { r.Confirm(Series{"log-in", "local"}, tick, 1, time.Now(), tick) },
			want: []string{"login@local 01T00:01:00 #0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, Config{}, 1, probe("login", "@every 1m"))
				r.visits(c.visit)
				tick := at(t, "2000-01-01T00:00:00Z")
				r.want(time.Second, "login@local 01T00:00:00 #0")
				c.do(r, tick)
				r.want(70*time.Second, c.want...)
				if c.skips == nil {
					c.skips = map[string]float64{}
				}
				r.skips(c.skips)
			})
		})
	}
}

func TestConfirmationsComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 1, probe("a", "@every 30s"), probe("b", "@every 30s"), probe("z", "@every 5m"))
		r.visits(8 * time.Second)
		r.want(29*time.Second, "a@local 01T00:00:00 #0", "b@local 01T00:00:00 #0", "z@local 01T00:00:00 #0")
		r.Confirm(Series{"z", "local"}, at(t, "2000-01-01T00:00:00Z"), 1, time.Now().Add(2*time.Second), time.Now())
		r.want(25*time.Second, "a@local 01T00:00:30 #0", "z@local 01T00:00:00 #1", "b@local 01T00:00:30 #0")
	})
}

func TestConfirmationCarriesItsWishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 1, probe("login", "@every 1m"))
		tick, fresh := at(t, "2000-01-01T00:00:00Z"), at(t, "2000-01-01T00:00:03Z")
		r.want(5*time.Second, "login@local 01T00:00:00 #0")
		r.Confirm(Series{"login", "local"}, tick, 1, time.Now().Add(10*time.Second), fresh)
		got := r.runs(20 * time.Second)
		if len(got) != 1 || got[0].ID != probes.RunID("login", "local", tick, 1) || !got[0].FreshSince.Equal(fresh) || !got[0].NotAfter.Equal(tick.Add(75*time.Second)) {
			t.Errorf("confirmation: %+v", got)
		}
	})
}

func TestConfirmationFollowsTheClockBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 1, probe("hourly", "@hourly"))
		pass(5 * time.Minute)
		r.want(0, "hourly@local 01T00:00:00 #0")
		r.Confirm(Series{"hourly", "local"}, at(t, "2000-01-01T00:00:00Z"), 1, r.now().Add(20*time.Second), time.Time{})
		r.step(-24 * time.Hour)
		r.want(time.Minute, "hourly@local 01T00:00:00 #1")
	})
}

func TestReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 1, probe("stays", "@every 1m"), probe("goes", "@every 1m"), probe("changes", "@every 1m"))
		r.visits(5 * time.Second)
		r.want(20*time.Second, "changes@local 01T00:00:00 #0", "goes@local 01T00:00:00 #0", "stays@local 01T00:00:00 #0")
		r.Confirm(Series{"stays", "local"}, at(t, "2000-01-01T00:00:00Z"), 1, time.Now().Add(20*time.Second), time.Time{})

		if err := r.Replace([]probes.Probe{probe("stays", "@every 0s"), probe("stays", "often")}); err == nil || !strings.Contains(err.Error(), "often") || !strings.Contains(err.Error(), "@every 0s") {
			t.Errorf("Replace with two bad schedules: %v", err)
		}
		stays := probe("stays", "@every 1m")
		stays.Device = probes.Mobile
		if err := r.Replace([]probes.Probe{stays, probe("changes", "@every 90s"), probe("comes", "@every 1h")}); err != nil {
			t.Fatal(err)
		}
		r.want(10*time.Second, "comes@local 01T00:00:00 #0")
		got := r.runs(15 * time.Second)
		if len(got) != 1 || got[0].Attempt != 1 || got[0].Probe.Device != probes.Mobile {
			t.Errorf("the confirmation after the reload: %+v", got)
		}
		r.want(55*time.Second, "stays@local 01T00:01:00 #0", "changes@local 01T00:01:30 #0")
		if n := testutil.CollectAndCount(r, "genkan_probe_skipped_total"); n != 3*len(reasons()) {
			t.Errorf("%d counters, want those of three series", n)
		}
	})
}

func TestReplaceKeepsWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 2, probe("login", "@every 10s"))
		r.visits(25 * time.Second)
		r.want(time.Second, "login@local 01T00:00:00 #0")
		for _, list := range [][]probes.Probe{{}, {probe("login", "@every 10s")}} {
			if err := r.Replace(list); err != nil {
				t.Fatal(err)
			}
		}
		r.want(23 * time.Second)
		r.want(10*time.Second, "login@local 01T00:00:30 #0")
	})
}

func TestTwiceTheSameNameIsRefused(t *testing.T) {
	_, err := New([]probes.Probe{probe("a", "@hourly"), probe("a", "@daily")}, nil, Config{})
	if err == nil || !strings.Contains(err.Error(), `probe "a" is there twice at "local"`) {
		t.Errorf("New: %v", err)
	}
}

func TestMetricsAreSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{}, 1, probe("login", "@every 1m"))
		r.want(time.Second, "login@local 01T00:00:00 #0")
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(r)
		problems, err := testutil.GatherAndLint(registry)
		if err != nil || len(problems) > 0 {
			t.Errorf("lint: %v, %v", []promlint.Problem(problems), err)
		}
		want := `
			# HELP genkan_probe_skipped_total Runs that were due and left out: overlap (another run of the probe was under way), missed (nobody was there; one run made up for all), late (no worker in time), repeated (the clock was set back).
			# TYPE genkan_probe_skipped_total counter
			genkan_probe_skipped_total{location="local",probe="login",reason="late"} 0
			genkan_probe_skipped_total{location="local",probe="login",reason="missed"} 0
			genkan_probe_skipped_total{location="local",probe="login",reason="overlap"} 0
			genkan_probe_skipped_total{location="local",probe="login",reason="repeated"} 0
		`
		if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "genkan_probe_skipped_total"); err != nil {
			t.Error(err)
		}
	})
}
