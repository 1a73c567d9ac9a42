//go:build !linux

package browser

import "syscall"

// killAll ends the browser's processes as far as they are in its session's
// process group; without /proc no more is known of them.
func killAll(_ string, session int) {
	if session != 0 {
		_ = syscall.Kill(-session, syscall.SIGKILL) // gone already is as good
	}
}

// memoryOf is not known without /proc.
func memoryOf(string, int) (uint64, bool) { return 0, false }

// attributes are those of a browser process: a session of its own, and another
// user when one is given.
func attributes(o *owner) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if o != nil {
		attr.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
	return attr
}

func smallSharedMemory() bool { return false }
