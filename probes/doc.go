// Package probes is the vocabulary of seeing: what a site is, what is visited
// there and when, what a visit saw, and what was made of it.
//
// It holds plain values and imports the standard library only. What is done
// with them is one folder down, a verb each: schedule says when, browser
// observes, signature classifies, evidence keeps, prober joins the three.
// Nothing here knows of queues, storage or pages.
package probes
