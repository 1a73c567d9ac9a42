package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// row is a value as it stands in the record: its JSON and a checksum of that.
type row struct {
	body string
	crc  int64
}

func newRow(v any) (row, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return row{}, err
	}
	return row{string(body), checksum(string(body))}, nil
}

func checksum(body string) int64 {
	return int64(crc32.Checksum([]byte(body), crc32.MakeTable(crc32.Castagnoli)))
}

// scan reads body and crc into v; what is no longer what was
// written is damage, whatever it has become.
func scan(from interface{ Scan(...any) error }, v any) error {
	var body, crc any
	if err := from.Scan(&body, &crc); err != nil {
		return err
	}
	text, ok := body.(string)
	if !ok || crc != any(checksum(text)) {
		return &Refusal{Reason: errors.New("a row is not what was written (its checksum differs)")}
	}
	return json.Unmarshal([]byte(text), v)
}

// standing is the state as it is kept, with the time of the event it ends with.
type standing struct {
	At    time.Time      `json:"at"`
	State alerting.State `json:"state"`
}

// day is a component's day as it is kept: how many runs. How long incidents were
// open is theirs to tell.
type day struct {
	Component string `json:"component"`
	alerting.DayTotal
}

// entry is an event as it goes into the record.
type entry struct {
	result *probes.Result // nil for a tick
	row    row            // of the result
}

func newEntry(e alerting.Event) (entry, error) {
	if e.Result == nil {
		return entry{}, nil
	}
	r := *e.Result
	row, err := newRow(r)
	if err != nil {
		return entry{}, fmt.Errorf("write result %s down: %w", r.ID, err)
	}
	return entry{&r, row}, nil
}

// transact runs do in a transaction of the writer.
func (l *Ledger) transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // a full disk may have done it already
		return err
	}
	if err := tx.Commit(); err != nil { // the driver rolls back by itself
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// save writes the results and incidents that are not yet written, and the state.
func (l *Ledger) save(ctx context.Context, tx *sql.Tx, state row) error {
	for _, e := range l.held {
		if err := l.insert(ctx, tx, e); err != nil {
			return fmt.Errorf("insert result %s: %w", e.result.ID, err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.unwritten)) {
		if err := putIncident(ctx, tx, l.unwritten[id]); err != nil {
			return fmt.Errorf("put incident %s: %w", id, err)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO state (one, body, crc) VALUES (1, ?, ?)
		ON CONFLICT (one) DO UPDATE SET body = excluded.body, crc = excluded.crc`, state.body, state.crc)
	if err != nil {
		return fmt.Errorf("put the state: %w", err)
	}
	return nil
}

// insert adds a result, its digests, and one to its day; a known id adds nothing.
func (l *Ledger) insert(ctx context.Context, tx *sql.Tx, e entry) error {
	r := e.result
	done, err := tx.ExecContext(ctx, `INSERT INTO result (id, probe, location, side, started_at, body, crc) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`, r.ID, r.Probe, r.Location, string(r.Side), micros(r.StartedAt), e.row.body, e.row.crc)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if len(r.Artifacts) > 0 {
		if err := putArtifacts(ctx, tx, done, r.Artifacts); err != nil {
			return fmt.Errorf("put the artifacts: %w", err)
		}
	}
	return l.count(ctx, tx, r)
}

// putArtifacts keeps the digests that the result just inserted names.
func putArtifacts(ctx context.Context, tx *sql.Tx, inserted sql.Result, a probes.Artifacts) error {
	row, err := newRow(a)
	if err != nil {
		return err
	}
	seq, err := inserted.LastInsertId()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO artifacts (result, body, crc) VALUES (?, ?, ?)", seq, row.body, row.crc)
	return err
}

// count adds one run to the result's day.
func (l *Ledger) count(ctx context.Context, tx *sql.Tx, r *probes.Result) error {
	total := day{r.Component, alerting.DayTotal{Day: l.memory.day(r.StartedAt), Runs: map[probes.Side]int{}}}
	err := scan(tx.QueryRowContext(ctx, "SELECT body, crc FROM day WHERE component = ? AND day = ?", r.Component, total.Day), &total)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the day: %w", err)
	}
	total.Runs[r.Side]++
	row, err := newRow(total)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO day (component, day, body, crc) VALUES (?, ?, ?, ?)
		ON CONFLICT (component, day) DO UPDATE SET body = excluded.body, crc = excluded.crc`, r.Component, total.Day, row.body, row.crc)
	return err
}

func putIncident(ctx context.Context, tx *sql.Tx, in alerting.Incident) error {
	row, err := newRow(in)
	if err != nil {
		return err
	}
	var resolved any
	if !in.Open() {
		resolved = micros(in.ResolvedAt)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO incident (id, component, started_at, resolved_at, body, crc) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET resolved_at = excluded.resolved_at, body = excluded.body, crc = excluded.crc`,
		in.ID, in.Component, micros(in.StartedAt), resolved, row.body, row.crc)
	return err
}

// pruneBatch is how many results one transaction deletes: events wait no longer than for that.
const pruneBatch = 500

// Prune deletes the results that started longer ago than the retention, and returns
// how many. Incidents and daily totals stay.
func (l *Ledger) Prune(ctx context.Context, now time.Time) (int, error) {
	if l.cfg.Retention <= 0 {
		return 0, nil
	}
	deleted := 0
	for {
		n, err := l.prune(ctx, now.Add(-l.cfg.Retention))
		deleted += n
		if err != nil {
			return deleted, fmt.Errorf("prune the ledger %s: %w", l.path, err)
		}
		if n < pruneBatch {
			return deleted, nil
		}
	}
}

func (l *Ledger) prune(ctx context.Context, before time.Time) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usable(ctx); err != nil {
		return 0, err
	}
	var n int64
	err := l.transact(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		done, err := tx.ExecContext(context.WithoutCancel(ctx),
			"DELETE FROM result WHERE seq IN (SELECT seq FROM result WHERE started_at < ? ORDER BY started_at LIMIT ?)", micros(before), pruneBatch)
		if err != nil {
			return err
		}
		n, err = done.RowsAffected()
		return err
	})
	return int(n), err
}

// micros is how times are compared in the record.
func micros(t time.Time) int64 { return t.UnixMicro() }
