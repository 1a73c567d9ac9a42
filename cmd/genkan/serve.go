package main

import (
	"context"
	"log/slog"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"genkan/cmd/internal/app"
	"genkan/cmd/internal/report"
)

// daemonFlags are the flags that serve and demo share.
func daemonFlags(clause *kingpin.CmdClause, o *app.Options) {
	o.Web = kingpinflag.AddFlags(clause, "127.0.0.1:9844")
	clause.Flag("status.listen-address", "Address of the public page.").Default("127.0.0.1:8844").StringVar(&o.StatusAddress)
	clause.Flag("web.external-url", "Where operators reach this daemon, for links in alerts.").PlaceHolder("http://127.0.0.1:9844").StringVar(&o.ExternalURL)
	clause.Flag("status.external-url", "Where the public reaches the page, for links in the feed.").PlaceHolder("http://127.0.0.1:8844").StringVar(&o.StatusURL)
	browserFlags(clause, &o.NoSandbox)
}

func browserFlags(clause *kingpin.CmdClause, noSandbox *bool) {
	clause.Flag("browser.no-sandbox", "Run the browser without its sandbox. A page that breaks out then has the rights of the browser's user: only for machines where no sandbox can be had.").BoolVar(noSandbox)
}

func serve(a *kingpin.Application) command {
	clause := a.Command("serve", "Run the daemon: schedule, probes, record, metrics, alerts and the public page.").HelpLong(`SIGHUP and POST /-/reload read the configuration again; a bad one is refused and the old one stays. SIGINT and SIGTERM end it.

  genkan serve --config.file=genkan.yml --storage.path=data`)
	var o app.Options
	clause.Flag("config.file", "The configuration; genkan.example.yml shows all of it.").Default("genkan.yml").StringVar(&o.ConfigFile)
	clause.Flag("storage.path", "Folder of the record and the evidence; made when missing.").Default("data").StringVar(&o.StoragePath)
	daemonFlags(clause, &o)
	return command{clause, func(ctx context.Context, _ streams, log *slog.Logger) (int, error) {
		if err := app.Serve(ctx, o, log); err != nil {
			return failed(err)
		}
		return report.ExitHealthy, nil
	}}
}

func demo(a *kingpin.Application) command {
	clause := a.Command("demo", "Run the daemon beside a demo site whose faults you switch.").HelpLong(`Nothing has to be configured. It prints its addresses and what to try, and then the alerts, in words.`)
	var o app.DemoOptions
	clause.Flag("demo.listen-address", "Address of the demo site.").Default("127.0.0.1:8845").StringVar(&o.SiteAddress)
	clause.Flag("demo.interval", "Time between two visits of a page.").Default("5s").DurationVar(&o.Interval)
	clause.Flag("storage.path", "Folder of the record and the evidence; without it, a temporary one that goes with the demo.").PlaceHolder("DIR").StringVar(&o.StoragePath)
	daemonFlags(clause, &o.Options)
	return command{clause, func(ctx context.Context, s streams, log *slog.Logger) (int, error) {
		if err := app.Demo(ctx, o, s.out, log); err != nil {
			return failed(err)
		}
		return report.ExitHealthy, nil
	}}
}
