// Package demosite is a small Japanese membership site, invented for the
// purpose, that misbehaves on demand: the demo's target and the tests'.
//
// Its pages are what a visitor of such a site meets (sign-up with an identity
// document and a PIN, log-in, a member's page, a store, pack codes, an FAQ), in
// a full layout with a session, and they work. At /_demo/ is the switchboard:
// each page can be given one fault, which then shows when the page is loaded
// and when its form is sent.
//
// It is not a model of the judgement: it knows nothing of signatures and
// imports nothing of this module. The sides and causes that it names are what
// the interface promises for each fault, so that tests can compare.
//
// It remembers nobody. A session lives in the visitor's signed cookie, what is
// uploaded is counted and thrown away, and a new member lasts as long as the
// cookie does.
package demosite
