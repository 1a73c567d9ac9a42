package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"os"
	"path/filepath"

	"genkan/probes"
	"genkan/probes/markup"
	"genkan/probes/prober"
	"genkan/probes/signature"
)

// savedLimit bounds a saved page, in bytes: far above any page of words.
const savedLimit = 32 << 20

// ClassifyOptions are what is known of saved pages beside their bytes.
type ClassifyOptions struct {
	Packs  []string
	Files  []string // "-" is in
	Status int      // of the answer that the page came with
	URL    string   // that it came from; "": its file's name
	Expect probes.Expectation
}

// Classify judges saved pages and observations without a browser, in the order of the files.
func Classify(ctx context.Context, o ClassifyOptions, in io.Reader, log *slog.Logger) ([]probes.Result, *signature.Set, error) {
	set, err := signature.Load(o.Packs, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("load the packs: %w", err)
	}
	var results []probes.Result
	for _, name := range o.Files {
		seen, err := o.read(name, in)
		if err != nil {
			return results, set, err
		}
		p := probes.Probe{Name: "classify", Journey: probes.Visit(name), Expect: o.Expect}
		results = append(results, prober.New(saved(seen), set, log).Probe(ctx, manualRun(p, "local")))
	}
	return results, set, nil
}

// saved is an observer that has seen already.
type saved probes.Observation

// Visit returns what was saved.
func (s saved) Visit(context.Context, probes.Run) probes.Observation { return probes.Observation(s) }

func (o ClassifyOptions) read(name string, in io.Reader) (probes.Observation, error) {
	raw, err := readBounded(name, in)
	if err != nil {
		return probes.Observation{}, err
	}
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed) {
		return observation(name, trimmed)
	}
	address := o.URL
	if address == "" {
		address = "file:///" + filepath.ToSlash(filepath.Base(name))
	}
	seen := markup.Observe(raw, mime.TypeByExtension(filepath.Ext(name)), address, o.Status)
	for i := range seen.Views {
		v := &seen.Views[i]
		v.Expected = markup.Expect(v.HTML, v.FinalURL, v.Reading, o.Expect)
	}
	return seen, nil
}

// observation reads an observation's JSON. Anything else in braces is refused:
// a JSON page that was saved has to be told from a misspelt observation.
func observation(name string, raw []byte) (probes.Observation, error) {
	var seen probes.Observation
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&seen); err != nil {
		return seen, fmt.Errorf("%s is JSON, but no observation: %w", name, err)
	}
	return seen, nil
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
