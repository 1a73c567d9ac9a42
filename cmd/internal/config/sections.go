package config

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"
	"golang.org/x/text/language"

	"genkan/probes"
)

func (c *checker) site() {
	d, p := c.cfg.document.Site, path{"site"}
	c.languages(p.to("languages"), d.Languages)
	c.cfg.Site = probes.Site{
		Name:      c.named(p.to("name"), d.Name, "the site needs a name"),
		URL:       c.url(p.to("url"), d.URL),
		Languages: d.Languages,
		TimeZone:  d.TimeZone,
	}
	if d.URL == "" {
		c.missing(p.to("url"), "the site needs an address")
	}
	c.zone(p.to("time_zone"), d.TimeZone)
	for i, s := range d.Support {
		c.cfg.Site.Support = append(c.cfg.Site.Support, c.support(p.to("support", i), s))
	}
}

func (c *checker) languages(p path, langs []string) {
	if len(langs) == 0 {
		c.missing(p, "the site needs at least one language, such as [ja, en]")
	}
	c.unique(p, "", langs, "language")
	for i, l := range langs {
		if tag, err := language.Parse(l); l != "" && (err != nil || tag.String() != l) {
			c.bad(p.to(i), "%q is no language; write a tag such as ja, en or zh-Hant", clipped(l))
		}
	}
	c.cfg.Site.Languages = langs // texts are held against them
}

func (c *checker) zone(p path, name string) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		c.bad(p, "no time zone %q is known; write a name of the IANA database, such as Asia/Tokyo or UTC", clipped(name))
		return
	}
	c.cfg.Zone = zone
}

func (c *checker) support(p path, s supportEntry) probes.Support {
	out := probes.Support{Kind: probes.SupportKind(s.Kind), Label: c.text(p.to("label"), s.Label), Hours: c.text(p.to("hours"), s.Hours)}
	if s.Kind == "" {
		c.missing(p.to("kind"), "a way to reach support needs a kind: phone, chat, mail or store")
		return out
	}
	given := map[string]string{"value": s.Value, "url": c.url(p.to("url"), s.URL), "address": s.Address}
	key := "value"
	switch probes.SupportKind(c.oneOf(p.to("kind"), s.Kind, "phone", "chat", "mail", "store")) {
	case probes.SupportChat, probes.SupportStore:
		key = "url"
	case probes.SupportMail:
		key = "address"
		c.mailbox(p.to(key), s.Address)
	case probes.SupportPhone:
		c.phone(p.to(key), s.Value)
	default:
		return out
	}
	out.Value = c.only(p, s.Kind, key, given)
	return out
}

// only is the one of the given values that the kind is reached by.
func (c *checker) only(p path, kind, key string, given map[string]string) string {
	for _, other := range []string{"address", "url", "value"} {
		if other != key && given[other] != "" {
			c.bad(p.to(other), "support by %s has no %s; write %s:", kind, other, key)
		}
	}
	if given[key] == "" {
		c.missing(p.to(key), fmt.Sprintf("support by %s needs its %s", kind, key))
	}
	return given[key]
}

func (c *checker) mailbox(p path, s string) {
	if a, err := mail.ParseAddress(s); s != "" && (err != nil || a.Address != s) {
		c.bad(p, "%q is no mail address; write one such as help@example.jp", clipped(s))
	}
}

func (c *checker) phone(p path, s string) {
	if s != "" && strings.Trim(strings.TrimPrefix(s, "+"), "0123456789() .#*-") != "" {
		c.bad(p, "%q is no telephone number; write digits, such as 0120-000-000", clipped(s))
	}
}

func (c *checker) components() {
	p := path{"components"}
	if len(c.cfg.document.Components) == 0 {
		c.missing(p, "the public needs at least one component to be told of")
	}
	var ids []string
	for i, d := range c.cfg.document.Components {
		ids = append(ids, c.name(p.to(i, "id"), d.ID, "the component needs an id"))
		c.cfg.Components = append(c.cfg.Components, probes.Component{ID: d.ID, Name: c.named(p.to(i, "name"), d.Name, "the component needs a name")})
	}
	c.unique(p, "id", ids, "component")
}

