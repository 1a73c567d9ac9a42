// Package rules holds what Prometheus adds to Genkan's own alerts: genkan.yml,
// a file of alerting rules over the metrics that Genkan exports, with unit tests
// in genkan_test.yml and what to do about each alert in RUNBOOK.md.
//
// It is no part of the program: incidents reach Alertmanager without Prometheus.
// These rules say what the daemon can't say itself (it is down, a probe is
// silent, its disk is full), and are a second way for the gravest news.
package rules
