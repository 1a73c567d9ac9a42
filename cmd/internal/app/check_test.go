package app

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

// checkerOf visits for as long as each run's probe says by its timeout.
func checkerOf(slots int, visits ...time.Duration) *Checker {
	c := &Checker{slots: slots, probe: func(ctx context.Context, run probes.Run) probes.Result {
		select {
		case <-time.After(run.Probe.Timeout):
		case <-ctx.Done():
		}
		return probes.Result{Probe: run.Probe.Name}
	}}
	for i, d := range visits {
		c.runs = append(c.runs, probes.Run{Probe: probes.Probe{Name: string(rune('a' + i)), Timeout: d}})
	}
	return c
}

func TestResultsComeInOrderAsSoonAsTheyCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var got []string
		for r := range checkerOf(2, 3*time.Second, time.Second, time.Second, 2*time.Second).Results(t.Context()) {
			got = append(got, r.Probe+" "+time.Since(began).String())
		}
		if diff := cmp.Diff([]string{"a 3s", "b 3s", "c 3s", "d 4s"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAnInterruptKeepsWhatWasDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		var got []string
		for r := range checkerOf(2, time.Hour, time.Second, time.Second, time.Second).Results(ctx) {
			got = append(got, r.Probe)
		}
		if diff := cmp.Diff([]string{"b", "c"}, got); diff != "" {
			t.Errorf("what was done when it was interrupted (-want +got):\n%s", diff)
		}
	})
}

func TestWhoStopsReadingEndsTheVisits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		for range checkerOf(2, time.Second, time.Hour, time.Hour).Results(t.Context()) {
			break
		}
		if d := time.Since(began); d != time.Second {
			t.Errorf("it went on for %s after the reader had left", d-time.Second)
		}
	})
}

func TestPageURL(t *testing.T) {
	tests := []struct{ raw, want, refusal string }{
		{raw: "https://example.jp/login?next=%2F#top", want: "https://example.jp/login?next=%2F#top"},
		{raw: "http://example.jp", want: "http://example.jp"},
		{raw: "example.jp/login", want: "https://example.jp/login"},
		{raw: "example.jp:8443", want: "https://example.jp:8443"},
		{raw: "localhost:8845/login", want: "http://localhost:8845/login"},
		{raw: "127.0.0.1:8845", want: "http://127.0.0.1:8845"},
		{raw: "[::1]:8845/", want: "http://[::1]:8845/"},
		{raw: "HTTPS://Example.jp/%7Emember/ a?b=c d", want: "HTTPS://Example.jp/%7Emember/ a?b=c d"},
		{raw: "https://127.0.0.1/", want: "https://127.0.0.1/"},
		{raw: "会員.example.jp", want: "https://会員.example.jp"},
		{raw: "", refusal: "write http://"},
		{raw: "/login", refusal: "write http://"},
		{raw: "ftp://example.jp", refusal: "write http://"},
		{raw: "javascript:alert(1)", refusal: "no URL"},
		{raw: "file:///etc/passwd", refusal: "write http://"},
		{raw: "http://[::1", refusal: "no URL"},
		{raw: "https://me:secret@example.jp/", refusal: "password in it"},
	}
	for _, test := range tests {
		t.Run(test.raw, func(t *testing.T) {
			got, err := pageURL(test.raw)
			if got != test.want || (err == nil) != (test.refusal == "") || err != nil && !strings.Contains(err.Error(), test.refusal) {
				t.Errorf("pageURL = %q, %v; want %q, an error with %q", got, err, test.want, test.refusal)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the refusal shows the password: %v", err)
			}
		})
	}
}

func TestPagesIn(t *testing.T) {
	got, err := pagesIn("-")
	if err != nil || !slices.Equal(got, []string{"-"}) {
		t.Errorf("standard input is read as %q, %v", got, err)
	}
	if _, err := pagesIn("missing"); err == nil {
		t.Error("a missing file is no error")
	}
	if _, err := pagesIn(t.TempDir()); err == nil {
		t.Error("an empty folder is no error")
	}
}
