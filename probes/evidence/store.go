package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"genkan/probes"
)

// MaxFile is the most that one file may hold, in bytes.
const MaxFile = 16 << 20

// Store is a folder of files by digest. It is safe for concurrent use; one Store
// at a time has a folder.
type Store struct {
	dir string
	mu  sync.Mutex // between finding a file there and making it younger, or removing it
}

// The folders inside a store. A digest's file lies below files, in a folder of its
// first two digits; what is being written lies in drafts.
const (
	files  = "sha256"
	drafts = "drafts"
)

// prefix begins every digest.
const prefix = "sha256:"

// Open opens the store in dir, makes it when it isn't there, and clears away what
// a crash has left half written.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	if err := os.RemoveAll(filepath.Join(dir, drafts)); err != nil {
		return nil, fmt.Errorf("clear the evidence's drafts: %w", err)
	}
	for _, name := range []string{files, drafts} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o750); err != nil {
			return nil, fmt.Errorf("make the evidence's folder: %w", err)
		}
	}
	return s, nil
}

// Put keeps data and returns its digest; the kind serves messages only. The same
// data is kept once, and is as new each time. Data over MaxFile is refused.
func (s *Store) Put(kind probes.EvidenceKind, data []byte) (probes.Digest, error) {
	if len(data) > MaxFile {
		return "", fmt.Errorf("keep the %s: %d bytes are more than the %d allowed", kind, len(data), MaxFile)
	}
	sum := sha256.Sum256(data)
	digest := probes.Digest(prefix + hex.EncodeToString(sum[:]))
	if s.renew(digest) {
		return digest, nil
	}
	path, err := s.Path(digest)
	if err == nil {
		err = s.write(path, data)
	}
	if err != nil {
		return "", fmt.Errorf("keep the %s: %w", kind, err)
	}
	return digest, nil
}

// renew makes a file that is there already, and whole, as young as a new one, so that
// no sweep takes it before a result names it.
func (s *Store) renew(d probes.Digest) bool {
	file, err := s.open(d)
	if err != nil {
		return false
	}
	defer file.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	return os.Chtimes(file.Name(), now, now) == nil
}

// write makes the file under its name all at once, and sees it to the disk.
func (s *Store) write(path string, data []byte) error {
	draft, err := os.CreateTemp(filepath.Join(s.dir, drafts), "draft-*")
	if err != nil {
		return err
	}
	_, err = draft.Write(data)
	err = errors.Join(err, draft.Sync(), draft.Close())
	if err == nil {
		err = place(draft.Name(), path)
	}
	if err != nil {
		_ = os.Remove(draft.Name()) // else Open clears it away
	}
	return err
}

// place moves the draft to its path, and sees the folders to the disk.
func place(draft, path string) error {
	folder := filepath.Dir(path)
	switch err := os.Mkdir(folder, 0o750); {
	case err == nil:
		if err := syncFolder(filepath.Dir(folder)); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Path is where the digest's file lies, if it is kept. What has not the form of a
// digest has no path.
func (s *Store) Path(d probes.Digest) (string, error) {
	digits, ok := strings.CutPrefix(string(d), prefix)
	if !ok || len(digits) != 2*sha256.Size || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%.80q is not a digest", string(d))
	}
	return filepath.Join(s.dir, files, digits[:2], digits), nil
}

// Open opens the digest's file for reading, from the start. One that is not kept is
// fs.ErrNotExist; one that is no longer what its name says is an error that names it.
// The caller closes it.
func (s *Store) Open(d probes.Digest) (io.ReadSeekCloser, error) {
	file, err := s.open(d)
	if err != nil {
		return nil, fmt.Errorf("open evidence: %w", err)
	}
	return file, nil
}

func (s *Store) open(d probes.Digest) (*os.File, error) {
	path, err := s.Path(d)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := verify(file, d); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return file, nil
}

// verify reads the file through and goes back to its start.
func verify(file *os.File, d probes.Digest) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, io.LimitReader(file, MaxFile+1)); err != nil {
		return err
	}
	if prefix+hex.EncodeToString(hash.Sum(nil)) != string(d) {
		return errors.New("the file is damaged: it is no longer what its name says; remove it or put a back-up in its place")
	}
	_, err := file.Seek(0, io.SeekStart)
	return err
}
