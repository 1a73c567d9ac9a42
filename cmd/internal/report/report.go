package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"genkan/probes"
)

// Exit statuses of the command line.
const (
	ExitHealthy      = 0 // or done
	ExitNotHealthy   = 1 // system, user, environment, unknown
	ExitUsage        = 2 // usage or configuration
	ExitInconclusive = 3 // monitor
)

// Exit is the exit status for results: not healthy if any is, else
// inconclusive if any is.
func Exit(results []probes.Result) int {
	status := ExitHealthy
	for _, r := range results {
		switch r.Side {
		case probes.SideNone:
		case probes.SideMonitor:
			status = max(status, ExitInconclusive)
		default:
			return ExitNotHealthy
		}
	}
	return status
}

// Writer writes results one by one, and what remains at the end.
type Writer interface {
	Write(r probes.Result) error
	Close() error
}

// Words is how results are put into words.
type Words struct {
	Lang     string // ja or en
	Colour   bool
	Width    int                                                        // of the terminal in columns; 0: lines are not broken
	Guidance func(signature string, cause probes.Cause) probes.Guidance // nil: there is none
	Path     func(probes.Digest) string                                 // where a file of evidence is; nil: none was kept
}

// Formats are the names that New takes.
func Formats() []string { return []string{"text", "json", "junit", "tap"} }

// New returns the writer of that format to w. The format must be one of
// Formats, or "" for one that writes nothing.
func New(format string, w io.Writer, words Words) (Writer, error) {
	switch format {
	case "":
		return silent{}, nil
	case "text":
		return &text{sheet{w: w, words: words}}, nil
	case "json":
		return lines{w}, nil
	case "junit":
		return &junit{w: w}, nil
	case "tap":
		return &tap{w: w}, nil
	}
	return nil, fmt.Errorf("unknown output format %q: one of %q", format, Formats())
}

// silent writes nothing.
type silent struct{}

// Write does nothing.
func (silent) Write(probes.Result) error { return nil }

// Close does nothing.
func (silent) Close() error { return nil }

// lines is one JSON object a line, as interface.md's "A result as JSON".
type lines struct{ w io.Writer }

// Write writes r on a line.
func (l lines) Write(r probes.Result) error { return Line(l.w, r) }

// Close has nothing left to write.
func (lines) Close() error { return nil }

// Line writes v as JSON on one line, with escapes for what could steer a
// terminal: quotes of a page are in it.
func Line(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	if _, err := fmt.Fprintln(w, escape(strings.TrimSuffix(b.String(), "\n"))); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// escape writes control characters, which valid JSON has in strings only, as \uXXXX.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if steers(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
