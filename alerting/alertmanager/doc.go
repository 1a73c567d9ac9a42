// Package alertmanager passes open incidents on to Alertmanager: its own
// packages wired into this process (Embedded), or ones elsewhere (External).
//
// A Relay follows the record and sends from its newest snapshot, at each change
// of an incident and again every minute: what is open as firing, what has just
// ended as ended. So a crash loses nothing, and no state is kept here. Grouping,
// repeating, muting and delivery are Alertmanager's business, configured by a
// standard alertmanager.yml.
//
// It is not where it is decided what an incident is (incident does) nor how it
// is put into words: those are handed in.
package alertmanager
