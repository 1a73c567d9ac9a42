package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"genkan/probes"
)

var update = flag.Bool("update", false, "write the golden files anew")

const example = "../../../genkan.example.yml"

// minimal is the least that a configuration says.
const minimal = `site: {name: Shop, url: https://example.jp/, languages: [ja, en]}
components: [{id: login, name: {en: Log-in}}]
probes: [{name: login, component: login, url: https://example.jp/login, schedule: "@every 5s"}]
`

func TestExample(t *testing.T) {
	cfg, err := Load(example)
	if err != nil {
		t.Fatal(err)
	}
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	probe := func(name, component, url, schedule string, expect probes.Expectation) probes.Probe {
		return probes.Probe{Name: name, Component: component, Schedule: schedule, Timeout: 30 * time.Second, Device: probes.Desktop,
			Locale: "ja", TimeZone: "Asia/Tokyo", Journey: probes.Visit(url), Expect: expect, Locations: []string{"local"}}
	}
	want := &Config{
		File: example,
		Site: probes.Site{
			Name: probes.Text{"ja": "えきまえ会員サイト", "en": "Ekimae members' site"}, URL: "https://example.jp/",
			Languages: []string{"ja", "en"}, TimeZone: "Asia/Tokyo",
			Support: []probes.Support{
				{Kind: probes.SupportPhone, Label: probes.Text{"ja": "カスタマーセンター", "en": "Customer centre"}, Value: "0120-000-000", Hours: probes.Text{"ja": "毎日 9:00〜21:00", "en": "daily 9:00–21:00"}},
				{Kind: probes.SupportChat, Label: probes.Text{"ja": "チャットで相談", "en": "Chat"}, Value: "https://example.jp/support/chat"},
				{Kind: probes.SupportMail, Label: probes.Text{"ja": "メール", "en": "Mail"}, Value: "support@example.jp"},
			},
		},
		Zone: tokyo,
		Components: []probes.Component{
			{ID: "sign-up", Name: probes.Text{"ja": "会員登録", "en": "Sign-up"}},
			{ID: "login", Name: probes.Text{"ja": "ログイン", "en": "Log-in"}},
			{ID: "store", Name: probes.Text{"ja": "オンラインストア", "en": "Online store"}},
		},
		Probes: []probes.Probe{
			probe("login", "login", "https://example.jp/login", "@every 1m", probes.Expectation{Selector: "form [type=password]", URL: "https://example.jp/login*"}),
			probe("login-mobile", "login", "https://example.jp/login", "*/5 * * * *", probes.Expectation{Selector: "form [type=password]"}),
			probe("sign-up", "sign-up", "https://example.jp/signup", "@every 2m", probes.Expectation{Selector: "form [type=email]", Text: "新規会員登録"}),
			probe("store", "store", "https://store.example.jp/", "CRON_TZ=Asia/Tokyo */10 7-23 * * *", probes.Expectation{}),
		},
		Signatures: Signatures{Packs: []string{"iqos", "web"}},
		Policy:     Policy{ConfirmRuns: 2, ConfirmWithin: 30 * time.Second, RecoverRuns: 2},
		Alerting:   Alerting{Embedded: "../../../deploy/alertmanager/alertmanager.yml"},
		Storage:    Storage{Retention: 90 * 24 * time.Hour, EvidenceRetention: 14 * 24 * time.Hour, EvidenceBytes: 2e9},
		Browser:    Browser{RecycleAfter: 500},
	}
	want.Probes[0].Timeout = 20 * time.Second
	want.Probes[1].Device = probes.Mobile
	compareConfigs(t, want, cfg)
}

func compareConfigs(t *testing.T, want, got *Config) {
	t.Helper()
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{}), zones); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	cfg, err := Parse("genkan.yml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		File:       "genkan.yml",
		Site:       probes.Site{Name: probes.Text{"ja": "Shop", "en": "Shop"}, URL: "https://example.jp/", Languages: []string{"ja", "en"}, TimeZone: "UTC"},
		Zone:       time.UTC,
		Components: []probes.Component{{ID: "login", Name: probes.Text{"en": "Log-in"}}},
		Probes: []probes.Probe{{Name: "login", Component: "login", Schedule: "@every 5s", Timeout: 30 * time.Second, Device: probes.Desktop, Locale: "ja",
			TimeZone: "UTC", Journey: probes.Visit("https://example.jp/login"), Locations: []string{"local"}}},
		Signatures: Signatures{Packs: []string{"web"}},
		Policy:     Policy{ConfirmRuns: 2, ConfirmWithin: 30 * time.Second, RecoverRuns: 2},
		Storage:    Storage{Retention: 90 * 24 * time.Hour, EvidenceRetention: 14 * 24 * time.Hour, EvidenceBytes: 2e9},
		Browser:    Browser{RecycleAfter: 500},
	}
	compareConfigs(t, want, cfg)
}

