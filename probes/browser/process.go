package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"genkan/probes"
)

// ErrSandbox says that the browser can't have its sandbox here.
var ErrSandbox = errors.New("the browser can't have its sandbox")

// errExited says that a browser ended while it was being started.
var errExited = errors.New("the browser ended at once")

const sandboxAdvice = "run the daemon as an unprivileged user that may create user namespaces (in a container: the seccomp profile in deploy/), or, if you insist, give --browser.no-sandbox"

const (
	startDeadline  = 20 * time.Second // for a browser to answer its first command
	answerDeadline = 5 * time.Second  // for a command that no visit waits for
)

// process is one running browser.
type process struct {
	dir     *runDir
	cmd     *exec.Cmd
	conn    *connection
	root    *session // the browser's own
	started time.Time
	product *browser.GetVersionResult

	exited  chan struct{} // closed when it is dead and all of it removed
	killing sync.Once
	doom    chan struct{} // closed to kill it

	mu     sync.Mutex
	visits map[target.ID]*visit // by their tab, to be told of crashes
	broken bool                 // a part of it can't be got rid of: no further visits
	silent bool                 // it was ended because it no longer answered
}

// launch starts a browser and waits until it answers.
func launch(ctx context.Context, cfg Config, path string, o *owner) (*process, error) {
	dir, err := newRunDir(cfg.RunDir, o)
	if err != nil {
		return nil, err
	}
	p := &process{dir: dir, exited: make(chan struct{}), doom: make(chan struct{}), visits: map[target.ID]*visit{}}
	output, err := p.run(path, cfg.NoSandbox, o)
	if err != nil {
		return nil, errors.Join(err, dir.remove())
	}
	if err := p.greet(ctx); err != nil {
		p.kill()
		<-p.exited
		return nil, startError(err, output.String())
	}
	return p, nil
}

// run starts the process and connects with it. What it returns is what the
// browser says.
func (p *process) run(path string, noSandbox bool, o *owner) (*tail, error) {
	pipes, err := newPipes()
	if err != nil {
		return nil, err
	}
	output := &tail{max: 8 << 10}
	p.cmd = command(path, p.dir.path, noSandbox, o)
	p.cmd.ExtraFiles = []*os.File{pipes.childR, pipes.childW}
	p.cmd.Stdout, p.cmd.Stderr = output, output
	p.cmd.WaitDelay = time.Second // a child that is left may hold the output open
	p.started = time.Now()
	waited, err := startAndWait(p.cmd)
	pipes.closeChild()
	if err != nil {
		pipes.closeOurs()
		return nil, startFailure(path, noSandbox, err)
	}
	p.conn, p.root = connect(pipes.ourR, pipes.ourW, p.event)
	go p.reap(waited)
	return output, nil
}

// startAndWait starts a command; the channel it returns is closed when that has
// ended. One thread does both: the kernel kills the child when the thread that
// made it ends.
func startAndWait(cmd *exec.Cmd) (<-chan struct{}, error) {
	started, waited := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(waited)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended stands in ProcessState
		}
	}()
	return waited, <-started
}

// startFailure explains why a program couldn't even be started.
func startFailure(path string, noSandbox bool, err error) error {
	if errors.Is(err, syscall.EPERM) && !noSandbox {
		return fmt.Errorf("%w: can't become another user than root: %w; %s", ErrSandbox, err, sandboxAdvice)
	}
	return fmt.Errorf("%w: start %s: %w", errExited, path, err)
}

// startError explains why a browser ended while it was being started.
func startError(err error, output string) error {
	if strings.Contains(output, "No usable sandbox") || strings.Contains(output, "without --no-sandbox is not supported") {
		return fmt.Errorf("%w: %s\n%s", ErrSandbox, sandboxAdvice, output)
	}
	if errors.Is(err, errConnectionLost) {
		err = errExited
	}
	return fmt.Errorf("start the browser: %w\n%s", err, output)
}

// greet asks the browser who it is, has it tell of tabs, and opens a first one,
// so that the first visit finds it warm.
func (p *process) greet(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	version, err := call(ctx, p.root, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	p.product = &version
	pages := target.Filter{{Type: "page"}, {Exclude: true}}
	if _, err = call(ctx, p.root, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: true, Filter: pages}); err != nil {
		return err
	}
	made, err := call(ctx, p.root, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		return err
	}
	if _, err = call(ctx, p.root, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", BrowserContextID: made.BrowserContextID}); err != nil {
		return err
	}
	_, err = call(ctx, p.root, target.DisposeBrowserContext, target.DisposeBrowserContextParams(made))
	return err
}

// event receives the browser's own events.
func (p *process) event(_ *session, method string, params jsonv2.Value) {
	switch method {
	case target.TargetCreated.Method:
		var e target.EventTargetCreated
		if decode(params, &e) && e.TargetInfo != nil && p.popup(e.TargetInfo) {
			post(p.root, target.CloseTarget, target.CloseTargetParams{TargetID: e.TargetInfo.TargetID})
		}
	case target.TargetCrashed.Method:
		var e target.EventTargetCrashed
		if decode(params, &e) {
			p.crashed(e.TargetID, e.Status)
		}
	case target.DetachedFromTarget.Method:
		var e target.EventDetachedFromTarget
		if decode(params, &e) {
			p.conn.abandon(e.SessionID)
		}
	}
}

