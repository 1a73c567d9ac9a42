package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"genkan/probes"
)

// Limits say what a sweep leaves.
type Limits struct {
	Grace    time.Duration // how old a file must be to be removed at all: its result may still be on the way
	KeepAge  time.Duration // how long files are kept, named or not; 0: as long as they are named
	MaxBytes int64         // how much is kept: the oldest go first; 0: any
}

// Swept is what a sweep did.
type Swept struct {
	Removed      int
	RemovedBytes int64
	Kept         int
	KeptBytes    int64
}

// kept is one file of the store.
type kept struct {
	digest  probes.Digest
	path    string
	size    int64
	touched time.Time // when it was put last
}

// Sweep removes the files that named doesn't yield, those older than KeepAge, and the
// oldest of the others while there are more than MaxBytes; none younger than Grace. An
// error from named ends the sweep before anything is removed.
func (s *Store) Sweep(ctx context.Context, named iter.Seq2[probes.Digest, error], now time.Time, limits Limits) (Swept, error) {
	all, err := s.list(ctx) // before the names are asked for: what is put after is not looked at
	if err != nil {
		return Swept{}, err
	}
	names := map[probes.Digest]bool{}
	for d, err := range named {
		if err != nil {
			return Swept{}, fmt.Errorf("sweep evidence: ask for the digests still named: %w", err)
		}
		names[d] = true
	}
	slices.SortFunc(all, func(a, b kept) int { return a.touched.Compare(b.touched) })
	var swept Swept
	for _, k := range all {
		swept.Kept++
		swept.KeptBytes += k.size
	}
	unwanted := func(k kept) bool {
		return !names[k.digest] || limits.KeepAge > 0 && now.Sub(k.touched) > limits.KeepAge
	}
	tooMuch := func(kept) bool { return limits.MaxBytes > 0 && swept.KeptBytes > limits.MaxBytes }
	for _, goes := range []func(kept) bool{unwanted, tooMuch} {
		for _, k := range all {
			if now.Sub(k.touched) < limits.Grace || !goes(k) {
				continue
			}
			if err := errors.Join(ctx.Err(), s.remove(k, &swept)); err != nil {
				return swept, fmt.Errorf("sweep evidence: %w", err)
			}
		}
	}
	return swept, nil
}

// remove takes a file away unless it has been put again meanwhile.
func (s *Store) remove(k kept, swept *Swept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(k.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Equal(k.touched) {
		return nil
	}
	if err := errors.Join(err, os.Remove(k.path)); err != nil {
		return err
	}
	swept.Kept--
	swept.KeptBytes -= k.size
	swept.Removed++
	swept.RemovedBytes += k.size
	return nil
}

// list finds all files. What doesn't lie under its own digest isn't ours, and is let be.
func (s *Store) list(ctx context.Context) ([]kept, error) {
	var all []kept
	err := filepath.WalkDir(filepath.Join(s.dir, files), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		digest := probes.Digest(prefix + entry.Name())
		if own, err := s.Path(digest); err != nil || own != path {
			return nil //nolint:nilerr // a stranger's name is no fault
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		all = append(all, kept{digest, path, info.Size(), info.ModTime()})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list evidence: %w", err)
	}
	return all, nil
}
