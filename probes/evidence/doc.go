// Package evidence keeps files as proof, named by their digests: screenshots and
// pages. It is the only writer of its folder.
//
// It is not the record: which digests are still named is told to Sweep by whoever
// knows. What is kept is immutable and kept once; it is on the disk when Put returns,
// so a result can name it. Reading checks that a file is still what its name says.
package evidence
