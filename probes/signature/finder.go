package signature

import (
	"encoding/binary"
	"strings"
)

// finder finds many literals in one pass over a text. Each literal is filed
// under one window of eight bytes of its own, four for short ones, and at every
// position of the text the window there is looked up; a bitmap answers most of
// the time that nothing is filed under it.
//
// It is plainer than an Aho-Corasick automaton, needs no table of states for
// the many bytes of Japanese text, and is fast enough by far: BenchmarkClassify
// shows it beside a naive loop.
type finder struct {
	literals []string
	lengths  []int
	ids      map[string]int
	long     windows // of literals of eight bytes and more
	short    windows // of literals of four to seven bytes
	tiny     []int   // literals of less than four bytes
}

type windows struct {
	filed  map[uint64][]window
	filled [1 << bitmapBits / 64]uint64
}

// window is a literal, and where in it the window begins.
type window struct{ literal, offset int }

const bitmapBits = 16

func newFinder() *finder {
	return &finder{ids: map[string]int{}, long: windows{filed: map[uint64][]window{}}, short: windows{filed: map[uint64][]window{}}}
}

// add files a literal, which must be normalised and not empty, and returns its id.
func (f *finder) add(literal string) int {
	if id, ok := f.ids[literal]; ok {
		return id
	}
	id := len(f.literals)
	f.ids[literal] = id
	f.literals = append(f.literals, literal)
	f.lengths = append(f.lengths, len(literal))
	switch {
	case len(literal) >= 8:
		f.long.file(id, literal, 8)
	case len(literal) >= 4:
		f.short.file(id, literal, 4)
	default:
		f.tiny = append(f.tiny, id)
	}
	return id
}

// file puts a literal under the window of it that has the fewest others: many
// messages begin alike.
func (w *windows) file(id int, literal string, size int) {
	best, fewest := 0, -1
	for offset := 0; offset+size <= len(literal); offset++ {
		n := len(w.filed[key(literal[offset:], size)])
		if fewest < 0 || n <= fewest {
			best, fewest = offset, n
		}
	}
	k := key(literal[best:], size)
	w.filed[k] = append(w.filed[k], window{id, best})
	bit := slot(k)
	w.filled[bit/64] |= 1 << (bit % 64)
}

func (w *windows) at(k uint64) []window {
	bit := slot(k)
	if w.filled[bit/64]&(1<<(bit%64)) == 0 {
		return nil
	}
	return w.filed[k]
}

func slot(k uint64) uint64 { return k * 0x9E3779B97F4A7C15 >> (64 - bitmapBits) }

func key(s string, size int) uint64 {
	b := [8]byte{}
	copy(b[:size], s)
	return binary.LittleEndian.Uint64(b[:])
}

// occurrences are where literals stand.
type occurrences struct {
	first [][placeCount]occurrence // per literal and place, the first
	all   [][]occurrence           // per literal, in order, no more than maxOccurrences
}

// maxOccurrences is how many occurrences of a literal are told apart; what
// follows the last of them counts as one.
const maxOccurrences = 128

// find returns where each literal stands.
func (f *finder) find(segments []segment) occurrences {
	out := occurrences{first: make([][placeCount]occurrence, len(f.literals)), all: make([][]occurrence, len(f.literals))}
	for i, s := range segments {
		note := func(w window, at int) {
			start := at - w.offset
			if start < 0 || !strings.HasPrefix(s.text[start:], f.literals[w.literal]) {
				return
			}
			o := occurrence{segment: int32(i + 1), at: int32(start)}
			if first := &out.first[w.literal][s.place]; first.segment == 0 {
				*first = o
			}
			if len(out.all[w.literal]) < maxOccurrences {
				out.all[w.literal] = append(out.all[w.literal], o)
			}
		}
		f.scan(s.text, note)
		for _, id := range f.tiny {
			for at := 0; len(out.all[id]) < maxOccurrences; at++ {
				next := strings.Index(s.text[at:], f.literals[id])
				if next < 0 {
					break
				}
				at += next
				note(window{literal: id}, at)
			}
		}
	}
	return out
}

// each reports every occurrence of a literal in a text.
func (f *finder) each(text string, found func(literal int)) {
	f.scan(text, func(w window, at int) {
		if start := at - w.offset; start >= 0 && strings.HasPrefix(text[start:], f.literals[w.literal]) {
			found(w.literal)
		}
	})
	for _, id := range f.tiny {
		if strings.Contains(text, f.literals[id]) {
			found(id)
		}
	}
}

// scan reports every window of the text that something is filed under.
func (f *finder) scan(text string, note func(window, int)) {
	var k uint64 // the last eight bytes, the latest on top
	for i := range len(text) {
		k = k>>8 | uint64(text[i])<<56
		if i >= 7 {
			for _, w := range f.long.at(k) {
				note(w, i-7)
			}
		}
		if i >= 3 {
			for _, w := range f.short.at(k >> 32) {
				note(w, i-3)
			}
		}
	}
}
