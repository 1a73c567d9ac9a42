package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"genkan/alerting"
	"genkan/probes"
)

func TestOthersOfTheMachineCantReadIt(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, open(t, filepath.Join(folder, "genkan.db"), Config{}), event(0))
	files, err := os.ReadDir(folder)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v; want the record and its log", len(files), err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if open := info.Mode().Perm() & 0o007; open != 0 {
			t.Errorf("%s has mode %v", file.Name(), info.Mode())
		}
	}
}

func TestReopenedIsEqual(t *testing.T) {
	l, path := fresh(t)
	var last alerting.Snapshot
	for k := range 150 {
		last = put(t, l, event(k))
		if k%5 == 0 {
			last = put(t, l, alerting.Event{At: last.At})
		}
	}
	if len(last.State.Open) == 0 || len(last.Recent) < 5 || len(last.Days["login"]) == 0 {
		t.Fatalf("the sequence leads to too little: %d open, %d recent", len(last.State.Open), len(last.Recent))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path, Config{}).Snapshot()
	last.Result, last.Changes = nil, nil
	if !reflect.DeepEqual(last, again) {
		t.Errorf("-before +after\n%s", cmp.Diff(last, again))
	}
}

func TestAResultReadsBackAsItWas(t *testing.T) {
	l, _ := fresh(t)
	var want []probes.Result
	for k := range 20 {
		put(t, l, event(k))
		want = append(want, result(k))
	}
	slices.SortStableFunc(want, func(a, b probes.Result) int { return a.StartedAt.Compare(b.StartedAt) })
	if d := cmp.Diff(want, stored(t, l)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	got, ok, err := l.Result(context.Background(), want[3].ID)
	if err != nil || !ok || !cmp.Equal(got, want[3]) {
		t.Errorf("by id: %t, %v\n%s", ok, err, cmp.Diff(want[3], got))
	}
	if _, ok, err := l.Result(context.Background(), "nobody"); ok || err != nil {
		t.Errorf("an unknown id: %t, %v", ok, err)
	}
}

func TestTheSameRunCountsOnce(t *testing.T) {
	l, path := fresh(t)
	first := put(t, l, event(0))
	if first.Result == nil || first.Days["login"][0].Runs[probes.SideNone] != 1 {
		t.Fatalf("the first: %+v", first)
	}
	again := put(t, l, event(0))
	if again.Result != nil || again.Changes != nil || !reflect.DeepEqual(again.State, first.State) || !reflect.DeepEqual(again.Days, first.Days) {
		t.Errorf("the second: %s", cmp.Diff(first, again))
	}
	l.Close()
	l = open(t, path, Config{})
	if again := put(t, l, event(0)); again.Result != nil || len(stored(t, l)) != 1 {
		t.Errorf("after a restart: %+v", again)
	}
}

func TestManualResultsAreNotRecorded(t *testing.T) {
	l, _ := fresh(t)
	e := event(0)
	e.Result.Origin = probes.Manual
	if s := put(t, l, e); s.Result != nil || len(stored(t, l)) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestOlderResultsAreRecordedAndCounted(t *testing.T) {
	l, _ := fresh(t)
	newer := put(t, l, event(12))
	late := event(2)
	late.At = newer.At.Add(time.Second)
	older := put(t, l, late)
	if older.Result == nil || len(stored(t, l)) != 2 || older.Days["login"][0].Runs[probes.SideNone]+older.Days["login"][0].Runs[probes.SideUnknown] != 2 {
		t.Errorf("the older is not recorded: %+v", older)
	}
	if !reflect.DeepEqual(newer.State.Series[0], older.State.Series[0]) {
		t.Errorf("it changed the state: %s", cmp.Diff(newer.State, older.State))
	}
}

func TestQuietTicksWriteNothing(t *testing.T) {
	l, path := fresh(t)
	at := put(t, l, event(0)).At
	put(t, l, event(1))
	before := size(t, path+"-wal")
	for n := range 10 {
		s := put(t, l, alerting.Event{At: at.Add(time.Duration(n) * time.Second)})
		if s.Result != nil || len(s.Changes) != 0 || !s.Writable {
			t.Fatalf("tick %d: %+v", n, s)
		}
	}
	if after := size(t, path+"-wal"); after != before {
		t.Errorf("the log grew from %d to %d", before, after)
	}
	s := put(t, l, alerting.Event{At: at.Add(time.Hour)})
	if len(s.Changes) != 2 || size(t, path+"-wal") == before {
		t.Errorf("a tick that silences two series is not written: %+v", s.Changes)
	}
	l.Close()
	if again := open(t, path, Config{}).Snapshot(); !reflect.DeepEqual(again.State, s.State) {
		t.Errorf("-before +after\n%s", cmp.Diff(s.State, again.State))
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestQueries(t *testing.T) {
	l, _ := fresh(t)
	for k := range 40 {
		put(t, l, event(k))
	}
	other := result(41)
	other.ID, other.Location = "elsewhere", "osaka"
	put(t, l, alerting.Event{At: other.EndedAt(), Result: &other})
	all := stored(t, l)
	slices.Reverse(all)
	ten := noon().Add(10 * time.Minute)
	for _, test := range []struct {
		name  string
		query alerting.Query
		keep  func(probes.Result) bool
		limit int
	}{
		{"all", alerting.Query{}, func(probes.Result) bool { return true }, 41},
		{"limit", alerting.Query{Limit: 3}, func(probes.Result) bool { return true }, 3},
		{"probe", alerting.Query{Probe: "login"}, func(r probes.Result) bool { return r.Probe == "login" }, 41},
		{"location", alerting.Query{Location: "osaka"}, func(r probes.Result) bool { return r.Location == "osaka" }, 41},
		{"side", alerting.Query{Side: probes.SideUnknown}, func(r probes.Result) bool { return r.Side == probes.SideUnknown }, 41},
		{"since", alerting.Query{Since: ten}, func(r probes.Result) bool { return !r.StartedAt.Before(ten) }, 41},
		{"before", alerting.Query{Before: ten}, func(r probes.Result) bool { return r.StartedAt.Before(ten) }, 41},
		{"many", alerting.Query{Probe: "sign-up", Side: probes.SideNone, Since: ten, Limit: 2},
			func(r probes.Result) bool {
				return r.Probe == "sign-up" && r.Side == probes.SideNone && !r.StartedAt.Before(ten)
			}, 2},
		{"quotes are no SQL", alerting.Query{Probe: "x' OR 1=1 --"}, func(probes.Result) bool { return false }, 41},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := slices.DeleteFunc(slices.Clone(all), func(r probes.Result) bool { return !test.keep(r) })
			want = want[:min(len(want), test.limit)]
			got, err := l.Results(context.Background(), test.query)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

func TestIncidentsAreFoundByTimeAndId(t *testing.T) {
	l, _ := fresh(t)
	var s alerting.Snapshot
	for k := range 100 {
		s = put(t, l, event(k))
	}
	want := append(slices.Clone(s.State.Open), s.Recent...)
	slices.SortStableFunc(want, func(a, b alerting.Incident) int { return b.StartedAt.Compare(a.StartedAt) })
	got, err := l.Incidents(context.Background(), time.Time{}, 0)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v -want +got\n%s", err, d)
	}
	since := s.Recent[0].ResolvedAt
	late, err := l.Incidents(context.Background(), since, 0)
	for _, in := range late {
		if !in.Open() && in.ResolvedAt.Before(since) {
			t.Errorf("%s was over before %s", in.ID, since)
		}
	}
	if err != nil || len(late) == 0 || len(late) == len(got) {
		t.Errorf("%d of %d since %s, %v", len(late), len(got), since, err)
	}
	one, ok, err := l.Incident(context.Background(), want[2].ID)
	if !ok || err != nil || !cmp.Equal(one, want[2]) {
		t.Errorf("%t, %v %s", ok, err, cmp.Diff(want[2], one))
	}
}

func TestPruneKeepsIncidentsAndTotals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "genkan.db")
	l := open(t, path, Config{Retention: 24 * time.Hour})
	var s alerting.Snapshot
	for k := range 60 {
		s = put(t, l, event(k))
	}
	incidents, _ := l.Incidents(context.Background(), time.Time{}, 0)
	n, err := l.Prune(context.Background(), noon().Add(24*time.Hour+10*time.Minute))
	if err != nil || n != 20 || len(stored(t, l)) != 40 {
		t.Errorf("deleted %d, %d are left, %v", n, len(stored(t, l)), err)
	}
	left := map[probes.Digest]bool{}
	for d, err := range l.Digests(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		left[d] = true
	}
	want := map[probes.Digest]bool{}
	for k := 20; k < 60; k++ {
		for _, d := range result(k).Artifacts {
			want[d] = true
		}
	}
	if !maps.Equal(left, want) {
		t.Errorf("digests: -want +got\n%s", cmp.Diff(want, left))
	}
	after, _ := l.Incidents(context.Background(), time.Time{}, 0)
	l.Close()
	again := open(t, path, Config{}).Snapshot()
	if len(incidents) == 0 || !cmp.Equal(incidents, after) || !cmp.Equal(s.Days, again.Days) || !cmp.Equal(s.State, again.State) {
		t.Errorf("incidents %d -> %d, days %s", len(incidents), len(after), cmp.Diff(s.Days, again.Days))
	}
}

func TestRefusedFiles(t *testing.T) {
	whole := func(t *testing.T) string {
		l, path := fresh(t)
		for k := range 60 {
			put(t, l, event(k))
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	change := func(do func(b []byte) []byte) func(*testing.T) string {
		return func(t *testing.T) string {
			path := whole(t)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, do(b))
			return path
		}
	}
	statement := func(path func(*testing.T) string, text string) func(*testing.T) string {
		return func(t *testing.T) string {
			p := path(t)
			db, err := sql.Open("sqlite", p)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(text); err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	empty := func(t *testing.T) string { return filepath.Join(t.TempDir(), "genkan.db") }
	for _, test := range []struct {
		name   string
		file   func(*testing.T) string
		reason string
	}{
		{"garbage", func(t *testing.T) string {
			p := empty(t)
			write(t, p, []byte(strings.Repeat("garbage ", 999)))
			return p
		}, "not an SQLite file"},
		{"too short", func(t *testing.T) string { p := empty(t); write(t, p, []byte("SQL")); return p }, "not an SQLite file"},
		{"truncated to half", change(func(b []byte) []byte { return b[:len(b)/2] }), ""},
		{"truncated to a page", change(func(b []byte) []byte { return b[:4096] }), ""},
		{"truncated to a header", change(func(b []byte) []byte { return b[:20] }), ""},
		{"pages overwritten", change(func(b []byte) []byte {
			for i := 8 * 4096; i < 20*4096; i++ {
				b[i] = 0xff
			}
			return b
		}), ""},
		{"another program's", statement(empty, "CREATE TABLE note (text); PRAGMA user_version = 1"), "belongs to another program"},
		{"of a newer version", statement(whole, "PRAGMA user_version = 99"), "newer genkan"},
		{"a state that was changed", statement(whole, "UPDATE state SET body = replace(body, 'login', 'logon')"), "checksum"},
		{"an incident that was changed", statement(whole, "UPDATE incident SET body = replace(body, 'login', 'logon')"), "checksum"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.file(t)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			l, err := Open(path, Config{})
			if err == nil {
				l.Close()
				t.Fatal("it was opened")
			}
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.File != path || !strings.Contains(err.Error(), test.reason) || !strings.Contains(err.Error(), "To repair") {
				t.Errorf("refused with %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// TestFlippedBytes flips a byte of a whole ledger, or cuts it off, in a hundred places:
// what is read then is what was written, or refused. A hundred trials without a wrong
// answer bound the rate of wrong ones at 3 % (95 % confidence).
func TestFlippedBytes(t *testing.T) {
	l, path := fresh(t)
	for k := range 60 {
		put(t, l, event(k))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	want, err := all(path)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	refused := 0
	for trial := range 100 {
		damaged := slices.Clone(whole)
		at := random.IntN(len(whole))
		damaged[at] ^= byte(1 << random.IntN(8))
		if trial%10 == 9 {
			damaged = damaged[:at]
		}
		broken := filepath.Join(t.TempDir(), "genkan.db")
		write(t, broken, damaged)
		got, err := all(broken)
		var refusal *Refusal
		switch {
		case errors.As(err, &refusal):
			refused++
		case err != nil:
			t.Errorf("at %d: not refused by name: %v", at, err)
		case !reflect.DeepEqual(want, got):
			t.Errorf("at %d: silently wrong\n%s", at, cmp.Diff(want, got))
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// record is all that can be read of a ledger.
type record struct {
	Snapshot  alerting.Snapshot
	Results   []probes.Result
	Incidents []alerting.Incident
	Digests   []probes.Digest
}

func all(path string) (r record, err error) {
	l, err := Open(path, Config{})
	if err != nil {
		return r, err
	}
	defer l.Close()
	r.Snapshot = l.Snapshot()
	if r.Results, err = l.Results(context.Background(), alerting.Query{}); err != nil {
		return r, err
	}
	if r.Incidents, err = l.Incidents(context.Background(), time.Time{}, 0); err != nil {
		return r, err
	}
	for d, err := range l.Digests(context.Background()) {
		if err != nil {
			return r, err
		}
		r.Digests = append(r.Digests, d)
	}
	slices.Sort(r.Digests)
	return r, nil
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAChangedResultIsNotPassedOn(t *testing.T) {
	l, path := fresh(t)
	put(t, l, event(0))
	if _, err := l.write.Exec("UPDATE result SET body = replace(body, 'none', 'user')"); err != nil {
		t.Fatal(err)
	}
	_, err := l.Results(context.Background(), alerting.Query{})
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.File != path {
		t.Errorf("read with %v", err)
	}
}

func TestClosed(t *testing.T) {
	l, _ := fresh(t)
	put(t, l, event(0))
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(context.Background(), event(1), fold); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("appended with %v", err)
	}
}

func TestACancelledAppendTakesNothingIn(t *testing.T) {
	l, _ := fresh(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Append(ctx, event(0), fold); !errors.Is(err, context.Canceled) {
		t.Errorf("appended with %v", err)
	}
	if l.Snapshot().State.Series != nil || len(stored(t, l)) != 0 {
		t.Error("it was taken in")
	}
}

func TestWhatCannotBeWrittenDownIsNotTakenIn(t *testing.T) {
	l, _ := fresh(t)
	e := event(0)
	e.Result.CLS = inf()
	if _, err := l.Append(context.Background(), e, fold); err == nil || !l.Snapshot().At.IsZero() {
		t.Errorf("appended with %v", err)
	}
}

func inf() float64 { zero := 0.0; return 1 / zero }

func TestReadersAndWritersTogether(t *testing.T) {
	l, _ := fresh(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				seen := l.Snapshot()
				if _, err := l.Results(context.Background(), alerting.Query{Limit: 5}); err != nil {
					t.Error(err)
				}
				_ = fmt.Sprint(seen)
			}
		})
	}
	wait.Go(func() {
		for range 5 {
			if _, err := l.Prune(context.Background(), noon()); err != nil {
				t.Error(err)
			}
		}
	})
	for half := range 2 {
		wait.Go(func() {
			for k := range 30 {
				if _, err := l.Append(context.Background(), event(2*k+half), fold); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if n := len(stored(t, l)); n != 60 {
		t.Errorf("%d results", n)
	}
}

func TestMetrics(t *testing.T) {
	l, _ := fresh(t)
	put(t, l, event(0))
	if problems, err := testutil.CollectAndLint(l); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	if n := testutil.CollectAndCount(l, "genkan_ledger_writable", "genkan_ledger_append_seconds"); n != 2 {
		t.Errorf("%d metrics", n)
	}
	if v := testutil.ToFloat64(l.metrics.writable); v != 1 {
		t.Errorf("writable %v", v)
	}
}
