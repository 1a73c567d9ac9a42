package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// maxRows bounds what one question returns.
const maxRows = 10_000

// Results are the recorded results that q asks for, newest first by their start, and
// 10,000 at most. Since is inclusive, Before is not. What is held in memory while the
// disk refuses is not among them.
func (l *Ledger) Results(ctx context.Context, q alerting.Query) ([]probes.Result, error) {
	var where []string
	var args []any
	ask := func(set bool, condition string, arg any) {
		if set {
			where, args = append(where, condition), append(args, arg)
		}
	}
	ask(q.Probe != "", "probe = ?", q.Probe)
	ask(q.Location != "", "location = ?", q.Location)
	ask(q.Side != "", "side = ?", string(q.Side))
	ask(!q.Since.IsZero(), "started_at >= ?", micros(q.Since))
	ask(!q.Before.IsZero(), "started_at < ?", micros(q.Before))
	query := "SELECT body, crc FROM result"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	return list[probes.Result](ctx, l, query+" ORDER BY started_at DESC, seq DESC LIMIT ?", append(args, limit(q.Limit))...)
}

// Result is the recorded result with the id, if there is one.
func (l *Ledger) Result(ctx context.Context, id string) (probes.Result, bool, error) {
	return one[probes.Result](ctx, l, "SELECT body, crc FROM result WHERE id = ?", id)
}

// Incidents are the recorded incidents that were open at since or later, the newest
// start first; at most most of them, 0 asks for 10,000. For what is open now read
// the Snapshot.
func (l *Ledger) Incidents(ctx context.Context, since time.Time, most int) ([]alerting.Incident, error) {
	return list[alerting.Incident](ctx, l, `SELECT body, crc FROM incident WHERE resolved_at IS NULL OR resolved_at >= ?
		ORDER BY started_at DESC, id LIMIT ?`, micros(since), limit(most))
}

// Incident is the recorded incident with the id, if there is one.
func (l *Ledger) Incident(ctx context.Context, id string) (alerting.Incident, bool, error) {
	return one[alerting.Incident](ctx, l, "SELECT body, crc FROM incident WHERE id = ?", id)
}

// Digests are those that kept results name, held ones included; some come more than
// once. An error ends them: then they are not all.
func (l *Ledger) Digests(ctx context.Context) iter.Seq2[probes.Digest, error] {
	return func(yield func(probes.Digest, error) bool) {
		for _, d := range l.heldDigests() {
			if !yield(d, nil) {
				return
			}
		}
		if err := l.recordedDigests(ctx, func(d probes.Digest) bool { return yield(d, nil) }); err != nil {
			yield("", blame(l.path, err))
		}
	}
}

// recordedDigests passes the digests in the record to yield until that wants no more.
func (l *Ledger) recordedDigests(ctx context.Context, yield func(probes.Digest) bool) error {
	rows, err := l.read.QueryContext(ctx, "SELECT body, crc FROM artifacts")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a probes.Artifacts
		if err := scan(rows, &a); err != nil {
			return err
		}
		for _, d := range a {
			if !yield(d) {
				return nil
			}
		}
	}
	return rows.Err()
}

// heldDigests are read before those on the disk: what is written in between is seen twice, not never.
func (l *Ledger) heldDigests() []probes.Digest {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []probes.Digest
	for _, e := range l.held {
		list = slices.AppendSeq(list, maps.Values(e.result.Artifacts))
	}
	return list
}

// knows reports whether the record has a result with the id, as the writer sees it.
func (l *Ledger) knows(ctx context.Context, id string) (bool, error) {
	var n int
	err := l.write.QueryRowContext(ctx, "SELECT count(*) FROM result WHERE id = ?", id).Scan(&n)
	return n > 0, err
}

// recall reads what the ledger keeps in memory.
func (l *Ledger) recall(ctx context.Context) (memory, error) {
	m := memory{zone: l.cfg.Zone}
	kept, _, err := one[standing](ctx, l, "SELECT body, crc FROM state")
	if err != nil {
		return m, fmt.Errorf("read the state: %w", err)
	}
	m.at, m.state = kept.At, kept.State
	recent, err := list[alerting.Incident](ctx, l,
		"SELECT body, crc FROM incident WHERE resolved_at IS NOT NULL ORDER BY resolved_at DESC, id LIMIT ?", recentKept)
	if err != nil {
		return m, fmt.Errorf("read the incidents: %w", err)
	}
	for _, in := range recent {
		m.recent = withRecent(m.recent, in)
	}
	m.days, err = l.recallDays(ctx, m)
	return m, err
}

// recallDays reads the runs of the days shown and adds how long resolved incidents were open.
func (l *Ledger) recallDays(ctx context.Context, m memory) (map[string][]alerting.DayTotal, error) {
	days, err := list[day](ctx, l, "SELECT body, crc FROM day ORDER BY component, day")
	if err != nil {
		return nil, fmt.Errorf("read the days: %w", err)
	}
	for _, d := range days {
		m.days = m.withDay(d.Component, d.Day, func(t *alerting.DayTotal) { t.Runs = d.Runs })
	}
	resolved, err := list[alerting.Incident](ctx, l, "SELECT body, crc FROM incident WHERE resolved_at >= ?", micros(m.midnight(m.at, -daysKept)))
	if err != nil {
		return nil, fmt.Errorf("read the days' incidents: %w", err)
	}
	for _, in := range resolved {
		m.days = m.withFailure(in)
	}
	return m.days, nil
}

// list reads rows of bodies.
func list[T any](ctx context.Context, l *Ledger, query string, args ...any) ([]T, error) {
	rows, err := l.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, blame(l.path, err)
	}
	defer rows.Close()
	found := []T{}
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, blame(l.path, err)
		}
		found = append(found, v)
	}
	if err := rows.Err(); err != nil {
		return nil, blame(l.path, err)
	}
	return found, nil
}

// one reads the one row that the query finds, if any.
func one[T any](ctx context.Context, l *Ledger, query string, args ...any) (T, bool, error) {
	var v T
	err := scan(l.read.QueryRowContext(ctx, query, args...), &v)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return v, false, nil
	case err != nil:
		return v, false, blame(l.path, err)
	}
	return v, true, nil
}

func limit(n int) int {
	if n <= 0 || n > maxRows {
		return maxRows
	}
	return n
}
