// Package ledger is the record: results, the state they have led to, incidents and
// daily totals, in one SQLite file. It is the only writer of that file and the only
// importer of the driver.
//
// It is not the judge: how an event changes the state is a function handed to
// Append. It is not the keeper of evidence either, it only knows which digests its
// results name.
//
// # One event, one transaction
//
// Append folds an event into the state and commits, in one transaction: the result,
// the state, the incidents that changed and the day's totals. Only then does it
// return, and only then is there a new Snapshot. One lock makes the fold and the
// commit one act; the state lives in memory, as plain data, and the file holds the
// same as JSON, so that opening it again gives back an equal state. A second result
// with a known id changes nothing and is not recorded. Manual results aren't either.
//
// # When the disk refuses
//
// The line goes on: the event is folded in memory, its result is held (10,000 of
// them at most, then the oldest is given up), and the Snapshot says that it is not
// written. Each later event, ticks included, tries again to write all that is held,
// in order, in one transaction.
//
// # What it trusts
//
// Every row that is read back carries a checksum of its own, for SQLite has none. A
// file that is damaged, of another program, or of a newer version is refused with its
// name and the way out (Refusal); nothing is repaired in silence.
package ledger
