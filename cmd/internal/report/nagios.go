package report

import (
	"fmt"
	"strings"

	"genkan/probes"
)

// ExitUnknown is the exit status of a monitoring plugin that could not find out.
const ExitUnknown = 3

// Nagios is one line, with the visits' durations as performance data, and the
// status, as monitoring plugins give them (monitoring-plugins.org, guidelines):
// the worst result decides, where what could not be found out is less than a
// warning.
func Nagios(results []probes.Result) (line string, status int) {
	words := []string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}
	rank := []int{0, 2, 3, 1} // by status: how bad
	var said, measured []string
	for _, r := range results {
		if s := nagios(r.Side); rank[s] > rank[status] {
			status = s
		}
		said = append(said, unpiped(Clean(r.URL)+" "+summary(r)))
		measured = append(measured, fmt.Sprintf("'%s'=%.3fs", strings.ReplaceAll(unpiped(Clean(r.URL)), "'", "''"), r.Duration.Seconds()))
	}
	if len(said) == 0 {
		return NagiosFailure("nothing was checked")
	}
	return fmt.Sprintf("GENKAN %s - %s | %s", words[status], strings.Join(said, ", "), strings.Join(measured, " ")), status
}

// NagiosFailure is the line and the status of a check that could not be made.
func NagiosFailure(why string) (line string, status int) {
	return "GENKAN UNKNOWN - " + unpiped(Clean(why)), ExitUnknown
}

func nagios(s probes.Side) int {
	switch s {
	case probes.SideNone:
		return 0
	case probes.SideUser, probes.SideEnvironment:
		return 1
	case probes.SideSystem:
		return 2
	}
	return ExitUnknown
}

// unpiped is s without the sign that begins performance data.
func unpiped(s string) string { return strings.ReplaceAll(s, "|", "%7C") }
