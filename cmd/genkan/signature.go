package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
	"genkan/probes"
	"genkan/probes/signature"
)

// signatures are the commands `signature …`.
func signatures(a *kingpin.Application) []command {
	parent := a.Command("signature", "The signatures that errors are recognised by.")
	return []command{listSignatures(parent), showSignature(parent), testSignatures(parent), signatureSchema(parent), suggestSignature(parent)}
}

// signatureFlags name the signatures: packs that are built in, and operators' files.
func signatureFlags(clause *kingpin.CmdClause, o *app.SignatureOptions) {
	packFlag(clause, &o.Packs)
	clause.Flag("file", "Signature files of your own, or a pattern for them; repeatable.").PlaceHolder("FILE").StringsVar(&o.Files)
}

func jsonFlag(clause *kingpin.CmdClause, one string) *string {
	return clause.Flag("output", "text, or json: "+one+" a line.").Short('o').Default("text").Enum("text", "json")
}

func listSignatures(parent *kingpin.CmdClause) command {
	clause := parent.Command("list", "List the signatures: id, status, side, cause, title.").HelpLong(`In the order of their ids.

  genkan signature list --pack web
  genkan signature list --file 'signatures/*.yaml' -o json`)
	var o app.SignatureOptions
	signatureFlags(clause, &o)
	output := jsonFlag(clause, "a signature")
	lang := langFlag(clause)
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		loaded, err := app.LoadSignatures(o)
		if err != nil {
			return failed(err)
		}
		list, err := loaded.List()
		if err != nil {
			return failed(err)
		}
		if *output == "json" {
			return report.ExitHealthy, linesOf(s.out, list)
		}
		return report.ExitHealthy, table(s.out, func(w io.Writer) {
			for _, i := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", i.ID, i.Status, i.Side, i.Cause, report.Clean(i.Title.In(*lang)))
			}
		})
	}}
}

// linesOf writes each of a list as a line of JSON.
func linesOf[T any](w io.Writer, list []T) error {
	for _, v := range list {
		if err := report.Line(w, v); err != nil {
			return err
		}
	}
	return nil
}

// table lays out what write writes, a tab between columns.
func table(w io.Writer, write func(io.Writer)) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	write(t)
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

func showSignature(parent *kingpin.CmdClause) command {
	clause := parent.Command("show", "Show all there is to one signature.").HelpLong(`What it matches, what it means, and what people are told.

  genkan signature show iqos/io001
  genkan signature show io001 -o json`)
	id := clause.Arg("id", "The signature, as pack/id; the pack may be left out where it is plain.").Required().String()
	var o app.SignatureOptions
	signatureFlags(clause, &o)
	output := jsonFlag(clause, "the signature")
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		loaded, err := app.LoadSignatures(o)
		if err != nil {
			return failed(err)
		}
		info, err := loaded.Show(*id)
		if err != nil {
			return failed(err)
		}
		if *output == "json" {
			return report.ExitHealthy, report.Line(s.out, info)
		}
		_, err = io.WriteString(s.out, inFull(info))
		return report.ExitHealthy, err
	}}
}

// inFull is a signature in words, a line for each thing.
func inFull(i app.SignatureInfo) string {
	var b strings.Builder
	entry := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-11s %s\n", name, report.Clean(value))
		}
	}
	texts := func(name string, t probes.Text) {
		entry(name+" ja", t["ja"])
		entry(name+" en", t["en"])
	}
	fmt.Fprintf(&b, "%s\n", i.ID)
	texts("title", i.Title)
	entry("status", string(i.Status))
	entry("side", string(i.Side))
	entry("or side", string(i.OrSide))
	texts("tell", i.Tell)
	entry("cause", string(i.Cause))
	for _, a := range i.Advice {
		entry("advice", string(a))
	}
	texts("text", i.Text)
	entry("typical", length(i.Typical))
	entry("at most", length(i.AtMost))
	if i.Generic {
		entry("generic", "yes: it loses against specific ones")
	}
	for _, said := range i.Says {
		entry("says", said)
	}
	for _, r := range i.References {
		entry("reference", r)
	}
	entry("fixtures", fmt.Sprintf("%d hits, %d misses", i.Fixtures.Hits, i.Fixtures.Misses))
	pack, _, _ := strings.Cut(i.ID, "/")
	entry("pack", pack+", version "+i.Pack)
	entry("file", i.File)
	if i.Written == "" {
		entry("match", "none: it serves explain only")
		return b.String()
	}
	fmt.Fprintf(&b, "  match\n")
	for line := range strings.Lines(i.Written) {
		fmt.Fprintf(&b, "    %s\n", strings.TrimPrefix(strings.TrimRight(line, "\n"), "  "))
	}
	return b.String()
}

