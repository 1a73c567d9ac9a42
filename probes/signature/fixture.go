package signature

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"genkan/probes"
)

// Observer makes an observation of a saved page: the bytes as they were served,
// their content type, the URL and the status.
type Observer func(raw []byte, contentType, url string, status int) probes.Observation

// Report is how signatures fared on their fixtures.
type Report struct {
	Fixtures int // how many were judged, the corpus of healthy pages included
	Failures []Failure
}

// Corpus is how many fixtures a signature has of each kind.
type Corpus struct {
	Hits   int `json:"hits"`
	Misses int `json:"misses"`
}

// Failure is a fixture that isn't judged as it says, or a signature without the
// fixtures it needs.
type Failure struct {
	Fixture string `json:"fixture"` // "packs/web/rate-limited.txtar: hit/github.http"
	Message string `json:"message"`
}

func (r *Report) fail(at, format string, args ...any) {
	r.Failures = append(r.Failures, Failure{at, fmt.Sprintf(format, args...)})
}

// healthyFile is the corpus of healthy pages with misleading words.
const healthyFile = "healthy.txtar"

// Test judges the fixtures of every signature by the whole set, and the built-in
// corpus of healthy pages too. A hit must be matched by exactly the signatures
// it names and decide the verdict; a miss by none but those it names, and be
// healthy unless it says otherwise; a healthy page must be healthy. A stable
// signature that matches needs both hits and misses. The fixtures of a built-in
// pack can't name operators' signatures: these may match there, and decide what
// is no healthy page.
func (s *Set) Test(observe Observer) Report {
	var r Report
	for _, sig := range s.signatures {
		if sig.match != nil {
			s.testSignature(&r, sig, observe)
		}
	}
	corpus := 0
	data, err := fs.ReadFile(s.builtIn, healthyFile)
	if err == nil {
		for _, f := range txtar.Parse(data).Files {
			corpus++
			s.testFixture(&r, fixture{at: "packs/" + healthyFile + ": " + f.Name, name: f.Name, data: f.Data, healthy: true}, observe)
		}
	}
	if corpus == 0 {
		r.fail("packs/"+healthyFile, "there is no healthy page to judge")
	}
	return r
}

// TestSignature judges the fixtures of one signature as Test does.
func (s *Set) TestSignature(id string, observe Observer) Report {
	var r Report
	if sig, ok := s.Get(id); ok && sig.match != nil {
		s.testSignature(&r, sig, observe)
	}
	return r
}

// Corpus counts the fixtures of a signature.
func (s *Set) Corpus(sig Signature) Corpus {
	var c Corpus
	data, err := s.readFixtures(sig, fixtureFile(sig))
	if err != nil {
		return c // a signature may have none
	}
	for _, f := range txtar.Parse(data).Files {
		switch path.Dir(f.Name) {
		case "hit":
			c.Hits++
		case "miss":
			c.Misses++
		}
	}
	return c
}

func fixtureFile(sig Signature) string {
	return strings.TrimSuffix(sig.File, filepath.Ext(sig.File)) + ".txtar"
}

func (s *Set) testSignature(r *Report, sig Signature, observe Observer) {
	file := fixtureFile(sig)
	data, err := s.readFixtures(sig, file)
	if err != nil && sig.Status == Stable {
		r.fail(file, "a stable signature needs hits and misses, and there are none: %v", err)
		return
	}
	hits, misses := 0, 0
	for _, f := range txtar.Parse(data).Files {
		fx := fixture{at: file + ": " + f.Name, name: f.Name, data: f.Data, signature: sig.ID, builtIn: sig.pack.builtIn}
		switch path.Dir(f.Name) {
		case "hit":
			hits++
			fx.hit = true
		case "miss":
			misses++
		default:
			r.fail(fx.at, "a fixture is named hit/NAME or miss/NAME")
			continue
		}
		s.testFixture(r, fx, observe)
	}
	if sig.Status == Stable && (hits == 0 || misses == 0) {
		r.fail(file, "a stable signature needs hits and misses: there are %d and %d", hits, misses)
	}
}

func (s *Set) readFixtures(sig Signature, file string) ([]byte, error) {
	if sig.pack.builtIn {
		return fs.ReadFile(s.builtIn, strings.TrimPrefix(file, "packs/"))
	}
	return os.ReadFile(file)
}

// fixture is one recorded page, and what it must be judged.
type fixture struct {
	at, name    string
	data        []byte
	signature   string // whose fixture it is
	hit         bool
	healthy     bool // of the corpus: only the side counts
	builtIn     bool // it knows of no operators' signatures
	also        []string
	side        probes.Side
	unmet       bool // what the probe expected wasn't there
	observation probes.Observation
}

