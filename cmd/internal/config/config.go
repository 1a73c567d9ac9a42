package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"genkan/probes"
)

// Config is what a file says, with what holds where it says nothing. It is
// plain data; nobody changes it after the validators have seen it.
type Config struct {
	File       string // as it was named
	Site       probes.Site
	Zone       *time.Location // the site's; never nil
	Components []probes.Component
	Probes     []probes.Probe
	Signatures Signatures
	Policy     Policy
	Alerting   Alerting
	Storage    Storage
	Browser    Browser

	root     *yaml.Node
	document document
}

// Signatures says by what pages are judged.
type Signatures struct {
	Packs []string // ids of embedded packs; never empty
	Files []string // paths of signature files; what the file's patterns matched
}

// Policy says how sure one has to be.
type Policy struct {
	ConfirmRuns   int           // failing runs in a row that open an incident, the first included; at least 1
	ConfirmWithin time.Duration // the confirmations are to be over by then
	RecoverRuns   int           // runs in a row without the fault that resolve it; at least 1
}

// Alerting says who tells people. At most one of the two is set; neither means
// the embedded Alertmanager with what it comes with.
type Alerting struct {
	Embedded string   // path of an alertmanager.yml for the embedded Alertmanager
	URLs     []string // of external Alertmanagers
}

// Storage says how long things are kept.
type Storage struct {
	Retention         time.Duration // of results and incidents
	EvidenceRetention time.Duration
	EvidenceBytes     int64
}

// Browser says what pages are visited with.
type Browser struct {
	Path         string // "": look for one
	Slots        int    // visits at a time; 0: as the machine has room for
	RecycleAfter int    // visits after which a browser is replaced; at least 1
}

// defaultTimeout is how long a visit may take that isn't told; less where the
// next one is due earlier.
const defaultTimeout = 30 * time.Second

// Load reads and checks the file at path. Paths in it are relative to its
// folder. The error, if any, is of type Problems: all that is wrong, of this
// package's own findings and the validators'.
//
// A validator sees the whole configuration, also when there are problems; what
// couldn't be read is zero there, and what it says of a place where something
// is wrong already is left out. It may fill in what only it can know, as
// SetInterval does.
func Load(path string, validators ...func(*Config) []Problem) (*Config, error) {
	data, err := read(path)
	if err != nil {
		return nil, Problems{{File: path, Message: fmt.Sprintf("%v; name the configuration with --config.file", err)}}
	}
	return Parse(path, data, validators...)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the configuration can't be opened: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("the configuration can't be read: %w", err)
	}
	return data, nil
}

// Parse is Load for data that has been read already; file is the name that
// problems are told under, and its folder the one that paths are relative to.
func Parse(file string, data []byte, validators ...func(*Config) []Problem) (cfg *Config, err error) {
	defer func() {
		if p := recover(); p != nil {
			cfg, err = nil, Problems{{File: file, Line: 1, Column: 1, Message: fmt.Sprintf("this file made genkan fail (%v); this is a bug, please report it with the file", p)}}
		}
	}()
	root, problems := parse(file, data)
	if problems != nil {
		return nil, problems
	}
	c := &checker{dir: filepath.Dir(file), cfg: &Config{File: file, Zone: time.UTC, root: root}}
	c.all()
	for _, validate := range validators {
		c.foreign(validate(c.cfg))
	}
	if len(c.problems) > 0 {
		return nil, c.problems.sorted()
	}
	return c.cfg, nil
}

// At is where a value stands in the file: cfg.At("probes", 0, "schedule"). What
// the file doesn't have is said to stand where the nearest thing around it does.
func (c *Config) At(path ...any) Position {
	if c.root == nil {
		return Position{}
	}
	n, _ := descend(c.root, path)
	return place(n)
}

// Problem is a problem with the value at path, for validators.
func (c *Config) Problem(message string, path ...any) Problem {
	pos := c.At(path...)
	return Problem{File: c.File, Line: pos.Line, Column: pos.Column, Message: message}
}

// SetInterval notes how far apart the i-th probe's ticks usually are, for the
// validator that reads schedules. A timeout that the file doesn't say becomes
// no longer than that.
func (c *Config) SetInterval(i int, interval time.Duration) {
	c.Probes[i].Interval = interval
	if c.document.Probes[i].Timeout == "" {
		c.Probes[i].Timeout = min(defaultTimeout, interval)
	}
}

// Masked is the configuration as YAML, defaults filled in, without what may be
// secret in its URLs.
func (c *Config) Masked() ([]byte, error) {
	out, err := yaml.Dump(c.document)
	if err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return []byte(mask(string(out))), nil
}

// all reads the tree into the document and the document into the Config.
func (c *checker) all() {
	d := decoder{note: c.report}
	d.object(c.cfg.root, c.cfg.root, reflect.ValueOf(&c.cfg.document).Elem())
	c.cfg.document.fill()
	c.site()
	c.components()
	c.probes()
	c.signatures()
	c.policy()
	c.alerting()
	c.storage()
	c.browser()
	c.later()
}
