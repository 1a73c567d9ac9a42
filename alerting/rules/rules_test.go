package rules

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// promtool runs Prometheus's own tool. Where it isn't installed the test is
// skipped, or fails where all tools are required.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("GENKAN_TOOLS") == "required" {
			t.Fatal("promtool (it comes with Prometheus) is not installed, and GENKAN_TOOLS=required")
		}
		t.Skip("promtool (it comes with Prometheus) is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestPromtoolChecksTheRules(t *testing.T) { promtool(t, "check", "rules", "genkan.yml") }

func TestPromtoolTestsTheRules(t *testing.T) { promtool(t, "test", "rules", "genkan_test.yml") }

// The configuration that is deployed, with the rules where it says they are mounted.
func TestPromtoolChecksTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{"../../deploy/prometheus/prometheus.yml": "prometheus.yml", "genkan.yml": "rules/genkan.yml"} {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	promtool(t, "check", "config", filepath.Join(dir, "prometheus.yml"))
}

type rule struct {
	Alert       string
	Expr        string
	Labels      map[string]string
	Annotations map[string]string
}

func TestConventions(t *testing.T) {
	var file struct{ Groups []struct{ Rules []rule } }
	if err := yaml.Unmarshal([]byte(text(t, "genkan.yml")), &file); err != nil {
		t.Fatal(err)
	}
	tests, runbook := text(t, "genkan_test.yml"), text(t, "RUNBOOK.md")
	n := 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			n++
			r.check(t, tests, runbook)
		}
	}
	if n < 5 {
		t.Errorf("only %d rules found: the walk is broken", n)
	}
}

func (r rule) check(t *testing.T, tests, runbook string) {
	t.Helper()
	if !regexp.MustCompile(`^Genkan([A-Z][a-z]+)+$`).MatchString(r.Alert) {
		t.Errorf("%q: alerts are named in CamelCase, and begin with Genkan", r.Alert)
	}
	if s := r.Labels["severity"]; s != "critical" && s != "warning" {
		t.Errorf("%s: severity %q", r.Alert, s)
	}
	if s := r.Annotations["summary"]; s == "" || strings.Contains(s, "{{") {
		t.Errorf("%s: summary %q: want one without label values", r.Alert, s)
	}
	if s := r.Annotations["description"]; !strings.Contains(s, "{{") {
		t.Errorf("%s: description %q: want one with label values", r.Alert, s)
	}
	if want := "alerting/rules/RUNBOOK.md#" + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want {
		t.Errorf("%s: runbook_url %q, want %q", r.Alert, r.Annotations["runbook_url"], want)
	}
	if !strings.Contains(runbook, "\n## "+r.Alert+"\n") {
		t.Errorf("%s: RUNBOOK.md doesn't say what to do", r.Alert)
	}
	if !strings.Contains(tests, "alertname: "+r.Alert+"\n") || !strings.Contains(tests, "{alertname: "+r.Alert+",") {
		t.Errorf("%s: genkan_test.yml doesn't show when it fires and when not", r.Alert)
	}
}

func text(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