func (s *Set) testFixture(r *Report, f fixture, observe Observer) {
	r.Fixtures++
	if err := f.read(observe); err != nil {
		r.fail(f.at, "can't be read: %v", err)
		return
	}
	v := s.Classify(f.observation, f.expectation())
	if f.builtIn {
		v.Matches = slices.DeleteFunc(v.Matches, func(m probes.Match) bool { return !s.builtInSignature(m.Signature) })
	}
	if !f.healthy {
		f.compareMatches(r, v)
	}
	if f.builtIn && !s.builtInSignature(v.Signature) && (f.hit || f.side != "") && f.side != probes.SideNone {
		return // an operator's own signature beats those built in
	}
	f.compareVerdict(r, v)
}

// builtInSignature reports whether a signature is of a built-in pack, or none.
func (s *Set) builtInSignature(id string) bool {
	sig, ok := s.Get(id)
	return !ok || sig.pack.builtIn
}

// expectation is what the probe of a fixture expected.
func (f *fixture) expectation() probes.Expectation {
	if !f.unmet {
		return probes.Expectation{}
	}
	for i := range f.observation.Views {
		f.observation.Views[i].Expected.Selector = probes.Unmet
	}
	return probes.Expectation{Selector: "main"} // any: how it came out is known
}

func (f fixture) compareMatches(r *Report, v probes.Verdict) {
	want := slices.Clone(f.also)
	if f.hit {
		want = append(want, f.signature)
	}
	var got []string
	for _, m := range v.Matches {
		got = append(got, m.Signature)
	}
	if want, got = ordered(want), ordered(got); !slices.Equal(want, got) {
		r.fail(f.at, "must be matched by %v, and is matched by %v", want, got)
	}
}

func ordered(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (f fixture) compareVerdict(r *Report, v probes.Verdict) {
	want := f.side
	if want == "" && !f.hit {
		want = probes.SideNone
	}
	if want != "" && v.Side != want {
		r.fail(f.at, "must be side %s, and is %s, %s by %q and rule %s: %v", want, v.Side, v.Cause, v.Signature, v.Rule, v.Quotes)
	}
	if f.hit && f.side == "" && v.Signature != f.signature {
		r.fail(f.at, "%s must decide, and %s, %s by %q and rule %s did", f.signature, v.Side, v.Cause, v.Signature, v.Rule)
	}
}

// read makes the observation of a fixture.
func (f *fixture) read(observe Observer) error {
	switch path.Ext(f.name) {
	case ".http":
		return f.readHTTP(observe)
	case ".json":
		return f.readJSON(observe)
	}
	return fmt.Errorf("a fixture ends in .http or .json")
}

// readHTTP reads the request line, what else is said of the fixture, and the
// response as it went over the wire.
func (f *fixture) readHTTP(observe Observer) error {
	r := bufio.NewReader(bytes.NewReader(f.data))
	line, err := r.ReadString('\n')
	if err != nil {
		return fmt.Errorf("read the request line: %w", err)
	}
	asked, ok := strings.CutPrefix(strings.TrimSpace(line), "GET ")
	if !ok {
		return fmt.Errorf("the first line must be GET and the URL asked, not %q", line)
	}
	landed := asked
	for {
		if next, err := r.Peek(5); err != nil || string(next) == "HTTP/" {
			break
		}
		line, err := r.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read what is said of the fixture: %w", err)
		}
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch key {
		case "also":
			f.also = append(f.also, split(value)...)
		case "side":
			f.side = probes.Side(value)
		case "landed":
			landed = value
		case "expectation":
			if f.unmet = value == "unmet"; !f.unmet {
				return fmt.Errorf("the expectation of a fixture can only be unmet, not %q", value)
			}
		default:
			return fmt.Errorf("unknown line %q before the response; known are also, expectation, landed, side", line)
		}
	}
	return f.readResponse(r, asked, landed, observe)
}

func (f *fixture) readResponse(r *bufio.Reader, asked, landed string, observe Observer) error {
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return fmt.Errorf("read the response: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read the response's body: %w", err)
	}
	f.observation = observe(body, resp.Header.Get("Content-Type"), landed, resp.StatusCode)
	for i := range f.observation.Views {
		v := &f.observation.Views[i]
		v.RequestedURL, v.Headers = asked, map[string]string{}
		for name := range resp.Header {
			v.Headers[strings.ToLower(name)] = resp.Header.Get(name)
		}
	}
	return nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// readJSON reads an observation. A view with HTML and no text is read like a
// saved page.
func (f *fixture) readJSON(observe Observer) error {
	doc := struct {
		probes.Observation
		Also []string    `json:"also"`
		Side probes.Side `json:"side"`
	}{}
	dec := json.NewDecoder(bytes.NewReader(f.data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return fmt.Errorf("read the observation: %w", err)
	}
	f.observation, f.also, f.side = doc.Observation, doc.Also, doc.Side
	for i := range f.observation.Views {
		v := &f.observation.Views[i]
		if v.HTML == "" || v.Text != "" {
			continue
		}
		if read := observe([]byte(v.HTML), "text/html; charset=utf-8", v.FinalURL, v.Status); len(read.Views) > 0 {
			v.Reading = read.Views[0].Reading
		}
	}
	return nil
}
