package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/alecthomas/kingpin/v2"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
)

// configuration is the command `config check`.
func configuration(a *kingpin.Application) command {
	clause := a.Command("config", "The configuration file.").Command("check", "Say all that is wrong with a configuration, as file:line:column.").HelpLong(`The files that it names are read too. Nothing is started.

Exit status: 0 it is well, 2 it is not.

  genkan config check genkan.yml`)
	var file string
	clause.Arg("file", "The configuration.").StringVar(&file)
	clause.Flag("config.file", "The same, as serve has it.").Default("genkan.yml").PlaceHolder("FILE").StringVar(&file)
	return command{clause, func(_ context.Context, s streams, _ *slog.Logger) (int, error) {
		summary, err := app.CheckConfig(file)
		if err != nil {
			return failed(err)
		}
		_, err = fmt.Fprintf(s.out, "%s: %s\n", file, summary)
		return report.ExitHealthy, err
	}}
}
