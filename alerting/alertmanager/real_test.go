package alertmanager

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/prometheus/common/config"

	"genkan/probes"
)

// tool finds a program. Without it the test is skipped, or fails where all
// tools are required.
func tool(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("GENKAN_TOOLS") == "required" {
		t.Fatalf("none of %q is installed, and GENKAN_TOOLS=required", names)
	}
	t.Skipf("none of %q is installed", names)
	return ""
}

// alertmanagerAt starts a real Alertmanager and returns its address once it listens.
func alertmanagerAt(t *testing.T, hook string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(file, yaml(hook), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool(t, "prometheus-alertmanager", "alertmanager"),
		"--config.file="+file, "--storage.path="+dir, "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if at := regexp.MustCompile(`127\.0\.0\.1:[1-9]\d*`).FindString(lines.Text()); at != "" {
				select {
				case address <- at:
				default:
				}
			}
		}
	}()
	t.Cleanup(func() { <-read; _ = cmd.Wait() }) // t.Context has ended by then, which kills it
	select {
	case at := <-address:
		return "http://" + at
	case <-read:
		t.Fatal("alertmanager ended without saying where it listens")
	case <-time.After(30 * time.Second):
		t.Fatal("alertmanager didn't say where it listens")
	}
	return ""
}

func TestExternalWithARealAlertmanager(t *testing.T) {
	hook := newListener(t)
	e := external(t, alertmanagerAt(t, hook.URL), config.DefaultHTTPClientConfig)
	a := open("a", probes.SideUnknown, justNow())
	alerts := tell(t, e, a)
	hook.hears(t, "[a unknown firing]")
	hook.hearsOnlyAMark(t, e, alerts...)
	a = sharpened(a, time.Now())
	tell(t, e, a)
	hook.hears(t, "[a system firing a unknown resolved]")
	a = resolved(a, time.Now(), time.Now())
	alerts = tell(t, e, a)
	hook.hears(t, "[a system resolved a unknown resolved]") // the end that is still told joins its group
	hook.hearsOnlyAMark(t, e, alerts...)
}
