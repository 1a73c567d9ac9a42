package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/report"
	"genkan/probes/signature"
)

func explain(a *kingpin.Application) command {
	clause := a.Command("explain", `Say what a message means, whose fault it is and what to do. No browser is needed.

Part of the message is enough, with typing errors and in any width. Exit status 1 when nothing is known of it.

  genkan explain 会員登録が適切に完了しませんでした
  genkan explain --lang en "User requires 2FA"`)
	message := clause.Arg("message", "What the visitor sees, or part of it.").Required().Strings()
	packs := clause.Flag("pack", "Pack of signatures to look in; repeatable.").Default("iqos", "web").Strings()
	output := clause.Flag("output", "text, or json: a candidate a line, best first.").Short('o').Default("text").Enum("text", "json")
	lang := langFlag(clause)
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		set, err := signature.Load(*packs, nil)
		if err != nil {
			return failed(err)
		}
		candidates := set.Explain(strings.Join(*message, " "), *lang)
		if len(candidates) == 0 {
			return report.ExitNotHealthy, fmt.Errorf("no signature of the packs %s is like this message", strings.Join(*packs, ", "))
		}
		write := writeCandidates
		if *output == "json" {
			write = writeCandidateLines
		}
		return report.ExitHealthy, write(s.out, candidates)
	}}
}

func writeCandidateLines(w io.Writer, candidates []signature.Candidate) error {
	e := json.NewEncoder(w)
	for _, c := range candidates {
		if err := e.Encode(c); err != nil {
			return fmt.Errorf("write a candidate: %w", err)
		}
	}
	return nil
}

func writeCandidates(w io.Writer, candidates []signature.Candidate) error {
	for _, c := range candidates {
		side := string(c.Side)
		if c.OrSide != "" {
			side += ", else " + string(c.OrSide)
		}
		if _, err := fmt.Fprintf(w, "%3.0f %%  %s\n       %s · %s · %s\n       %s\n\n", 100*c.Score, c.Title, side, c.Cause, c.Signature, strings.TrimSpace(c.Text)); err != nil {
			return fmt.Errorf("write a candidate: %w", err)
		}
	}
	return nil
}
