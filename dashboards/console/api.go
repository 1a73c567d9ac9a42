package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"genkan/alerting"
	"genkan/probes"
)

func (c *Console) apiResults(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	results, err := c.cfg.Results(r.Context(), q)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.answer(w, r, map[string][]probes.Result{"results": present(results)})
}

func (c *Console) apiResult(w http.ResponseWriter, r *http.Request) {
	result, found, err := c.cfg.Result(r.Context(), r.PathValue("id"))
	c.answerOne(w, r, result, found, err)
}

func (c *Console) apiIncidents(w http.ResponseWriter, r *http.Request) {
	open, err := parseOpen(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	incidents, err := c.cfg.Incidents(r.Context(), open)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.answer(w, r, map[string][]alerting.Incident{"incidents": present(incidents)})
}

func (c *Console) apiIncident(w http.ResponseWriter, r *http.Request) {
	incident, found, err := c.cfg.Incident(r.Context(), r.PathValue("id"))
	c.answerOne(w, r, incident, found, err)
}

// apiNothing answers in JSON for all of /api/ that isn't there.
func (c *Console) apiNothing(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "the API only reads")
		return
	}
	refuse(w, http.StatusNotFound, "there is nothing at this address")
}

// present is a list that JSON shows as [] when it is empty.
func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// answerOne answers with a record, or says that there is none.
func (c *Console) answerOne(w http.ResponseWriter, r *http.Request, record any, found bool, err error) {
	switch {
	case err != nil:
		c.fail(w, r, err)
	case !found:
		refuse(w, http.StatusNotFound, "no record has this id")
	default:
		c.answer(w, r, record)
	}
}

func (c *Console) answer(w http.ResponseWriter, r *http.Request, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		c.fail(w, r, fmt.Errorf("write answer: %w", err))
		return
	}
	write(w, http.StatusOK, body)
}

// fail answers for a fault of ours: the log says what it is.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		c.cfg.Logger.ErrorContext(r.Context(), "console request failed", "path", r.URL.Path, "err", err)
	}
	refuse(w, http.StatusInternalServerError, "the record could not be read; the log says why")
}

// refuse answers with an error in words.
func refuse(w http.ResponseWriter, status int, message string) {
	write(w, status, []byte(`{"error":`+quoted(message)+`}`))
}

// quoted is s as a JSON string.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return strconv.Quote(s) // a string always marshals
	}
	return string(b)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a reader that has gone needs no answer
}
