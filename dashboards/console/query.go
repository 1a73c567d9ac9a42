package console

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// parseQuery reads a query for results from the parameters probe, location,
// side, since, before and limit. What it doesn't know it refuses: a misspelt
// parameter must not widen the answer.
func parseQuery(values url.Values) (alerting.Query, error) {
	q := alerting.Query{
		Probe: values.Get("probe"), Location: values.Get("location"),
		Side: probes.Side(values.Get("side")), Limit: defaultLimit,
	}
	if err := onlyKnown(values, "probe", "location", "side", "since", "before", "limit"); err != nil {
		return q, err
	}
	if q.Side != "" && !slices.Contains(probes.Sides(), q.Side) {
		return q, fmt.Errorf("side: %q is none of %v", q.Side, probes.Sides())
	}
	var err error
	if q.Since, err = parseTime(values, "since"); err != nil {
		return q, err
	}
	if q.Before, err = parseTime(values, "before"); err != nil {
		return q, err
	}
	if s := values.Get("limit"); s != "" {
		if q.Limit, err = strconv.Atoi(s); err != nil || q.Limit < 1 || q.Limit > maxLimit {
			return q, fmt.Errorf("limit: %q is not a number from 1 to %d", s, maxLimit)
		}
	}
	return q, nil
}

// parseOpen reads whether only open incidents are asked for.
func parseOpen(values url.Values) (bool, error) {
	if err := onlyKnown(values, "open"); err != nil {
		return false, err
	}
	s := values.Get("open")
	if s == "" {
		return false, nil
	}
	open, err := strconv.ParseBool(s)
	if err != nil {
		return false, fmt.Errorf("open: %q is neither true nor false", s)
	}
	return open, nil
}

func onlyKnown(values url.Values, known ...string) error {
	for name, given := range values {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%q is no parameter; there are %v", name, known)
		}
		if len(given) > 1 {
			return fmt.Errorf("%s: given %d times", name, len(given))
		}
	}
	return nil
}

// furthest is the last second that RFC 3339 can write.
const furthest = 253402300799

// parseTime reads a time as RFC 3339 or seconds since the Unix epoch; without
// one it is zero.
func parseTime(values url.Values, name string) (time.Time, error) {
	s := values.Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	seconds, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > furthest {
		return time.Time{}, fmt.Errorf("%s: %q is neither a time like 2026-11-22T09:00:00+09:00 nor seconds since 1970", name, s)
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC(), nil
}
