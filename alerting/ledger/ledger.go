package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// Fold is how an event changes the state: incident.Reduce under a policy. It is
// pure, and called under the writer's lock.
type Fold func(alerting.State, alerting.Event) (alerting.State, []alerting.Change)

// Config is what a ledger needs to know beside its path.
type Config struct {
	Zone      *time.Location // in which days are counted; nil: UTC
	Retention time.Duration  // how long results are kept, by the time they started; 0: for ever. Incidents and totals are kept for ever
	Held      int            // how many results are held in memory while the disk refuses; 0: 10,000
	Logger    *slog.Logger   // nil: none
}

// Ledger is an open record. It is safe for concurrent use.
type Ledger struct {
	path    string
	cfg     Config
	write   *sql.DB // one connection
	read    *sql.DB // read-only: readers never block the writer
	metrics metrics

	snapshot atomic.Pointer[alerting.Snapshot]

	mu        sync.Mutex // makes Append, Prune and Close one at a time
	memory    memory
	held      []entry                      // results taken in that are not written, oldest first
	unwritten map[string]alerting.Incident // as they are now, by id
	refused   bool                         // the last attempt to write failed
	closed    bool
}

// Open opens the record at path, or begins one there, with its folder. A file that
// is not a whole ledger of a known version is refused (*Refusal).
func Open(path string, cfg Config) (*Ledger, error) {
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Held == 0 {
		cfg.Held = 10_000
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the ledger's folder: %w", err)
	}
	l := &Ledger{path: path, cfg: cfg, metrics: newMetrics(), unwritten: map[string]alerting.Incident{}}
	if err := l.open(context.Background()); err != nil {
		return nil, errors.Join(err, l.disconnect())
	}
	return l, nil
}

func (l *Ledger) open(ctx context.Context) (err error) {
	if err := begin(l.path); err != nil {
		return err
	}
	if l.write, err = connect(l.path, 0); err != nil {
		return err
	}
	if err := prepare(ctx, l.write, l.path); err != nil {
		return err
	}
	if l.read, err = connect(l.path, 4); err != nil {
		return err
	}
	if l.memory, err = l.recall(ctx); err != nil {
		return blame(l.path, err)
	}
	l.metrics.writable.Set(1)
	l.publish(nil, nil)
	return nil
}

// Snapshot is what the record holds now.
func (l *Ledger) Snapshot() alerting.Snapshot { return *l.snapshot.Load() }

// Append folds the event into the state and commits what has come of it; when it
// returns that is on the disk, or held in memory and the snapshot says so. A result
// that is known already or manual changes nothing: the snapshot is as before, without
// Result and Changes. A tick that changes nothing writes nothing.
//
// An error means that the event was not taken in: ctx was done before, the ledger is
// closed, or the event can't be written down at all.
func (l *Ledger) Append(ctx context.Context, event alerting.Event, fold Fold) (alerting.Snapshot, error) {
	e, err := newEntry(event)
	if err != nil {
		return l.Snapshot(), err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usable(ctx); err != nil {
		return l.Snapshot(), err
	}
	ctx = context.WithoutCancel(ctx) // what has begun is finished
	if l.ignores(ctx, e) {
		l.retry(ctx)
		return l.asBefore(), nil
	}
	next, changes := l.memory.take(event, fold)
	state, err := newRow(standing{next.at, next.state})
	if err != nil {
		return l.Snapshot(), fmt.Errorf("write the state down: %w", err)
	}
	quiet := e.result == nil && reflect.DeepEqual(l.memory.state, next.state)
	l.remember(next, e, changes)
	if !quiet || l.refused {
		l.commit(ctx, state)
	}
	l.publish(e.result, changes)
	return l.Snapshot(), nil
}

func (l *Ledger) usable(ctx context.Context) error {
	if l.closed {
		return fmt.Errorf("the ledger %s is closed", l.path)
	}
	return ctx.Err()
}

// ignores reports whether the result has no place in the record: nobody's schedule
// asked for it, or it is there already.
func (l *Ledger) ignores(ctx context.Context, e entry) bool {
	if e.result == nil {
		return false
	}
	if e.result.Origin == probes.Manual || slices.ContainsFunc(l.held, func(h entry) bool { return h.result.ID == e.result.ID }) {
		return true
	}
	known, err := l.knows(ctx, e.result.ID)
	if err != nil {
		// Inserting it will tell; the state knows by itself what is not new.
		l.cfg.Logger.Error("can't look a result up in the record", "file", l.path, "id", e.result.ID, "err", err)
	}
	return known
}

// remember makes next what is known, and notes what is still to be written.
func (l *Ledger) remember(next memory, e entry, changes []alerting.Change) {
	for _, in := range next.state.Open {
		same := func(o alerting.Incident) bool { return reflect.DeepEqual(o, in) }
		if !slices.ContainsFunc(l.memory.state.Open, same) {
			l.unwritten[in.ID] = in
		}
	}
	for _, c := range changes {
		if c.Kind == alerting.Resolved {
			l.unwritten[c.Incident.ID] = c.Incident
		}
	}
	if e.result != nil {
		l.held = append(l.held, e)
	}
	l.memory = next
}

// retry writes what is held, if there is any.
func (l *Ledger) retry(ctx context.Context) {
	if !l.refused {
		return
	}
	state, err := newRow(standing{l.memory.at, l.memory.state})
	if err == nil { // it has been written down before
		l.commit(ctx, state)
	}
}

// commit writes all that is not yet written, and tells when the disk begins and
// ends to refuse it.
func (l *Ledger) commit(ctx context.Context, state row) {
	began := time.Now()
	err := l.transact(ctx, func(tx *sql.Tx) error { return l.save(ctx, tx, state) })
	l.metrics.append.Observe(time.Since(began).Seconds())
	switch {
	case err != nil:
		l.hold(err)
		return
	case l.refused:
		l.cfg.Logger.Info("the record can be written again", "file", l.path, "results", len(l.held))
	}
	l.refused = false
	l.held = nil
	clear(l.unwritten)
	l.metrics.writable.Set(1)
}

// hold keeps what the disk has refused, within bounds.
func (l *Ledger) hold(err error) {
	if !l.refused {
		l.cfg.Logger.Error("the record can't be written: what comes is held in memory", "file", l.path, "err", err)
	}
	l.refused = true
	l.metrics.writable.Set(0)
	if over := len(l.held) - l.cfg.Held; over > 0 {
		l.cfg.Logger.Error("too much is held: the oldest results are given up", "file", l.path, "results", over)
		l.held = slices.Delete(l.held, 0, over)
	}
}

func (l *Ledger) publish(r *probes.Result, changes []alerting.Change) {
	s := l.memory.snapshot()
	s.Result, s.Changes, s.Writable = r, changes, !l.refused
	l.snapshot.Store(&s)
}

// asBefore is the snapshot as if nothing had come, but for what could be written by now.
func (l *Ledger) asBefore() alerting.Snapshot {
	s := l.Snapshot()
	s.Result, s.Changes, s.Writable = nil, nil, !l.refused
	l.snapshot.Store(&s)
	return s
}

// Close writes what is held, if it can, and closes the file. An error says what is lost.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	l.retry(context.Background())
	var lost error
	if l.refused {
		lost = fmt.Errorf("the ledger %s is closed with %d results and its newest state unwritten", l.path, len(l.held))
	}
	return errors.Join(lost, l.disconnect())
}

// disconnect closes the readers first: the writer, the last one, empties the log.
func (l *Ledger) disconnect() error {
	var errs []error
	for _, db := range []*sql.DB{l.read, l.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