// popup reports whether a page opened this tab, with or without saying so.
func (p *process) popup(info *target.Info) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, v := range p.visits {
		if v.context == info.BrowserContextID && id != info.TargetID {
			return true
		}
	}
	return info.OpenerID != ""
}

func (p *process) crashed(id target.ID, status string) {
	p.mu.Lock()
	v := p.visits[id]
	p.mu.Unlock()
	if v != nil {
		v.scene.crash(status)
	}
}

// alive reports whether the browser still speaks.
func (p *process) alive() bool {
	select {
	case <-p.conn.ended:
		return false
	case <-p.doom:
		return false
	default:
		return true
	}
}

// answers reports whether the browser answers within d.
func (p *process) answers(ctx context.Context, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	_, err := call(ctx, p.root, browser.GetVersion, cdp.Empty{})
	return err == nil
}

// kill ends the browser without waiting for it.
func (p *process) kill() { p.killing.Do(func() { close(p.doom) }) }

// reap waits for the browser's end, or brings it about, and removes all of it.
func (p *process) reap(waited <-chan struct{}) {
	defer close(p.exited)
	select {
	case <-p.doom:
	case <-p.conn.ended:
	case <-waited:
	}
	p.kill()
	_ = p.cmd.Process.Kill() // ended already is as good
	killAll(p.dir.path, p.cmd.Process.Pid)
	<-waited
	_ = p.conn.close()
	_ = p.dir.remove() // what can't be removed is swept at the next start
}

// join has a visit told when its tab crashes, until it leaves.
func (p *process) join(id target.ID, v *visit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.visits[id] = v
}

func (p *process) leave(id target.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.visits, id)
}

// spoil says that something of a visit is stuck in the process for good.
func (p *process) spoil() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broken = true
}

func (p *process) isBroken() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.broken
}

// silence ends a browser that no longer answers.
func (p *process) silence() {
	p.mu.Lock()
	p.silent = true
	p.mu.Unlock()
	p.kill()
}

// lost is the fault of a visit whose browser is gone.
func (p *process) lost() *probes.Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.silent {
		return &probes.Fault{Reason: probes.BrowserSilent, Detail: "the browser no longer answered and was ended"}
	}
	return &probes.Fault{Reason: probes.BrowserDied, Detail: "the browser's process ended during the visit"}
}

// command is the browser's command line and its clean environment.
func command(path, dir string, noSandbox bool, o *owner) *exec.Cmd {
	cmd := exec.Command(path, flags(dir, noSandbox)...)
	cmd.Dir = dir
	cmd.Env = []string{
		"HOME=" + dir, "TMPDIR=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=disabled:",
	}
	cmd.SysProcAttr = attributes(o)
	return cmd
}

// flags make a quiet browser that is spoken to over a pipe and asks nothing of
// the network by itself. Popup blocking, the hang monitor and the protection
// against floods of messages stay on.
func flags(dir string, noSandbox bool) []string {
	list := []string{
		"--headless=new", "--remote-debugging-pipe", "--user-data-dir=" + dir + "/profile",
		"--no-first-run", "--no-default-browser-check", "--disable-default-apps", "--disable-extensions",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
		"--disable-client-side-phishing-detection", "--disable-domain-reliability", "--disable-field-trial-config",
		"--disable-breakpad", "--disable-crash-reporter", "--metrics-recording-only", "--no-pings",
		"--disable-search-engine-choice-screen", "--password-store=basic", "--use-mock-keychain",
		"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
		"--disable-features=Translate,OptimizationHints,MediaRouter,HttpsUpgrades,AutofillServerCommunication",
		"--site-per-process", "--block-new-web-contents", "--deny-permission-prompts", "--mute-audio", "--hide-scrollbars",
		"--force-color-profile=srgb", "--disable-gpu", "--window-size=1280,800",
	}
	if smallSharedMemory() {
		list = append(list, "--disable-dev-shm-usage")
	}
	if noSandbox {
		list = append(list, "--no-sandbox")
	}
	return list
}

// pipes are the two pipes between us and the browser: it reads commands from
// its descriptor 3 and writes to 4.
type pipes struct{ childR, childW, ourR, ourW *os.File }

func newPipes() (p pipes, err error) {
	if p.childR, p.ourW, err = os.Pipe(); err != nil {
		return p, fmt.Errorf("make the command pipe: %w", err)
	}
	if p.ourR, p.childW, err = os.Pipe(); err != nil {
		p.childR.Close()
		p.ourW.Close()
		return p, fmt.Errorf("make the answer pipe: %w", err)
	}
	return p, nil
}

func (p pipes) closeChild() { p.childR.Close(); p.childW.Close() }
func (p pipes) closeOurs()  { p.ourR.Close(); p.ourW.Close() }

// tail keeps the beginning of what a browser says on its standard output and
// error: the reason when it can't start.
type tail struct {
	mu   sync.Mutex
	max  int
	text []byte
}

var _ io.Writer = (*tail)(nil)

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b[:min(len(b), t.max-len(t.text))]...)
	return len(b), nil
}

// String is what is kept: the beginning.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
