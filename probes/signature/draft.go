package signature

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"golang.org/x/tools/txtar"

	"genkan/probes"
)

// Draft is a signature made from a page that none recognises, with its fixtures.
// It loads and passes its tests as it is; what only a person knows is marked in
// it with FILL IN.
type Draft struct {
	ID        string // within its pack
	Signature []byte // ID.yaml
	Fixtures  []byte // ID.txtar
}

// Draft makes a signature of a page. It matches by the sentences that look like
// an error, the most specific, or else by what the page has. With unmet what was
// expected of the page wasn't there: that is what makes some pages no healthy
// ones. An error says that the page is healthy.
func (s *Set) Draft(id string, v probes.View, unmet bool, observe Observer) (Draft, error) {
	page := fixture{name: "hit/page.http", data: response(v, unmet, "")}
	if err := page.read(observe); err != nil {
		return Draft{}, fmt.Errorf("read the page as a fixture: %w", err)
	}
	verdict := s.Classify(page.observation, page.expectation())
	if verdict.Healthy() {
		return Draft{}, fmt.Errorf("the page is healthy by the rule %s, so nothing on it would be taken for an error; if it is none, say what a healthy page shows", verdict.Rule)
	}
	seen := page.observation.Last()
	traits := s.traits(seen)
	files := []draftFile{{page.name, response(v, unmet, others(verdict))}}
	for _, f := range articles(seen, traits) {
		if err := s.complete(&f, observe); err != nil {
			return Draft{}, err
		}
		files = append(files, f)
	}
	d := Draft{ID: id, Fixtures: archive(files)}
	var err error
	d.Signature, err = s.draftSignature(id, seen, traits)
	return d, err
}

// trait is something by which a page is told from others: one matcher.
type trait struct {
	matcher string // text, title, status, empty, final_url
	value   string // as it stands on the page
}

// traits are what to match a page by, all of them together: as few texts as
// tell it from others, and where these are short its title and its status too.
func (s *Set) traits(v probes.View) []trait {
	texts, total := choose(v, s.candidates(v))
	if title := find(v, steady(v.Title)); total < enough && title.value != "" && !repeats(texts, title) {
		texts = append(texts, trait{"title", title.value})
		total += weight(title.value)
	}
	switch {
	case len(texts) == 0 && blank(v):
		return []trait{{"empty", "true"}, {"final_url", withoutQuery(v.FinalURL)}}
	case len(texts) == 0:
		texts = append(texts, trait{"final_url", withoutQuery(v.FinalURL)})
	}
	if total < enough && v.Status != 0 {
		texts = append(texts, trait{"status", itoa(v.Status)})
	}
	return texts
}

// candidates are the sentences to match a page by, the best first: those that
// stand out; where none has words of failure, its longest ones too.
func (s *Set) candidates(v probes.View) []string {
	var said []string
	amiss := false
	for _, q := range s.lexicon.suspicious(v) {
		said = append(said, q.Quote)
		amiss = amiss || s.lexicon.suspicion(normalise(q.Quote)) > 0
	}
	if amiss {
		return said
	}
	lines := sentences(bounded(v.Text, maxRegions))
	slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(weight(b), weight(a)) })
	for _, line := range lines[:min(len(lines), maxSentences)] {
		said = append(said, quotation("", line).Quote)
	}
	return said
}

// maxTexts is how many texts a draft matches by.
const maxTexts = 3

// choose takes of the candidates what tells the page from others: one that says
// enough, else several; a mere "Error" only where there is nothing else.
func choose(v probes.View, candidates []string) (texts []trait, total int) {
	for _, least := range []int{enough, wordy, 1} {
		for _, c := range candidates {
			t := find(v, steady(c))
			if total < enough && len(texts) < maxTexts && weight(t.value) >= least && !repeats(texts, t) {
				texts = append(texts, t)
				total += weight(t.value)
			}
		}
		if len(texts) > 0 {
			break
		}
	}
	return texts, total
}

// repeats reports whether a trait adds nothing to those there are.
func repeats(list []trait, t trait) bool {
	n := normalise(t.value)
	return n == "" || slices.ContainsFunc(list, func(o trait) bool {
		m := normalise(o.value)
		return strings.Contains(m, n) || strings.Contains(n, m)
	})
}

// find says where a text stands: in what is visible, or in the title only.
func find(v probes.View, text string) trait {
	n := normalise(text)
	switch {
	case n == "":
	case strings.Contains(normalise(v.Text), n):
		return trait{"text", text}
	case strings.Contains(normalise(v.Title), n):
		return trait{"title", text}
	}
	return trait{}
}

