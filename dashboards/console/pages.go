package console

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// page is what every page of the console shows. Its methods write values in
// the template.
type page struct {
	Title string
	Root  string // the way from here to the console's root
	Now   time.Time
	zone  *time.Location

	Snapshot alerting.Snapshot // on the overview
	Query    alerting.Query    // on the list of runs
	Results  []probes.Result   // on both
	Result   probes.Result     // on the page of a run

	Groups     []Group     // on the page of unknown pages
	Signatures []Signature // on the list of signatures
}

// latestShown is how many runs the overview lists.
const latestShown = 30

func (c *Console) overview(w http.ResponseWriter, r *http.Request) {
	results, err := c.cfg.Results(r.Context(), alerting.Query{Limit: latestShown})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p := c.page("Overview", "")
	p.Snapshot, p.Results = c.cfg.Snapshot(), results
	c.show(w, r, "overview", p)
}

func (c *Console) runs(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	results, err := c.cfg.Results(r.Context(), q)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p := c.page("Runs", "")
	p.Query, p.Results = q, results
	c.show(w, r, "runs", p)
}

func (c *Console) run(w http.ResponseWriter, r *http.Request) {
	result, found, err := c.cfg.Result(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		c.fail(w, r, err)
	case !found:
		http.Error(w, "no run has this id", http.StatusNotFound)
	default:
		p := c.page("Run of "+result.Probe, "../")
		p.Result = result
		p.Result.Verdict = result.Settled()
		c.show(w, r, "run", p)
	}
}

func (c *Console) page(title, root string) page {
	return page{Title: title, Root: root, Now: c.cfg.Now(), zone: c.cfg.Zone}
}

func (c *Console) show(w http.ResponseWriter, r *http.Request, name string, p page) {
	var b bytes.Buffer
	if err := c.pages.ExecuteTemplate(&b, name, p); err != nil {
		c.fail(w, r, fmt.Errorf("draw %s: %w", name, err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // a reader that has gone needs no answer
}

// Time writes a moment in the console's zone, to the second; the zero one is a dash.
func (p page) Time(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(p.zone).Format("2006-01-02 15:04:05 MST")
}

// Ago is how long ago t was, in one unit.
func (p page) Ago(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	switch d := p.Now.Sub(t); {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// Side is a side as one reads it; nothing judged yet is unknown.
func (p page) Side(s probes.Side) probes.Side { return cmp.Or(s, probes.SideUnknown) }

// Advice joins the advice.
func (p page) Advice(list []probes.Advice) string {
	words := make([]string, 0, len(list))
	for _, a := range list {
		words = append(words, string(a))
	}
	return strings.Join(words, ", ")
}

// Seconds writes a number of seconds; one that wasn't measured is a dash.
func (p page) Seconds(s float64) string {
	if s == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f s", s)
}

// RunPath is the way to a run's page.
func (p page) RunPath(id string) string { return p.Root + "runs/" + url.PathEscape(id) }

// ResultPath is the way to a run's JSON.
func (p page) ResultPath(id string) string { return p.Root + "api/v1/results/" + url.PathEscape(id) }

// RunsPath is the way to the list of a series' runs.
func (p page) RunsPath(s alerting.Series) string {
	return p.Root + "runs?" + url.Values{"probe": {s.Probe}, "location": {s.Location}}.Encode()
}

// EvidencePath is the way to a file of evidence.
func (p page) EvidencePath(d probes.Digest) string {
	return p.Root + "api/v1/evidence/" + url.PathEscape(string(d))
}

// Files are the kinds of evidence kept for the run, in order.
func (p page) Files() []probes.EvidenceKind {
	kinds := make([]probes.EvidenceKind, 0, len(p.Result.Artifacts))
	for kind := range p.Result.Artifacts {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// Screenshot is the digest of the run's screenshot, or "".
func (p page) Screenshot() probes.Digest { return p.Result.Artifacts[probes.Screenshot] }
