package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// killAll ends every process of the browser that lives in dir: its own tree,
// what left it (the crash handler is in a session of its own) and what is
// stopped. It looks again until nothing is to be found, since a process can be
// forked while its parent dies. The session is that of the browser's process; 0
// when it isn't known.
func killAll(dir string, session int) {
	const looks, pause = 200, 5 * time.Millisecond
	quiet := 0
	for range looks {
		found := processesOf(dir, session)
		for _, pid := range found {
			_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is as good
		}
		if len(found) > 0 {
			quiet = 0
		} else if quiet++; quiet == 2 {
			return
		}
		time.Sleep(pause)
	}
}

// memoryOf is the resident memory in bytes of the processes of the browser that
// lives in dir. What they share is counted for each of them.
func memoryOf(dir string, session int) (total uint64, known bool) {
	for _, pid := range processesOf(dir, session) {
		statm, err := os.ReadFile(procFile(pid, "statm"))
		fields := bytes.Fields(statm)
		if err != nil || len(fields) < 2 {
			continue
		}
		pages, err := strconv.ParseUint(string(fields[1]), 10, 64)
		if err == nil {
			total += pages * uint64(os.Getpagesize())
		}
	}
	return total, true
}

// processesOf are the living processes that name dir in their command line or
// environment, that are in the session, or descend from such a one.
func processesOf(dir string, session int) []int {
	all := processTable()
	ours := map[int]bool{}
	for pid, p := range all {
		ours[pid] = session != 0 && p.session == session || names(pid, dir)
	}
	var pids []int
	for pid := range all {
		if descends(pid, all, ours) {
			pids = append(pids, pid)
		}
	}
	return pids
}

type processEntry struct{ parent, session int }

// processTable is /proc without ourselves and without zombies.
func processTable() map[int]processEntry {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	table := make(map[int]processEntry, len(stats))
	for _, path := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		stat, rerr := os.ReadFile(path)
		if err != nil || rerr != nil || pid == os.Getpid() {
			continue
		}
		// pid (name) state parent group session …; the name may hold anything
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 4 || string(fields[0]) == "Z" {
			continue
		}
		parent, _ := strconv.Atoi(string(fields[1]))
		session, _ := strconv.Atoi(string(fields[3]))
		table[pid] = processEntry{parent: parent, session: session}
	}
	return table
}

// names reports whether a process speaks of dir in its command line or its
// environment. Where a sandboxed process hides the latter, its parent tells.
func names(pid int, dir string) bool {
	for _, file := range []string{"cmdline", "environ"} {
		content, err := os.ReadFile(procFile(pid, file))
		if err == nil && mentions(content, dir) {
			return true
		}
	}
	return false
}

// mentions reports whether a value in content is dir or lies below it. Chromium
// rewrites its command line with spaces between the arguments, and blanks its
// environment.
func mentions(content []byte, dir string) bool {
	for {
		_, rest, found := bytes.Cut(content, []byte("="+dir))
		if !found {
			return false
		}
		if len(rest) == 0 || rest[0] == '/' || rest[0] == ' ' || rest[0] == 0 {
			return true
		}
		content = rest
	}
}

func descends(pid int, all map[int]processEntry, ours map[int]bool) bool {
	for range len(all) {
		if ours[pid] {
			return true
		}
		p, ok := all[pid]
		if !ok {
			return false
		}
		pid = p.parent
	}
	return false
}

func procFile(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}

// attributes are those of a browser process: a session of its own, another user
// when one is given, and death together with us.
func attributes(o *owner) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if o != nil {
		attr.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
	return attr
}

// smallSharedMemory reports whether /dev/shm is too small for a browser, as it
// is in containers by default.
func smallSharedMemory() bool {
	var fs syscall.Statfs_t
	err := syscall.Statfs("/dev/shm", &fs)
	return err != nil || uint64(fs.Bsize)*fs.Blocks < 256<<20
}
