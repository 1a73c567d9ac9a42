// Package report writes results for whoever started a check: in words for a
// terminal, as JSON lines, JUnit or TAP for machines, and as the exit status.
//
// It judges nothing and asks nobody: what there is to say stands in the result,
// or is handed in.
package report
