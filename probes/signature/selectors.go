package signature

import "strings"

// selectorNames returns, for each alternative of a selector, what must stand in
// a page's HTML in lower case for it to match: names of elements, classes, ids
// and attributes outside of any brackets.
func selectorNames(src string) [][]string {
	var all [][]string
	var names []string
	var name strings.Builder
	depth := 0
	end := func() {
		if name.Len() > 1 {
			names = append(names, name.String())
		}
		name.Reset()
	}
	skip := false // the name of a pseudo-class
	for _, r := range strings.ToLower(src) + "," {
		switch {
		case r == '(' || r == '[':
			depth++
		case r == ')' || r == ']':
			depth--
		}
		if depth == 0 && (r == '-' || r == '_' || isAlnum(r)) {
			if !skip {
				name.WriteRune(r)
			}
			continue
		}
		end()
		skip = r == ':'
		if r == ',' && depth == 0 {
			all, names = append(all, names), nil
		}
	}
	return all
}
