package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"genkan/alerting"
	"genkan/probes"
)

// DefaultDaemon is where a daemon's operators' API is, unless it was told otherwise.
const DefaultDaemon = "http://127.0.0.1:9844"

const (
	answerLimit   = 64 << 20 // bytes of one answer
	answerTimeout = 30 * time.Second
	pageOfResults = 1000 // results of one answer: the most that the API gives
	mostResults   = 20_000
)

// operatorsAPI is the operators' API of a running daemon.
type operatorsAPI struct{ base string }

// newOperatorsAPI is the API at a daemon's address, which may hold a user and a
// password, and a path before the API's.
func newOperatorsAPI(address string) (operatorsAPI, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return operatorsAPI{}, fmt.Errorf("--daemon.url: %q is no address of a daemon, such as %s", address, DefaultDaemon)
	}
	return operatorsAPI{strings.TrimRight(u.String(), "/")}, nil
}

// get reads what is at path.
func (d operatorsAPI) get(ctx context.Context, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the daemon: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the daemon can't be reached: %w; is it running, and is --daemon.url its operators' address?", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerLimit))
	if err != nil {
		return nil, fmt.Errorf("the daemon's answer broke off: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the daemon answers %s to %s%s", answer.Status, request.URL.Redacted(), reason(body))
	}
	return body, nil
}

// reason is what a refusal says for itself, or nothing.
func reason(body []byte) string {
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" {
		return ""
	}
	return ": " + said.Error
}

func (d operatorsAPI) json(ctx context.Context, path string, into any) error {
	body, err := d.get(ctx, path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("what answers at %s is no Genkan daemon, or of another version: %w", path, err)
	}
	return nil
}

// unknown are the daemon's results of side unknown, the newest first.
func (d operatorsAPI) unknown(ctx context.Context) ([]probes.Result, error) {
	var all []probes.Result
	seen := map[string]bool{}
	query := url.Values{"side": {string(probes.SideUnknown)}, "limit": {fmt.Sprint(pageOfResults)}}
	for len(all) < mostResults {
		var answer struct {
			Results []probes.Result `json:"results"`
		}
		if err := d.json(ctx, "/api/v1/results?"+query.Encode(), &answer); err != nil {
			return nil, err
		}
		before := len(all)
		for _, r := range answer.Results {
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
		if len(answer.Results) < pageOfResults || len(all) == before {
			break
		}
		// Those that began in the same moment may stand on both sides of the cut.
		query.Set("before", all[len(all)-1].StartedAt.Add(time.Second).UTC().Truncate(time.Second).Format(time.RFC3339))
	}
	return all, nil
}

// evidence is a file of evidence.
func (d operatorsAPI) evidence(ctx context.Context, digest probes.Digest) ([]byte, error) {
	return d.get(ctx, "/api/v1/evidence/"+url.PathEscape(string(digest)))
}

// open are the incidents going on.
func (d operatorsAPI) open(ctx context.Context) ([]alerting.Incident, error) {
	var answer struct {
		Incidents []alerting.Incident `json:"incidents"`
	}
	err := d.json(ctx, "/api/v1/incidents?open=true", &answer)
	return answer.Incidents, err
}
