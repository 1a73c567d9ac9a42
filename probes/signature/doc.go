// Package signature says what an observation means: whose side a failure is on,
// and why. Packs of signatures are data under packs/, one file each, with
// fixtures beside them; [Load] reads them strictly, [Set.Classify] judges an
// observation by them, [Set.Explain] tells what a quoted message may be, and
// [Set.Test] holds the packs to their fixtures.
//
// Classify is pure and total: the same observation gives the same verdict, on
// any machine, and nothing that a page contains makes it fail. It reads no
// network, no clock and no file. What a visitor can read and do on a page is
// not worked out here: the observation brings it.
//
// # Precedence
//
// The first view that blocks the visitor decides. A match in a dialog, an
// alert, a form error, or in what follows the sending of a form blocks, even
// when what was expected is there. A match elsewhere is a quotation when the
// expectation is met or, without one, when a usable form or other main content
// stands.
//
// Beside a usable form a message that no signature knows blocks too when it
// sounds like a failure, or stands in the form's error box and asks for nothing
// (form-complaint); the kind of form says the cause. Of the visitor's own
// mistakes in one place the one that says most decides: locked, rate limited,
// session, registered, limit, upload, log-in, input. A question, a condition
// (場合, "if you") and what would come of something ("will be locked") are no
// failure; more messages in a form than it has fields wait for their turn.
//
// Among what blocks, the site's own pack beats web, and specific words beat
// generic ones. Without an expectation, a page that was answered well, has few
// words and none that sounds like an error is healthy (nothing-amiss); what is
// neither healthy nor known is unknown. Verdict.Rule names what decided.
package signature
