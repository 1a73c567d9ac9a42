// Package status is the public page: what a visitor who can't get in needs to
// know within seconds — does it work, what to do now, for how long already and
// how long it may last — in the site's languages, and the same as a feed.
//
// It reads the newest alerting.Snapshot and nothing else of verdicts and
// incidents, and draws it as of now, so that it never stays green when results
// stop coming. It needs no JavaScript. It judges nothing, stores nothing, and
// never shows a page's text, a target's URL or a signature's id: its words are
// its own (words/*.json) and the guidance that was written for publication.
package status
