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
package signature
