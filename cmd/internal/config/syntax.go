package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

const maxFile = 1 << 20 // bytes

// parse is the tree of the one document in data, which must be a mapping.
func parse(file string, data []byte) (*yaml.Node, Problems) {
	fail := func(pos Position, format string, args ...any) Problems {
		return Problems{{File: file, Line: pos.Line, Column: pos.Column, Message: fmt.Sprintf(format, args...)}}
	}
	if len(data) > maxFile {
		return nil, fail(Position{1, 1}, "the file is larger than 1 MiB; this can't be a configuration")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if pos, what := strange(data); what != "" {
		return nil, fail(pos, "%s; save the file as plain text in UTF-8", what)
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, fail(Position{1, 1}, "%v", err)
	}
	var first, second yaml.Node
	if err := loader.Load(&first); errors.Is(err, io.EOF) {
		return nil, fail(Position{1, 1}, "the file is empty; begin with site:, components: and probes:, as in genkan.example.yml")
	} else if err != nil {
		pos, message := explain(err)
		return nil, fail(pos, "%s", message)
	}
	root := first.Content[0]
	if err := loader.Load(&second); !errors.Is(err, io.EOF) {
		return nil, fail(Position{max(1, second.Line), max(1, second.Column)}, "a second document begins; keep one document, without ---, in the file")
	}
	if root.Kind != yaml.MappingNode {
		return nil, fail(place(root), "expected keys such as site:, components: and probes:, found %s; see genkan.example.yml", found(root))
	}
	return root, nil
}

// strange finds what no text file has: the first byte that isn't UTF-8, or
// the first control character.
func strange(data []byte) (Position, string) {
	pos := Position{1, 1}
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			return pos, fmt.Sprintf("the byte 0x%02x is not UTF-8", data[0])
		case r < ' ' && !strings.ContainsRune("\t\r\n", r), r >= 0x7f && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff:
			return pos, fmt.Sprintf("the control character U+%04X is not allowed", r)
		}
		pos.Column++
		if r == '\n' {
			pos = Position{pos.Line + 1, 1}
		}
		data = data[size:]
	}
	return Position{}, ""
}

// explain says what the YAML reader stumbled over, and where.
func explain(err error) (Position, string) {
	var fault *yaml.LoadError
	if !errors.As(err, &fault) {
		return Position{1, 1}, fmt.Sprintf("not YAML: %v", err)
	}
	pos := Position{max(1, fault.Mark.Line), max(1, fault.Mark.Column)}
	context := ""
	if fault.ContextMsg != "" && fault.ContextMark.Line > 0 && fault.ContextMark.Line < pos.Line {
		context = fmt.Sprintf(" (%s that began on line %d)", fault.ContextMsg, fault.ContextMark.Line)
	}
	return pos, fmt.Sprintf("not YAML: %s%s; %s", fault.Message, context, remedy(fault.Message))
}

// remedy is the way out of the reader's commonest complaints.
func remedy(message string) string {
	for _, r := range []struct{ complaint, way string }{
		{"cannot start any token", "indent with spaces, not with tabs, and put quotes around text that begins with @, ` or %"},
		{"mapping values are not allowed", `put quotes around text that holds a colon and a space (": ")`},
		{"could not find expected ':'", "put a colon behind the key"},
		{"did not find expected", "check the indentation, and that brackets and quotes are closed"},
		{"unexpected end of stream", "close the quotes or brackets"},
		{"unknown anchor", "define it with & further up, or put quotes around text that begins with *"},
		{"depth", "take out some of the nesting"},
	} {
		if strings.Contains(message, r.complaint) {
			return r.way
		}
	}
	return "check this line and the one before it"
}

// place is where a node stands.
func place(n *yaml.Node) Position { return Position{max(1, n.Line), max(1, n.Column)} }
