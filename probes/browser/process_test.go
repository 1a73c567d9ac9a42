//go:build linux

package browser

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"genkan/probes"
	"genkan/probes/markup"
)

// current is the process that the next visit will use.
func current(t *testing.T, b *Browser) *process {
	t.Helper()
	p, err := b.pool.lease(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	b.pool.release(p)
	return p
}

func proc(t *testing.T, pid int, file string) string {
	t.Helper()
	content, err := os.ReadFile(procFile(pid, file))
	if err != nil {
		return "" // it has ended
	}
	return string(content)
}

// renderers are the processes in which pages live.
func renderers(t *testing.T, p *process) (pids []int) {
	t.Helper()
	for _, pid := range processesOf(p.dir.path, p.cmd.Process.Pid) {
		if strings.Contains(proc(t, pid, "cmdline"), "--type=renderer") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// signal sends a signal to a process, which may have ended by itself.
func signal(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Error(err)
	}
}

// signalRenderers sends a signal to every renderer there is, for a second: when
// a page has just been asked for, the one that will show it may not be there yet.
func signalRenderers(t *testing.T, p *process, sig syscall.Signal) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 20 {
		for _, pid := range renderers(t, p) {
			signal(t, pid, sig)
		}
		<-again.C
	}
}

// during begins a visit, waits until it has asked for its page, does something,
// and returns what the visit saw.
func during(t *testing.T, b *Browser, run probes.Run, arrived <-chan string, do func()) probes.Observation {
	t.Helper()
	seen := make(chan probes.Observation, 1)
	go func() { seen <- b.Visit(context.Background(), run) }()
	<-arrived
	do()
	o := <-seen
	if most := run.Probe.Timeout + 2*time.Second; o.Duration > most {
		t.Errorf("the visit took %s, at most %s is allowed", o.Duration, most)
	}
	return o
}

func wantFault(t *testing.T, o probes.Observation, reason probes.FaultReason) {
	t.Helper()
	if o.Fault == nil || o.Fault.Reason != reason || len(o.Views) != 0 {
		t.Errorf("fault %+v, %d views; want %s", o.Fault, len(o.Views), reason)
	}
}

func wantHealthy(t *testing.T, b *Browser, site string) {
	t.Helper()
	healthy(t, visitOf(t, b, runOf(site+"/login", password, 20*time.Second)))
}

func TestTheBrowserIsConfined(t *testing.T) {
	site, arrived := serveWatched(t)
	t.Setenv("GENKAN_CANARY", "secret")
	b := launched(t, nil)
	p := current(t, b)
	during(t, b, runOf(site.URL+"/stream", probes.Expectation{}, 2*time.Second), arrived, func() {
		pids := processesOf(p.dir.path, p.cmd.Process.Pid)
		if len(pids) < 3 || len(renderers(t, p)) == 0 {
			t.Errorf("%d processes, %d renderers", len(pids), len(renderers(t, p)))
		}
		for _, pid := range pids {
			if line := proc(t, pid, "cmdline"); strings.Contains(line, "no-sandbox") || strings.Contains(line, "remote-debugging-port") {
				t.Errorf("command line %q", line)
			}
			if env := proc(t, pid, "environ"); strings.Contains(env, "GENKAN_CANARY") || strings.Contains(env, "HOME="+os.Getenv("HOME")+"\x00") {
				t.Errorf("environment %q", env)
			}
			info, err := os.Stat(procFile(pid, "task"))
			if stat, ok := sysOf(info); err == nil && os.Geteuid() == 0 && ok && stat.Uid == 0 && !strings.Contains(proc(t, pid, "status"), "Uid:\t65534") {
				t.Errorf("process %d runs as root: %s", pid, proc(t, pid, "cmdline"))
			}
		}
		for _, pid := range renderers(t, p) {
			if !strings.Contains(proc(t, pid, "status"), "Seccomp:\t2") {
				t.Errorf("renderer %d has no seccomp filter", pid)
			}
			ours, _ := os.Readlink("/proc/self/ns/user")
			if theirs, err := os.Readlink(procFile(pid, "ns/user")); err == nil && theirs == ours {
				t.Errorf("renderer %d is in our user namespace", pid)
			}
		}
	})
}

func TestTheEnvironmentIsClean(t *testing.T) {
	t.Setenv("GENKAN_CANARY", "secret")
	for _, entry := range command("/usr/bin/x", "/tmp/x", false, nil).Env {
		name, value, _ := strings.Cut(entry, "=")
		if name == "GENKAN_CANARY" || strings.Contains(value, "secret") || name != "PATH" && name != "LANG" && name != "DBUS_SESSION_BUS_ADDRESS" && value != "/tmp/x" {
			t.Errorf("%s", entry)
		}
	}
}

func sysOf(info os.FileInfo) (*syscall.Stat_t, bool) {
	if info == nil {
		return nil, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return stat, ok
}

func TestCloseLeavesNothing(t *testing.T) {
	site := serve(t)
	dir := shortDir(t)
	b := launched(t, func(c *Config) { c.RunDir = dir })
	wantHealthy(t, b, site.URL)
	p := current(t, b)
	info, err := os.Stat(p.dir.path)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("run directory: %v, %v", info, err)
	}
	for _, pid := range processesOf(p.dir.path, p.cmd.Process.Pid) { // a stopped process can't clean up
		signal(t, pid, syscall.SIGSTOP)
	}
	b.Close()
	wantNothing(t, dir, p)
	b.Close()
	if o := b.Visit(t.Context(), runOf(site.URL, probes.Expectation{}, time.Second)); o.Fault == nil {
		t.Error("a closed browser visits")
	}
}

func wantNothing(t *testing.T, dir string, p *process) {
	t.Helper()
	for _, pid := range processesOf(p.dir.path, p.cmd.Process.Pid) {
		t.Errorf("left: %d %q", pid, proc(t, pid, "cmdline"))
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestTheBrowserIsKilled(t *testing.T) {
	site, arrived := serveWatched(t)
	b := launched(t, nil)
	p := current(t, b)
	o := during(t, b, runOf(site.URL+"/hang", probes.Expectation{}, 20*time.Second), arrived, func() {
		if err := p.cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
	})
	wantFault(t, o, probes.BrowserDied)
	wantHealthy(t, b, site.URL)
	if n := b.pool.restarted()[replaceDied]; n != 1 {
		t.Errorf("%d restarts", n)
	}
	<-p.exited
	if left := processesOf(p.dir.path, p.cmd.Process.Pid); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestARendererIsKilled(t *testing.T) {
	site, arrived := serveWatched(t)
	b := launched(t, nil)
	p := current(t, b)
	o := during(t, b, runOf(site.URL+"/stream", probes.Expectation{}, 20*time.Second), arrived, func() {
		signalRenderers(t, p, syscall.SIGKILL)
	})
	wantFault(t, o, probes.BrowserDied)
	wantHealthy(t, b, site.URL)
}

func TestARendererIsStopped(t *testing.T) {
	site, arrived := serveWatched(t)
	b := launched(t, nil)
	p := current(t, b)
	o := during(t, b, runOf(site.URL+"/stream", probes.Expectation{}, 1500*time.Millisecond), arrived, func() {
		signalRenderers(t, p, syscall.SIGSTOP)
	})
	wantFault(t, o, probes.BrowserSilent)
	wantHealthy(t, b, site.URL)
}

func TestTheBrowserIsStopped(t *testing.T) {
	site, arrived := serveWatched(t)
	b := launched(t, func(c *Config) { c.Slots = 1 })
	p := current(t, b)
	o := during(t, b, runOf(site.URL+"/hang", probes.Expectation{}, 1500*time.Millisecond), arrived, func() {
		if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Error(err)
		}
	})
	wantFault(t, o, probes.BrowserSilent)
	wantHealthy(t, b, site.URL)
	<-p.exited
}

func TestFreshProcesses(t *testing.T) {
	site := serve(t)
	b := launched(t, func(c *Config) { c.Slots = 10 })
	before := current(t, b)
	wantHealthy(t, b, site.URL)
	if current(t, b) != before {
		t.Error("a visit that asks for nothing got a new process")
	}
	var all sync.WaitGroup
	asked := time.Now()
	for range 10 {
		all.Go(func() {
			run := runOf(site.URL+"/login", password, 20*time.Second)
			run.FreshSince = asked
			if o := b.Visit(context.Background(), run); o.Fault != nil || o.Last().Expected.Selector != probes.Met {
				t.Errorf("%+v", o.Fault)
			}
		})
	}
	all.Wait()
	after := current(t, b)
	if after.cmd.Process.Pid == before.cmd.Process.Pid || !after.started.After(asked) {
		t.Error("the process isn't a new one")
	}
	if n := b.pool.restarted()[replaceFresh]; n != 1 {
		t.Errorf("%d processes started for ten visits", n)
	}
	<-before.exited
}

func TestRecycling(t *testing.T) {
	site, arrived := serveWatched(t)
	b := launched(t, func(c *Config) { c.RecycleAfter = 3 })
	before := current(t, b)
	o := during(t, b, runOf(site.URL+"/hang", probes.Expectation{}, 3*time.Second), arrived, func() {
		for current(t, b) == before {
			wantHealthy(t, b, site.URL)
		}
	})
	if o.Fault != nil || !o.Last().TimedOut {
		t.Errorf("recycling interrupted a visit: %+v", o.Fault)
	}
	<-before.exited
	if n := b.pool.restarted()[replaceRecycle]; n < 1 {
		t.Errorf("%d recyclings", n)
	}
}

func TestSweepingAfterAKilledDaemon(t *testing.T) {
	dir := shortDir(t)
	living := launched(t, func(c *Config) { c.RunDir = dir })
	path, err := Find("")
	if err != nil {
		t.Fatal(err)
	}
	dead, err := launch(t.Context(), Config{RunDir: dir}, path, ownerFor(os.Geteuid(), nobody))
	if err != nil {
		t.Fatal(err)
	}
	dead.dir.lock.Close() // as it is when its daemon is killed
	next := launched(t, func(c *Config) { c.RunDir = dir })
	<-dead.exited
	if left := processesOf(dead.dir.path, dead.cmd.Process.Pid); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := os.Stat(dead.dir.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the dead one's directory: %v", err)
	}
	for _, b := range []*Browser{living, next} {
		if !current(t, b).answers(t.Context(), answerDeadline) {
			t.Error("a living browser was swept away")
		}
	}
}

func TestNoBrowser(t *testing.T) {
	script := filepath.Join(t.TempDir(), "wrapper")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec chromium-of-another-name\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		path string
		want error
		says string
	}{
		"not there":   {"/nowhere/chromium", ErrMissing, "apt-get install chromium-headless-shell"},
		"a wrapper":   {script, ErrMissing, "wrapper"},
		"no browser":  {"/bin/false", errExited, "/bin/false"},
		"can't start": {"/bin/true", errExited, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b, err := New(t.Context(), Config{Path: c.path, RunDir: shortDir(t), Read: markup.Read})
			if b != nil || !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	for _, path := range []string{"", "auto", "chromium-headless-shell"} {
		found, err := Find(path)
		if err != nil && path != "" && path != "auto" {
			continue // another browser is installed
		}
		if err != nil || script(found) || !filepath.IsAbs(found) {
			t.Errorf("Find(%q) = %q, %v", path, found, err)
		}
	}
}

func TestNoSandbox(t *testing.T) {
	err := startError(errConnectionLost, "FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox! …")
	if !errors.Is(err, ErrSandbox) || !strings.Contains(err.Error(), "--browser.no-sandbox") {
		t.Error(err)
	}
	err = startFailure("/usr/bin/x", false, &os.PathError{Op: "fork/exec", Path: "/usr/bin/x", Err: syscall.EPERM})
	if !errors.Is(err, ErrSandbox) {
		t.Error(err)
	}
	if slices.Contains(flags("/tmp/x", false), "--no-sandbox") || !slices.Contains(flags("/tmp/x", true), "--no-sandbox") {
		t.Error("the sandbox isn't as asked for")
	}
}

func TestRunDirectoriesAreShort(t *testing.T) {
	long := filepath.Join(shortDir(t), strings.Repeat("d", 60))
	if err := os.Mkdir(long, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := newRunDir(long, nil); err == nil || !strings.Contains(err.Error(), "--browser.run-dir") {
		t.Error(err)
	}
	if left, _ := filepath.Glob(long + "/*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestMetrics(t *testing.T) {
	b := launched(t, func(c *Config) { c.Slots = 3 })
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(b)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			key := f.GetName()
			for _, l := range m.Label {
				key += "/" + l.GetValue()
			}
			got[key] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	if got["genkan_browser_memory_bytes"] < 50<<20 {
		t.Errorf("memory %v", got["genkan_browser_memory_bytes"])
	}
	delete(got, "genkan_browser_memory_bytes")
	want := map[string]float64{
		"genkan_browser_slots/busy": 0, "genkan_browser_slots/idle": 3,
		"genkan_browser_restarts_total/died": 0, "genkan_browser_restarts_total/silent": 0, "genkan_browser_restarts_total/broken": 0,
		"genkan_browser_restarts_total/recycle": 0, "genkan_browser_restarts_total/fresh": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
