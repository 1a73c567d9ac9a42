package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"genkan/probes"
	"genkan/probes/markup"
	"genkan/probes/signature"
)

// SuggestOptions are what to draft a signature from: a group of a daemon's
// unknown pages, or a saved page.
type SuggestOptions struct {
	Daemon string
	Group  string // a group's id, or its beginning
	Page   string // a saved page instead; "-": standard input
	Status int    // it was answered with
	URL    string // it came from; "": not known
	Expect probes.Expectation
	ID     string // of the draft; "": made from the group or the page's name
	Packs  []string
	Out    string // the folder that the draft is written to; "": none
}

// Suggestion is a draft and how it stands.
type Suggestion struct {
	signature.Draft
	Known    string   // a signature that recognises the page already; "": none
	Failures []string // what is to be put right before the draft passes its tests
}

// UnknownGroups are a daemon's unknown results by what they say.
func UnknownGroups(ctx context.Context, address string) ([]signature.Group, error) {
	daemon, err := newOperatorsAPI(address)
	if err != nil {
		return nil, err
	}
	results, err := daemon.unknown(ctx)
	if err != nil {
		return nil, err
	}
	return signature.Groups(results), nil
}

// Suggest drafts a signature with its fixtures, tests it and, with a folder to
// write to, writes it there. No file is overwritten.
func Suggest(ctx context.Context, o SuggestOptions, in io.Reader) (Suggestion, error) {
	subject, err := o.subject(ctx, in)
	if err != nil {
		return Suggestion{}, err
	}
	if _, err := os.Stat(filepath.Join(o.Out, subject.id+".yaml")); o.Out != "" && err == nil {
		return Suggestion{}, fmt.Errorf("in %s is a signature %s already; --id gives the draft another name", o.Out, subject.id)
	}
	loaded, err := LoadSignatures(SignatureOptions{Packs: o.Packs, Files: o.neighbours()})
	if err != nil {
		return Suggestion{}, err
	}
	draft, err := loaded.set.Draft(subject.id, subject.view, subject.unmet, markup.Observe)
	if err != nil {
		return Suggestion{}, err
	}
	s := Suggestion{Draft: draft, Known: subject.known(loaded.set)}
	if s.Failures, err = o.test(draft); err != nil {
		return s, err
	}
	return s, o.write(draft)
}

// subject is the page that a draft is made from.
type subject struct {
	id    string
	view  probes.View
	unmet bool // what was expected of it wasn't there
}

// known is the signature that recognises the subject already, or "".
func (s subject) known(set *signature.Set) string {
	e := probes.Expectation{}
	if s.unmet {
		e.Selector = "main" // any: how it came out is known
		s.view.Expected.Selector = probes.Unmet
	}
	return set.Classify(probes.Observation{Views: []probes.View{s.view}}, e).Signature
}

func (o SuggestOptions) subject(ctx context.Context, in io.Reader) (subject, error) {
	if o.Page != "" {
		return o.saved(in)
	}
	daemon, err := newOperatorsAPI(o.Daemon)
	if err != nil {
		return subject{}, err
	}
	results, err := daemon.unknown(ctx)
	if err != nil {
		return subject{}, err
	}
	group, err := chosenGroup(signature.Groups(results), o.Group)
	if err != nil {
		return subject{}, err
	}
	newest := group.Newest
	digest := newest.Artifacts[probes.PageHTML]
	if digest == "" {
		return subject{}, fmt.Errorf("no page of the group %s is kept; save one in a browser and name it by --file", group.ID)
	}
	page, err := daemon.evidence(ctx, digest)
	if err != nil {
		return subject{}, fmt.Errorf("read the page of the group %s: %w", group.ID, err)
	}
	s := subject{id: nameOr(o.ID, "unknown-"+group.ID), unmet: signature.Unmet(newest)}
	s.view = markup.Observe(page, "text/html; charset=utf-8", newest.FinalURL, newest.HTTPStatus).Last()
	s.view.RequestedURL = newest.URL
	return s, nil
}

func chosenGroup(groups []signature.Group, id string) (signature.Group, error) {
	var found []signature.Group
	for _, g := range groups {
		if strings.HasPrefix(g.ID, id) {
			found = append(found, g)
		}
	}
	switch len(found) {
	case 0:
		return signature.Group{}, fmt.Errorf("there is no group %q among the daemon's unknown pages; genkan signature suggest lists them", id)
	case 1:
		return found[0], nil
	}
	return signature.Group{}, fmt.Errorf("%d groups begin with %q; write more of it", len(found), id)
}

func (o SuggestOptions) saved(in io.Reader) (subject, error) {
	if err := errors.Join(badSelector(o.Expect.Selector), badStatus(o.Status)); err != nil {
		return subject{}, err
	}
	raw, err := readBounded(o.Page, in)
	if err != nil {
		return subject{}, err
	}
	address := "https://example.jp/page"
	if o.URL != "" {
		if address, err = pageURL(o.URL); err != nil {
			return subject{}, err
		}
	}
	v := markup.Observe(raw, mediaType(o.Page), address, o.Status).Last()
	measured := markup.Expect(v.HTML, v.FinalURL, v.Reading, o.Expect)
	return subject{id: nameOr(o.ID, fileID(o.Page)), view: v, unmet: measured.Selector == probes.Unmet}, nil
}

func nameOr(name, other string) string {
	if name != "" {
		return name
	}
	return other
}

// fileID makes an id of a file's name.
func fileID(name string) string {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)))
	id := strings.Trim(strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || 'a' <= r && r <= 'z' {
			return r
		}
		return '-'
	}, base), "-")
	if id == "" {
		return "unknown-page"
	}
	return "unknown-" + id[:min(len(id), 40)]
}

// neighbours are the signatures that stand already where the draft goes.
func (o SuggestOptions) neighbours() []string {
	pattern := filepath.Join(o.Out, "*.yaml")
	if found, err := filepath.Glob(pattern); o.Out == "" || err != nil || len(found) == 0 {
		return nil
	}
	return []string{pattern}
}

// test loads a draft as an operator's file and judges its fixtures.
func (o SuggestOptions) test(d signature.Draft) ([]string, error) {
	folder, err := os.MkdirTemp("", "genkan-draft-")
	if err != nil {
		return nil, fmt.Errorf("make a folder to test the draft in: %w", err)
	}
	defer os.RemoveAll(folder)
	if err := writeDraft(folder, d); err != nil {
		return nil, err
	}
	loaded, err := LoadSignatures(SignatureOptions{Packs: o.Packs, Files: append(o.neighbours(), filepath.Join(folder, d.ID+".yaml"))})
	if err != nil {
		return nil, fmt.Errorf("the draft %s can't be used: %w", d.ID, err)
	}
	var failures []string
	for _, f := range loaded.set.TestSignature("local/"+d.ID, markup.Observe).Failures {
		failures = append(failures, fmt.Sprintf("%s: %s", strings.TrimPrefix(f.Fixture, folder+string(filepath.Separator)), f.Message))
	}
	return failures, nil
}

func (o SuggestOptions) write(d signature.Draft) error {
	if o.Out == "" {
		return nil
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return fmt.Errorf("make the folder for the draft: %w", err)
	}
	return writeDraft(o.Out, d)
}

func writeDraft(folder string, d signature.Draft) error {
	for name, data := range map[string][]byte{d.ID + ".yaml": d.Signature, d.ID + ".txtar": d.Fixtures} {
		f, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return fmt.Errorf("write the draft: %w; --id gives it another name", err)
		}
		_, err = f.Write(data)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("write the draft: %w", err)
		}
	}
	return nil
}