func (c *checker) signatures() {
	d, p := c.cfg.document.Signatures, path{"signatures"}
	if len(d.Packs) == 0 {
		c.bad(p.to("packs"), "without a pack nothing is recognised; write [web], or leave the key out")
	}
	c.unique(p.to("packs"), "", d.Packs, "pack")
	for i, id := range d.Packs {
		if id != "" {
			c.identifier(p.to("packs", i), id)
		}
	}
	c.cfg.Signatures.Packs = d.Packs
	for i, pattern := range d.Files {
		c.cfg.Signatures.Files = append(c.cfg.Signatures.Files, c.glob(p.to("files", i), pattern)...)
	}
	slices.Sort(c.cfg.Signatures.Files)
	c.cfg.Signatures.Files = slices.Compact(c.cfg.Signatures.Files)
}

func (c *checker) policy() {
	d, p := c.cfg.document.Policy, path{"policy"}
	c.cfg.Policy = Policy{
		ConfirmRuns:   c.number(p.to("confirm", "runs"), d.Confirm.Runs, 1, 10),
		ConfirmWithin: c.duration(p.to("confirm", "within"), d.Confirm.Within),
		RecoverRuns:   c.number(p.to("recover", "runs"), d.Recover.Runs, 1, 10),
	}
	c.oneOf(p.to("confirm", "locations"), d.Confirm.Locations, "majority")
}

func (c *checker) alerting() {
	d, p := c.cfg.document.Alerting.Alertmanager, path{"alerting", "alertmanager"}
	if d.Embedded != "" && d.URLs != nil {
		c.bad(p.to("urls"), "alerts go either to the embedded Alertmanager or to those at urls; take one of the two out")
	}
	if d.URLs != nil && len(d.URLs) == 0 {
		c.bad(p.to("urls"), "the list is empty; write [http://alertmanager:9093], or leave the key out")
	}
	c.cfg.Alerting.Embedded = c.existing(p.to("embedded"), d.Embedded)
	for i, u := range d.URLs {
		c.cfg.Alerting.URLs = append(c.cfg.Alerting.URLs, strings.TrimRight(c.url(p.to("urls", i), u), "/"))
	}
	c.unique(p.to("urls"), "", c.cfg.Alerting.URLs, "address")
}

func (c *checker) storage() {
	d, p := c.cfg.document.Storage, path{"storage"}
	c.cfg.Storage = Storage{
		Retention:         c.duration(p.to("retention"), d.Retention),
		EvidenceRetention: c.duration(p.to("evidence", "retention"), d.Evidence.Retention),
	}
	bytes, err := parseSize(string(d.Evidence.MaxBytes))
	if err != nil {
		c.bad(p.to("evidence", "max_bytes"), "%v", err)
	}
	c.cfg.Storage.EvidenceBytes = bytes
}

func (c *checker) browser() {
	d, p := c.cfg.document.Browser, path{"browser"}
	c.cfg.Browser = Browser{
		Slots:        c.autoNumber(p.to("slots"), d.Slots, 1, 64),
		RecycleAfter: c.number(p.to("recycle_after"), d.RecycleAfter, 1, 1_000_000),
	}
	if d.Path != "auto" {
		c.cfg.Browser.Path = c.existing(p.to("path"), d.Path)
	}
}

func (c *checker) duration(p path, s duration) time.Duration {
	d, err := parseDuration(string(s))
	if err != nil {
		c.bad(p, "%v", err)
	}
	return d
}

// later refuses what has its place in the file and doesn't work yet, rather
// than let anybody believe in it.
func (c *checker) later() {
	d := c.cfg.document
	if some(d.Maintenance) {
		c.bad(path{"maintenance"}, "maintenance can't be planned yet; take it out")
	}
	if some(d.Fleet) {
		c.bad(path{"fleet"}, "there are no agents yet; take this out, the daemon runs the probes itself")
	}
	c.cfg.document.Maintenance, c.cfg.document.Fleet = nil, nil
}

// some reports whether a part of the file that nothing reads yet says anything.
func some(n *yaml.Node) bool {
	return n != nil && !null(n) && (n.Kind == yaml.ScalarNode || len(n.Content) > 0)
}
