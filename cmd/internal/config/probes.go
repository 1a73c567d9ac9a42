package config

import (
	"strings"

	"genkan/probes"
)

func (c *checker) probes() {
	p := path{"probes"}
	if len(c.cfg.document.Probes) == 0 {
		c.missing(p, "there is nothing to watch without a probe")
	}
	var names []string
	for i, d := range c.cfg.document.Probes {
		names = append(names, d.Name)
		c.cfg.Probes = append(c.cfg.Probes, c.probe(p.to(i), d))
	}
	c.unique(p, "name", names, "probe")
	c.onePlace()
}

// probe is one probe, without its interval: schedules are read elsewhere.
func (c *checker) probe(p path, d probeEntry) probes.Probe {
	out := probes.Probe{
		Name:      c.name(p.to("name"), d.Name, "the probe needs a name"),
		Component: c.component(p.to("component"), d.Component),
		Schedule:  d.Schedule,
		Timeout:   defaultTimeout,
		Device:    probes.Device(c.oneOf(p.to("device"), d.Device, string(probes.Desktop), string(probes.Mobile))),
		TimeZone:  c.cfg.Site.TimeZone,
		Journey:   probes.Visit(c.url(p.to("url"), d.URL)),
		Expect:    c.expect(p.to("expect"), d.Expect),
		Locations: c.locations(p.to("locations"), d.Locations),
		Control:   d.Control,
	}
	if d.URL == "" {
		c.missing(p.to("url"), "the probe needs the address that it visits")
	}
	if d.Schedule == "" {
		c.missing(p.to("schedule"), `the probe needs a schedule, such as "@every 1m"`)
	}
	if d.Timeout != "" {
		out.Timeout = c.duration(p.to("timeout"), d.Timeout)
	}
	if len(c.cfg.Site.Languages) > 0 {
		out.Locale = c.cfg.Site.Languages[0]
	}
	if some(d.Journey) {
		c.bad(p.to("journey"), "journeys can't be run yet; take this out and name the page in url")
	}
	return out
}

func (c *checker) component(p path, id string) string {
	var ids []string
	for _, d := range c.cfg.document.Components {
		if d.ID != "" {
			ids = append(ids, d.ID)
		}
	}
	switch {
	case id == "":
		c.missing(p, "the probe needs the component that it belongs to")
	case len(ids) > 0:
		for _, known := range ids {
			if known == id {
				return id
			}
		}
		c.bad(p, "there is no component %q; %s", clipped(id), instead(id, ids))
	}
	return id
}

func (c *checker) expect(p path, e expectEntry) probes.Expectation {
	whole := strings.HasPrefix(e.URL, "https://") || strings.HasPrefix(e.URL, "http://") || strings.HasPrefix(e.URL, "*")
	if e.URL != "" && !whole {
		c.bad(p.to("url"), "%q is compared with whole addresses; begin it with https://, http:// or *", clipped(e.URL))
	}
	if pack, id, found := strings.Cut(e.Signature, "/"); e.Signature != "" && (!found || pack == "" || id == "") {
		c.bad(p.to("signature"), "%q is no signature; write pack/id, such as iqos/already-registered", clipped(e.Signature))
	}
	return probes.Expectation{Selector: e.Selector, URL: e.URL, Text: e.Text, Signature: e.Signature}
}

// locations are those of a probe. Until there are agents it is one: a label of
// where the daemon is.
func (c *checker) locations(p path, names []string) []string {
	if len(names) == 0 {
		c.bad(p, "the list is empty; name the place where the daemon is, or leave the key out")
	}
	for i, name := range names {
		if name != "" {
			c.identifier(p.to(i), name)
		}
	}
	if len(names) > 1 {
		c.bad(p.to(1), "a second location needs an agent there, and there are no agents yet; keep the place where the daemon is")
	}
	return names
}

// onePlace holds all probes to one location, that of the daemon.
func (c *checker) onePlace() {
	var place string
	var line int
	for i, probe := range c.cfg.Probes {
		if len(probe.Locations) != 1 || probe.Locations[0] == "" {
			continue
		}
		at := path{"probes", i, "locations", 0}
		if place == "" {
			place, line = probe.Locations[0], c.cfg.At(at...).Line
		} else if probe.Locations[0] != place {
			c.bad(at, "the daemon is at one place, and for line %d that is %q; name the same one here", line, clipped(place))
		}
	}
}
