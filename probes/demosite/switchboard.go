package demosite

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// board is what the switchboard shows.
type board struct {
	Error  string
	Base   string // the address of the site as the caller sees it
	Pages  []boardPage
	Groups []boardGroup
	Hints  hints
}

// boardPage is one page with its present fault.
type boardPage struct{ Name, Path, Title, Short, Fault string }

// Healthy reports whether the page has no fault.
func (p boardPage) Healthy() bool { return p.Fault == Healthy }

// Width is the number of columns of the table.
func (b board) Width() int { return 3 + len(b.Pages) }

// boardGroup is a part of the table.
type boardGroup struct {
	Japanese, English string
	Rows              []boardRow
}

// boardRow is one fault and, per page, the button that sets it.
type boardRow struct {
	Fault
	Japanese, English string
	Cells             []boardCell
}

type boardCell struct {
	Page     string
	Possible bool
	On       bool
}

// board puts together what the switchboard shows now.
func (s *Site) board(r *http.Request, problem string) board {
	now := s.Faults()
	groups := []boardGroup{
		{Japanese: "正常", English: "Healthy"},
		{Japanese: "一覧にあるエラー", English: "Errors of the catalogue"},
		{Japanese: "どのサイトでも起こること", English: "What happens on any site"},
	}
	for _, f := range repertoire() {
		g := &groups[groupOf(f.Fault)]
		g.Rows = append(g.Rows, newRow(f, now))
	}
	return board{Error: problem, Base: "http://" + r.Host, Pages: boardPages(now), Groups: groups, Hints: allHints()}
}

// groupOf is the index of the group that a fault stands in.
func groupOf(f Fault) int {
	switch {
	case f.Name == Healthy:
		return 0
	case f.Catalogued:
		return 1
	}
	return 2
}

func boardPages(now map[string]string) []boardPage {
	short := map[string]string{"top": "トップ", "signup": "会員登録", "upload": "書類", "pin": "PIN", "login": "ログイン", "store": "ストア", "packcode": "パックコード"}
	var list []boardPage
	for _, p := range pages() {
		if p.name == p.fault {
			list = append(list, boardPage{Name: p.name, Path: p.path, Title: p.title, Short: short[p.name], Fault: now[p.name]})
		}
	}
	return list
}

func newRow(f fault, now map[string]string) boardRow {
	row := boardRow{Fault: f.Fault, Japanese: f.japanese, English: f.english, Cells: []boardCell{{Page: All, Possible: true, On: everywhere(f.Fault, now)}}}
	for _, p := range Pages() {
		row.Cells = append(row.Cells, boardCell{Page: p, Possible: slices.Contains(f.Pages, p), On: now[p] == f.Name})
	}
	return row
}

// everywhere reports whether every page that can show the fault has it.
func everywhere(f Fault, now map[string]string) bool {
	return !slices.ContainsFunc(f.Pages, func(p string) bool { return now[p] != f.Name })
}

// showSwitchboard answers with the switchboard's page.
func (s *Site) showSwitchboard(w http.ResponseWriter, r *http.Request) {
	s.renderBoard(w, r, http.StatusOK, "")
}

func (s *Site) renderBoard(w http.ResponseWriter, r *http.Request, status int, problem string) {
	if err := s.look.render(w, "switchboard", status, s.board(r, problem)); err != nil {
		s.logger.Error("Switchboard not written", "err", err)
	}
}

// switchFault sets a fault by the form fields page and fault. A browser is sent
// back to the switchboard, a program gets the list.
func (s *Site) switchFault(w http.ResponseWriter, r *http.Request) {
	fields, _, err := sent(w, r)
	if err == nil {
		err = s.SetFault(fields.Get("page"), fields.Get("fault"))
	}
	switch {
	case err != nil && browser(r):
		s.renderBoard(w, r, http.StatusBadRequest, err.Error())
	case err != nil:
		s.writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case browser(r):
		http.Redirect(w, r, "/_demo/", http.StatusSeeOther)
	default:
		s.listFaults(w, r)
	}
}

// browser reports whether a person's browser asks, by what it accepts.
func browser(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// listFaults answers with the present faults, and all that there are, as JSON.
func (s *Site) listFaults(w http.ResponseWriter, _ *http.Request) {
	s.writeJSON(w, http.StatusOK, struct {
		Faults    map[string]string `json:"faults"` // by page
		Pages     []string          `json:"pages"`
		Available []Fault           `json:"available"`
	}{s.Faults(), Pages(), Faults()})
}

func (s *Site) writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(v); err != nil {
		s.logger.Debug("JSON not sent", "err", err)
	}
}
