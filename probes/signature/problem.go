package signature

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is something wrong in a signature file, where it stands, and what to
// do about it.
type Problem struct {
	File    string
	Line    int // from 1; 0: the file as a whole
	Column  int // from 1
	Message string
}

// String is file:line:column: message, as editors and compilers write it.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Problems are all that is wrong with the packs asked for, in the order of the
// files. It is the error of Load.
type Problems []Problem

// Error lists the problems, a line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// orNil is the problems in order, or no error when there are none.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return (a.Line-b.Line)*10000 + a.Column - b.Column
	})
	return ps
}