// length is a length of time in its greatest whole unit; "" for none.
func length(d probes.Seconds) string {
	s := int64(d.Seconds())
	switch {
	case s == 0:
		return ""
	case s%86400 == 0:
		return fmt.Sprintf("%dd", s/86400)
	case s%3600 == 0:
		return fmt.Sprintf("%dh", s/3600)
	case s%60 == 0:
		return fmt.Sprintf("%dm", s/60)
	}
	return fmt.Sprintf("%ds", s)
}

func testSignatures(parent *kingpin.CmdClause) command {
	clause := parent.Command("test", "Judge the fixtures of the packs, and of your own files, by all of them together.").HelpLong(`Each fixture must be matched by exactly the signatures that it names, and the healthy pages of the corpus by none that blocks. Your own signatures may beat those of web.

Exit status: 0 all fixtures are judged as they say, 1 one is not or there is none, 2 a file can't be loaded.

  genkan signature test
  genkan signature test signatures/*.yaml`)
	var o app.SignatureOptions
	clause.Flag("pack", "Only the fixtures of this pack, and of your own files; repeatable.").PlaceHolder("NAME").StringsVar(&o.Packs)
	clause.Arg("file", "Signature files of your own, or patterns for them; the fixtures are beside them.").StringsVar(&o.Files)
	output := jsonFlag(clause, "a failure")
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		r, err := app.TestSignatures(o)
		if err != nil {
			return failed(err)
		}
		if *output == "json" {
			if err := linesOf(s.out, r.Failures); err != nil {
				return failed(err)
			}
		} else {
			for _, f := range r.Failures {
				fmt.Fprintf(s.out, "%s: %s\n", report.Clean(f.Fixture), report.Clean(f.Message))
			}
		}
		fmt.Fprintf(s.err, "%d signatures, %d fixtures, %d failures\n", r.Signatures, r.Fixtures, len(r.Failures))
		if len(r.Failures) > 0 || r.Fixtures == 0 {
			return report.ExitNotHealthy, nil
		}
		return report.ExitHealthy, nil
	}}
}

func signatureSchema(parent *kingpin.CmdClause) command {
	clause := parent.Command("schema", "Print the JSON Schema of signature files, for editors.").HelpLong(`It completes and checks while you write.

  genkan signature schema > signature.schema.json

and at the head of a signature file:

  # yaml-language-server: $schema=signature.schema.json`)
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		_, err := s.out.Write(signature.Schema())
		return report.ExitHealthy, err
	}}
}

func suggestSignature(parent *kingpin.CmdClause) command {
	clause := parent.Command("suggest", "List what nobody recognised, or draft a signature from it.").HelpLong(`A running daemon's unknown pages are grouped by what they say. Named a group, or a saved page, it drafts a signature and its fixtures, which pass their tests as they are; what only you know is marked FILL IN.

  genkan signature suggest
  genkan signature suggest 1a2b3c4d --out signatures
  genkan signature suggest --file page.html --status 200 --url https://example.jp/login`)
	var o app.SuggestOptions
	clause.Arg("group", "The group to draft a signature from. Without it, and without --file: the list of all.").StringVar(&o.Group)
	daemonFlag(clause, &o.Daemon, app.DefaultDaemon, "The running daemon, at its operators' address.")
	clause.Flag("file", "A saved page to draft from, instead of a group; - is standard input.").PlaceHolder("FILE").SetValue((*savedPage)(&o.Page))
	clause.Flag("status", "HTTP status that the saved page came with; 0 if it isn't known.").Default("200").SetValue(number{"--status", &o.Status})
	clause.Flag("url", "URL that the saved page came from.").PlaceHolder("URL").StringVar(&o.URL)
	clause.Flag("expect-selector", "CSS selector of something that a healthy page shows, and the saved one doesn't.").PlaceHolder("CSS").StringVar(&o.Expect.Selector)
	clause.Flag("id", "Name of the signature; lower-case letters, digits and hyphens.").PlaceHolder("ID").StringVar(&o.ID)
	clause.Flag("out", "Folder to write ID.yaml and ID.txtar to. Without it: to the output.").PlaceHolder("DIR").StringVar(&o.Out)
	packFlag(clause, &o.Packs)
	output := jsonFlag(clause, "a group")
	return command{clause, func(ctx context.Context, s streams, _ *slog.Logger) (int, error) {
		switch {
		case o.Group != "" && o.Page != "":
			return failed(fmt.Errorf("either a group or --file"))
		case o.Group == "" && o.Page == "":
			return suggestGroups(ctx, s, o.Daemon, *output)
		}
		return suggestDraft(ctx, s, o)
	}}
}