// steady is the longest part of a sentence that doesn't differ from one visit to
// the next, as it was written, without what ends it.
func steady(sentence string) string {
	longest := part{}
	for _, p := range newMask().cut(normalise(sentence)) {
		if !p.varies && weight(p.text) > weight(longest.text) {
			longest = p
		}
	}
	return strings.Trim(original(sentence, longest.at, longest.at+len(longest.text)), " 　\t\r\n。．.、,，:：;；!！?？()（）[]「」『』<>#-|/")
}

// draftFile is a fixture of a draft.
type draftFile struct {
	name string
	data []byte
}

// response writes a page as a fixture: what was asked, what else is said of it,
// and the answer. Queries are left out: they may hold what is nobody's business.
func response(v probes.View, unmet bool, said string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s\n", withoutQuery(v.RequestedURL))
	if landed := withoutQuery(v.FinalURL); landed != withoutQuery(v.RequestedURL) {
		fmt.Fprintf(&b, "landed: %s\n", landed)
	}
	if said != "" {
		fmt.Fprintln(&b, said)
	}
	if unmet {
		fmt.Fprintln(&b, "expectation: unmet")
	}
	status := v.Status
	if status == 0 {
		status = http.StatusOK
	}
	kind := v.ContentType
	if kind == "" {
		kind = "text/html"
	}
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\nContent-Type: %s; charset=utf-8\n\n%s\n", status, http.StatusText(status), kind, strings.TrimRight(v.HTML, "\n"))
	return b.Bytes()
}

func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "https://example.jp/"
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return u.String()
}

// others says which signatures match beside the draft's.
func others(v probes.Verdict) string {
	var ids []string
	for _, m := range v.Matches {
		ids = append(ids, m.Signature)
	}
	if len(ids) == 0 {
		return ""
	}
	return "also: " + strings.Join(ordered(ids), ", ")
}

// articles are healthy pages like a site's own help: one that quotes what the
// page says, and one that doesn't.
func articles(v probes.View, traits []trait) []draftFile {
	var texts []string
	matched := true // when it quotes the texts
	for _, t := range traits {
		if t.matcher == "text" {
			texts = append(texts, t.value)
			continue
		}
		matched = matched && t == trait{"status", itoa(http.StatusOK)}
	}
	write := articleJa
	if !strings.ContainsFunc(v.Text+v.Title, ideographic) {
		write = articleEn
	}
	well := draftFile{"miss/well.http", helpPage(write(nil), "")}
	switch {
	case len(texts) == 0:
		return []draftFile{well}
	case matched: // and only quoted
		return []draftFile{{"hit/quoted.http", helpPage(write(texts), "side: none")}, well}
	}
	return []draftFile{{"miss/quoted.http", helpPage(write(texts), "")}, well}
}

func helpPage(markup, said string) []byte {
	return response(probes.View{RequestedURL: "https://example.jp/help", FinalURL: "https://example.jp/help", Reading: probes.Reading{}, HTML: markup}, false, said)
}

// quotations are paragraphs that quote messages.
func quotations(messages []string, before, after string) string {
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "<p>%s%s%s</p>\n", before, html.EscapeString(m), after)
	}
	return b.String()
}

func articleJa(messages []string) string {
	return `<!doctype html><html lang="ja"><head><title>よくあるご質問</title></head><body><main><article><h1>よくあるご質問</h1>
` + quotations(messages, "「", "」と表示されました。") + `<p>お手続きのしかたを、画面の順にご案内しています。はじめに、会員ページの右上にあるメニューを開き、次に、変えたい項目を選びます。変更は、その日のうちに反映されます。</p>
<p>お便りは、季節ごとに年に四回お送りしています。新しくなったこと、これからの催し、会員の皆さまから届いた声などを載せています。お便りの受け取り方は、会員ページからいつでもお選びいただけます。</p>
<p>お店では、お茶をご用意してお待ちしています。広い駐車場もありますので、お車でもお気軽にお越しください。道順は、お店のご案内のページに地図と写真で載せています。</p>
</article></main></body></html>`
}

