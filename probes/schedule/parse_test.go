package schedule

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func parsed(t testing.TB, spec string, z *time.Location) Schedule {
	t.Helper()
	s, err := Parse(spec, z)
	if err != nil {
		t.Fatalf("Parse(%q): %v", spec, err)
	}
	return s
}

// ticks are the first n ticks after from.
func ticks(s Schedule, from time.Time, n int) []string {
	var out []string
	for range n {
		from = s.Next(from)
		out = append(out, from.Format(time.RFC3339Nano))
	}
	return out
}

func TestParseTicks(t *testing.T) {
	tokyo := zone(t, "Asia/Tokyo")
	const from = "2026-11-22T10:59:30.5Z" // a Sunday
	for name, c := range map[string]struct {
		spec     string
		zone     *time.Location
		want     []string
		interval time.Duration
	}{
		"every minute of the epoch": {"@every 1m", tokyo, []string{"2026-11-22T11:00:00Z", "2026-11-22T11:01:00Z"}, time.Minute},
		"multiples, not since now":  {"@every 7m", nil, []string{"2026-11-22T11:04:00Z", "2026-11-22T11:11:00Z"}, 7 * time.Minute},
		"fractions of a second":     {"@every 1500ms", nil, []string{"2026-11-22T10:59:31.5Z", "2026-11-22T10:59:33Z"}, 1500 * time.Millisecond},
		"every with a zone":         {"CRON_TZ=Asia/Tokyo @every 24h", nil, []string{"2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"}, 24 * time.Hour},
		"steps":                     {"*/5 * * * *", tokyo, []string{"2026-11-22T11:00:00Z", "2026-11-22T11:05:00Z"}, 5 * time.Minute},
		"in the zone given":         {"0 2 * * *", tokyo, []string{"2026-11-22T17:00:00Z", "2026-11-23T17:00:00Z"}, 24 * time.Hour},
		"its own zone":              {"CRON_TZ=Europe/Berlin 0 2 * * *", tokyo, []string{"2026-11-23T01:00:00Z", "2026-11-24T01:00:00Z"}, 24 * time.Hour},
		"TZ, tabs and spaces":       {" TZ=UTC\t0  2 *\t* * ", tokyo, []string{"2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z"}, 24 * time.Hour},
		"names":                     {"30 9 * jan mon-fri", nil, []string{"2027-01-01T09:30:00Z", "2027-01-04T09:30:00Z"}, 24 * time.Hour},
		"hourly":                    {"@hourly", tokyo, []string{"2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z"}, time.Hour},
		"daily":                     {"@daily", tokyo, []string{"2026-11-22T15:00:00Z", "2026-11-23T15:00:00Z"}, 24 * time.Hour},
		"weekly":                    {"@weekly", nil, []string{"2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"}, 7 * 24 * time.Hour},
		"monthly":                   {"@monthly", nil, []string{"2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"}, 31 * 24 * time.Hour},
		"yearly":                    {"@yearly", nil, []string{"2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"}, 365 * 24 * time.Hour},
		"leap day":                  {"0 0 29 2 *", nil, []string{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}, 1461 * 24 * time.Hour},
		"day of month or of week":   {"0 0 13 * 5", nil, []string{"2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z"}, 7 * 24 * time.Hour},
		"office hours":              {"*/10 9-17 * * 1-5", nil, []string{"2026-11-23T09:00:00Z", "2026-11-23T09:10:00Z"}, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := parsed(t, c.spec, c.zone)
			if diff := cmp.Diff(c.want, ticks(s, at(t, from), 2)); diff != "" {
				t.Errorf("ticks (-want +got):\n%s", diff)
			}
			if s.Interval() != c.interval {
				t.Errorf("Interval() = %v, want %v", s.Interval(), c.interval)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ spec, want string }{
		"empty":              {"", `the schedule is empty; write cron's five fields, such as "*/5 * * * *", or "@every 1m"`},
		"blank":              {" \t ", `the schedule is empty`},
		"zone alone":         {"CRON_TZ=Asia/Tokyo", `"CRON_TZ=Asia/Tokyo" names a time zone and no times; put cron's five fields behind it, such as "CRON_TZ=Asia/Tokyo 0 2 * * *"`},
		"TZ alone":           {"TZ=UTC ", `"TZ=UTC" names a time zone and no times`},
		"no such zone":       {"CRON_TZ=Asia/Tokio 0 2 * * *", `no time zone "Asia/Tokio" is known; name one of the IANA database`},
		"zone of a file":     {"CRON_TZ=../../etc/passwd 0 2 * * *", `is known; name one`},
		"local zone":         {"CRON_TZ=Local 0 2 * * *", `depends on the machine`},
		"empty zone":         {"CRON_TZ= 0 2 * * *", `depends on the machine`},
		"two zones":          {"TZ=UTC TZ=UTC * * * *", `"TZ=UTC * * * *": expected exactly 5 fields`},
		"every nothing":      {"@every", `@every takes one duration; write a number and a unit`},
		"every zero":         {"@every 0s", `@every 0s is out of range; it must be at least 1s`},
		"every negative":     {"@every -5m", `@every -5m is out of range`},
		"every too often":    {"@every 999ms", `@every 999ms is out of range`},
		"every too rarely":   {"@every 10000h", `@every 10000h is out of range`},
		"every without unit": {"@every 5", `"5" is no duration; write a number and a unit`},
		"every in days":      {"@every 1d", `"1d" is no duration; write a number and a unit, such as "@every 90s", "@every 5m" or "@every 24h"`},
		"every overflowing":  {"@every 99999999999h", `is no duration`},
		"every twice":        {"@every 1m 2m", `takes one duration`},
		"descriptor":         {"@dayly", `"@dayly" is not known; there are @hourly, @daily`},
		"descriptor, more":   {"@daily 5", `"@daily 5" is not known`},
		"31 February":        {"0 0 31 2 *", `"0 0 31 2 *" never comes; name a day that exists in one of the months`},
		"30 February, zone":  {"CRON_TZ=Asia/Tokyo 0 0 30 feb *", `never comes`},
		"31 of short months": {"0 0 31 4,6,9,11 *", `never comes`},
		"minute too large":   {"60 * * * *", `end of range (60) above maximum (59): 60; the fields are minute 0-59`},
		"hour too large":     {"0 24 * * *", `above maximum (23)`},
		"day 0":              {"0 0 0 * *", `below minimum (1)`},
		"month 13":           {"0 0 1 13 *", `above maximum (12)`},
		"Sunday as 7":        {"0 0 * * 7", `day of week 0-6 (0 is Sunday)`},
		"backwards":          {"30-10 * * * *", `beyond end of range`},
		"step 0":             {"*/0 * * * *", `step of range should be a positive number`},
		"negative":           {"-5 * * * *", `failed to parse int`},
		"words":              {"often", `"often" has 1 field where cron has 5 (minute, hour, day of month, month, day of week)`},
		"four fields":        {"* * * *", `has 4 fields where cron has 5`},
		"six fields":         {"0 * * * * *", `has 6 fields where cron has 5`},
		"empty list":         {", * * * *", `the list "," has an empty entry; take out the spare comma`},
		"spare comma":        {"1,2, * * * *", `the list "1,2," has an empty entry`},
		"long":               {strings.Repeat("1,", 200) + "2 * * * *", `the schedule is 409 bytes long, more than the 256`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(c.spec, time.UTC)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse(%q) = %v, want an error with %q", c.spec, err, c.want)
			}
		})
	}
}

