package browser

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	runDirPrefix = "genkan-browser-"
	lockName     = "lock"

	// longestRunDir keeps the browser's SingletonSocket within the 107 bytes that
	// a socket's path may have; beyond, Chromium crashes.
	longestRunDir = 107 - len("/.org.chromium.Chromium.XXXXXX/SingletonSocket")

	// unlockedGrace is how long a run directory may be without a lock: a daemon
	// that is just being started has not made it yet.
	unlockedGrace = time.Minute
)

// runDir is the directory in which one browser process lives: its profile, its
// home, its temporary files. A lock that ends with our process tells others
// whether it is still in use.
type runDir struct {
	path string
	lock *os.File
}

// newRunDir makes a run directory in base that belongs to the owner; an empty
// base is the system's temporary directory.
func newRunDir(base string, o *owner) (_ *runDir, err error) {
	path, err := os.MkdirTemp(runBase(base), runDirPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a run directory: %w", err)
	}
	d := &runDir{path: path}
	defer func() {
		if err != nil {
			d.remove()
		}
	}()
	if len(path) > longestRunDir {
		return nil, fmt.Errorf("the run directory %s is too long by %d bytes for the browser's socket: give a shorter --browser.run-dir", path, len(path)-longestRunDir)
	}
	if d.lock, err = lockIn(path); err != nil {
		return nil, err
	}
	return d, o.own(path)
}

// runBase is where run directories are made. macOS' temporary directory is too
// long a path for a socket.
func runBase(base string) string {
	if base != "" {
		return base
	}
	base = os.TempDir()
	if len(base)+len("/"+runDirPrefix+"0123456789") > longestRunDir {
		return "/tmp"
	}
	return base
}

// lockIn makes the lock of a run directory, which appears only once it is held.
func lockIn(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, lockName+"-")
	if err != nil {
		return nil, fmt.Errorf("make the run directory's lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, lockName))
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("hold the run directory's lock: %w", err)
	}
	return f, nil
}

// remove deletes the directory and lets go of its lock.
func (d *runDir) remove() error {
	err := os.RemoveAll(d.path)
	if d.lock != nil {
		d.lock.Close()
	}
	return err
}

// sweep ends what a killed daemon left in base: the browsers of run directories
// that nobody holds, and the directories. It returns how many those were.
func sweep(base string, o *owner) (int, error) {
	dirs, err := filepath.Glob(filepath.Join(runBase(base), runDirPrefix+"*"))
	if err != nil {
		return 0, err
	}
	swept, errs := 0, []error(nil)
	for _, dir := range dirs {
		if !abandoned(dir, o) {
			continue
		}
		killAll(dir, 0)
		swept++
		errs = append(errs, os.RemoveAll(dir))
	}
	return swept, errors.Join(errs...)
}

// abandoned reports whether a run directory is one of ours that nobody holds.
func abandoned(dir string, o *owner) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || !o.mayOwn(info) {
		return false
	}
	lock, err := os.Open(filepath.Join(dir, lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Since(info.ModTime()) > unlockedGrace
	}
	if err != nil {
		return false
	}
	defer lock.Close()
	return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// owner is the user as whom browsers run; nil is whoever runs the daemon.
type owner struct{ uid, gid uint32 }

// ownerFor is the unprivileged user for a daemon that runs as root.
func ownerFor(euid int, uid uint32) *owner {
	if euid != 0 {
		return nil
	}
	return &owner{uid: uid, gid: uid}
}

func (o *owner) own(path string) error {
	if o == nil {
		return nil
	}
	if err := os.Lchown(path, int(o.uid), int(o.gid)); err != nil {
		return ownerFailure(err)
	}
	return nil
}

// ownerFailure explains why the run directory couldn't be given away. Without the
// right to, no other user than root can be had: that doesn't pass by itself.
func ownerFailure(err error) error {
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%w: the run directory can't be given to the browser's user: %w; %s", ErrSandbox, err, sandboxAdvice)
	}
	return fmt.Errorf("give the run directory to the browser's user: %w", err)
}

// mayOwn reports whether a file belongs to the browser's user or to ours.
func (o *owner) mayOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (int(stat.Uid) == os.Geteuid() || o != nil && stat.Uid == o.uid)
}
