// Package arch holds the architecture to its word: the import rules of the
// module as a test, each with its reason. It has no code of its own.
package arch
