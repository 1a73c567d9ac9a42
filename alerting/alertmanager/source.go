package alertmanager

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/alertmanager/timeinterval"

	"github.com/prometheus/alertmanager/eventrecorder"
)

// Source is where an alertmanager.yml comes from.
type Source struct {
	File    string // its path; relative paths inside start from its folder
	Content []byte // where there is no file: the text itself. File then only names it in errors
}

// CheckConfig says all that is wrong with the alertmanager.yml at path: one
// error a line, "file:line: message" where the line is known.
func CheckConfig(path string) error {
	conf, err := Source{File: path}.load()
	if err != nil {
		return err
	}
	_, err = compile(path, conf, &url.URL{}, slog.New(slog.DiscardHandler))
	return err
}

func (s Source) load() (*config.Config, error) {
	var conf *config.Config
	var err error
	if s.Content != nil {
		conf, err = config.Load(string(s.Content))
	} else {
		conf, err = config.LoadFile(s.File)
	}
	if err != nil {
		return nil, located(s.File, err)
	}
	return conf, nil
}

// located puts the file's name, and the line where the parser gave one, in
// front of each error.
func located(file string, err error) error {
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return err // it names the file itself
	}
	var all []error
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "yaml: ")
		if line == "unmarshal errors:" {
			continue
		}
		if at := regexp.MustCompile(`^line (\d+): (.*)$`).FindStringSubmatch(line); at != nil {
			all = append(all, fmt.Errorf("%s:%s: %s", file, at[1], at[2]))
		} else {
			all = append(all, fmt.Errorf("%s: %s", file, line))
		}
	}
	return errors.Join(all...)
}

// plan is an alertmanager.yml made ready: all that can fail has been done.
type plan struct {
	conf      *config.Config
	tmpl      *template.Template
	route     *dispatch.Route
	receivers map[string][]notify.Integration
	intervals map[string][]timeinterval.TimeInterval
}

func compile(file string, conf *config.Config, external *url.URL, logger *slog.Logger) (*plan, error) {
	tmpl, err := template.FromGlobs(conf.Templates)
	if err != nil {
		return nil, fmt.Errorf("%s: templates: %w", file, err)
	}
	tmpl.ExternalURL = external
	p := &plan{conf: conf, tmpl: tmpl, route: dispatch.NewRoute(conf.Route, nil), intervals: intervals(conf)}
	if p.receivers, err = receivers(conf, tmpl, logger); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

func receivers(conf *config.Config, tmpl *template.Template, logger *slog.Logger) (map[string][]notify.Integration, error) {
	built := make(map[string][]notify.Integration, len(conf.Receivers))
	var all []error
	for _, r := range conf.Receivers {
		integrations, err := receiver.BuildReceiverIntegrations(r, tmpl, logger)
		if err != nil {
			all = append(all, fmt.Errorf("receiver %q: %w", r.Name, err))
		}
		built[r.Name] = integrations
	}
	return built, errors.Join(all...)
}

func intervals(conf *config.Config) map[string][]timeinterval.TimeInterval {
	all := map[string][]timeinterval.TimeInterval{}
	for _, i := range conf.MuteTimeIntervals {
		all[i.Name] = i.TimeIntervals
	}
	for _, i := range conf.TimeIntervals {
		all[i.Name] = i.TimeIntervals
	}
	return all
}

func (p *plan) inhibitor(alerts provider.Alerts, logger *slog.Logger) *inhibit.Inhibitor {
	return inhibit.NewInhibitor(alerts, p.conf.InhibitRules, logger, eventrecorder.NopRecorder())
}
