package config

import yaml "go.yaml.in/yaml/v4"

// document is the file as it is written; its yaml tags are the keys that there
// are. What is left out is empty, or nil where empty means something.
type document struct {
	Site        siteEntry        `yaml:"site"`
	Signatures  signaturesEntry  `yaml:"signatures"`
	Components  []componentEntry `yaml:"components"`
	Probes      []probeEntry     `yaml:"probes"`
	Policy      policyEntry      `yaml:"policy"`
	Maintenance *yaml.Node       `yaml:"maintenance,omitempty"`
	Alerting    alertingEntry    `yaml:"alerting"`
	Storage     storageEntry     `yaml:"storage"`
	Browser     browserEntry     `yaml:"browser"`
	Fleet       *yaml.Node       `yaml:"fleet,omitempty"`
}

type siteEntry struct {
	Name      text           `yaml:"name"`
	URL       string         `yaml:"url"`
	Languages []string       `yaml:"languages,flow"`
	TimeZone  string         `yaml:"time_zone"`
	Support   []supportEntry `yaml:"support,omitempty"`
}

type supportEntry struct {
	Kind    string `yaml:"kind"`
	Label   text   `yaml:"label,omitempty"`
	Value   string `yaml:"value,omitempty"`
	URL     string `yaml:"url,omitempty"`
	Address string `yaml:"address,omitempty"`
	Hours   text   `yaml:"hours,omitempty"`
}

type signaturesEntry struct {
	Packs []string `yaml:"packs,flow"`
	Files []string `yaml:"files,flow,omitempty"`
}

type componentEntry struct {
	ID   string `yaml:"id"`
	Name text   `yaml:"name"`
}

type probeEntry struct {
	Name      string      `yaml:"name"`
	Component string      `yaml:"component"`
	URL       string      `yaml:"url"`
	Schedule  string      `yaml:"schedule"`
	Timeout   duration    `yaml:"timeout,omitempty"`
	Device    string      `yaml:"device"`
	Expect    expectEntry `yaml:"expect,omitempty"`
	Journey   *yaml.Node  `yaml:"journey,omitempty"`
	Locations []string    `yaml:"locations,flow,omitempty"`
	Control   bool        `yaml:"control,omitempty"`
}

type expectEntry struct {
	Selector  string `yaml:"selector,omitempty"`
	URL       string `yaml:"url,omitempty"`
	Text      string `yaml:"text,omitempty"`
	Signature string `yaml:"signature,omitempty"`
}

type policyEntry struct {
	Confirm confirmEntry `yaml:"confirm"`
	Recover recoverEntry `yaml:"recover"`
}

type confirmEntry struct {
	Runs      *int     `yaml:"runs"`
	Within    duration `yaml:"within"`
	Locations string   `yaml:"locations"`
}

type recoverEntry struct {
	Runs *int `yaml:"runs"`
}

type alertingEntry struct {
	Alertmanager alertmanagerEntry `yaml:"alertmanager,omitempty"`
}

type alertmanagerEntry struct {
	Embedded string   `yaml:"embedded,omitempty"`
	URLs     []string `yaml:"urls,omitempty"`
}

type storageEntry struct {
	Retention duration      `yaml:"retention"`
	Evidence  evidenceEntry `yaml:"evidence"`
}

type evidenceEntry struct {
	Retention duration `yaml:"retention"`
	MaxBytes  size     `yaml:"max_bytes"`
}

type browserEntry struct {
	Path         string    `yaml:"path"`
	Slots        autoCount `yaml:"slots"`
	RecycleAfter *int      `yaml:"recycle_after"`
}

// text is a text per language. In the file it may be one text, the same in
// every language; then it stands under "".
type text map[string]string

// MarshalYAML writes it the way it was written.
func (t text) MarshalYAML() (any, error) {
	if s, same := t[""]; same {
		return s, nil
	}
	return map[string]string(t), nil
}

// duration is a length of time as it is written.
type duration string

func (duration) expects() (what, way string) {
	return "a duration", "write a number with its unit, such as 30s, 2h or 90d"
}

// size is a number of bytes as it is written.
type size string

func (size) expects() (what, way string) {
	return "a size", "write a number with its unit, such as 500MB or 2GB"
}

// autoCount is a number, or auto.
type autoCount string

func (autoCount) expects() (what, way string) {
	return "a whole number or auto", "write digits, or auto"
}

func (autoCount) number() {}

// fill puts in what holds where the file says nothing.
func (d *document) fill() {
	or(&d.Site.TimeZone, "UTC")
	if d.Signatures.Packs == nil {
		d.Signatures.Packs = []string{"web"}
	}
	for i := range d.Probes {
		or(&d.Probes[i].Device, "desktop")
		if d.Probes[i].Locations == nil {
			d.Probes[i].Locations = []string{"local"}
		}
	}
	d.Policy.Confirm.Runs = orNumber(d.Policy.Confirm.Runs, 2)
	or(&d.Policy.Confirm.Within, "30s")
	or(&d.Policy.Confirm.Locations, "majority")
	d.Policy.Recover.Runs = orNumber(d.Policy.Recover.Runs, 2)
	or(&d.Storage.Retention, "90d")
	or(&d.Storage.Evidence.Retention, "14d")
	or(&d.Storage.Evidence.MaxBytes, "2GB")
	or(&d.Browser.Path, "auto")
	or(&d.Browser.Slots, "auto")
	d.Browser.RecycleAfter = orNumber(d.Browser.RecycleAfter, 500)
}

func or[T ~string](s *T, otherwise T) {
	if *s == "" {
		*s = otherwise
	}
}

func orNumber(n *int, otherwise int) *int {
	if n == nil {
		return &otherwise
	}
	return n
}
