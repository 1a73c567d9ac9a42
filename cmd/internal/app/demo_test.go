package app

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/exporter-toolkit/web"

	"genkan/alerting"
	"genkan/probes"
	"genkan/probes/demosite"
	"genkan/probes/signature"
)

// patience is how long a condition may take to come true before the test gives
// up on it: many times what it takes, on a machine that does other things too.
const patience = 3 * time.Minute

// running is a demo that goes on beside the test.
type running struct {
	t                       *testing.T
	site, public, operators string
	out                     *transcript
}

// transcript is what the demo has printed so far.
type transcript struct {
	mu sync.Mutex
	b  strings.Builder
}

func (p *transcript) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.Write(b)
}

func (p *transcript) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.String()
}

// freePort is a port of this host that nothing listened on a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func options(t *testing.T, operators string) Options {
	systemd, webConfig := false, ""
	return Options{
		StoragePath: filepath.Join(t.TempDir(), "data"), StatusAddress: freePort(t),
		Web: &web.FlagConfig{WebListenAddresses: &[]string{operators}, WebSystemdSocket: &systemd, WebConfigFile: &webConfig},
	}
}

// startDemo runs the demo until the test ends, and fails it if the demo doesn't end well.
func startDemo(t *testing.T) *running {
	t.Helper()
	d := &running{t: t, site: freePort(t), operators: freePort(t), out: &transcript{}}
	o := DemoOptions{Options: options(t, d.operators), SiteAddress: d.site, Interval: time.Second}
	d.public = o.StatusAddress
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Demo(ctx, o, d.out, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with: %v", err)
		}
	})
	d.until("the daemon is ready", func() bool {
		answer, err := http.Get("http://" + d.operators + "/-/ready")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return d
}

// until waits for what runs beside the test.
func (d *running) until(what string, holds func() bool) {
	d.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for !holds() {
		select {
		case <-poll.C:
		case <-deadline.C:
			d.t.Fatalf("waited %s for this: %s\nprinted so far:\n%s", patience, what, d.out)
		}
	}
}

func (d *running) get(address string) string {
	d.t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		d.t.Fatalf("%s answers %s: %s", address, answer.Status, b)
	}
	return string(b)
}

func (d *running) json(address string, into any) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.get(address)), into); err != nil {
		d.t.Fatalf("%s: %v", address, err)
	}
}

func (d *running) fault(page, fault string) {
	d.t.Helper()
	answer, err := http.PostForm("http://"+d.site+"/_demo/faults", url.Values{"page": {page}, "fault": {fault}})
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		d.t.Fatalf("fault %s on %s: %s", fault, page, answer.Status)
	}
}

func (d *running) newest(probe string) probes.Result {
	d.t.Helper()
	var got struct{ Results []probes.Result }
	d.json("http://"+d.operators+"/api/v1/results?limit=1&probe="+probe, &got)
	if len(got.Results) == 0 {
		return probes.Result{}
	}
	return got.Results[0]
}

func (d *running) incidents(component string, open bool) []alerting.Incident {
	d.t.Helper()
	var got struct{ Incidents []alerting.Incident }
	d.json(fmt.Sprintf("http://%s/api/v1/incidents?open=%t", d.operators, open), &got)
	return slices.DeleteFunc(got.Incidents, func(i alerting.Incident) bool { return i.Component != component })
}

func (d *running) metric(line string) bool {
	d.t.Helper()
	return strings.Contains(d.get("http://"+d.operators+"/metrics"), line+"\n")
}

func (d *running) well() {
	d.t.Helper()
	d.fault("all", "none")
	d.until("all is well", func() bool {
		for _, p := range demoProbes() {
			if d.newest(p.Name).Side != probes.SideNone || len(d.incidents(p.Component, true)) > 0 {
				return false
			}
		}
		return true
	})
}

// round is a fault for each of some pages of different components.
type round map[string]demosite.Fault

// rounds deals all faults out to pages that can show them, one a component.
func rounds() []round {
	var all []round
	pages := []string{"login", "signup", "store", "packcode", "top"}
	for i, f := range demosite.Faults()[1:] {
		if i%len(pages) == 0 {
			all = append(all, round{})
		}
		page := pages[i%len(pages)]
		if !slices.Contains(f.Pages, page) {
			page = pages[0]
		}
		all[len(all)-1][page] = f
	}
	return all
}

// TestEveryFault walks the whole line, from the switch on the demo site to the
// webhook, for every fault that there is, and back.
func TestEveryFault(t *testing.T) {
	d := startDemo(t)
	d.well()
	shown := 0
	for _, faults := range rounds() {
		for page, f := range faults {
			d.fault(page, f.Name)
			shown++
		}
		for page, f := range faults {
			d.shows(page, f)
		}
		d.well()
	}
	if want := len(demosite.Faults()) - 1; shown != want {
		t.Errorf("%d faults were shown, want all %d", shown, want)
	}
	d.exports()
}

