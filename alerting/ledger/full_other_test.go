//go:build !linux

package ledger

import "testing"

// smallFileSystem is a file system that a test may fill; here there is none to be had.
func smallFileSystem(t *testing.T) string {
	t.Helper()
	t.Skip("no file system of our own to fill")
	return ""
}
