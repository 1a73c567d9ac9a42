package alertmanager

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"genkan/alerting"
)

// How long things are kept and how often they are written. Alertmanager's own
// defaults, except that the notification log is written every five seconds
// instead of every fifteen minutes: what it does not hold when the process is killed is
// told again, and it is small.
const (
	retention   = 120 * time.Hour
	written     = 5 * time.Second
	collected   = 30 * time.Minute
	maintenance = 30 * time.Second
	grace       = 5 * time.Second // for notifications under way, at a reload and at the end
)

// Config is what an embedded Alertmanager needs.
type Config struct {
	Source      Source
	Storage     string // folder for the notification log and the silences; made when missing
	ExternalURL string // where operators reach this process, for links in notifications
	Logger      *slog.Logger
}

// Embedded is an Alertmanager inside this process, made of Alertmanager's own
// packages. It has no API of its own yet. It is safe for concurrent use, and
// collects Alertmanager's own metrics, named alertmanager_….
type Embedded struct {
	logger   *slog.Logger
	external *url.URL
	storage  string
	registry *prometheus.Registry // of Alertmanager's metrics; itself a collector

	notified *nflog.Log
	silences *silence.Silences
	silencer *silence.Silencer
	alerts   *mem.Alerts
	muted    marker.GroupMarker
	pipeline *notify.PipelineBuilder
	measured *dispatch.DispatcherMetrics

	stop   chan struct{} // closed to end the maintenance, which then writes both files
	upkeep sync.WaitGroup

	mu   sync.Mutex // guards what follows, and orders Send, a swap and Close
	next *plan      // waits for the first Send
	live *engine    // nil before it and after Close
	done bool
}

// NewEmbedded returns an Alertmanager that runs until Close. It begins to notify
// with the first Send. A file in Storage that can't be read is set aside and
// said so: alerting with repeats is better than none.
func NewEmbedded(cfg Config) (*Embedded, error) {
	external, err := url.Parse(cfg.ExternalURL)
	if err != nil {
		return nil, fmt.Errorf("external URL of alertmanager: %w", err)
	}
	e := &Embedded{
		registry: prometheus.NewRegistry(), logger: cfg.Logger, external: external, storage: cfg.Storage,
		muted: marker.NewGroupMarker(), stop: make(chan struct{}),
	}
	if e.next, err = e.plan(cfg.Source); err != nil {
		return nil, err
	}
	if err := e.open(); err != nil {
		return nil, fmt.Errorf("embedded alertmanager: %w", err)
	}
	return e, nil
}

func (e *Embedded) plan(s Source) (*plan, error) {
	conf, err := s.load()
	if err != nil {
		return nil, err
	}
	if conf.TracingConfig.Endpoint != "" {
		e.logger.Warn("tracing isn't wired into the embedded alertmanager: its section is ignored", "file", s.File)
	}
	return compile(s.File, conf, e.external, e.logger)
}

// open makes what lives as long as the process, and starts its upkeep.
func (e *Embedded) open() error {
	if err := os.MkdirAll(e.storage, 0o750); err != nil {
		return err
	}
	var err error
	if e.notified, err = e.openLog(); err != nil {
		return err
	}
	if e.silences, err = e.openSilences(); err != nil {
		return err
	}
	nobody, flags := eventrecorder.NopRecorder(), featurecontrol.NoopFlags{}
	e.silencer = silence.NewSilencer(e.silences, e.logger, nobody)
	if e.alerts, err = mem.NewAlerts(context.Background(), collected, 0, e.silencer, e.logger, nobody, e.registry, flags); err != nil {
		return err
	}
	e.pipeline = notify.NewPipelineBuilder(e.registry, flags, nobody)
	e.measured = dispatch.NewDispatcherMetrics(false, e.registry, flags)
	e.upkeep.Go(func() { e.notified.Maintenance(written, e.path("nflog"), e.stop, nil) })
	e.upkeep.Go(func() { e.silences.Maintenance(written, e.path("silences"), e.stop, nil) })
	return nil
}

func (e *Embedded) path(name string) string { return filepath.Join(e.storage, name) }

