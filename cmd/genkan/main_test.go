package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"genkan/probes"
	"genkan/probes/browser"
	"genkan/probes/demosite"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare with")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"genkan": main}) }

// TestScripts runs the command line as people and machines do. At the end of
// each script no browser and nothing of one may be left.
func TestScripts(t *testing.T) {
	if scripts, err := filepath.Glob("testdata/script/*.txtar"); err != nil || len(scripts) == 0 {
		t.Fatalf("there are no scripts: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: setup, Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"site": startSite, "fault": setFault, "page": startPage, "redirect": startRedirect, "silent": startSilent, "closed": holdPort,
			"exits": exits, "interrupt": interrupt, "settle": settle, "evidence": checkEvidence,
		},
	})
}

// setup gives a script a folder for browsers of its own. Its path is short,
// since the browser's socket lies in it, and others may enter, since the browser
// has another user.
func setup(env *testscript.Env) error {
	dir, err := os.MkdirTemp("/tmp", "gk")
	if err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	env.Setenv("TMPDIR", dir)
	env.Setenv("LANG", "C")
	env.Values[callsKey{}] = &sync.Map{}
	t := env.T()
	env.Defer(func() {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			t.Log("left behind:", left, err)
			t.FailNow()
		}
		if running := processesOf(dir); len(running) > 0 {
			t.Log("still running:", running)
			t.FailNow()
		}
		os.Remove(dir)
	})
	return nil
}

// processesOf are the command lines that name dir, where there is a /proc.
func processesOf(dir string) []string {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil
	}
	var found []string
	for _, f := range files {
		if line, err := os.ReadFile(f); err == nil && bytes.Contains(line, []byte(dir)) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// condition knows [browser].
func condition(name string) (bool, error) {
	if name != "browser" {
		return false, errors.New("unknown condition " + name)
	}
	_, err := browser.Find("auto")
	if err != nil && os.Getenv("GENKAN_TOOLS") == "required" {
		return false, err
	}
	return err == nil, nil
}

func want(ts *testscript.TestScript, neg bool, args []string, usage ...string) {
	if neg || len(args) < len(usage) {
		ts.Fatalf("usage: %s", strings.Join(usage, " "))
	}
}

func serve1(ts *testscript.TestScript, variable string, h http.Handler) {
	s := httptest.NewServer(h)
	ts.Defer(s.Close)
	ts.Setenv(variable, s.URL)
}

// startSite NAME: a demo site.
func startSite(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "NAME")
	serve1(ts, args[0], demosite.New(slog.New(slog.DiscardHandler)))
}

// setFault SITE PAGE FAULT.
func setFault(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "SITE", "PAGE", "FAULT")
	answer, err := http.PostForm(args[0]+"/_demo/faults", url.Values{"page": {args[1]}, "fault": {args[2]}})
	ts.Check(err)
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		said, err := io.ReadAll(answer.Body)
		ts.Fatalf("%s: %s %v", answer.Status, said, err)
	}
}

// startPage NAME STATUS TYPE [FILE]: a server that gives one answer.
func startPage(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "NAME", "STATUS", "TYPE")
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	body := ""
	if len(args) > 3 {
		body = ts.ReadFile(args[3])
	}
	serve1(ts, args[0], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", args[2])
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // a visitor may leave early
	}))
}

// startRedirect NAME STATUS TARGET.
func startRedirect(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "NAME", "STATUS", "TARGET")
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	serve1(ts, args[0], http.RedirectHandler(args[2], status))
}

type callsKey struct{}

// calls are the script's silent servers by name, each a channel that is closed
// when the server is called for the first time.
func calls(ts *testscript.TestScript) *sync.Map { return ts.Value(callsKey{}).(*sync.Map) }

// startSilent NAME: a server that accepts and never answers.
func startSilent(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "NAME")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	called := make(chan struct{})
	calls(ts).Store(args[0], called)
	over := make(chan struct{})
	ts.Defer(func() { l.Close(); <-over })
	go func() {
		defer close(over)
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			if n == 0 {
				close(called)
			}
		}
	}()
	ts.Setenv(args[0], "http://"+l.Addr().String())
}

// holdPort NAME: a port that is taken and refuses connections.
func holdPort(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "NAME")
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	ts.Check(err)
	ts.Defer(func() { syscall.Close(fd) })
	ts.Check(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	address, err := syscall.Getsockname(fd)
	ts.Check(err)
	ts.Setenv(args[0], "http://127.0.0.1:"+strconv.Itoa(address.(*syscall.SockaddrInet4).Port))
}

// exits STATUS PROGRAM ARGS…: runs a program that must end with that status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "STATUS", "PROGRAM")
	err := ts.Exec(args[1], args[2:]...)
	status := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if args[0] != strconv.Itoa(status) {
		ts.Logf("[stdout]\n%s[stderr]\n%s", ts.ReadFile("stdout"), ts.ReadFile("stderr"))
		ts.Fatalf("exit status %d, want %s", status, args[0])
	}
}

// interrupt SERVER OUT ERR PROGRAM ARGS…: runs a program until it has called the silent
// server of that name, interrupts it, and writes what it said to two files. It must be ended
// by the interrupt.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "SERVER", "OUT", "ERR", "PROGRAM")
	called, _ := calls(ts).Load(args[0])
	args = args[1:]
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer out.Close()
	said, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	defer said.Close()
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Args[0] = args[2]
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), out, said
	cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("TMPDIR"), "LANG=C")
	ts.Check(cmd.Start())
	<-called.(chan struct{})
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		ts.Fatalf("it ended with %v, not by the interrupt", err)
	}
}

// settle FILE VARIABLE…: writes what the last program wrote to a file, without
// what differs from one time to the next: durations, digests, the variables'
// values, which become their names, and the advice, whose wording is the packs' own.
func settle(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "FILE")
	text := ts.ReadFile("stdout")
	for _, v := range args[1:] {
		text = strings.ReplaceAll(text, strings.TrimPrefix(ts.Getenv(v), "http://"), strings.ToLower(v))
	}
	for pattern, instead := range map[string]string{
		`\b[0-9]+\.[0-9]+s\b`: "0.00s", `time="[0-9.]+"`: `time="0"`, `[0-9a-f]{2}/[0-9a-f]{64}`: "DIGEST", `(?m)^  (to do  ).*`: "  $1…",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, instead)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// checkEvidence DIR: the JSON lines on the output name evidence, and DIR holds it by its digest.
func checkEvidence(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, "DIR")
	kept := map[probes.Digest]int{}
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		sum := sha256.Sum256(data)
		kept[probes.Digest("sha256:"+hex.EncodeToString(sum[:]))] = len(data)
		return err
	}))
	lines := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	for lines.More() {
		var r probes.Result
		ts.Check(lines.Decode(&r))
		for _, kind := range []probes.EvidenceKind{probes.Screenshot, probes.PageHTML} {
			if kept[r.Artifacts[kind]] == 0 {
				ts.Fatalf("%s: its %s %q is not in %s", r.URL, kind, r.Artifacts[kind], args[0])
			}
		}
	}
}
