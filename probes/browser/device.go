package browser

import (
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"

	"genkan/probes"
)

// signature ends our user agent: who runs the site can tell a probe from a visitor.
const signature = " Genkan/1 (+uptime probe)"

// screen is what a device shows a page on.
type screen struct {
	width, height int64
	scale         float64
	mobile        bool
}

func screenOf(d probes.Device) screen {
	if d == probes.Mobile {
		return screen{width: 412, height: 915, scale: 2, mobile: true}
	}
	return screen{width: 1280, height: 800, scale: 1}
}

// dress makes a tab the device that the probe wants, in its language and time zone.
func (v *visit) dress(b *batch, product *browser.GetVersionResult) {
	p := v.run.Probe
	s := screenOf(p.Device)
	enqueue(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: s.width, Height: s.height, DeviceScaleFactor: s.scale, Mobile: s.mobile,
	})
	if s.mobile {
		enqueue(b, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 5})
	}
	v.dressFrame(b, product)
}

// dressFrame does what a frame of another site needs beyond what it has from its tab.
func (v *visit) dressFrame(b *batch, product *browser.GetVersionResult) {
	p := v.run.Probe
	enqueue(b, emulation.SetUserAgentOverride, agentOf(product, p.Device, p.Locale))
	if p.Locale != "" {
		enqueue(b, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: strings.ReplaceAll(p.Locale, "-", "_")})
	}
	if p.TimeZone != "" {
		enqueue(b, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: p.TimeZone})
	}
}

// agentOf is the browser's own user agent, or that of the same version on a
// phone, under the name of Chrome (some sites turn away what calls itself
// headless, which no visitor does) and with our signature behind it.
func agentOf(product *browser.GetVersionResult, d probes.Device, locale string) emulation.SetUserAgentOverrideParams {
	agent := strings.Replace(product.UserAgent, "HeadlessChrome/", "Chrome/", 1)
	full := product.Product[strings.LastIndex(product.Product, "/")+1:]
	major, _, _ := strings.Cut(full, ".")
	platform, mobile := "Linux", d == probes.Mobile
	switch {
	case mobile:
		platform = "Android"
		agent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + major + ".0.0.0 Mobile Safari/537.36"
	case strings.Contains(agent, "Mac OS X"):
		platform = "macOS"
	}
	return emulation.SetUserAgentOverrideParams{
		UserAgent: agent + signature, AcceptLanguage: acceptLanguage(locale),
		UserAgentMetadata: &emulation.UserAgentMetadata{
			Platform: platform, Mobile: mobile,
			Brands:          []*emulation.UserAgentBrandVersion{{Brand: "Chromium", Version: major}, {Brand: "Genkan", Version: "1"}},
			FullVersionList: []*emulation.UserAgentBrandVersion{{Brand: "Chromium", Version: full}, {Brand: "Genkan", Version: "1"}},
		},
	}
}

// acceptLanguage is the list of languages that a browser in this locale asks
// for; Chromium adds the weights.
func acceptLanguage(locale string) string {
	language, _, regional := strings.Cut(locale, "-")
	if !regional {
		return locale
	}
	return locale + "," + language
}
