package grafana

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const source = "genkan-prometheus"

type datasource struct{ Type, UID string }

type link struct{ Title, URL string }

type panel struct {
	ID          int
	Type        string
	Title       string
	Description string
	Datasource  *datasource
	GridPos     struct{ X, Y, W, H int }
	Targets     []struct {
		RefID, Expr string
		Datasource  *datasource
	}
	FieldConfig struct {
		Defaults struct {
			Unit  string
			Links []link
		}
	}
}

type dashboard struct {
	UID, Title, Description string
	ID                      *int
	Panels                  []panel
	Templating              struct {
		List []struct {
			Name       string
			Datasource *datasource
		}
	}
	Annotations struct {
		List []struct{ Datasource *datasource }
	}
}

func read(t *testing.T) (dashboard, string) {
	t.Helper()
	content, err := os.ReadFile("genkan.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(content, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Panels) < 10 {
		t.Fatalf("only %d panels found: the reading is broken", len(d.Panels))
	}
	return d, string(content)
}

func TestDashboard(t *testing.T) {
	d, content := read(t)
	if d.UID != "genkan" || d.Title == "" || d.Description == "" {
		t.Errorf("uid %q, title %q, description %q", d.UID, d.Title, d.Description)
	}
	if d.ID != nil {
		t.Error("an id is Grafana's to give: leave it out")
	}
	for _, v := range d.Templating.List {
		if v.Datasource != nil && v.Datasource.UID != source {
			t.Errorf("variable %s: data source %q", v.Name, v.Datasource.UID)
		}
	}
	for _, a := range d.Annotations.List {
		if a.Datasource == nil || a.Datasource.UID != source {
			t.Errorf("an annotation without the data source %q", source)
		}
	}
	known := map[string]bool{"__rate_interval": true, "__range": true, "__field": true, "__value": true}
	for _, v := range d.Templating.List {
		known[v.Name] = true
	}
	for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(content, -1) {
		if !known[m[1]] && m[1] != "__all" {
			t.Errorf("no variable %q", m[1])
		}
	}
}

func TestPanels(t *testing.T) {
	d, _ := read(t)
	seen := map[int]bool{}
	for _, p := range d.Panels {
		if p.ID == 0 || seen[p.ID] {
			t.Errorf("panel %q: id %d is missing or taken", p.Title, p.ID)
		}
		seen[p.ID] = true
		if p.Title == "" {
			t.Errorf("panel %d has no title", p.ID)
		}
		if p.Type != "row" {
			p.check(t)
		}
	}
}

func (p panel) check(t *testing.T) {
	t.Helper()
	if p.Description == "" || p.FieldConfig.Defaults.Unit == "" {
		t.Errorf("panel %q: description %q, unit %q: say both", p.Title, p.Description, p.FieldConfig.Defaults.Unit)
	}
	if p.Datasource == nil || p.Datasource.UID != source || p.Datasource.Type != "prometheus" {
		t.Errorf("panel %q: data source %v", p.Title, p.Datasource)
	}
	if len(p.Targets) == 0 {
		t.Errorf("panel %q shows nothing", p.Title)
	}
	for _, target := range p.Targets {
		if target.Expr == "" || target.RefID == "" || target.Datasource == nil || target.Datasource.UID != source {
			t.Errorf("panel %q: target %+v", p.Title, target)
		}
		// A fixed range next to rate() is wrong as soon as the scrape interval or the zoom changes.
		if regexp.MustCompile(`\brate\([^()]*\[\d`).MatchString(target.Expr) {
			t.Errorf("panel %q: use $__rate_interval in %s", p.Title, target.Expr)
		}
	}
}

func TestLayout(t *testing.T) {
	d, _ := read(t)
	type cell struct{ x, y int }
	taken := map[cell]string{}
	for _, p := range d.Panels {
		g := p.GridPos
		if g.W < 1 || g.H < 1 || g.X < 0 || g.Y < 0 || g.X+g.W > 24 {
			t.Errorf("panel %q lies outside the 24 columns: %+v", p.Title, g)
			continue
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other, ok := taken[cell{x, y}]; ok {
					t.Fatalf("panels %q and %q lie on one another", p.Title, other)
				}
				taken[cell{x, y}] = p.Title
			}
		}
	}
}

// The data links lead to the operators' listener, to paths of its contract.
func TestLinks(t *testing.T) {
	_, content := read(t)
	found := regexp.MustCompile(`"url": "([^"]*)"`).FindAllStringSubmatch(content, -1)
	if len(found) < 3 {
		t.Fatalf("only %d links found", len(found))
	}
	for _, m := range found {
		target := strings.Replace(m[1], "${console:raw}", "http://127.0.0.1:9844", 1)
		u, err := url.Parse(regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllString(target, "login"))
		if err != nil || u.Host != "127.0.0.1:9844" {
			t.Errorf("link %q: %v", m[1], err)
			continue
		}
		switch u.Path {
		case "/", "/api/v1/results", "/api/v1/incidents":
		default:
			t.Errorf("link %q leads to no path of the operators' listener", m[1])
		}
	}
}

func TestProvisioning(t *testing.T) {
	load := func(file string, into any) {
		t.Helper()
		content, err := os.ReadFile("../../deploy/grafana/provisioning/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(content, into); err != nil {
			t.Fatal(err)
		}
	}
	var sources struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			UID  string `yaml:"uid"`
			Type string `yaml:"type"`
			URL  string `yaml:"url"`
		}
	}
	load("datasources/prometheus.yml", &sources)
	if sources.APIVersion != 1 || len(sources.Datasources) != 1 || sources.Datasources[0].UID != source || sources.Datasources[0].Type != "prometheus" {
		t.Errorf("data sources: %+v", sources)
	}
	var providers struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	load("dashboards/genkan.yml", &providers)
	if providers.APIVersion != 1 || len(providers.Providers) != 1 || providers.Providers[0].Type != "file" || providers.Providers[0].Options.Path == "" {
		t.Errorf("providers: %+v", providers)
	}
}
