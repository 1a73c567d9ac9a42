// Command genkan watches the way in to a membership site: it visits the sign-up
// and log-in pages with a real browser, says whose side a failure is on, and
// tells machines, operators and the public.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // sites have time zones, small machines don't always

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"

	"genkan/cmd/internal/config"
	"genkan/cmd/internal/report"
)

func main() {
	exit(run(untilSignalled(), os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// streams are what a command reads and writes: results to out, everything else to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is a sub-command: what kingpin parses for it, and what it does. It
// returns the exit status, and what there is to say on the error stream. One
// that a signal keeps from its end returns an error.
type command struct {
	clause *kingpin.CmdClause
	run    func(ctx context.Context, s streams, log *slog.Logger) (int, error)
}

func run(ctx context.Context, args []string, s streams) int {
	app := kingpin.New("genkan", "Watches the way in to a membership site, and says whose side a failure is on.")
	app.HelpFlag.Short('h').Help("Show help.")
	app.UsageTemplate(usage)
	app.UsageWriter(s.out)
	app.ErrorWriter(s.err)
	app.Version(built())
	app.VersionFlag.Hidden()
	app.Terminate(func(status int) { os.Exit(min(status, 1) * report.ExitUsage) }) // after help, also for what there is no help for
	logging := promslog.Config{Writer: s.err}
	promslogflag.AddFlags(app, &logging)
	commands := []command{
		serve(app), demo(app), check(app), explain(app), classify(app), configuration(app), healthcheck(app), printVersion(app),
	}
	commands = append(commands, signatures(app)...)
	selected, err := app.Parse(args)
	if err != nil {
		return misused(app, args, s, err)
	}
	for _, c := range commands {
		if c.clause.FullCommand() == selected {
			status, err := c.run(ctx, s, promslog.New(&logging))
			return concluded(ctx, s, selected, status, err)
		}
	}
	return report.ExitUsage
}

// misused says what is wrong with a command line, and which help tells more.
func misused(app *kingpin.Application, args []string, s streams, err error) int {
	help := "genkan --help"
	if parsed, _ := app.ParseContext(args); parsed != nil && parsed.SelectedCommand != nil {
		help = "genkan " + parsed.SelectedCommand.FullCommand() + " --help"
	}
	fmt.Fprintf(s.err, "genkan: %v; see %s\n", err, help)
	if slices.Contains(args, "--nagios") {
		line, status := report.NagiosFailure(err.Error())
		fmt.Fprintln(s.out, line)
		return status
	}
	return report.ExitUsage
}

// concluded says how a command ended, unless whoever reads it has gone, and
// gives the exit status.
func concluded(ctx context.Context, s streams, name string, status int, err error) int {
	var problems config.Problems
	switch {
	case err == nil:
		return status
	case errors.Is(err, syscall.EPIPE):
		return statusOf(syscall.SIGPIPE)
	case errors.As(err, &problems): // where editors and CI look for file:line:column
		fmt.Fprintf(s.err, "%v\ngenkan %s: %d to put right\n", problems, name, len(problems))
	default:
		fmt.Fprintf(s.err, "genkan %s: %s\n", name, strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "\n  "))
	}
	if by, ok := signalled(ctx); ok {
		return statusOf(by)
	}
	return status
}

// failed is the status of a command that could not do what it was asked for.
func failed(err error) (int, error) { return report.ExitUsage, err }

func printVersion(app *kingpin.Application) command {
	clause := app.Command("version", "Print the version and how it was built.")
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		_, err := fmt.Fprintln(s.out, built())
		return report.ExitHealthy, err
	}}
}

// built is how the program was built. What `go build` alone leaves out is unknown.
func built() string {
	for _, fact := range []*string{&version.Version, &version.Branch} {
		*fact = cmp.Or(*fact, "unknown")
	}
	return version.Print("genkan")
}