func (e *Embedded) openLog() (*nflog.Log, error) {
	open := func(r prometheus.Registerer) (*nflog.Log, error) {
		return nflog.New(nflog.Options{SnapshotFile: e.path("nflog"), Retention: retention, Logger: e.logger.With("component", "nflog"), Metrics: r})
	}
	return salvaged(e, "nflog", open)
}

func (e *Embedded) openSilences() (*silence.Silences, error) {
	open := func(r prometheus.Registerer) (*silence.Silences, error) {
		return silence.New(silence.Options{SnapshotFile: e.path("silences"), Retention: retention, Logger: e.logger.With("component", "silences"),
			Metrics: r, EventRecorder: eventrecorder.NopRecorder()})
	}
	return salvaged(e, "silences", open)
}

// salvaged opens the file name, after setting it aside when it can't be read.
// The trial has a registry of its own, since metrics register once only.
func salvaged[T any](e *Embedded, name string, open func(prometheus.Registerer) (T, error)) (T, error) {
	if _, err := open(prometheus.NewRegistry()); err != nil {
		file := e.path(name)
		e.logger.Error("a file of the embedded alertmanager can't be read: it is set aside and begun anew", "file", file, "aside", file+".broken", "err", err)
		if err := os.Rename(file, file+".broken"); err != nil {
			var none T
			return none, err
		}
	}
	return open(e.registry)
}

// Send takes alerts in. It returns before anyone is notified: delivery, with
// its retries, is Alertmanager's own.
func (e *Embedded) Send(ctx context.Context, alerts []alerting.Alert) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done {
		return errors.New("embedded alertmanager: closed")
	}
	if err := e.alerts.Put(ctx, e.taken(alerts)...); err != nil {
		return fmt.Errorf("embedded alertmanager: %w", err)
	}
	if e.live == nil {
		// Only now, so that after a restart no group is judged by half of its alerts.
		e.live = e.start(e.next)
	}
	return nil
}

// taken are alerts as Alertmanager has them, without those whose end it holds
// already: told once more, they would count as news in a group with others.
func (e *Embedded) taken(alerts []alerting.Alert) []*alert.Alert {
	now := time.Now()
	var list []*alert.Alert
	for _, a := range alerts {
		m := model.Alert{Labels: labelSet(a.Labels), Annotations: labelSet(a.Annotations), StartsAt: a.StartsAt, EndsAt: a.EndsAt, GeneratorURL: a.GeneratorURL}
		held, err := e.alerts.Get(m.Fingerprint())
		if err == nil && !a.Firing(now) && held.EndsAt.Equal(a.EndsAt) {
			continue
		}
		list = append(list, &alert.Alert{Alert: m, UpdatedAt: now})
	}
	return list
}

func labelSet(m map[string]string) model.LabelSet {
	set := make(model.LabelSet, len(m))
	for k, v := range m {
		set[model.LabelName(k)] = model.LabelValue(v)
	}
	return set
}

// Prepare makes a new configuration ready without touching the old one, which
// stays when there is an error. The function it returns swaps the new one in;
// it waits a few seconds for notifications under way.
func (e *Embedded) Prepare(s Source) (swap func(), err error) {
	next, err := e.plan(s)
	if err != nil {
		return nil, err
	}
	return func() { e.swap(next) }, nil
}

func (e *Embedded) swap(next *plan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.next = next
	if e.live != nil {
		e.live.stop()
		e.live = e.start(next)
	}
}

// Close stops notifying, after a few seconds for what is under way, and writes
// the notification log and the silences. It may be called again.
func (e *Embedded) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done {
		return
	}
	e.done = true
	if e.live != nil {
		e.live.stop()
		e.live = nil
	}
	e.alerts.Close()
	close(e.stop)
	e.upkeep.Wait()
}

// Describe announces Alertmanager's own metrics.
func (e *Embedded) Describe(to chan<- *prometheus.Desc) { e.registry.Describe(to) }

// Collect gives them.
func (e *Embedded) Collect(to chan<- prometheus.Metric) { e.registry.Collect(to) }
