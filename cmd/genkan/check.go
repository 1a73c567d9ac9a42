package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"golang.org/x/term"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
	"genkan/probes"
)

func check(a *kingpin.Application) command {
	clause := a.Command("check", `Visit pages now with a real browser: the verdict, what was seen, and what to do.

Exit status: 0 all healthy, 1 one is not (system, user, environment, unknown), 2 usage or configuration, 3 inconclusive (monitor). One browser serves all URLs.

  genkan check https://example.jp/login
  genkan check --expect-selector 'form [type=password]' --output json https://example.jp/login
  genkan check --config.file genkan.yml --probe login`)
	var o app.CheckOptions
	clause.Arg("url", "What to visit; https:// when no scheme is said.").StringsVar(&o.URLs)
	clause.Flag("expect-selector", "CSS selector that a healthy page shows.").StringVar(&o.Expect.Selector)
	clause.Flag("pack", "Pack of signatures to judge by; repeatable.").Default("iqos", "web").StringsVar(&o.Packs)
	clause.Flag("config.file", "Take probes from this configuration, with its packs.").StringVar(&o.ConfigFile)
	clause.Flag("probe", "Probe of that configuration to run; repeatable. None: all of them.").StringsVar(&o.Probes)
	clause.Flag("timeout", "For each visit.").Default("30s").DurationVar(&o.Timeout)
	clause.Flag("jobs", "Visits at a time; 0: by the machine.").Default("0").IntVar(&o.Jobs)
	clause.Flag("evidence", "Folder for screenshots and HTML, named by digest.").PlaceHolder("DIR").StringVar(&o.EvidenceDir)
	clause.Flag("browser.path", "The browser to use.").Default("auto").StringVar(&o.BrowserPath)
	browserFlags(clause, &o.NoSandbox)
	output := clause.Flag("output", "How to write results: "+strings.Join(report.Formats(), ", ")+".").Short('o').Default("text").Enum(report.Formats()...)
	nagios := clause.Flag("nagios", "One line and the exit status of a monitoring plugin instead.").Bool()
	lang := langFlag(clause)
	return command{clause, func(ctx context.Context, s streams, log *slog.Logger) (int, error) {
		checker, err := app.NewChecker(ctx, o, log)
		if err != nil {
			return failed(err)
		}
		defer checker.Close()
		w, err := report.New(*output, s.out, report.Words{Lang: *lang, Colour: coloured(s.out), Guidance: checker.Guidance})
		if err != nil {
			return failed(err)
		}
		p := progress{err: s.err, total: checker.Len(), live: terminal(s.err)}
		var results []probes.Result
		for r := range checker.Results(ctx) {
			p.clear()
			results = append(results, r)
			if !*nagios {
				err = w.Write(r)
			}
			if err != nil {
				return failed(err)
			}
			p.show(len(results))
		}
		p.clear()
		if ctx.Err() != nil {
			return report.ExitInconclusive, fmt.Errorf("stopped after %d of %d", len(results), checker.Len())
		}
		if *nagios {
			line, status := report.Nagios(results)
			_, err := fmt.Fprintln(s.out, line)
			return status, err
		}
		return report.Exit(results), w.Close()
	}}
}

// progress is one line on the error stream while a check goes on, where that is a terminal.
type progress struct {
	err   io.Writer
	total int
	live  bool
}

func (p progress) show(done int) {
	if p.live && done < p.total {
		fmt.Fprintf(p.err, "checked %d of %d …", done, p.total)
	}
}

func (p progress) clear() {
	if p.live {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
}

func terminal(stream io.Writer) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// coloured reports whether output may have colour: on a terminal, and unless
// NO_COLOR has any value (no-color.org).
func coloured(stream io.Writer) bool { return terminal(stream) && os.Getenv("NO_COLOR") == "" }

func langFlag(clause *kingpin.CmdClause) *string {
	preferred := "en"
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			if strings.HasPrefix(value, "ja") {
				preferred = "ja"
			}
			break
		}
	}
	return clause.Flag("lang", "Language of the advice: ja or en.").Default(preferred).Enum("ja", "en")
}
