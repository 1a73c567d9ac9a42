package app

import (
	"errors"
	"fmt"

	"github.com/andybalholm/cascadia"

	"genkan/alerting/alertmanager"
	"genkan/cmd/internal/config"
	"genkan/probes/schedule"
	"genkan/probes/signature"
)

// What only another package can judge in a configuration is judged here, so
// that all problems are told at once, each where it stands.

// readSchedules reads every schedule, notes its interval, and its ticks in due.
func readSchedules(due map[string]ticks) func(*config.Config) []config.Problem {
	return func(c *config.Config) []config.Problem {
		var problems []config.Problem
		for i, p := range c.Probes {
			s, err := schedule.Parse(p.Schedule, c.Zone)
			if err != nil {
				problems = append(problems, c.Problem(err.Error(), "probes", i, "schedule"))
				continue
			}
			c.SetInterval(i, s.Interval())
			due[p.Name] = s.After
		}
		return problems
	}
}

// checkSelectors reads every selector as the judgement of saved pages does.
func checkSelectors(c *config.Config) []config.Problem {
	var problems []config.Problem
	for i, p := range c.Probes {
		if p.Expect.Selector == "" {
			continue
		}
		if _, err := cascadia.ParseGroup(p.Expect.Selector); err != nil {
			problems = append(problems, c.Problem(fmt.Sprintf("this is no CSS selector: %v", err), "probes", i, "expect", "selector"))
		}
	}
	return problems
}

// loadSignatures loads the packs and files into set. Problems of signature
// files stand in these, others where the configuration names the packs.
func loadSignatures(set **signature.Set) func(*config.Config) []config.Problem {
	return func(c *config.Config) []config.Problem {
		loaded, err := signature.Load(c.Signatures.Packs, c.Signatures.Files)
		if err == nil {
			*set = loaded
			return checkExpected(c, loaded)
		}
		var inFiles signature.Problems
		if !errors.As(err, &inFiles) {
			return []config.Problem{c.Problem(err.Error(), "signatures")}
		}
		var problems []config.Problem
		for _, p := range inFiles {
			if p.Line == 0 {
				problems = append(problems, c.Problem(p.String(), "signatures"))
				continue
			}
			problems = append(problems, config.Problem{File: p.File, Line: p.Line, Column: p.Column, Message: p.Message})
		}
		return problems
	}
}

// checkExpected finds expected signatures that no pack has.
func checkExpected(c *config.Config, set *signature.Set) []config.Problem {
	var problems []config.Problem
	for i, p := range c.Probes {
		if id := p.Expect.Signature; id != "" {
			if _, ok := set.Get(id); !ok {
				problems = append(problems, c.Problem(fmt.Sprintf("no pack in use has a signature %q; write pack/id, as in iqos/already-registered", id), "probes", i, "expect", "signature"))
			}
		}
	}
	return problems
}

// checkAlerting reads the embedded Alertmanager's own configuration.
func checkAlerting(c *config.Config) []config.Problem {
	if c.Alerting.Embedded == "" {
		return nil
	}
	if err := alertmanager.CheckConfig(c.Alerting.Embedded); err != nil {
		return []config.Problem{c.Problem(err.Error(), "alerting", "alertmanager", "embedded")}
	}
	return nil
}

// CheckConfig reads the configuration at path as the daemon would, and sums it
// up in a few words.
func CheckConfig(path string) (string, error) {
	g, err := build(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("well: %d probes, %d components, %d signatures", len(g.config.Probes), len(g.config.Components), len(g.set.Signatures())), nil
}
