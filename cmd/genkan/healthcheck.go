package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/report"
)

// healthcheck asks a running daemon whether it is ready, for containers that
// have no other client. It takes TLS and authentication as any URL does.
func healthcheck(app *kingpin.Application) command {
	clause := app.Command("healthcheck", "Ask a running daemon whether it is ready.").HelpLong("Exit status: 0 it is, 1 it is not or doesn't answer, 2 usage.")
	url := clause.Flag("url", "What to ask; any status but 200 means no.").Default("http://127.0.0.1:9844/-/ready").String()
	timeout := clause.Flag("timeout", "How long to wait for the answer.").Default("3s").Duration()
	return command{clause, func(ctx context.Context, s streams, _ *slog.Logger) (int, error) {
		if err := ready(ctx, *url, *timeout); err != nil {
			return report.ExitNotHealthy, err
		}
		_, err := fmt.Fprintln(s.out, "ready")
		return report.ExitHealthy, err
	}}
}

func ready(ctx context.Context, url string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no answer: %w; is the daemon running, and is this its operators' address?", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	said, err := io.ReadAll(io.LimitReader(answer.Body, 200))
	if err != nil || len(said) == 0 {
		return fmt.Errorf("%s answers %s", url, answer.Status)
	}
	return fmt.Errorf("%s answers %s: %s", url, answer.Status, report.Clean(string(said)))
}