func articleEn(messages []string) string {
	return `<!doctype html><html lang="en"><head><title>Frequently asked questions</title></head><body><main><article><h1>Frequently asked questions</h1>
` + quotations(messages, "“", "” is what the page said to me.") + `<p>This page shows the way through the members' pages, in the order in which you meet them. Open the menu in the upper corner first, then choose what you would like to change. What you change is there on the same day.</p>
<p>We send a letter to our members four times a year. It tells what is new, what is to come, and what members have written to us. You choose in the members' pages how you would like to receive it.</p>
<p>Tea is ready for you in our shops. There is room for your car, and the way is shown with a map and photographs on the pages of each shop.</p>
</article></main></body></html>`
}

// complete adds to a fixture which signatures match it.
func (s *Set) complete(f *draftFile, observe Observer) error {
	page := fixture{name: f.name, data: f.data}
	if err := page.read(observe); err != nil {
		return fmt.Errorf("read %s of the draft: %w", f.name, err)
	}
	if also := others(s.Classify(page.observation, probes.Expectation{})); also != "" {
		asked, rest, _ := bytes.Cut(f.data, []byte("\n"))
		f.data = slices.Concat(asked, []byte("\n"+also+"\n"), rest)
	}
	return nil
}

// archive joins fixtures to a txtar file.
func archive(files []draftFile) []byte {
	a := &txtar.Archive{Comment: []byte("A draft: say here where the page comes from, and take out what is nobody's business.\n")}
	for _, f := range files {
		a.Files = append(a.Files, txtar.File{Name: f.name, Data: fileMark().ReplaceAll(f.data, []byte(" $0"))})
	}
	return txtar.Format(a)
}

// fileMark finds lines that would begin a new file in a txtar archive.
func fileMark() *regexp.Regexp { return regexp.MustCompile(`(?m)^-- .* --\r?$`) }

// draftText is the signature file of a draft.
const draftText = `# A draft. What is marked FILL IN is for you to say; then: genkan signature test {{.ID}}.yaml
id: {{.ID}}
status: experimental      # stable, once you trust it
title:                    # FILL IN: what it is, in a few words; the public reads it
  ja: {{quote (.Title.In "ja")}}
  en: {{quote (.Title.In "en")}}
cause: {{printf "%-18s" .Cause}} # FILL IN: one of {{range $i, $c := .Causes}}{{if $i}}, {{end}}{{$c}}{{end}}
# side: system            # FILL IN where it isn't the cause's: one of {{range $i, $c := .Sides}}{{if $i}}, {{end}}{{$c}}{{end}}
# advice: [wait]          # FILL IN, or leave it out: what the cause says; of {{range $i, $c := .Advices}}{{if $i}}, {{end}}{{$c}}{{end}}
# text:                   # FILL IN, or leave it out: what to do, in whole sentences
#   ja: …
#   en: …
{{- if .Says}}
says:                     # the message as people quote it
{{- range .Says}}
  - {{quote .}}
{{- end}}
{{- end}}
match:{{if .Vague}}                    # FILL IN: nothing on the page says enough; what tells it from all others?{{end}}
  all:
{{- range .Traits}}
    - {{.YAML}}
{{- end}}
`

// YAML is the matcher as a signature file has it.
func (t trait) YAML() string {
	value := t.value
	switch t.matcher {
	case "text", "title":
		value = scalar(value)
	case "final_url":
		value = scalar("^" + regexp.QuoteMeta(value))
	}
	return t.matcher + ": " + value
}

// scalar is a text as YAML has it between quotation marks: as JSON has it.
func scalar(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // a text always has JSON
	}
	return strings.TrimSpace(b.String())
}

func (s *Set) draftSignature(id string, v probes.View, traits []trait) ([]byte, error) {
	cause := probes.UnexpectedContent
	switch {
	case v.Status >= 400:
		cause = causeOfStatus(v.Status)
	case blank(v):
		cause = probes.BlankPage
	}
	var says []string
	said := 0
	for _, t := range traits {
		if t.matcher == "text" {
			says = append(says, t.value)
			said += weight(t.value)
		}
	}
	t, err := template.New("draft").Funcs(template.FuncMap{"quote": scalar}).Parse(draftText)
	if err != nil {
		return nil, fmt.Errorf("read the draft's template: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"ID": id, "Title": s.causes[cause].title, "Cause": cause, "Says": says, "Traits": traits, "Vague": said < enough,
		"Causes": probes.Causes()[1:], "Sides": probes.Sides(), "Advices": probes.Advices(),
	})
	if err != nil {
		return nil, fmt.Errorf("write the draft: %w", err)
	}
	return b.Bytes(), nil
}

// Unmet reports whether a result is unknown for what was expected of the page
// and wasn't there.
func Unmet(r probes.Result) bool { return r.Rule == ruleUnmet }
