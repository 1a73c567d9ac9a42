package ledger

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/alerting"
)

// TestMain lets the test's own binary be the process that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("LEDGER_TEST_APPEND_TO"); path != "" {
		os.Exit(appendForever(path, os.Getenv("LEDGER_TEST_FROM")))
	}
	os.Exit(m.Run())
}

// appendForever appends the sequence and says each number once it is committed.
func appendForever(path, from string) int {
	l, err := Open(path, Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	k, err := strconv.Atoi(from)
	for ; err == nil; k++ {
		var s alerting.Snapshot
		if s, err = l.Append(context.Background(), event(k), fold); err == nil && s.Writable {
			_, err = fmt.Println(k)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// TestKilled appends in a process that is killed at twenty random points, one after
// the other on the same file, and holds after each that what was acknowledged is
// there once, and that state and incidents are what the results lead to. Twenty
// trials without a loss bound the rate of losses at 15 % (95 % confidence).
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "genkan.db")
	random := rand.New(rand.NewPCG(2, 6))
	recorded, withOpen := 0, 0
	for trial := range 20 {
		acknowledged := appendAndKill(t, path, recorded, 1+random.IntN(30))
		began := time.Now()
		l := open(t, path, Config{})
		t.Logf("trial %d: %d acknowledged, opened in %s", trial, acknowledged, time.Since(began))
		n := len(stored(t, l))
		if n < acknowledged || n > acknowledged+1 {
			t.Fatalf("trial %d: %d acknowledged, %d recorded", trial, acknowledged, n)
		}
		recorded = n
		if compare(t, l, n) {
			withOpen++
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if withOpen == 0 {
		t.Error("no incident was open at any kill")
	}
}

// appendAndKill starts a process that appends from number from, kills it when it has
// acknowledged some, and returns the number after the last one acknowledged.
func appendAndKill(t *testing.T, path string, from, some int) int {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "LEDGER_TEST_APPEND_TO="+path, "LEDGER_TEST_FROM="+strconv.Itoa(from))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	next := from
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() != strconv.Itoa(next) {
			t.Fatalf("%q instead of %d", lines.Text(), next)
		}
		next++
		if next == from+some {
			child.Process.Kill()
		}
	}
	if err := child.Wait(); err == nil || next < from+some {
		t.Fatalf("the process ended by itself after %d: %v", next-from, err)
	}
	return next
}

// compare holds the record against what its first n results lead to, and reports
// whether an incident is open.
func compare(t *testing.T, l *Ledger, n int) bool {
	t.Helper()
	var state alerting.State
	incidents := map[string]alerting.Incident{}
	seen := map[string]int{}
	for k := range n {
		seen[result(k).ID]++
		var changes []alerting.Change
		state, changes = fold(state, event(k))
		for _, in := range slices.Concat(state.Open, ofChanges(changes)) {
			incidents[in.ID] = in
		}
	}
	for _, r := range stored(t, l) {
		seen[r.ID]--
	}
	for id, n := range seen {
		if n != 0 {
			t.Fatalf("result %s is there %d times", id, 1-n)
		}
	}
	if d := cmp.Diff(state, l.Snapshot().State); d != "" {
		t.Fatalf("state: -want +got\n%s", d)
	}
	found, err := l.Incidents(context.Background(), time.Time{}, 0)
	if err != nil || len(found) != len(incidents) {
		t.Fatalf("%d incidents, want %d, %v", len(found), len(incidents), err)
	}
	for _, in := range found {
		if d := cmp.Diff(incidents[in.ID], in); d != "" {
			t.Fatalf("incident: -want +got\n%s", d)
		}
	}
	return len(state.Open) > 0
}

func ofChanges(changes []alerting.Change) []alerting.Incident {
	var list []alerting.Incident
	for _, c := range changes {
		if c.Kind == alerting.Resolved {
			list = append(list, c.Incident)
		}
	}
	return list
}
