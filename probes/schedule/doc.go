// Package schedule says which run is due when.
//
// Parse reads cron expressions and "@every d" into a Schedule, the pure part:
// its ticks are the same in every process and on every day of the year, those
// on which the clocks change included. Scheduler is the loop around it: it owns
// the clock, spreads the starts, keeps a series from overlapping with itself,
// catches up once after a pause, and counts by reason what it leaves out.
//
// It knows nothing of browsers, verdicts or pools: whoever receives from Runs
// is a worker, and says Done. It is the sole importer of robfig/cron, which
// serves it as a parser and for the next match of an expression, nothing else.
package schedule
