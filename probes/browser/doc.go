// Package browser turns a run's journey into an observation: it visits the
// page with a real Chromium and writes down what was to be seen.
//
// A Browser keeps one warm Chromium process, which it starts at once, watches,
// replaces when it dies or falls silent, and recycles. Every visit has a browser
// context of its own (cookies, storage, cache) and is held to its deadline
// whatever the page does. What the browser itself did wrong is the
// observation's Fault; what the site did is in its views.
//
// Chromium is spoken to over a pipe, with chromedp's transport and cdproto's
// commands. The sessions on it are our own: each tab asks only for what is read,
// its commands are sent together instead of one after the other, and a page that
// floods its tab with events can't hold up the others'.
//
// It judges nothing: what a view means is the business of package signature.
// What a page reads like is told by the function in Config.Read, from the
// rendered markup that the snapshot script writes; files are kept by Config.Store.
package browser