// savedPage is the name of a file, "-" among them, which kingpin passes on as "".
type savedPage string

// Set takes a name.
func (p *savedPage) Set(name string) error {
	*p = savedPage(cmp.Or(name, "-"))
	return nil
}

// String is the name as it is written.
func (p *savedPage) String() string { return string(*p) }

// shownGroup is a group of unknown pages as JSON has it.
type shownGroup struct {
	ID     string       `json:"id"`
	Count  int          `json:"count"`
	First  string       `json:"first"`
	Last   string       `json:"last"`
	Probes []string     `json:"probes"`
	Cause  probes.Cause `json:"cause"`
	Says   string       `json:"says"`
	Run    string       `json:"run"` // id of the newest run
}

func suggestGroups(ctx context.Context, s streams, daemon, output string) (int, error) {
	groups, err := app.UnknownGroups(ctx, daemon)
	if err != nil {
		return failed(err)
	}
	const moment = "2006-01-02T15:04:05Z07:00"
	var list []shownGroup
	for _, g := range groups {
		list = append(list, shownGroup{g.ID, g.Count, g.First.Local().Format(moment), g.Last.Local().Format(moment), g.Probes, g.Cause, report.Clean(g.Says), g.Newest.ID})
	}
	switch {
	case output == "json":
		return report.ExitHealthy, linesOf(s.out, list)
	case len(list) == 0:
		fmt.Fprintln(s.err, "no page is unknown")
		return report.ExitHealthy, nil
	}
	return report.ExitHealthy, table(s.out, func(w io.Writer) {
		fmt.Fprintln(w, "GROUP\tRUNS\tFIRST\tLAST\tPROBES\tSAYS")
		for _, g := range list {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", g.ID, g.Count, g.First, g.Last, strings.Join(g.Probes, ","), g.Says)
		}
	})
}

func suggestDraft(ctx context.Context, s streams, o app.SuggestOptions) (int, error) {
	suggestion, err := app.Suggest(ctx, o, s.in)
	if err != nil {
		return failed(err)
	}
	if suggestion.Known != "" {
		fmt.Fprintf(s.err, "%s recognises this page already; the draft would beat it\n", suggestion.Known)
	}
	if o.Out == "" {
		_, err = fmt.Fprintf(s.out, "==> %[1]s.yaml <==\n%[2]s\n==> %[1]s.txtar <==\n%[3]s", suggestion.ID, suggestion.Signature, suggestion.Fixtures)
	} else {
		_, err = fmt.Fprintf(s.out, "%[1]s/%[2]s.yaml\n%[1]s/%[2]s.txtar\n", strings.TrimRight(o.Out, "/"), suggestion.ID)
	}
	for _, f := range suggestion.Failures {
		fmt.Fprintf(s.err, "to put right: %s\n", report.Clean(f))
	}
	if len(suggestion.Failures) > 0 {
		return report.ExitNotHealthy, err
	}
	return report.ExitHealthy, err
}

func daemonFlag(clause *kingpin.CmdClause, address *string, otherwise, help string) {
	flag := clause.Flag("daemon.url", help).PlaceHolder("URL")
	if otherwise != "" {
		flag = flag.Default(otherwise)
	}
	flag.StringVar(address)
}
