// Package console is what the operators look at: the record as JSON under
// /api/v1/, and a few pages to read the same by eye — where each series stands,
// what is open, what a run saw and why it was judged so.
//
// It only reads, by functions that it is given, and changes nothing. What a run
// quotes was written by the site that was visited: it is escaped, no script
// runs, and evidence is served as something that no browser executes. Who may
// see it is the listener's affair.
package console
