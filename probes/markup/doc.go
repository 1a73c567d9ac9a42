// Package markup reads a page's HTML: what a visitor reads there, what stands
// out, which forms can be used, whether there is main content. One extractor
// serves live and saved pages.
//
// A live page comes as rendered markup: HTML that the browser wrote from the
// composed tree, with data-genkan-hidden on what can't be seen,
// data-genkan-display where the computed display isn't the tag's own, and
// data-genkan-modal on what lies over the page. A saved page has none of these;
// there, hidden attributes, inline styles, the page's own simple style rules
// and the class names that every style library uses for hiding stand in.
//
// The package draws no conclusion: whether an error is shown is not its
// business. It reads hostile pages within bounds.
package markup
