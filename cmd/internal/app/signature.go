package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"genkan/dashboards/console"
	"genkan/probes"
	"genkan/probes/markup"
	"genkan/probes/signature"
)

// groups are unknown results by what they say, for the console.
func groups(results []probes.Result) []console.Group {
	var out []console.Group
	for _, g := range signature.Groups(results) {
		out = append(out, console.Group(g))
	}
	return out
}

// inUse are the signatures of a set, for the console.
func inUse(set *signature.Set) []console.Signature {
	var out []console.Signature
	for _, s := range set.Signatures() {
		out = append(out, console.Signature{ID: s.ID, Status: string(s.Status), Side: s.Side, Cause: s.Cause, Title: s.Title.In("en")})
	}
	return out
}

// SignatureOptions are the signatures that are asked for.
type SignatureOptions struct {
	Packs []string // none: DefaultPacks
	Files []string // operators' own, as patterns
}

// Signatures are loaded signatures, to be shown and tested.
type Signatures struct{ set *signature.Set }

// LoadSignatures loads packs and operators' files. The error tells all that is
// wrong with them.
func LoadSignatures(o SignatureOptions) (*Signatures, error) {
	packs := o.Packs
	if len(packs) == 0 {
		packs = DefaultPacks()
	}
	set, err := signature.Load(packs, o.Files)
	if err != nil {
		return nil, fmt.Errorf("load the signatures:\n%w", err)
	}
	return &Signatures{set}, nil
}

// SignatureInfo is all there is to tell of a signature.
type SignatureInfo struct {
	ID         string           `json:"id"`
	Status     signature.Status `json:"status"`
	Side       probes.Side      `json:"side"`
	OrSide     probes.Side      `json:"or_side,omitempty"`
	Cause      probes.Cause     `json:"cause"`
	Generic    bool             `json:"generic"`
	Title      probes.Text      `json:"title"`
	Text       probes.Text      `json:"text"`
	Tell       probes.Text      `json:"tell,omitempty"`
	Advice     []probes.Advice  `json:"advice"`
	Typical    probes.Seconds   `json:"typical_seconds,omitempty"` // 0: not known
	AtMost     probes.Seconds   `json:"at_most_seconds,omitempty"` // 0: not known
	Says       []string         `json:"says,omitempty"`
	References []string         `json:"references,omitempty"`
	Match      json.RawMessage  `json:"match,omitempty"`
	Fixtures   signature.Corpus `json:"fixtures"`
	Pack       string           `json:"pack_version"`
	File       string           `json:"file"`
	Written    string           `json:"-"` // the match as the file has it
}

// List tells of all signatures in the order of their ids.
func (s *Signatures) List() ([]SignatureInfo, error) {
	var list []SignatureInfo
	for _, sig := range s.set.Signatures() {
		info, err := s.describe(sig)
		if err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	return list, nil
}

// Show tells of one signature: "pack/id", or the id alone where one pack has it.
func (s *Signatures) Show(id string) (SignatureInfo, error) {
	if sig, ok := s.set.Get(id); ok {
		return s.describe(sig)
	}
	var found []signature.Signature
	var near []string
	for _, sig := range s.set.Signatures() {
		_, name, _ := strings.Cut(sig.ID, "/")
		if name == id {
			found = append(found, sig)
		}
		if strings.Contains(sig.ID, strings.ToLower(id)) {
			near = append(near, sig.ID)
		}
	}
	switch {
	case len(found) == 1:
		return s.describe(found[0])
	case len(near) > 0:
		return SignatureInfo{}, fmt.Errorf("no signature is called %q; do you mean %s?", id, strings.Join(near[:min(len(near), 8)], ", "))
	}
	return SignatureInfo{}, fmt.Errorf("no signature is called %q; genkan signature list names them all", id)
}

func (s *Signatures) describe(sig signature.Signature) (SignatureInfo, error) {
	pack, _, _ := strings.Cut(sig.ID, "/")
	info := SignatureInfo{
		ID: sig.ID, Status: sig.Status, Side: sig.Side, OrSide: sig.OrSide, Cause: sig.Cause, Generic: sig.Generic,
		Title: sig.Title, Text: sig.Text, Tell: sig.Tell, Advice: sig.Advice, Typical: probes.Seconds(sig.Typical), AtMost: probes.Seconds(sig.AtMost),
		Says: sig.Says, References: sig.References, Fixtures: s.set.Corpus(sig), Pack: s.set.Versions()[pack], File: sig.File,
	}
	source, err := s.set.Source(sig)
	if err != nil {
		return info, fmt.Errorf("read %s again: %w", sig.File, err)
	}
	var file struct {
		Match any `yaml:"match"`
	}
	if err := yaml.Load(source, &file); err != nil {
		return info, fmt.Errorf("read %s again: %w", sig.File, err)
	}
	if file.Match == nil {
		return info, nil
	}
	if info.Match, err = json.Marshal(file.Match); err != nil {
		return info, fmt.Errorf("write the match of %s: %w", sig.ID, err)
	}
	info.Written = section(source, "match")
	return info, nil
}

// section is what a file has below a key, as it is written.
func section(source []byte, key string) string {
	var b strings.Builder
	inside := false
	for line := range bytes.Lines(source) {
		if rest, ok := bytes.CutPrefix(line, []byte(key+":")); ok {
			inside = true
			if value := bytes.TrimSpace(rest); len(value) > 0 {
				fmt.Fprintf(&b, "%s\n", value)
			}
			continue
		}
		if inside && len(bytes.TrimSpace(line)) > 0 && line[0] != ' ' && line[0] != '-' && line[0] != '#' {
			break
		}
		if inside && line[0] != '#' {
			b.Write(line)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// TestReport is how signatures fared on their fixtures.
type TestReport struct {
	signature.Report
	Signatures int // that have a match
}

// TestSignatures judges fixtures by all packs together, operators' files
// included: those of the packs named and of the files, or all there are and the
// corpus of healthy pages. Operators' signatures that match need a fixture among
// them.
func TestSignatures(o SignatureOptions) (TestReport, error) {
	named := o.Packs
	o.Packs = slices.Compact(slices.Sorted(slices.Values(slices.Concat(DefaultPacks(), named))))
	loaded, err := LoadSignatures(o)
	if err != nil {
		return TestReport{}, err
	}
	set, r := loaded.set, TestReport{}
	if len(named) == 0 {
		r.Report = set.Test(markup.Observe)
	}
	own, ofOwn := "", 0
	for _, sig := range set.Signatures() {
		pack, _, _ := strings.Cut(sig.ID, "/")
		if !sig.Matches || len(named) > 0 && sig.BuiltIn() && !slices.Contains(named, pack) {
			continue
		}
		r.Signatures++
		if len(named) > 0 {
			one := set.TestSignature(sig.ID, markup.Observe)
			r.Fixtures += one.Fixtures
			r.Failures = append(r.Failures, one.Failures...)
		}
		if !sig.BuiltIn() {
			c := set.Corpus(sig)
			own, ofOwn = sig.File, ofOwn+c.Hits+c.Misses
		}
	}
	if own != "" && ofOwn == 0 {
		r.Failures = append(r.Failures, signature.Failure{Fixture: own, Message: "there is no fixture to judge; write hits and misses into the .txtar file beside it"})
	}
	return r, nil
}
