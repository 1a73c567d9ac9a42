package app

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockStorage makes the storage path this process's own: the record has one
// writer. The lock goes with the process, however that ends.
func (a *App) lockStorage() error {
	if err := os.MkdirAll(a.options.StoragePath, 0o700); err != nil {
		return fmt.Errorf("make --storage.path: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(a.options.StoragePath, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock --storage.path: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return fmt.Errorf("another genkan uses %s (%w): end it, or choose another --storage.path", a.options.StoragePath, err)
	}
	a.closing("lock of the storage path", f.Close)
	return nil
}
