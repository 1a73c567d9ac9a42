package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	maxSpec  = 256 // bytes
	minEvery = time.Second
	maxEvery = 366 * 24 * time.Hour
)

// Parse reads a schedule: cron's five fields or one of its descriptors
// (@hourly …), with or without "CRON_TZ=Zone " before it, else in zone (nil:
// UTC); or "@every d", which ticks at the multiples of d since the Unix epoch.
// An error says what is wrong and what to write instead. A schedule that never
// ticks is an error.
func Parse(spec string, zone *time.Location) (Schedule, error) {
	if len(spec) > maxSpec {
		return Schedule{}, fmt.Errorf("the schedule is %d bytes long, more than the %d a schedule may have; split it into several probes", len(spec), maxSpec)
	}
	zone, words, err := cutZone(strings.Fields(spec), zone)
	if err != nil {
		return Schedule{}, err
	}
	rule, err := parseRule(words, zone)
	if err != nil {
		return Schedule{}, err
	}
	s := Schedule{rule: rule}
	if s.Next(reference()).IsZero() {
		return Schedule{}, fmt.Errorf("%q never comes; name a day that exists in one of the months", spec)
	}
	s.interval = usualInterval(rule)
	return s, nil
}

// cutZone takes a leading CRON_TZ= or TZ= from words; zone stands where there is none.
func cutZone(words []string, zone *time.Location) (*time.Location, []string, error) {
	if zone == nil {
		zone = time.UTC
	}
	if len(words) == 0 {
		return nil, nil, errors.New(`the schedule is empty; write cron's five fields, such as "*/5 * * * *", or "@every 1m"`)
	}
	name, found := strings.CutPrefix(words[0], "CRON_TZ=")
	if !found {
		name, found = strings.CutPrefix(words[0], "TZ=")
	}
	if !found {
		return zone, words, nil
	}
	if len(words) == 1 {
		return nil, nil, fmt.Errorf(`%q names a time zone and no times; put cron's five fields behind it, such as "%s 0 2 * * *"`, words[0], words[0])
	}
	loaded, err := loadZone(name)
	return loaded, words[1:], err
}

// loadZone is time.LoadLocation without the names that mean something else on
// every machine.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("the time zone %q depends on the machine; name one of the IANA database, such as Asia/Tokyo or UTC", name)
	}
	loaded, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("no time zone %q is known; name one of the IANA database, such as Asia/Tokyo or UTC: %w", name, err)
	}
	return loaded, nil
}

func parseRule(words []string, zone *time.Location) (rule, error) {
	if words[0] == "@every" {
		return parseEvery(words[1:])
	}
	if strings.HasPrefix(words[0], "@") {
		fields, err := describe(strings.Join(words, " "))
		if err != nil {
			return nil, err
		}
		words = strings.Fields(fields)
	}
	return parseFields(words, zone)
}

func parseEvery(words []string) (rule, error) {
	const example = `write a number and a unit, such as "@every 90s", "@every 5m" or "@every 24h"`
	if len(words) != 1 {
		return nil, fmt.Errorf("@every takes one duration; %s", example)
	}
	d, err := time.ParseDuration(words[0])
	if err != nil {
		return nil, fmt.Errorf("%q is no duration; %s", words[0], example)
	}
	if d < minEvery || d > maxEvery {
		return nil, fmt.Errorf("@every %s is out of range; it must be at least %s and at most %s", words[0], minEvery, maxEvery)
	}
	return every(d), nil
}

// describe gives the five fields that a descriptor stands for.
func describe(descriptor string) (string, error) {
	switch descriptor {
	case "@yearly", "@annually":
		return "0 0 1 1 *", nil
	case "@monthly":
		return "0 0 1 * *", nil
	case "@weekly":
		return "0 0 * * 0", nil
	case "@daily", "@midnight":
		return "0 0 * * *", nil
	case "@hourly":
		return "0 * * * *", nil
	}
	return "", fmt.Errorf("%q is not known; there are @hourly, @daily, @weekly, @monthly, @yearly and @every", descriptor)
}

// parseFields has cron read five fields, and stands between it and the world:
// it panics on some input and takes some that matches nothing.
func parseFields(words []string, zone *time.Location) (r rule, err error) {
	spec := strings.Join(words, " ")
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%q is no schedule; write cron's five fields, such as \"*/5 * * * *\"", spec)
		}
	}()
	if len(words) != 5 {
		return nil, fmt.Errorf("%q has %s where cron has 5 (minute, hour, day of month, month, day of week); write for instance \"*/5 * * * *\" or \"@every 5m\"", spec, counted(len(words)))
	}
	for i, w := range words {
		if slices.Contains(strings.Split(w, ","), "") {
			return nil, fmt.Errorf("%q: the list %q has an empty entry; take out the spare comma", spec, words[i])
		}
	}
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(spec)
	if err != nil {
		return nil, fmt.Errorf("%q: %w; the fields are minute 0-59, hour 0-23, day of month 1-31, month 1-12, day of week 0-6 (0 is Sunday)", spec, err)
	}
	matcher, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("%q is no schedule; write cron's five fields, such as \"*/5 * * * *\"", spec)
	}
	matcher.Location = time.UTC
	return wallClock{matcher: matcher, zone: zone, recurring: wild(words[0]) || wild(words[1])}, nil
}

// wild reports whether a field names all values, or all in steps.
func wild(field string) bool { return strings.ContainsAny(field[:1], "*?") }

func counted(fields int) string {
	if fields == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", fields)
}