// The same file, as other editors and people write it.
func TestWaysOfWriting(t *testing.T) {
	plain, err := Parse("genkan.yml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"byte order mark": "\ufeff" + minimal,
		"CRLF":            strings.ReplaceAll(minimal, "\n", "\r\n"),
		"begin and end":   "---\n" + minimal + "...\n",
		"empty parts":     minimal + "fleet: {}\nmaintenance: []\nsignatures:\nbrowser: {path: ~, slots: auto}\n",
		"anchors": strings.Replace(minimal, "https://example.jp/, ", "&url https://example.jp/, support: [], ", 1) +
			"storage: {retention: &keep 90d, evidence: {}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse("genkan.yml", []byte(data))
			if err != nil {
				t.Fatal(err)
			}
			compareConfigs(t, plain, got)
		})
	}
}

func TestMergeKeys(t *testing.T) {
	cfg, err := Parse("genkan.yml", []byte(`
site: {name: Shop, url: https://example.jp/, languages: [en]}
components: [{id: login, name: Log-in}]
probes:
  - &base {name: a, component: login, url: https://example.jp/a, schedule: "@hourly", timeout: 5s}
  - {<<: *base, name: b, timeout: 7s}
  - <<: [{name: c}, *base]
    url: https://example.jp/c
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range cfg.Probes {
		got = append(got, strings.Join([]string{p.Name, p.Component, p.Journey.URL(), p.Timeout.String()}, " "))
	}
	want := []string{"a login https://example.jp/a 5s", "b login https://example.jp/a 7s", "c login https://example.jp/c 5s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidators(t *testing.T) {
	schedule := func(c *Config) []Problem {
		var out []Problem
		for i := range c.Probes {
			c.SetInterval(i, 5*time.Second)
			if c.Probes[i].Schedule != "@hourly" {
				out = append(out, c.Problem("a bad schedule; write a good one", "probes", i, "schedule"))
			}
		}
		return append(out, Problem{File: "am.yml", Line: 3, Column: 1, Message: "elsewhere"})
	}
	data := []byte(`site: {name: Shop, url: ftp://example.jp/, languages: [en]}
components: [{id: login, name: Log-in}]
probes:
  - {name: a, component: login, url: https://example.jp/a, schedule: often}
  - {name: b, component: login, url: https://example.jp/a}
  - {name: c, component: login, url: https://example.jp/a, schedule: 5}
  - {name: d, component: login, url: https://example.jp/a, schedule: "@hourly"}
`)
	_, err := Parse("genkan.yml", data, schedule, schedule)
	want := `am.yml:3:1: elsewhere
genkan.yml:1:25: "ftp://example.jp/" is not an address by http or https; write a whole address, such as https://example.jp/login
genkan.yml:4:70: a bad schedule; write a good one
genkan.yml:5:5: the probe needs a schedule, such as "@every 1m"; write schedule: …
genkan.yml:6:70: expected text, found the number 5; put quotes around it`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSetInterval(t *testing.T) {
	shorten := func(c *Config) []Problem {
		for i := range c.Probes {
			c.SetInterval(i, 5*time.Second)
		}
		return nil
	}
	data := strings.Replace(minimal, "probes: [", `probes: [{name: said, component: login, url: https://example.jp/, schedule: "@every 5s", timeout: 1m}, `, 1)
	cfg, err := Parse("genkan.yml", []byte(data), shorten)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []time.Duration{time.Minute, 5 * time.Second} {
		if p := cfg.Probes[i]; p.Timeout != want || p.Interval != 5*time.Second {
			t.Errorf("probe %s: timeout %s, interval %s", p.Name, p.Timeout, p.Interval)
		}
	}
}

func TestAt(t *testing.T) {
	cfg, err := Parse("genkan.yml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path []any
		want Position
	}{
		"the file":               {nil, Position{1, 1}},
		"a value":                {[]any{"site", "url"}, Position{1, 25}},
		"an entry of a list":     {[]any{"site", "languages", 1}, Position{1, 62}},
		"a value of a probe":     {[]any{"probes", 0, "schedule"}, Position{3, 83}},
		"a key that isn't there": {[]any{"probes", 0, "timeout"}, Position{3, 10}},
		"an index too far":       {[]any{"probes", 7, "url"}, Position{3, 9}},
		"a part that's missing":  {[]any{"browser", "path"}, Position{1, 1}},
		"nonsense":               {[]any{3.5}, Position{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := cfg.At(c.path...); got != c.want {
				t.Errorf("At(%v) = %v, want %v", c.path, got, c.want)
			}
		})
	}
	if got := (&Config{}).At("site"); got != (Position{}) {
		t.Errorf("At of no file = %v", got)
	}
}

func TestAliasesAreBounded(t *testing.T) {
	data := strings.Replace(minimal, "probes: [{", "probes: ["+strings.Repeat("*p, ", 5000)+"&q {", 1)
	data = strings.Replace(data, "*p", "&p {name: a, component: login, url: https://example.jp/, schedule: '@hourly'}", 1)
	_, err := Parse("genkan.yml", []byte(data))
	if err == nil || !strings.Contains(err.Error(), "the aliases of this file stand for more than 20000 values; write fewer of them") {
		t.Errorf("got %.300v", err)
	}
}

func TestPanicsAreReported(t *testing.T) {
	_, err := Parse("genkan.yml", []byte(minimal), func(*Config) []Problem { panic("oh") })
	want := "genkan.yml:1:1: this file made genkan fail (oh); this is a bug, please report it with the file"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFilesThatCantBeRead(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{"missing": filepath.Join(dir, "none.yml"), "a folder": dir} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(path)
			var problems Problems
			if !errors.As(err, &problems) || len(problems) != 1 || !strings.HasPrefix(err.Error(), path+": the configuration can't be ") {
				t.Errorf("got %v", err)
			}
		})
	}
	large := filepath.Join(dir, "large.yml")
	if err := os.WriteFile(large, []byte(strings.Repeat("# nothing\n", 200_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(large); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestFilesAreRelativeToTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"am.yml", "chrome", "signatures/b.yaml", "signatures/a.yaml"} {
		full := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o700), os.WriteFile(full, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "genkan.yml")
	data := minimal + "alerting: {alertmanager: {embedded: am.yml}}\nbrowser: {path: ./chrome, slots: 4, recycle_after: 7}\nsignatures: {files: [signatures/*.yaml, signatures/a.yaml]}\n"
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	got := append([]string{cfg.Alerting.Embedded, cfg.Browser.Path}, cfg.Signatures.Files...)
	want := []string{filepath.Join(dir, "am.yml"), filepath.Join(dir, "chrome"), filepath.Join(dir, "signatures/a.yaml"), filepath.Join(dir, "signatures/b.yaml")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if cfg.Browser.Slots != 4 || cfg.Browser.RecycleAfter != 7 {
		t.Errorf("browser: %+v", cfg.Browser)
	}
}

func TestMaskedCanBeLoadedAgain(t *testing.T) {
	cfg, err := Load(example)
	if err != nil {
		t.Fatal(err)
	}
	out, err := cfg.Masked()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(example, out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	compareConfigs(t, cfg, again)
}

func TestMaskedHidesSecrets(t *testing.T) {
	data := strings.Replace(minimal, "/login,", "/login?lang=ja&access_token=hush&x=1,", 1)
	cfg, err := Parse("genkan.yml", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := cfg.Masked()
	if err != nil {
		t.Fatal(err)
	}
	if s := string(out); strings.Contains(s, "hush") || !strings.Contains(s, "lang=ja&access_token=<secret>&x=1") {
		t.Errorf("masked:\n%s", s)
	}
	if got := mask("http://me:pw@host/"); got != "http://<secret>@host/" {
		t.Errorf("mask: %s", got)
	}
}
