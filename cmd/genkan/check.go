package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
	"genkan/probes"
)

func check(a *kingpin.Application) command {
	clause := a.Command("check", "Visit pages now with a real browser, and say what is wrong and what to do.").HelpLong(`One browser serves all URLs. Results come in the order of the URLs.

Exit status: 0 all are healthy, 1 one is not (side system, user, environment or unknown), 2 usage or configuration, 3 inconclusive (side monitor, or no browser). With --nagios that of a monitoring plugin: 0 OK, 1 WARNING (user, environment), 2 CRITICAL (system), 3 UNKNOWN.

  genkan check https://example.jp/login
  genkan check --expect-selector 'form [type=password]' -o json https://example.jp/login
  genkan check --config.file genkan.yml --probe login
  genkan check @urls.txt                               (a file of arguments, one a line)`)
	var o app.CheckOptions
	clause.Arg("url", "What to visit. Without a scheme https:// is meant, and http:// for localhost and IP addresses.").StringsVar(&o.URLs)
	clause.Flag("expect-selector", "CSS selector of something that a healthy page shows.").PlaceHolder("CSS").StringVar(&o.Expect.Selector)
	packFlag(clause, &o.Packs)
	clause.Flag("config.file", "Instead of URLs: visit the probes of this configuration, and judge by its packs.").PlaceHolder("FILE").StringVar(&o.ConfigFile)
	clause.Flag("probe", "Probe of that configuration to visit; repeatable. Without it: all of them.").PlaceHolder("NAME").StringsVar(&o.Probes)
	clause.Flag("timeout", "For each visit. Without it: 30s for a URL, and a probe's own.").PlaceHolder("30s").DurationVar(&o.Timeout)
	clause.Flag("jobs", "Visits at a time. Without it: by the machine.").Short('j').PlaceHolder("N").SetValue(number{"--jobs", &o.Jobs})
	clause.Flag("evidence", "Keep screenshots and HTML in this folder, named by digest.").PlaceHolder("DIR").StringVar(&o.EvidenceDir)
	clause.Flag("browser.path", "The browser to use; auto looks for one.").Default("auto").StringVar(&o.BrowserPath)
	browserFlags(clause, &o.NoSandbox)
	output := outputFlag(clause)
	nagios := clause.Flag("nagios", "Write one line, and exit, as a monitoring plugin, whatever --output says.").Bool()
	lang := langFlag(clause)
	return command{clause, func(ctx context.Context, s streams, log *slog.Logger) (int, error) {
		if *nagios {
			return asPlugin(s, func() ([]probes.Result, error) { return visit(ctx, o, "", *lang, s, log) })
		}
		results, err := visit(ctx, o, *output, *lang, s, log)
		switch {
		case errors.Is(err, app.ErrNoBrowser):
			return report.ExitInconclusive, err
		case err != nil:
			return failed(err)
		}
		return report.Exit(results), nil
	}}
}

// visit makes the check and writes each result in a format, "" for none, as soon as it is there.
func visit(ctx context.Context, o app.CheckOptions, format, lang string, s streams, log *slog.Logger) (results []probes.Result, err error) {
	p := newProgress(s.err)
	defer p.clear()
	p.say("starting the browser …")
	checker, err := app.NewChecker(ctx, o, log)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, errors.New("stopped before the browser had started")
	case err != nil:
		return nil, err
	}
	defer func() { err = errors.Join(err, checker.Close()) }()
	words := wordsFor(s.out, lang)
	words.Guidance, words.Path = checker.Guidance, checker.Path
	w, err := report.New(format, s.out, words)
	if err != nil {
		return nil, err
	}
	p.say("checked 0 of %d …", checker.Len())
	for r := range checker.Results(ctx) {
		p.clear()
		results = append(results, r)
		if err := w.Write(r); err != nil {
			return results, err
		}
		if len(results) < checker.Len() {
			p.say("checked %d of %d …", len(results), checker.Len())
		}
	}
	p.clear()
	err = w.Close()
	if ctx.Err() != nil {
		err = errors.Join(err, fmt.Errorf("stopped after %d of %d", len(results), checker.Len()))
	}
	return results, err
}

// asPlugin writes what a monitoring plugin writes, and gives its status. To a
// monitoring system a failure of ours is unknown, not critical.
func asPlugin(s streams, visit func() ([]probes.Result, error)) (int, error) {
	results, err := visit()
	line, status := report.Nagios(results)
	if err != nil {
		line, status = report.NagiosFailure(err.Error())
	}
	_, err = fmt.Fprintln(s.out, line)
	return status, err
}
