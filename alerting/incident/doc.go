// Package incident folds events into what there is to tell: Reduce takes the
// state so far, one event and the policy, and returns the next state and what
// has changed. It is pure, deterministic and total; it never changes its input.
//
// It is not a store, not a clock and not a scheduler: the ledger keeps the state,
// time comes with the events, and a confirmation is asked for as a change.
//
// # What counts
//
// A result counts when its origin is not manual, the policy knows its probe and
// location, and it is newer than the newest of its series (by scheduled time, then
// attempt). A newest result that lies in the future of the event, because the clock
// has been set back, holds nobody up: then whatever comes counts.
//
// System and unknown are failures. None, user and environment are passes: the site
// has answered. Monitor counts for nothing, and so does a failure that may as well
// be another side's (or_side), but both end silence. A control probe's series are
// kept, and heard, and never enter incidents or components.
//
// # One incident per component
//
// A component has at most one open incident. This is stricter than one per component
// and side: an error that turns into another, and a page that was first not
// recognised and then is, stay one incident with a history, and one alert. The side
// of an incident may sharpen from unknown to system, and never goes back: when the
// series of a system incident turns unknown, the new cause is an update and the side
// stays system.
//
// A row of ConfirmRuns failures opens it, or joins it when it is open already. After
// each failure before that another run is asked for, and again, within bounds, when
// that one is inconclusive. The incident starts with the first failing run of the row.
//
// It tells the verdict of one of its series, its lead: the one that opened it, until
// that recovers and the next to fail takes over, or until another knows that it is the
// system. So two series with different errors don't take turns in the history. A lead's
// new cause, signature or advice is an update at once, without confirmation.
//
// A row of RecoverRuns passes takes a series out of the incident; the last one out
// resolves it, as of the first pass of its row. Silence resolves nothing. A series that
// the policy no longer has leaves too.
//
// # Silence
//
// A series without a result for SilentAfter ticks and its timeout is silent. That
// ends its rows: runs with hours between them are not in a row, so neither a failure
// nor a pass from before a suspend counts towards what is seen after it.
//
// # What a component is told to be
//
// With an incident of side system: under maintenance when the site says so itself, a
// major outage when all its series are in it, else a partial one. With one of side unknown: degraded, for nobody has recognised what is
// shown. Without: unknown while a series is silent or none has been heard; as before
// while a failure waits for its confirmation; operational when any series passes. With
// nothing but inconclusive results it stays as it was. The note beside it (side, cause,
// signature, advice) is the worst newest verdict: environment, user, monitor, none.
package incident
