package alertmanager

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/config"

	"genkan/alerting"
	"genkan/probes"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// sink is a sender that notes when it was sent what. Inside a bubble only.
type sink struct {
	began time.Time
	sends []string
	fail  func() error
	hang  bool
}

func (s *sink) Send(ctx context.Context, alerts []alerting.Alert) error {
	if s.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	line := time.Since(s.began).String() + ":"
	for _, a := range alerts {
		state := "ended"
		if a.Firing(time.Now()) {
			state = "firing"
		}
		line += " " + a.Labels["incident"] + " " + state
	}
	s.sends = append(s.sends, line)
	if s.fail != nil {
		return s.fail()
	}
	return nil
}

// running starts a relay in a bubble; the returned function stops it.
func running(t *testing.T, senders ...Sender) (*Relay, func()) {
	t.Helper()
	r := NewRelay(Route{Wording: wording(), Senders: senders}, quiet())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { r.Run(ctx); close(done) }()
	return r, func() { cancel(); <-done }
}

func after(d time.Duration) {
	time.Sleep(d) // in the bubble: its clock moves at once
	synctest.Wait()
}

func TestRelayRhythm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := &sink{began: start}
		r, stop := running(t, s)
		defer stop()
		after(10 * time.Minute) // nothing is sent before there is a snapshot

		i := open("a", probes.SideSystem, time.Now())
		r.Follow(snapshotOf(nil, nil))
		after(30 * time.Second)
		r.Follow(snapshotOf([]alerting.Incident{i}, nil, alerting.Opened))
		after(30 * time.Second)
		r.Follow(snapshotOf([]alerting.Incident{i}, nil, alerting.Confirm)) // changes no incident: waits its turn
		after(time.Minute)
		i = resolved(i, time.Now(), time.Now())
		r.Follow(snapshotOf(nil, []alerting.Incident{i}, alerting.Resolved))
		after(90 * time.Second)
		want := []string{"10m0s:", "10m30s: a firing", "11m30s: a firing", "12m0s: a ended", "13m0s: a ended"}
		if d := cmp.Diff(want, s.sends); d != "" {
			t.Error(d)
		}
	})
}

func TestRelayTellsAnEndForSomeMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{began: time.Now()}
		r, stop := running(t, s)
		defer stop()
		after(time.Hour)
		s.began = time.Now()
		i := resolved(open("a", probes.SideSystem, time.Now().Add(-3*time.Hour)), time.Now().Add(-2*time.Hour), time.Now())
		r.Follow(snapshotOf(nil, []alerting.Incident{i}, alerting.Resolved))
		after(30 * time.Minute)
		told := 0
		for _, line := range s.sends {
			if strings.HasSuffix(line, "a ended") {
				told++
			}
		}
		if told != 15 {
			t.Errorf("an end recorded now was told %d times, want 15: %q", told, s.sends)
		}
	})
}

func TestRelayTellsWhatEndedWhileNobodyWasThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{began: time.Now()}
		r, stop := running(t, s)
		defer stop()
		old := resolved(open("old", probes.SideSystem, time.Now().Add(-50*time.Hour)), time.Now().Add(-48*time.Hour), time.Now().Add(-48*time.Hour))
		away := resolved(open("away", probes.SideSystem, time.Now().Add(-5*time.Hour)), time.Now().Add(-4*time.Hour), time.Now().Add(-4*time.Hour))
		r.Follow(snapshotOf(nil, []alerting.Incident{away, old}))
		after(0)
		if d := cmp.Diff([]string{"0s: away ended"}, s.sends); d != "" {
			t.Error(d)
		}
	})
}

func TestRelayFollowKeepsTheNewestOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{began: time.Now()}
		r := NewRelay(Route{Wording: wording(), Senders: []Sender{s}}, quiet())
		for range 1000 { // nobody reads, and nothing blocks
			r.Follow(snapshotOf([]alerting.Incident{open("old", probes.SideSystem, time.Now())}, nil, alerting.Opened))
		}
		r.Follow(snapshotOf([]alerting.Incident{open("new", probes.SideSystem, time.Now())}, nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r.Run(ctx)
		if d := cmp.Diff([]string{"0s: new firing"}, s.sends); d != "" {
			t.Error(d)
		}
	})
}

func TestRelayOneSenderDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing, hanging, well := &sink{began: time.Now(), fail: func() error { return errors.New("500") }}, &sink{hang: true}, &sink{began: time.Now()}
		r, stop := running(t, hanging, failing, well)
		defer stop()
		r.Follow(snapshotOf([]alerting.Incident{open("a", probes.SideSystem, time.Now())}, nil, alerting.Opened))
		after(25 * time.Second)
		r.Follow(snapshotOf(nil, nil, alerting.Resolved))
		after(0)
		if d := cmp.Diff([]string{"0s: a firing", "25s:"}, well.sends); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"0s: a firing", "10s: a firing", "20s: a firing", "25s:"}, failing.sends); d != "" {
			t.Errorf("a sender that fails is asked again soon, and at a change at once:\n%s", d)
		}
		// Hanging: one failure at 10 s, one more begun at 20 s; failing: four.
		if got := testutil.ToFloat64(r); got != 5 {
			t.Errorf("%v send errors counted, want 5", got)
		}
	})
}

func TestRelayReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before, later := &sink{began: time.Now()}, &sink{began: time.Now()}
		r, stop := running(t, before)
		defer stop()
		r.Follow(snapshotOf(nil, nil))
		after(10 * time.Second)
		w := wording()
		w.Site = "other"
		r.Replace(Route{Wording: w, Senders: []Sender{later}})
		after(3 * time.Minute)
		if d := cmp.Diff([][]string{{"0s:"}, {"10s:", "1m10s:", "2m10s:", "3m10s:"}}, [][]string{before.sends, later.sends}); d != "" {
			t.Error(d)
		}
	})
}

func TestRelayCountsNoErrorWhenItStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, stop := running(t, &sink{hang: true})
		r.Follow(snapshotOf(nil, nil))
		after(time.Second)
		stop()
		if got := testutil.ToFloat64(r); got != 0 {
			t.Errorf("%v send errors counted, want 0", got)
		}
	})
}

// transport answers requests without a network, so that a bubble's clock moves.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func TestAlertmanagerADayAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := NewExternal("http://am:9093", config.DefaultHTTPClientConfig)
		if err != nil {
			t.Fatal(err)
		}
		back := time.Now().Add(24 * time.Hour)
		var delivered []time.Duration
		e.client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			if time.Now().Before(back) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			delivered = append(delivered, time.Since(back))
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
		})}
		r, stop := running(t, e)
		defer stop()
		r.Follow(snapshotOf([]alerting.Incident{open("a", probes.SideSystem, time.Now())}, nil, alerting.Opened))
		after(24*time.Hour + time.Minute)
		if len(delivered) == 0 || delivered[0] > 20*time.Second {
			t.Errorf("delivered %v after it was back, want within 20 s", delivered)
		}
	})
}
