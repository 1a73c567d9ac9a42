// Package app is the composition: the one package that knows all the others.
//
// A generation is what one configuration becomes: it is built whole, and only
// then put in the place of the one before. The line is the way of one run,
// from the scheduler's tick to the followers of the record. Everything that
// decides something is elsewhere; here it is only joined.
package app
