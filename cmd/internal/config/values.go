package config

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// parseDuration reads a length of time greater than 0: days and what Go's own
// durations have, such as 90d, 1d12h, 2h or 30s.
func parseDuration(s string) (time.Duration, error) {
	const most = 36_500 // days
	_, way := duration("").expects()
	wrong := fmt.Errorf("%q is no duration; %s", clipped(s), way)
	var total time.Duration
	rest := s
	if number, after, found := strings.Cut(s, "d"); found {
		days, err := strconv.Atoi(number)
		if err != nil || days < 0 {
			return 0, wrong
		}
		if days > most {
			return 0, fmt.Errorf("%q is more than 100 years; write less", clipped(s))
		}
		total, rest = time.Duration(days)*24*time.Hour, after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil {
			return 0, wrong
		}
		total += d
	}
	if total <= 0 {
		return 0, fmt.Errorf("%q is not longer than nothing; %s", clipped(s), way)
	}
	return total, nil
}

// parseSize reads a number of bytes greater than 0, such as 500MB or 1.5GiB.
func parseSize(s string) (int64, error) {
	_, way := size("").expects()
	wrong := fmt.Errorf("%q is no size; %s", clipped(s), way)
	unit := strings.TrimLeft(s, "0123456789.")
	number, err := strconv.ParseFloat(strings.TrimSuffix(s, unit), 64)
	if err != nil {
		return 0, wrong
	}
	bytes := number * float64(unitBytes(strings.TrimSpace(unit)))
	if bytes < 1 || bytes >= math.MaxInt64 {
		return 0, wrong
	}
	return int64(bytes), nil
}

// unitBytes is how many bytes a unit has, or 0 when it isn't known.
func unitBytes(unit string) int64 {
	switch strings.ToLower(unit) {
	case "b":
		return 1
	case "kb":
		return 1e3
	case "mb":
		return 1e6
	case "gb":
		return 1e9
	case "tb":
		return 1e12
	case "kib":
		return 1 << 10
	case "mib":
		return 1 << 20
	case "gib":
		return 1 << 30
	case "tib":
		return 1 << 40
	}
	return 0
}

// checkURL says what is wrong with the address of a page or a server.
func checkURL(s string) error {
	const way = "write a whole address, such as https://example.jp/login"
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no URL: %w; %s", clipped(s), errors.Unwrap(err), way)
	case u.User != nil:
		return errors.New("the URL holds a user name or a password; take them out: secrets don't belong in this file")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is not an address by http or https; %s", clipped(s), way)
	case u.Hostname() == "":
		return fmt.Errorf("%q names no host; %s", clipped(s), way)
	case strings.ContainsAny(s, " \t\r\n"):
		return fmt.Errorf("%q has a space in it; write %%20 for it", clipped(s))
	}
	return checkPort(u)
}

func checkPort(u *url.URL) error {
	if u.Port() == "" {
		return nil
	}
	if n, err := strconv.Atoi(u.Port()); err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("the port %s is out of range; write one from 1 to 65535", clipped(u.Port()))
	}
	return nil
}

// mask takes what may be secret out of text that holds URLs.
func mask(s string) string {
	user := regexp.MustCompile(`(://)[^/\s"'@]+@`)
	query := regexp.MustCompile(`(?i)([?&][^=&\s"']*(?:token|secret|passw|key|sig|auth|session|code)[^=&\s"']*=)[^&\s"'#]+`)
	return query.ReplaceAllString(user.ReplaceAllString(s, "$1<secret>@"), "$1<secret>")
}
