package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

func fresh(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t testing.TB, s *Store, data string) probes.Digest {
	t.Helper()
	d, err := s.Put(probes.PageHTML, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func read(t testing.TB, s *Store, d probes.Digest) (string, error) {
	t.Helper()
	f, err := s.Open(d)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), nil
}

// everything are the files below dir, by their paths inside it.
func everything(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPutAndOpen(t *testing.T) {
	s := fresh(t)
	for _, data := range []string{"", "<html>", strings.Repeat("画面", 100_000)} {
		d := put(t, s, data)
		if got, err := read(t, s, d); err != nil || got != data {
			t.Errorf("%d bytes came back as %d: %v", len(data), len(got), err)
		}
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, again, put(t, s, "<html>")); err != nil || got != "<html>" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	if d := put(t, s, "abc"); d != "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("the digest of abc: %s", d)
	}
}

func TestTheSameIsKeptOnce(t *testing.T) {
	s := fresh(t)
	var wait sync.WaitGroup
	for n := range 40 {
		wait.Go(func() {
			data := fmt.Sprint("page ", n%4)
			d, err := s.Put(probes.PageHTML, []byte(data))
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := read(t, s, d); err != nil || got != data {
				t.Errorf("%q came back as %q: %v", data, got, err)
			}
		})
	}
	wait.Wait()
	if list := everything(t, s.dir); len(list) != 4 {
		t.Errorf("kept: %v", list)
	}
}

func TestTooLarge(t *testing.T) {
	s := fresh(t)
	_, err := s.Put(probes.Screenshot, make([]byte, MaxFile+1))
	if err == nil || !strings.Contains(err.Error(), "screenshot") || len(everything(t, s.dir)) != 0 {
		t.Errorf("%v, %v", err, everything(t, s.dir))
	}
	if _, err := s.Put(probes.Screenshot, make([]byte, MaxFile)); err != nil {
		t.Error(err)
	}
}

func TestMalformedDigests(t *testing.T) {
	s := fresh(t)
	put(t, s, "abc")
	if err := os.WriteFile(filepath.Join(s.dir, "..", "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	hex64 := strings.Repeat("a", 64)
	for _, d := range []string{
		"", "sha256:", hex64, "sha1:" + hex64, "sha256:" + hex64[1:], "sha256:" + hex64 + "a", "sha256:" + strings.ToUpper(hex64),
		"sha256:../../secret", "sha256:../" + hex64[3:], "sha256:" + hex64[:62] + "/.", "sha256:" + hex64[:63] + "\x00", "sha256:" + hex64[:63] + "\n",
		"sha256:" + hex64[:61] + "ａ", "/etc/passwd", "..", "sha256:" + strings.Repeat("../", 21) + "a",
	} {
		if p, err := s.Path(probes.Digest(d)); err == nil {
			t.Errorf("the path of %q is %s", d, p)
		}
		if f, err := s.Open(probes.Digest(d)); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q was looked for: %v, %v", d, f, err)
		}
	}
	if _, err := s.Open(probes.Digest("sha256:" + hex64)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is not kept: %v", err)
	}
}

func FuzzPath(f *testing.F) {
	f.Add("sha256:" + strings.Repeat("0", 64))
	f.Add("sha256:../../x")
	f.Fuzz(func(t *testing.T, d string) {
		s := &Store{dir: "store"}
		path, err := s.Path(probes.Digest(d))
		if err == nil && (!filepath.IsLocal(path) || filepath.Dir(filepath.Dir(path)) != filepath.Join("store", files) || "sha256:"+filepath.Base(path) != d) {
			t.Errorf("%q lies at %q", d, path)
		}
	})
}

func TestDamageIsFound(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"a byte": func(p string) error { return os.WriteFile(p, []byte("abd"), 0o600) },
		"cut":    func(p string) error { return os.Truncate(p, 2) },
		"longer": func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("abc"), 9), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			s := fresh(t)
			d := put(t, s, "abc")
			path, _ := s.Path(d)
			if err := damage(path); err != nil {
				t.Fatal(err)
			}
			if got, err := read(t, s, d); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("read %q, %v", got, err)
			}
			if got, err := read(t, s, put(t, s, "abc")); err != nil || got != "abc" {
				t.Errorf("put again: %q, %v", got, err)
			}
		})
	}
}

