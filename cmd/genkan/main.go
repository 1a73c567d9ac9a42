// Command genkan watches the way in to a membership site: it visits the sign-up
// and log-in pages with a real browser, says whose side a failure is on, and
// tells machines, operators and the public.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // sites have time zones, small machines don't always

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"

	"genkan/cmd/internal/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// streams are what a command reads and writes: results to out, everything else to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is a sub-command: what kingpin parses for it, and what it does. It
// returns the exit status, or an error whose status is that of usage.
type command struct {
	clause *kingpin.CmdClause
	run    func(ctx context.Context, s streams, log *slog.Logger) (int, error)
}

func run(ctx context.Context, args []string, s streams) int {
	app := kingpin.New("genkan", "Watches the way in to a membership site, and says whose side a failure is on.")
	app.HelpFlag.Short('h')
	app.UsageWriter(s.out)
	app.ErrorWriter(s.err)
	app.Version(version.Print("genkan"))
	app.VersionFlag.Hidden()
	logging := promslog.Config{Writer: s.err}
	promslogflag.AddFlags(app, &logging)
	commands := []command{
		serve(app), demo(app), check(app), explain(app), classify(app), configuration(app), healthcheck(app), printVersion(app),
	}
	selected, err := app.Parse(args)
	if err != nil {
		fmt.Fprintf(s.err, "genkan: %v; see genkan --help\n", err)
		return report.ExitUsage
	}
	for _, c := range commands {
		if c.clause.FullCommand() != selected {
			continue
		}
		status, err := c.run(ctx, s, promslog.New(&logging))
		if err != nil && !errors.Is(err, context.Canceled) {
			fmt.Fprintf(s.err, "genkan %s: %v\n", selected, err)
		}
		return status
	}
	return report.ExitUsage
}

// failed is the status of a command that could not do what it was asked for.
func failed(err error) (int, error) { return report.ExitUsage, err }

func printVersion(app *kingpin.Application) command {
	clause := app.Command("version", "Print the version and how it was built.")
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		_, err := fmt.Fprintln(s.out, version.Print("genkan"))
		return report.ExitHealthy, err
	}}
}
