package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
)

func explain(a *kingpin.Application) command {
	clause := a.Command("explain", "Say what a message means, whose fault it is and what to do.").HelpLong(`No browser is needed. A part of the message is enough, with typing errors and in any width.

Exit status: 0 something is known of it, 1 nothing is, 2 usage.

  genkan explain 会員登録が適切に完了しませんでした
  genkan explain --lang en "User requires 2FA"`)
	message := clause.Arg("message", "What the visitor sees, or a part of it.").Required().Strings()
	var packs []string
	packFlag(clause, &packs)
	output := clause.Flag("output", "text, or json: a candidate a line, best first.").Short('o').Default("text").Enum("text", "json")
	lang := langFlag(clause)
	var daemon string
	daemonFlag(clause, &daemon, "", "Ask this running daemon, at its operators' address, whether it is happening now.")
	return command{clause, func(ctx context.Context, s streams, _ *slog.Logger) (int, error) {
		said := strings.TrimSpace(strings.Join(*message, " "))
		if said == "" {
			return failed(fmt.Errorf("what does the visitor see? Give the message, or a part of it"))
		}
		candidates, unasked, err := app.Explain(ctx, app.ExplainOptions{Message: said, Lang: *lang, Packs: packs, Daemon: daemon})
		if err != nil {
			return failed(err)
		}
		if unasked != nil {
			fmt.Fprintf(s.err, "genkan explain: whether it is happening now is not known: %v\n", unasked)
		}
		if len(candidates) == 0 {
			return report.ExitNotHealthy, fmt.Errorf("nothing is known of %q; try more of the message, or just its error code", said)
		}
		if *output == "json" {
			return report.ExitHealthy, linesOf(s.out, candidates)
		}
		return report.ExitHealthy, report.Meanings(s.out, wordsFor(s.out, *lang), meanings(candidates))
	}}
}

func meanings(candidates []app.Explanation) []report.Meaning {
	var list []report.Meaning
	for _, c := range candidates {
		list = append(list, report.Meaning{
			Signature: c.Signature, Side: c.Side, OrSide: c.OrSide, Cause: c.Cause, Score: c.Score, Title: c.Title, Text: c.Text, Tell: c.Tell,
			Now: now(c.Now),
		})
	}
	return list
}

// now is what is happening, in this machine's time; nil where nobody was asked.
func now(list []app.Happening) []report.Happening {
	if list == nil {
		return nil
	}
	out := []report.Happening{}
	for _, h := range list {
		out = append(out, report.Happening{Component: h.Component, Since: h.Since.Local(), Same: h.Same})
	}
	return out
}
