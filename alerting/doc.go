// Package alerting is the vocabulary of telling: what is wrong since when,
// what has changed, and what has been committed to the record.
//
// It holds plain values. incident folds events into state, ledger remembers,
// alertmanager passes on, rules are what Prometheus adds. Whoever tells people
// anything reads a Snapshot and nothing else.
package alerting
