package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"genkan/probes"
	"genkan/probes/markup"
	"genkan/probes/prober"
	"genkan/probes/signature"
)

// savedLimit bounds a saved page, in bytes: far above any page of words.
const savedLimit = 32 << 20

// ClassifyOptions are what is known of saved pages beside their bytes.
type ClassifyOptions struct {
	Packs  []string // none: DefaultPacks
	Files  []string // "-" is standard input; a folder stands for the pages in it
	Status int      // of the answer that the page came with
	URL    string   // that it came from; "": its file's name
	Expect probes.Expectation
}

// Classified judges saved pages and observations.
type Classified struct {
	options ClassifyOptions
	in      io.Reader
	set     *signature.Set
	log     *slog.Logger
}

// NewClassified loads what o's files are to be judged by. An error is one of usage.
func NewClassified(o ClassifyOptions, in io.Reader, log *slog.Logger) (*Classified, error) {
	if err := errors.Join(badSelector(o.Expect.Selector), badStatus(o.Status)); err != nil {
		return nil, err
	}
	set, err := loadPacks(o.Packs)
	if err != nil {
		return nil, err
	}
	return &Classified{options: o, in: in, set: set, log: log}, nil
}

// badStatus lets 0 pass: the status of a saved page may not be known.
func badStatus(status int) error {
	if status != 0 && (status < 100 || status > 599) {
		return fmt.Errorf("--status: %d is no HTTP status", status)
	}
	return nil
}

// Guidance is what there is to tell of a verdict.
func (c *Classified) Guidance(signature string, cause probes.Cause) probes.Guidance {
	return c.set.Guidance(signature, cause)
}

// Results yields a result for each file, or why it can't be read, in order.
func (c *Classified) Results(ctx context.Context) iter.Seq2[probes.Result, error] {
	return func(yield func(probes.Result, error) bool) {
		for _, name := range c.options.Files {
			files, err := pagesIn(name)
			if err != nil && !yield(probes.Result{}, err) {
				return
			}
			for _, file := range files {
				if ctx.Err() != nil || !yield(c.judge(ctx, file)) {
					return
				}
			}
		}
	}
}

func (c *Classified) judge(ctx context.Context, file string) (probes.Result, error) {
	seen, err := c.options.read(file, c.in)
	if err != nil {
		return probes.Result{}, err
	}
	p := probes.Probe{Name: "classify", Journey: probes.Visit(file), Expect: c.options.Expect}
	return prober.New(saved(seen), c.set, c.log).Probe(ctx, manualRun(p, "local")), nil
}

// saved is an observer that has seen already.
type saved probes.Observation

// Visit returns what was saved.
func (s saved) Visit(context.Context, probes.Run) probes.Observation { return probes.Observation(s) }

// pagesIn are the files that name stands for: itself, or those in the folder
// and below that are called as pages and observations are, in order.
func pagesIn(name string) ([]string, error) {
	if info, err := os.Stat(name); name == "-" || err == nil && !info.IsDir() {
		return []string{name}, nil
	}
	var files []string
	err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && slices.Contains([]string{".html", ".htm", ".xhtml", ".json"}, strings.ToLower(filepath.Ext(path))) {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read saved pages: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("in the folder %s is no .html, .htm, .xhtml or .json file", name)
	}
	return files, nil
}

func (o ClassifyOptions) read(name string, in io.Reader) (probes.Observation, error) {
	raw, err := readBounded(name, in)
	if err != nil {
		return probes.Observation{}, err
	}
	if isObservation(name, raw) {
		return observation(name, raw)
	}
	address := o.URL
	if address == "" {
		address = "file:///" + filepath.ToSlash(filepath.Base(name))
	}
	seen := markup.Observe(raw, mediaType(name), address, o.Status)
	for i := range seen.Views {
		v := &seen.Views[i]
		if !readable(v.ContentType) {
			return seen, fmt.Errorf("%s is no page: it holds %s", name, v.ContentType)
		}
		v.Expected = markup.Expect(v.HTML, v.FinalURL, v.Reading, o.Expect)
	}
	return seen, nil
}

// readable reports whether there are words in a type of content.
func readable(contentType string) bool {
	kind, format, _ := strings.Cut(contentType, "/")
	return kind == "text" || slices.ContainsFunc([]string{"html", "xml", "json", "javascript"}, func(f string) bool { return strings.HasSuffix(format, f) })
}

// mediaType is what a file's name says of its content. It says nothing of the
// character set: the page does.
func mediaType(name string) string {
	t, _, err := mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(name)))
	if err != nil {
		return ""
	}
	return t
}

// isObservation tells JSON, even when it is cut off, from pages.
func isObservation(name string, raw []byte) bool {
	trimmed := bytes.TrimSpace(raw)
	return strings.EqualFold(filepath.Ext(name), ".json") || bytes.HasPrefix(trimmed, []byte("{")) && json.Valid(trimmed) ||
		bytes.HasPrefix(trimmed, []byte(`{"started_at":`))
}

// observation reads an observation's JSON. Any other JSON is refused: a page
// that was saved has to be told from a misspelt observation.
func observation(name string, raw []byte) (probes.Observation, error) {
	var seen probes.Observation
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&seen); err != nil {
		return seen, fmt.Errorf("%s%s is no observation: %w", name, line(raw, d.InputOffset(), err), err)
	}
	if rest := bytes.TrimSpace(raw[d.InputOffset():]); len(rest) > 0 {
		return seen, fmt.Errorf("%s%s: something follows the observation; write one to a file", name, line(raw, d.InputOffset(), nil))
	}
	return seen, nil
}

// line is where JSON stops making sense, as :LINE.
func line(raw []byte, offset int64, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		offset = int64(len(bytes.TrimSpace(raw)))
	}
	return fmt.Sprintf(":%d", 1+bytes.Count(raw[:min(int(offset), len(raw))], []byte("\n")))
}

func readBounded(name string, in io.Reader) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read a saved page: %w", err)
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, savedLimit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(raw) > savedLimit {
		return nil, fmt.Errorf("%s has over %d MiB: no page of words has", name, savedLimit>>20)
	}
	return raw, nil
}
