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

// Grace is how old a file must be to be removed at all: the result that names it may
// still be on its way into the record.
const Grace = time.Hour

// kept is one file of the store.
type kept struct {
	digest  probes.Digest
	path    string
	size    int64
	touched time.Time // when it was put last
}

// Sweep removes the files that named doesn't yield, those put longer than keepAge ago
// (0: none for that reason), and then the oldest while there are more than maxBytes (0:
// any number); none younger than Grace. An error from named ends the sweep before
// anything is removed.
func (s *Store) Sweep(ctx context.Context, named func(context.Context) iter.Seq2[probes.Digest, error], now time.Time, keepAge time.Duration, maxBytes int64) error {
	all, err := s.list(ctx) // before the names are asked for: what is put after is not looked at
	if err != nil {
		return err
	}
	names, bytes := map[probes.Digest]bool{}, int64(0)
	for d, err := range named(ctx) {
		if err != nil {
			return fmt.Errorf("sweep evidence: ask for the digests still named: %w", err)
		}
		names[d] = true
	}
	for _, k := range all {
		bytes += k.size
	}
	slices.SortFunc(all, func(a, b kept) int { return a.touched.Compare(b.touched) })
	unwanted := func(k kept) bool { return !names[k.digest] || keepAge > 0 && now.Sub(k.touched) > keepAge }
	tooMuch := func(kept) bool { return maxBytes > 0 && bytes > maxBytes }
	for _, goes := range []func(kept) bool{unwanted, tooMuch} {
		for _, k := range all {
			if now.Sub(k.touched) < Grace || !goes(k) {
				continue
			}
			removed, err := s.remove(k)
			if err := errors.Join(ctx.Err(), err); err != nil {
				return fmt.Errorf("sweep evidence: %w", err)
			}
			bytes -= removed
		}
	}
	return nil
}

// remove takes a file away unless it has been put again meanwhile, and returns how
// many bytes that was.
func (s *Store) remove(k kept) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(k.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Equal(k.touched) {
		return 0, nil
	}
	return k.size, errors.Join(err, os.Remove(k.path))
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