func TestLeftoversOfACrashAreCleared(t *testing.T) {
	s := fresh(t)
	d := put(t, s, "whole")
	if err := os.WriteFile(filepath.Join(s.dir, drafts, "draft-123"), []byte("ha"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if list := everything(t, s.dir); len(list) != 1 {
		t.Errorf("left: %v", list)
	}
	if got, err := read(t, again, d); err != nil || got != "whole" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestADiskThatRefuses(t *testing.T) {
	s := fresh(t)
	if err := os.RemoveAll(filepath.Join(s.dir, drafts)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(probes.Screenshot, []byte("x")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "screenshot") {
		t.Errorf("put with %v", err)
	}
}

func these(list ...probes.Digest) func(context.Context) iter.Seq2[probes.Digest, error] {
	return func(context.Context) iter.Seq2[probes.Digest, error] {
		return func(yield func(probes.Digest, error) bool) {
			for _, d := range list {
				if !yield(d, nil) {
					return
				}
			}
		}
	}
}

func TestSweep(t *testing.T) {
	// Four files of ten bytes, put half an hour, 2, 3 and 4 hours ago; the first and the third are named.
	for _, test := range []struct {
		name     string
		named    []int
		keepAge  time.Duration
		maxBytes int64
		want     []int
	}{
		{"what is not named goes", []int{0, 2}, 0, 0, []int{0, 2}},
		{"but not within its grace", []int{2}, 0, 0, []int{0, 2}},
		{"what is old goes too", []int{0, 1, 2, 3}, 150 * time.Minute, 0, []int{0, 1}},
		{"the oldest named go for the sake of space", []int{0, 1, 2, 3}, 0, 25, []int{0, 1}},
		{"the unnamed first", []int{0, 3}, 0, 25, []int{0, 3}},
		{"none within its grace, space or not", []int{1}, time.Minute, 1, []int{0}},
		{"enough space", []int{0, 1, 2, 3}, 0, 40, []int{0, 1, 2, 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := fresh(t)
			now := time.Now()
			var digests []probes.Digest
			for n := range 4 {
				d := put(t, s, fmt.Sprintf("content %02d", n))
				path, _ := s.Path(d)
				at := now.Add(-[]time.Duration{30 * time.Minute, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour}[n])
				if err := os.Chtimes(path, at, at); err != nil {
					t.Fatal(err)
				}
				digests = append(digests, d)
			}
			var named []probes.Digest
			for _, n := range test.named {
				named = append(named, digests[n])
			}
			if err := s.Sweep(context.Background(), these(named...), now, test.keepAge, test.maxBytes); err != nil {
				t.Fatal(err)
			}
			var got []int
			for n, d := range digests {
				if _, err := read(t, s, d); err == nil {
					got = append(got, n)
				}
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("kept: -want +got\n%s", d)
			}
		})
	}
}

func TestSweepLeavesAlone(t *testing.T) {
	s := fresh(t)
	old := put(t, s, "old")
	path, _ := s.Path(old)
	long := time.Now().Add(-1000 * time.Hour)
	age := func() {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	age()
	stranger := filepath.Join(s.dir, files, "note.txt")
	if err := os.WriteFile(stranger, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the record can't be read")
	failing := func(context.Context) iter.Seq2[probes.Digest, error] {
		return func(yield func(probes.Digest, error) bool) { yield("", broken) }
	}
	if err := s.Sweep(context.Background(), failing, time.Now(), 0, 0); !errors.Is(err, broken) {
		t.Errorf("swept without knowing what is named: %v", err)
	}
	again := func(context.Context) iter.Seq2[probes.Digest, error] {
		put(t, s, "old") // while the names are read
		return these()(context.Background())
	}
	if err := s.Sweep(context.Background(), again, time.Now(), 0, 0); err != nil || len(everything(t, s.dir)) != 2 {
		t.Errorf("what was put again is gone: %v", err)
	}
	age()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Sweep(ctx, these(), time.Now(), 0, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("swept with %v", err)
	}
	if list := everything(t, s.dir); len(list) != 2 || !slices.Contains(list, files+"/note.txt") {
		t.Errorf("left: %v", list)
	}
	if err := s.Sweep(context.Background(), these(), time.Now(), 0, 0); err != nil || len(everything(t, s.dir)) != 1 {
		t.Errorf("the old one is still there: %v", err)
	}
}

func TestPutWhileSweeping(t *testing.T) {
	s := fresh(t)
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for n := range 20 {
				d, err := s.Put(probes.Screenshot, fmt.Append(nil, worker%2, n))
				if err != nil {
					t.Error(err)
				} else if _, err := read(t, s, d); err != nil {
					t.Errorf("gone within its grace: %v", err)
				}
			}
		})
	}
	wait.Go(func() {
		for range 20 {
			if err := s.Sweep(context.Background(), these(), time.Now(), 0, 1); err != nil {
				t.Error(err)
			}
		}
	})
	wait.Wait()
}

func BenchmarkPut(b *testing.B) {
	s := fresh(b)
	page := bytes.Repeat([]byte("a page of a hundred kilobytes "), 3400)
	for n := 0; b.Loop(); n++ {
		copy(page, fmt.Sprintf("%016d", n))
		if _, err := s.Put(probes.PageHTML, page); err != nil {
			b.Fatal(err)
		}
	}
}
