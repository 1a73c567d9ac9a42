package alertmanager

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"genkan/alerting"
	"genkan/probes"
)

func embedded(t *testing.T, storage, url string) *Embedded {
	t.Helper()
	e, err := NewEmbedded(Config{Source: Source{File: "test.yml", Content: yaml(url)}, Storage: storage, ExternalURL: "http://127.0.0.1:9844/", Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// justNow is a moment ago, so that alerts are told at once and end after they began.
func justNow() time.Time { return time.Now().Add(-time.Minute) }

func TestEmbeddedTellsOnceEach(t *testing.T) {
	hook := newListener(t)
	e := embedded(t, t.TempDir(), hook.URL)
	a := open("a", probes.SideUnknown, justNow())
	alerts := tell(t, e, a)
	hook.hears(t, "[a unknown firing]")
	hook.hearsOnlyAMark(t, e, alerts...) // sent again: no news

	a.Cause, a.UpdatedAt = probes.BlankPage, time.Now() // an update of what is no label: no news
	hook.hearsOnlyAMark(t, e, wording().incident(a, time.Now(), noon())...)

	a = sharpened(a, time.Now())
	alerts = tell(t, e, a)
	hook.hears(t, "[a system firing a unknown resolved]")
	hook.hearsOnlyAMark(t, e, alerts...)

	a = resolved(a, time.Now(), time.Now())
	alerts = tell(t, e, a)
	hook.hears(t, "[a system resolved]")
	hook.hearsOnlyAMark(t, e, alerts...)
}

func TestEmbeddedRestart(t *testing.T) {
	hook, storage := newListener(t), t.TempDir()
	e := embedded(t, storage, hook.URL)
	a, b := open("a", probes.SideSystem, justNow()), open("b", probes.SideUnknown, justNow())
	b.Component = "sign-up"
	alerts := tell(t, e, a)
	hook.hears(t, "[a system firing]")
	tell(t, e, b)
	hook.hears(t, "[b unknown firing]")
	e.Close()

	e = embedded(t, storage, hook.URL)
	hook.hearsOnlyAMark(t, e, alerts...)
	a = resolved(a, time.Now(), time.Now()) // b isn't sent any more by accident: it must not be told as resolved
	alerts = tell(t, e, a)
	hook.hears(t, "[a system resolved]")
	e.Close()

	e = embedded(t, storage, hook.URL)
	hook.hearsOnlyAMark(t, e, alerts...)
	tell(t, e, resolved(b, time.Now(), time.Now())) // it ended while nobody was there
	hook.hears(t, "[b unknown resolved]")
}

func TestEmbeddedRestartWithOneGroupForAll(t *testing.T) {
	hook, storage := newListener(t), t.TempDir()
	content := []byte(strings.ReplaceAll(string(yaml(hook.URL)), "group_by: [incident]", "group_by: [alertname]"))
	start := func() *Embedded {
		e, err := NewEmbedded(Config{Source: Source{File: "test.yml", Content: content}, Storage: storage, Logger: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		return e
	}
	e := start()
	a, b := open("a", probes.SideSystem, justNow()), open("b", probes.SideSystem, justNow())
	tell(t, e, a, b)
	hook.hears(t, "[a system firing b system firing]")
	e.Close()
	a = resolved(a, time.Now(), time.Now())
	e = start()
	tell(t, e, a, b)
	hook.hears(t, "[a system resolved b system firing]") // never a's end alone, as if all were over
}

func TestEmbeddedCloseLetsANotificationEnd(t *testing.T) {
	hook, storage := newListener(t), t.TempDir()
	hook.hold = make(chan struct{})
	e := embedded(t, storage, hook.URL)
	alerts := tell(t, e, open("a", probes.SideSystem, justNow()))
	hook.hears(t, "[a system firing]") // and doesn't answer yet
	closed := make(chan struct{})
	go func() { e.Close(); close(closed) }()
	hook.hold <- struct{}{}
	<-closed
	close(hook.hold)

	e = embedded(t, storage, hook.URL)
	hook.hearsOnlyAMark(t, e, alerts...)
}

func TestEmbeddedPrepare(t *testing.T) {
	before, later := newListener(t), newListener(t)
	e := embedded(t, t.TempDir(), before.URL)
	a := tell(t, e, open("a", probes.SideSystem, justNow()))
	before.hears(t, "[a system firing]")

	if swap, err := e.Prepare(Source{File: "test.yml", Content: []byte("route: {receiver: nobody}\n")}); err == nil || swap != nil {
		t.Errorf("a bad configuration was taken, error %v", err)
	}
	tell(t, e, open("b", probes.SideSystem, justNow()))
	before.hears(t, "[b system firing]")

	swap, err := e.Prepare(Source{File: "test.yml", Content: yaml(later.URL)})
	if err != nil {
		t.Fatal(err)
	}
	tell(t, e, open("c", probes.SideSystem, justNow()))
	before.hears(t, "[c system firing]") // prepared is not swapped in
	swap()
	later.hearsOnlyAMark(t, e, a...)
}

func TestEmbeddedPrepareBeforeTheFirstSend(t *testing.T) {
	before, later := newListener(t), newListener(t)
	e := embedded(t, t.TempDir(), before.URL)
	swap, err := e.Prepare(Source{File: "test.yml", Content: yaml(later.URL)})
	if err != nil {
		t.Fatal(err)
	}
	swap()
	tell(t, e, open("a", probes.SideSystem, justNow()))
	later.hears(t, "[a system firing]")
}

func TestEmbeddedSetsBrokenFilesAside(t *testing.T) {
	hook, storage := newListener(t), filepath.Join(t.TempDir(), "made", "when", "missing")
	if err := os.MkdirAll(storage, 0o750); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nflog", "silences"} {
		if err := os.WriteFile(filepath.Join(storage, name), []byte("\x7fnot a snapshot"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := embedded(t, storage, hook.URL)
	tell(t, e, open("a", probes.SideSystem, justNow()))
	hook.hears(t, "[a system firing]")
	e.Close()
	for _, name := range []string{"nflog", "nflog.broken", "silences", "silences.broken"} {
		if _, err := os.Stat(filepath.Join(storage, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestEmbeddedMetrics(t *testing.T) {
	hook := newListener(t)
	e := embedded(t, t.TempDir(), hook.URL)
	tell(t, e, open("a", probes.SideSystem, justNow()))
	hook.hears(t, "[a system firing]")
	for range 2 { // on their own, and beside a second one's
		r := prometheus.NewPedanticRegistry()
		r.MustRegister(e)
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		if len(families) < 20 {
			t.Errorf("only %d metric families", len(families))
		}
		for _, f := range families {
			if !strings.HasPrefix(f.GetName(), "alertmanager_") {
				t.Errorf("metric %s", f.GetName())
			}
		}
	}
}

func TestEmbeddedClosed(t *testing.T) {
	e := embedded(t, t.TempDir(), "http://127.0.0.1:1/")
	e.Close()
	e.Close()
	if err := e.Send(t.Context(), []alerting.Alert{}); err == nil {
		t.Error("a closed one took alerts")
	}
}