func TestZeroScheduleNeverTicks(t *testing.T) {
	var s Schedule
	if got := s.Next(at(t, "2026-01-01T00:00:00Z")); !got.IsZero() {
		t.Errorf("Next = %v", got)
	}
	if got := s.Last(at(t, "2026-01-01T00:00:00Z")); !got.IsZero() {
		t.Errorf("Last = %v", got)
	}
}

func TestLastIsTheTickBefore(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, spec := range []string{"@every 1s", "@every 7m", "* * * * *", "*/5 8-18 * * 1-5", "0,1 3 1 * *", "30 2 * * *", "0 0 29 2 *", "* * 1 1 *"} {
		t.Run(spec, func(t *testing.T) {
			s := parsed(t, spec, berlin)
			for _, from := range []string{"2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00.000000001Z", "2027-06-15T11:11:11.1Z"} {
				now := at(t, from)
				last := s.Last(now)
				if last.IsZero() || last.After(now) {
					t.Fatalf("Last(%s) = %s", now, last)
				}
				if next := s.Next(last); !next.After(now) {
					t.Errorf("Last(%s) = %s, and %s comes after it", now, last, next)
				}
				if again := s.Next(last.Add(-time.Nanosecond)); !again.Equal(last) {
					t.Errorf("Last(%s) = %s is no tick: %s is", now, last, again)
				}
			}
		})
	}
}

func TestEveryBeforeTheEpoch(t *testing.T) {
	s := parsed(t, "@every 1h", nil)
	want := []string{"1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z"}
	if diff := cmp.Diff(want, ticks(s, at(t, "1969-12-31T22:30:00Z"), 3)); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"@every 1m", "*/5 * * * *", "CRON_TZ=Asia/Tokyo 0 2 * * 3", "CRON_TZ=Asia/Tokyo", "0 0 31 2 *", "@daily", ",,, * * * *", "1-5/99 ? * jan-dec sun"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		s, err := Parse(spec, time.UTC)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		from := time.Date(2026, 11, 22, 10, 59, 30, 5, time.UTC)
		next := s.Next(from)
		if !next.After(from) || s.Interval() < minEvery {
			t.Errorf("Parse(%q): next %v, interval %v", spec, next, s.Interval())
		}
		if last := s.Last(next); !last.Equal(next) {
			t.Errorf("Parse(%q): Last(%v) = %v", spec, next, last)
		}
	})
}

func TestAfterLeapsOverGaps(t *testing.T) {
	tests := []struct {
		name, spec, from string
		n                int
		want             string
	}{
		{"even ticks", "@every 1m", "2026-06-05T10:00:30Z", 3, "2026-06-05T10:03:00Z"},
		{"over a week-end", "*/5 8-18 * * 1-5", "2026-06-05T18:51:00Z", 2, "2026-06-08T08:00:00Z"},
		{"none", "@every 1m", "2026-06-05T10:00:30Z", 0, "2026-06-05T10:00:30Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := parsed(t, test.spec, time.UTC).After(at(t, test.from), test.n); !got.Equal(at(t, test.want)) {
				t.Errorf("After = %s, want %s", got, test.want)
			}
		})
	}
	if got := (Schedule{}).After(at(t, "2026-06-05T10:00:00Z"), 3); !got.Equal(at(t, "2026-06-05T10:00:00Z")) {
		t.Errorf("a schedule that never ticks is due at %s", got)
	}
}
