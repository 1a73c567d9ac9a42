// Package check holds the expressions of the dashboard and of the alerting
// rules against the metrics that Genkan exports: each one parses, and names no
// metric, no label and no state that isn't there.
//
// It is a module of its own because Prometheus's parser brings some eighty
// packages along, which the program has no use for. Run it by itself:
// go -C dashboards/grafana/check test
package check
