package probes

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Run is one execution: probe × location × scheduled time. It carries all that
// its execution needs, so who runs it asks nobody anything.
type Run struct {
	ID          string    `json:"id"` // RunID of the four that make it, or random for manual ones
	Probe       Probe     `json:"probe"`
	Location    string    `json:"location"`
	ScheduledAt time.Time `json:"scheduled_at"` // the nominal tick, before jitter
	NotAfter    time.Time `json:"not_after"`    // later than this it isn't started any more; zero: never too late
	Attempt     int       `json:"attempt"`      // 0: the tick; n > 0: the n-th confirmation
	Origin      Origin    `json:"origin"`
	// FreshSince asks for a browser process that was started later than this;
	// zero takes any. A confirmation must not repeat a sick browser's mistake.
	FreshSince time.Time `json:"fresh_since,omitzero"`
}

// Origin is who asked for a run.
type Origin string

// The origins. Manual runs never enter incidents.
const (
	Scheduled Origin = "schedule"
	Manual    Origin = "manual"
)

// RunID is the id of a scheduled run: the same probe, location, nominal tick
// and attempt always give the same 32 hexadecimal digits, in any process.
func RunID(probe, location string, scheduled time.Time, attempt int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %d", probe, location, scheduled.UnixNano(), attempt))
	return hex.EncodeToString(sum[:16])
}
