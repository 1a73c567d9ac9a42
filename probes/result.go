package probes

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Result is a finished run: what was run, the verdict, timings and the digests
// of the evidence kept. It is immutable. Its JSON is the interface's.
type Result struct {
	ID           string            `json:"id"`
	Probe        string            `json:"probe"`
	Component    string            `json:"component"`
	Location     string            `json:"location"`
	ScheduledAt  time.Time         `json:"scheduled_at"`
	StartedAt    time.Time         `json:"started_at"`
	Duration     Seconds           `json:"duration_seconds"`
	URL          string            `json:"url"`
	FinalURL     string            `json:"final_url"`
	HTTPStatus   int               `json:"http_status"` // 0: no answer
	NetError     string            `json:"net_error"`
	Redirects    []Hop             `json:"redirects"`
	Origin       Origin            `json:"origin"`
	Attempt      int               `json:"attempt"`
	Verdict                        // its fields stand beside the others
	Title        string            `json:"title"`
	FailedStep   *StepFailure      `json:"failed_step"`
	Timings      Timings           `json:"timings"`
	CLS          float64           `json:"cls"`
	PackVersions map[string]string `json:"pack_versions"`
	Artifacts    Artifacts         `json:"artifacts"`
	Steps        []StepDuration    `json:"steps"`
	CertExpiry   time.Time         `json:"cert_expiry,omitzero"` // earliest of all documents seen
}

// StepDuration is how long one step took until it had settled.
type StepDuration struct {
	Step     string  `json:"step"`
	Duration Seconds `json:"duration_seconds"`
}

// EndedAt is when the visit ended.
func (r Result) EndedAt() time.Time { return r.StartedAt.Add(time.Duration(r.Duration)) }

// Seconds is a duration that JSON shows in seconds.
type Seconds time.Duration

// Seconds returns d as a number of seconds.
func (d Seconds) Seconds() float64 { return time.Duration(d).Seconds() }

// MarshalJSON writes a number of seconds.
func (d Seconds) MarshalJSON() ([]byte, error) { return json.Marshal(d.Seconds()) }

// UnmarshalJSON reads a number of seconds.
func (d *Seconds) UnmarshalJSON(b []byte) error {
	var s float64
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read seconds: %w", err)
	}
	*d = Seconds(math.Round(s * float64(time.Second)))
	return nil
}
