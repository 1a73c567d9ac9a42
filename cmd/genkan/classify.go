package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
)

func classify(a *kingpin.Application) command {
	clause := a.Command("classify", `Judge saved pages or observations, without a browser.

  genkan classify --status 503 --url https://example.jp/login page.html
  curl -s https://example.jp/login | genkan classify -`)
	var o app.ClassifyOptions
	clause.Arg("file", "HTML, or an observation's JSON; - is standard input.").Required().StringsVar(&o.Files)
	clause.Flag("status", "HTTP status that the page came with.").Default("200").IntVar(&o.Status)
	clause.Flag("url", "URL that it came from.").StringVar(&o.URL)
	clause.Flag("expect-selector", "CSS selector that a healthy page shows.").StringVar(&o.Expect.Selector)
	clause.Flag("pack", "Pack of signatures to judge by; repeatable.").Default("iqos", "web").StringsVar(&o.Packs)
	output := clause.Flag("output", "How to write results: "+strings.Join(report.Formats(), ", ")+".").Short('o').Default("text").Enum(report.Formats()...)
	lang := langFlag(clause)
	return command{clause, func(ctx context.Context, s streams, log *slog.Logger) (int, error) {
		results, set, err := app.Classify(ctx, o, s.in, log)
		if err != nil {
			return failed(err)
		}
		w, err := report.New(*output, s.out, report.Words{Lang: *lang, Colour: coloured(s.out), Guidance: set.Guidance})
		if err != nil {
			return failed(err)
		}
		for _, r := range results {
			if err := w.Write(r); err != nil {
				return failed(err)
			}
		}
		return report.Exit(results), w.Close()
	}}
}
