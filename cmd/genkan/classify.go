package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
	"genkan/probes"
)

func classify(a *kingpin.Application) command {
	clause := a.Command("classify", "Judge saved pages or observations, without a browser.").HelpLong(`A folder stands for the .html, .htm, .xhtml and .json files in it and below, in order; JSON is an observation. What can't be read is named, and the others are judged all the same.

Exit status: as that of check; 2 also when a file can't be read.

  genkan classify --status 503 --url https://example.jp/login page.html
  curl -s https://example.jp/login | genkan classify -`)
	var o app.ClassifyOptions
	clause.Arg("file", "HTML, an observation's JSON, or a folder of them; - is standard input.").Required().SetValue((*files)(&o.Files))
	clause.Flag("status", "HTTP status that the page came with; 0 if it isn't known.").Default("200").SetValue(number{"--status", &o.Status})
	clause.Flag("url", "URL that the page came from.").PlaceHolder("URL").StringVar(&o.URL)
	clause.Flag("expect-selector", "CSS selector of something that a healthy page shows.").PlaceHolder("CSS").StringVar(&o.Expect.Selector)
	packFlag(clause, &o.Packs)
	output := outputFlag(clause)
	lang := langFlag(clause)
	return command{clause, func(ctx context.Context, s streams, log *slog.Logger) (int, error) {
		saved, err := app.NewClassified(o, s.in, log)
		if err != nil {
			return failed(err)
		}
		words := wordsFor(s.out, *lang)
		words.Guidance = saved.Guidance
		w, err := report.New(*output, s.out, words)
		if err != nil {
			return failed(err)
		}
		results, err := judge(ctx, saved, w)
		if err != nil {
			return failed(err)
		}
		return report.Exit(results), nil
	}}
}

// judge writes a result for each file that can be read; the error names the others.
func judge(ctx context.Context, saved *app.Classified, w report.Writer) (results []probes.Result, err error) {
	var errs []error
	for r, err := range saved.Results(ctx) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		results = append(results, r)
		if err := w.Write(r); err != nil {
			return results, err
		}
	}
	return results, errors.Join(append(errs, w.Close(), ctx.Err())...)
}

// files are names of files, "-" among them, which kingpin passes on as "".
type files []string

// Set adds a name.
func (f *files) Set(name string) error {
	*f = append(*f, cmp.Or(name, "-"))
	return nil
}

// String is the names as they are written.
func (f *files) String() string { return strings.Join(*f, " ") }

// IsCumulative says that there may be several.
func (f *files) IsCumulative() bool { return true }
