package config

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each file of testdata/bad breaks a rule, and the .txt beside it is what is
// said about it, whole.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := Load(file)
			var problems Problems
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("taken as good: %v", err)
			}
			places(t, file, problems)
			compareGolden(t, strings.TrimSuffix(file, ".yml")+".txt", err.Error()+"\n")
		})
	}
	goldens, err := filepath.Glob("testdata/bad/*.txt")
	if err != nil || len(goldens) != len(files) {
		t.Errorf("%d bad files and %d texts: %v", len(files), len(goldens), err)
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// places holds problems to what every one of them has: the file, a line, a
// message on one line.
func places(t *testing.T, file string, problems Problems) {
	t.Helper()
	for _, p := range problems {
		if p.File != file || p.Line < 1 || p.Column < 1 || p.Message == "" || strings.ContainsAny(p.Message, "\n\r") {
			t.Errorf("a problem without a place, or on several lines: %+v", p)
		}
		if strings.Contains(p.Message, "this is a bug") || strings.Contains(p.Message, "hush") {
			t.Errorf("%s", p)
		}
	}
}

// check reports whether data is refused, and fails unless that is done well.
func check(t *testing.T, data []byte) (refused bool) {
	t.Helper()
	cfg, err := Parse("genkan.yml", data)
	if err == nil {
		if _, err := cfg.Masked(); err != nil {
			t.Errorf("Masked: %v", err)
		}
		return false
	}
	var problems Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		t.Fatalf("an error without problems: %v", err)
	}
	places(t, "genkan.yml", problems)
	return true
}

// Two thousand mutations of the example: lines and words left out, repeated,
// exchanged, bytes turned. Each is taken, or refused with a place.
func TestMutations(t *testing.T) {
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(9844, 8844))
	refused := 0
	for range 2000 {
		mutated := string(data)
		for range 1 + random.IntN(3) {
			mutated = mutate(mutated, random)
		}
		if check(t, []byte(mutated)) {
			refused++
		}
		if t.Failed() {
			t.Fatalf("the mutation:\n%s", mutated)
		}
	}
	if refused < 1000 {
		t.Errorf("only %d of 2000 mutations were refused: they change too little", refused)
	}
}

func mutate(s string, random *rand.Rand) string {
	cut := func(pieces func(string) [][]int) (before, piece, after string) {
		all := pieces(s)
		if len(all) == 0 {
			return s, "", ""
		}
		at := all[random.IntN(len(all))]
		return s[:at[0]], s[at[0]:at[1]], s[at[1]:]
	}
	switch random.IntN(8) {
	case 0:
		before, _, after := cut(line)
		return before + after
	case 1:
		before, piece, after := cut(line)
		return before + piece + piece + after
	case 2:
		before, _, after := cut(word)
		return before + after
	case 3:
		before, piece, after := cut(word)
		return before + piece[:len(piece)/2] + after
	case 4:
		before, _, after := cut(word)
		return before + []string{"null", "-1", "&a *a", "<<", "{}", "[]", "'", "\t", "!!int", "9e99", "yes", "*a"}[random.IntN(12)] + after
	case 5:
		before, _, after := cut(sign)
		return before + after
	case 6:
		before, piece, after := cut(sign)
		return before + piece + piece + after
	}
	b := []byte(s)
	b[random.IntN(len(b))] ^= byte(1 << random.IntN(8))
	return string(b)
}

func line(s string) [][]int {
	var out [][]int
	for i := 0; i < len(s); {
		end := len(s)
		if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
			end = i + n + 1
		}
		out = append(out, []int{i, end})
		i = end
	}
	return out
}

func word(s string) [][]int {
	return stretches(s, func(b byte) bool { return !strings.ContainsRune(" \t\n[]{},\"#", rune(b)) })
}

func sign(s string) [][]int {
	return stretches(s, func(b byte) bool { return strings.ContainsRune(" []{}:,\"-", rune(b)) })
}

// stretches are where consecutive bytes of a kind begin and end.
func stretches(s string, kind func(byte) bool) [][]int {
	var out [][]int
	for i := 0; i < len(s); i++ {
		if begin := i; kind(s[i]) {
			for i < len(s) && kind(s[i]) {
				i++
			}
			out = append(out, []int{begin, i})
		}
	}
	return out
}

func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/bad/*.yml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range append(files, example) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data) })
}
