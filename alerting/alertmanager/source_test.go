package alertmanager

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckConfig(t *testing.T) {
	const receivers = "receivers: [{name: hook}]\n"
	cases := []struct {
		name, content, want string
	}{
		{"good", "route: {receiver: hook}\n" + receivers, ""},
		{"unknown keys", "route:\n  receiver: hook\n  group_waits: 1s\nglobals: {}\n" + receivers,
			"am.yml:3: field group_waits not found in type config.plain\nam.yml:4: field globals not found in type config.plain"},
		{"no YAML", "route: {receiver: hook\n" + receivers, "am.yml:1: did not find expected ',' or '}'"},
		{"wrong type", "route: [hook]\n" + receivers, "am.yml:1: cannot unmarshal !!seq into config.plain"},
		{"no such receiver", "route: {receiver: nobody}\n" + receivers, `am.yml: undefined receiver "nobody" used in route`},
		{"empty", "", "am.yml: no route provided in config"},
		{"bad template", "route: {receiver: hook}\ntemplates: [bad.tmpl]\n" + receivers, `am.yml: templates: template: bad.tmpl:1: function "nosuch" not defined`},
		{"bad receiver", "route: {receiver: hook}\nreceivers: [{name: hook, webhook_configs: [{url: 'http://127.0.0.1/', http_config: {tls_config: {ca_file: gone.pem}}}]}]\n",
			"receiver \"hook\": unable to read CA cert"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			for name, content := range map[string]string{"am.yml": c.content, "bad.tmpl": "{{ nosuch }}"} {
				if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var got string
			if err := CheckConfig("am.yml"); err != nil {
				got = err.Error()
			}
			if d := cmp.Diff(c.want, got); d != "" && (c.want == "" || !strings.Contains(got, c.want)) {
				t.Error(d)
			}
		})
	}
	if err := CheckConfig("no-such-file.yml"); err == nil || !strings.Contains(err.Error(), "no-such-file.yml") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestCheckConfigTakesOurs(t *testing.T) {
	found, err := filepath.Glob("../../deploy/alertmanager/*.yml")
	if err != nil || len(found) == 0 {
		t.Fatalf("no alertmanager.yml found: %v", err)
	}
	for _, file := range found {
		if err := CheckConfig(file); err != nil {
			t.Error(err)
		}
	}
}

func FuzzLocated(f *testing.F) {
	f.Add("route: {receiver: a}\n")
	f.Add("route: {receiver: a}\nreceivers: [{name: a, x: 1}]\n")
	f.Add("a: [\n")
	f.Fuzz(func(t *testing.T, content string) {
		if _, err := (Source{File: "am.yml", Content: []byte(content + "\n")}).load(); err != nil && !strings.HasPrefix(err.Error(), "am.yml") {
			t.Errorf("error doesn't begin with the file: %v", err)
		}
	})
}