// exports holds the expositions that dashboards and rules are checked against
// to what the daemon really exports: every series there is one here, label by label.
func (d *running) exports() {
	d.t.Helper()
	elsewhere := map[string]string{
		"genkan_probe_ssl_earliest_cert_expiry": "the demo site has no certificate",
		"genkan_agent_control_ok":               "the demo has no control probe",
	}
	real := series(d.get("http://" + d.operators + "/metrics"))
	for _, file := range []string{"../metrics/testdata/exposition.txt", "../../../dashboards/grafana/testdata/machinery.txt"} {
		text, err := os.ReadFile(file)
		if err != nil {
			d.t.Fatal(err)
		}
		promised := series(string(text))
		if len(promised) < 5 {
			d.t.Errorf("%s promises %d series only", file, len(promised))
		}
		for s := range promised {
			name, _, _ := strings.Cut(s, "{")
			if !real[s] && elsewhere[name] == "" {
				d.t.Errorf("%s has %s, and the daemon does not export it", file, s)
			}
		}
	}
}

// series are the names of an exposition's samples with the names of their labels.
func series(exposition string) map[string]bool {
	all := map[string]bool{}
	labels := regexp.MustCompile(`(\w+)="(?:[^"\\]|\\.)*"`)
	for line := range strings.Lines(exposition) {
		if !strings.HasPrefix(line, "genkan_") {
			continue
		}
		name, _, _ := strings.Cut(line, " ")
		name, _, _ = strings.Cut(name, "{")
		var names []string
		for _, m := range labels.FindAllStringSubmatch(line, -1) {
			names = append(names, m[1])
		}
		slices.Sort(names)
		all[name+"{"+strings.Join(names, ",")+"}"] = true
	}
	return all
}

// shows waits until every audience is told of the fault, and of no other.
func (d *running) shows(page string, f demosite.Fault) {
	d.t.Helper()
	component := componentOf(page)
	d.until(fmt.Sprintf("%s on %s is %s/%s", f.Name, page, f.Side, f.Cause), func() bool {
		r := d.newest(page)
		return string(r.Side) == f.Side && (string(r.Cause) == f.Cause || f.Cause == "bot_challenge" && r.Cause == probes.Captcha)
	})
	d.until("the metrics say so", func() bool {
		return d.metric(fmt.Sprintf(`genkan_probe_side{location="local",probe=%q,side=%q} 1`, page, f.Side))
	})
	if r := d.newest(page); f.Catalogued && r.Signature != "iqos/"+f.Name {
		d.t.Errorf("%s on %s was recognised by %q", f.Name, page, r.Signature)
	}
	public := f.Side == "system" || f.Side == "unknown"
	if !public {
		if open := d.incidents(component, true); len(open) > 0 {
			d.t.Errorf("%s on %s opened a public incident: %+v", f.Name, page, open)
		}
		return
	}
	d.until(f.Name+" on "+page+" opens an incident", func() bool { return len(d.incidents(component, true)) == 1 })
	incident := d.incidents(component, true)[0]
	d.until("an alert of "+f.Name+" arrives", func() bool {
		return strings.Contains(d.out.String(), component) && strings.Contains(d.out.String(), string(incident.Cause))
	})
	d.pageTells(component, incident)
}

// pageTells waits until the component's card on the public page says, in each
// language, what the incident's signature tells people.
func (d *running) pageTells(component string, incident alerting.Incident) {
	d.t.Helper()
	set, err := signature.Load([]string{"iqos", "web"}, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, lang := range []string{"ja", "en"} {
		title := html.EscapeString(set.Guidance(incident.Signature, incident.Cause).Title[lang])
		d.until(fmt.Sprintf("the page in %s says %q of %s", lang, title, component), func() bool {
			_, card, _ := strings.Cut(d.get("http://"+d.public+"/"+lang+"/"), `id="`+component+`"`)
			card, _, _ = strings.Cut(card, "</article>")
			return title != "" && strings.Contains(card, title)
		})
	}
}

func componentOf(page string) string {
	for _, p := range demoProbes() {
		if p.Page == page {
			return p.Component
		}
	}
	return ""
}

func TestFaultsOneAfterTheOtherAreOneIncident(t *testing.T) {
	d := startDemo(t)
	d.well()
	before := len(d.incidents("login", false))
	for _, f := range []struct{ name, cause string }{{"io001", "server_error"}, {"maintenance", "maintenance"}, {"blank", "blank_page"}, {"forbidden", "forbidden"}} {
		d.fault("login", f.name)
		d.until(f.name+" is the incident's cause", func() bool {
			open := d.incidents("login", true)
			return len(open) == 1 && string(open[0].Cause) == f.cause
		})
	}
	d.well()
	if n := len(d.incidents("login", false)) - before; n != 1 {
		t.Errorf("%d incidents are on record, want 1", n)
	}
}
