// Package report writes results for whoever started a check: in words for a
// terminal, as JSON lines, JUnit or TAP for machines, and as the exit status.
// It judges nothing.
package report

import (
	"encoding/json"
	"fmt"
	"io"

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
	Lang     string
	Colour   bool
	Guidance func(signature string, cause probes.Cause) probes.Guidance
}

// Formats are the names that New takes.
func Formats() []string { return []string{"text", "json", "junit", "tap"} }

// New returns the writer of that format to w. The format must be one of Formats.
func New(format string, w io.Writer, words Words) (Writer, error) {
	switch format {
	case "text":
		return &text{w: w, words: words}, nil
	case "json":
		return lines{json.NewEncoder(w)}, nil
	case "junit":
		return &junit{w: w}, nil
	case "tap":
		return &tap{w: w}, nil
	}
	return nil, fmt.Errorf("unknown output format %q: one of %q", format, Formats())
}

// lines is one JSON object a line, as interface.md's "A result as JSON".
type lines struct{ encoder *json.Encoder }

func (l lines) Write(r probes.Result) error {
	if err := l.encoder.Encode(r); err != nil {
		return fmt.Errorf("write a result: %w", err)
	}
	return nil
}

func (lines) Close() error { return nil }
