package alerting

import "time"

// Alert is what an incident is to Alertmanager (its API v2, postableAlert).
type Alert struct {
	Labels       map[string]string
	Annotations  map[string]string
	StartsAt     time.Time
	EndsAt       time.Time // in the future while firing
	GeneratorURL string
}

// Firing reports whether the alert is firing at now.
func (a Alert) Firing(now time.Time) bool { return a.EndsAt.After(now) }
