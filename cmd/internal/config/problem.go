package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file: line and column, counted from 1 (columns in
// characters). The zero value is the file as a whole.
type Position struct {
	Line   int
	Column int
}

// Problem is one thing that is wrong with a configuration. Message says what,
// and after a semicolon what to do about it.
type Problem struct {
	File    string
	Line    int // 0: the file as a whole
	Column  int
	Message string
}

// String is the problem on one line: file:line:column: message.
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Problems is all that is wrong with a configuration, sorted by place. It is
// the error that Load and Parse return.
type Problems []Problem

// Error is all problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// sorted is p by place, without repetition.
func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(p)
}

// at reports whether something is already wrong at a place.
func (p Problems) at(file string, pos Position) bool {
	return slices.ContainsFunc(p, func(q Problem) bool {
		return q.File == file && q.Line == pos.Line && q.Column == pos.Column
	})
}
