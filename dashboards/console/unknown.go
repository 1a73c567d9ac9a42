package console

import (
	"net/http"
	"net/url"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// Group is unknown results that say the same, but for what differs from one
// visit to the next.
type Group struct {
	ID     string // short and lasting
	Says   string // the most telling sentence of the newest; page text
	Cause  probes.Cause
	Count  int
	First  time.Time
	Last   time.Time
	Probes []string
	Newest probes.Result
}

// Signature is a signature in use, in a few words.
type Signature struct {
	ID     string // "pack/id"
	Status string // stable or experimental
	Side   probes.Side
	Cause  probes.Cause
	Title  string
	Runs   int // of the newest ones, how many it decided; the console counts
}

func (c *Console) unknown(w http.ResponseWriter, r *http.Request) {
	results, err := c.cfg.Results(r.Context(), alerting.Query{Side: probes.SideUnknown, Limit: maxLimit})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p := c.page("Unknown pages", "")
	p.Results, p.Groups = results, c.cfg.Groups(results)
	c.show(w, r, "unknown", p)
}

func (c *Console) signatures(w http.ResponseWriter, r *http.Request) {
	results, err := c.cfg.Results(r.Context(), alerting.Query{Limit: maxLimit})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	decided := map[string]int{}
	for _, result := range results {
		decided[result.Signature]++
	}
	p := c.page("Signatures", "")
	p.Results = results
	for _, s := range c.cfg.Signatures() {
		s.Runs = decided[s.ID]
		p.Signatures = append(p.Signatures, s)
	}
	c.show(w, r, "signatures", p)
}

// UnknownPath is the way to a probe's unknown runs.
func (p page) UnknownPath(probe string) string {
	return p.Root + "runs?" + url.Values{"probe": {probe}, "side": {string(probes.SideUnknown)}}.Encode()
}
