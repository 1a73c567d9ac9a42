package signature_test

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"genkan/probes"
	"genkan/probes/markup"
	"genkan/probes/signature"
)

// labelled pages to measure on: a folder with labels.tsv and pages/ID.html.
// Every third page, by the number in its id, is held out: of those only the
// sums are shown, so that the rules can't be bent to them.
func TestPages(t *testing.T) {
	if *pagesDir == "" {
		t.Skip("measures only with -pages FOLDER")
	}
	set := loaded(t)
	sums := map[bool]*tally{false: {}, true: {}}
	for _, row := range labels(t, *pagesDir) {
		held := heldOut(row["id"])
		miss := sums[held].count(row, judge(t, set, row))
		if miss != "" && !held {
			t.Log(miss)
		}
	}
	t.Logf("worked with: %v", sums[false])
	t.Logf("held out:    %v", sums[true])
}

var (
	pagesDir    = flag.String("pages", "", "a folder with labels.tsv and pages/ID.html to measure on")
	pagesStatus = flag.Int("pages-status", 0, "judge every page as if answered with this status")
)

func heldOut(id string) bool {
	number, err := strconv.Atoi(strings.TrimLeftFunc(id, func(r rune) bool { return !unicode.IsDigit(r) }))
	return err == nil && number%3 == 0
}

func labels(t *testing.T, dir string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "labels.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	records, err := r.ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatal("no labelled page", err)
	}
	var rows []map[string]string
	for _, rec := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			if i < len(rec) {
				row[name] = rec[i]
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func judge(t *testing.T, set *signature.Set, row map[string]string) probes.Verdict {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(*pagesDir, "pages", row["id"]+".html"))
	if err != nil {
		t.Fatal(err)
	}
	status, _ := strconv.Atoi(row["http_status"]) // empty: the browser's own page
	if status == 0 {
		status = 200
	}
	if *pagesStatus > 0 {
		status = *pagesStatus
	}
	o := markup.Observe(raw, "text/html; charset="+row["charset"], "https://example.test/p/"+row["id"], status)
	return set.Classify(o, probes.Expectation{})
}

// tally counts how often side and cause are right, strictly and with the
// labels' second answers, and how many healthy pages are taken for broken.
type tally struct{ pages, side, cause, sideLax, causeLax, alarms int }

func (s *tally) count(row map[string]string, v probes.Verdict) (miss string) {
	s.pages++
	side, cause := string(v.Side) == row["side"], string(v.Cause) == row["cause"]
	sideLax := side || slices.Contains(strings.Split(row["also_side"], "|"), string(v.Side))
	causeLax := cause || slices.Contains(strings.Split(row["also_cause"], "|"), string(v.Cause))
	add := func(n *int, ok bool) {
		if ok {
			*n++
		}
	}
	add(&s.side, side)
	add(&s.cause, cause)
	add(&s.sideLax, sideLax)
	add(&s.causeLax, causeLax)
	alarm := row["side"] == "none" && v.Side == probes.SideSystem
	add(&s.alarms, alarm)
	if sideLax && causeLax {
		return ""
	}
	mark := "miss"
	if alarm {
		mark = "ALARM"
	}
	return fmt.Sprintf("%s %s %s/%s (%s, hidden %s) -> %s/%s by %q, rule %s, %v | %s", mark, row["id"], row["side"], row["cause"], row["http_status"],
		row["hidden_error_words"], v.Side, v.Cause, v.Signature, v.Rule, v.Quotes, row["note"])
}

func (s *tally) String() string {
	p := float64(max(s.pages, 1)) / 100
	return fmt.Sprintf("%d pages: side %.1f %% (strictly %.1f), cause %.1f %% (strictly %.1f), healthy taken for broken: %d",
		s.pages, float64(s.sideLax)/p, float64(s.side)/p, float64(s.causeLax)/p, float64(s.cause)/p, s.alarms)
}
