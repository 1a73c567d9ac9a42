package signature

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

// tree is a tree of packs from files' names and contents, with the causes of
// the built-in packs.
func tree(tb testing.TB, files map[string]string) fs.FS {
	tb.Helper()
	causes, err := fs.ReadFile(Packs(), "web/causes.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	out := fstest.MapFS{
		"web/causes.yaml": {Data: causes},
		"web/pack.yaml":   {Data: []byte("id: web\nversion: \"1\"\nkind: web\n")},
		"site/pack.yaml":  {Data: []byte("id: site\nversion: \"2\"\nkind: site\n")},
	}
	for name, text := range files {
		if base := name[strings.LastIndex(name, "/")+1:]; strings.HasSuffix(base, ".yaml") && base != "pack.yaml" && base != "causes.yaml" && !strings.HasPrefix(text, "raw:") {
			text = "id: " + strings.TrimSuffix(base, ".yaml") + "\ntitle: {ja: 題, en: Title}\n" + text
		}
		out[name] = &fstest.MapFile{Data: []byte(strings.TrimPrefix(text, "raw:"))}
	}
	return out
}

// rulesSet has one signature of each sort that the rules tell apart.
func rulesSet(tb testing.TB) *Set {
	tb.Helper()
	s, err := load(tree(tb, map[string]string{
		"site/broken.yaml":       "cause: server_error\nadvice: [wait]\nmatch: {text: 会員登録が適切に完了しませんでした}\n",
		"site/registered.yaml":   "cause: already_registered\nmatch: {text: このアドレスは既に登録されています}\n",
		"site/odd.yaml":          "cause: two_factor_required\nside: system\nmatch: {text: User requires 2FA}\n",
		"site/apology.yaml":      "cause: server_error\ngeneric: true\nmatch: {text: 申し訳ございません}\n",
		"web/denied.yaml":        "cause: forbidden\nmatch: {any: [{text: Access is denied}, {title: Access is denied}]}\n",
		"web/maintenance.yaml":   "cause: maintenance\nmatch: {text: メンテナンス}\n",
		"web/failed.yaml":        "cause: server_error\ngeneric: true\nmatch: {text: Something failed}\n",
		"web/wrong.yaml":         "cause: login_failed\ngeneric: true\nmatch: {text: パスワードが違います}\n",
		"web/status-503.yaml":    "cause: server_error\ngeneric: true\nmatch: {any: [{status: 503}, {text: Service Unavailable}]}\n",
		"web/status-429.yaml":    "cause: rate_limited\ngeneric: true\nmatch: {status: 429}\n",
		"web/cloud.yaml":         "cause: gateway_error\nmatch: {selector: '#cloud-error'}\n",
		"web/reset.yaml":         "cause: connection_error\nmatch: {net_error: ERR_CONNECTION_RESET}\n",
		"web/portal.yaml":        "cause: captive_portal\nmatch: {text: Wi-Fi hotspot}\n",
		"web/second-factor.yaml": "cause: two_factor_required\nmatch: {text: two-step verification}\n",
		"web/api.yaml":           "cause: server_error\nmatch: {exchange: {status: 5xx, body: 処理に失敗}}\n",
		"web/step.yaml":          "cause: server_error\nmatch: {failed_step: 'button .* gone'}\n",
		"web/waiting.yaml":       "cause: captcha\nmatch: {selector: .captcha}\n",
	}), []string{"site", "web"}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// page is a view of a page that was answered with 200 at the URL asked.
func seen(change func(*probes.View)) probes.View {
	v := probes.View{Step: "open", RequestedURL: "https://example.test/login", FinalURL: "https://example.test/login", Status: 200}
	change(&v)
	return v
}

func reading(r probes.Reading) probes.View { return seen(func(v *probes.View) { v.Reading = r }) }

func form(kind probes.FormKind) []probes.Form {
	return []probes.Form{{Kind: kind, Visible: true, Enabled: true}}
}

func region(kind probes.RegionKind, text string) []probes.Region {
	return []probes.Region{{Kind: kind, Text: text}}
}

func TestRules(t *testing.T) {
	set := rulesSet(t)
	wantForm := probes.Expectation{Selector: "[type=password]"}
	const faq = "よくある質問\n「会員登録が適切に完了しませんでした」と表示される\nしばらく待ってください。\nUser requires 2FA\nお問い合わせください。\nAccess is denied\nメンテナンス\n"
	long := strings.Repeat("この記事では、会員の方のご利用方法をご案内します。\n", 60)
	for name, c := range map[string]struct {
		view   probes.View
		expect probes.Expectation
		side   probes.Side
		cause  probes.Cause
		by     string // the signature that decides
		rule   string
	}{
		"a site's own words, nothing else to do": {reading(probes.Reading{Text: "会員登録が適切に\n完了しませんでした。(io001)"}), probes.Expectation{},
			probes.SideSystem, probes.ServerError, "site/broken", ruleSitePack},
		"any site's words, nothing else to do": {reading(probes.Reading{Text: "Access is denied."}), probes.Expectation{}, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"an alert above the expected form": {seen(func(v *probes.View) {
			v.Text, v.Forms, v.Expected.Selector = "エラー\n会員登録が適切に完了しませんでした", form(probes.SignupForm), probes.Met
			v.Regions = region(probes.AlertRegion, "会員登録が適切に完了しませんでした")
		}), wantForm, probes.SideSystem, probes.ServerError, "site/broken", ruleSitePack},
		"a form error beside the expected form": {seen(func(v *probes.View) {
			v.Text, v.Forms, v.Expected.Selector = "パスワードが違います", form(probes.LoginForm), probes.Met
			v.Regions = region(probes.FormErrorRegion, "パスワードが違います")
		}), wantForm, probes.SideUser, probes.LoginFailed, "web/wrong", ruleGeneric},
		"a dialog over a usable form": {reading(probes.Reading{Text: "ログイン", Forms: form(probes.LoginForm), Regions: region(probes.DialogRegion, "User requires 2FA")}),
			probes.Expectation{}, probes.SideSystem, probes.TwoFactorRequired, "site/odd", ruleSitePack},
		"a JavaScript dialog": {seen(func(v *probes.View) {
			v.Text, v.Forms, v.Dialogs = "ログイン", form(probes.LoginForm), []probes.Dialog{{Type: "alert", Message: "Access is denied"}}
		}), probes.Expectation{}, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"generic words in an alert beside a form": {reading(probes.Reading{Text: "Something failed", Forms: form(probes.LoginForm), Regions: region(probes.AlertRegion, "Something failed")}),
			probes.Expectation{}, probes.SideSystem, probes.ServerError, "web/failed", ruleGeneric},
		"generic words in the body beside a form": {reading(probes.Reading{Text: "Something failed", Forms: form(probes.LoginForm)}), probes.Expectation{},
			probes.SideNone, probes.OK, "", ruleForm},
		"generic words in the body, nothing to do": {reading(probes.Reading{Text: "Something failed"}), probes.Expectation{}, probes.SideSystem, probes.ServerError, "web/failed", ruleGeneric},
		"words in the body, the expectation met": {seen(func(v *probes.View) { v.Text, v.Expected.Selector = "Access is denied", probes.Met }), wantForm,
			probes.SideNone, probes.OK, "", ruleMet},
		"words in the body, the expectation unmet": {seen(func(v *probes.View) {
			v.Text, v.Content, v.Expected.Selector = "Access is denied", true, probes.Unmet
		}), wantForm, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"a help page that quotes every error":       {reading(probes.Reading{Title: "よくある質問", Text: faq + long, Content: true}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleContent},
		"a help page whose headings are the errors": {reading(probes.Reading{Title: "サポート", Text: faq + long, Content: true, Regions: region(probes.HeadingRegion, "User requires 2FA")}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleContent},
		"a help page that is expected":              {seen(func(v *probes.View) { v.Text, v.Content, v.Expected.Selector = faq, true, probes.Met }), probes.Expectation{Selector: "dl"}, probes.SideNone, probes.OK, "", ruleMet},
		"a boxed remark in an article that quotes": {reading(probes.Reading{Text: long + "「Access is denied」と表示される場合があります。", Content: true,
			Regions: region(probes.AlertRegion, "「Access is denied」と表示される場合があります。")}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleContent},
		"questions under a form":                       {reading(probes.Reading{Title: "ログイン", Text: "ログイン\n" + faq, Forms: form(probes.LoginForm)}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleForm},
		"words between quotation marks":                {reading(probes.Reading{Text: "「Access is denied」と表示されたときは、ページを開き直してください。会員の方へのご案内です。"}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleNothingAmiss},
		"a notice of planned maintenance in a box":     {reading(probes.Reading{Text: "会員サイト\n12月1日 2:00からメンテナンスを行います。", Forms: form(probes.LoginForm), Regions: region(probes.AlertRegion, "12月1日 2:00からメンテナンスを行います。")}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleForm},
		"maintenance now, in a box above the form":     {reading(probes.Reading{Text: "ただいまメンテナンス中です。", Forms: form(probes.LoginForm), Regions: region(probes.AlertRegion, "ただいまメンテナンス中です。終了予定は4時です。")}), probes.Expectation{}, probes.SideSystem, probes.UnderMaintenance, "web/maintenance", ruleWebPack},
		"a page of its own on planned maintenance":     {reading(probes.Reading{Title: "メンテナンス", Text: "メンテナンス\n12月1日 2:00から4:00まで、下記の作業を行います。\n" + long[:1500], Content: true}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleContent},
		"a page of its own on maintenance now":         {reading(probes.Reading{Title: "メンテナンス", Text: "メンテナンス\nただいま作業を行っています。\n" + long[:1500], Content: true, Regions: region(probes.HeadingRegion, "メンテナンス")}), probes.Expectation{}, probes.SideSystem, probes.UnderMaintenance, "web/maintenance", ruleWebPack},
		"an error page that has much to read":          {seen(func(v *probes.View) { v.Text, v.Content, v.Status = "Access is denied\n"+long, true, 403 }), probes.Expectation{}, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"an error with status 200, named by its title": {reading(probes.Reading{Title: "Access is denied", Text: "Access is denied\nWhat happened?\nYou were kept out.", Content: true}), probes.Expectation{}, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"a page built like an error page":              {seen(func(v *probes.View) { v.HTML, v.Text, v.Content = `<div id="cloud-error">x</div>`, "Host error", true }), probes.Expectation{}, probes.SideSystem, probes.GatewayError, "web/cloud", ruleWebPack},
		"a captcha that waits beside a form": {seen(func(v *probes.View) {
			v.HTML, v.Text, v.Forms = `<div class="captcha"></div>`, "ログイン", form(probes.LoginForm)
		}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleForm},
		"a captcha alone":                               {seen(func(v *probes.View) { v.HTML, v.Text = `<div class="captcha"></div>`, "Check" }), probes.Expectation{}, probes.SideMonitor, probes.Captcha, "web/waiting", ruleWebPack},
		"a healthy form answered with 403":              {seen(func(v *probes.View) { v.Text, v.Forms, v.Status = "ログイン", form(probes.LoginForm), 403 }), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleForm},
		"a healthy page answered with 500, as expected": {seen(func(v *probes.View) { v.Text, v.Status, v.Expected.Selector = "マイページ", 500, probes.Met }), wantForm, probes.SideNone, probes.OK, "", ruleMet},
		"a status alone, with a signature":              {seen(func(v *probes.View) { v.Status, v.Text = 429, "Slow" }), probes.Expectation{}, probes.SideMonitor, probes.RateLimited, "web/status-429", ruleGeneric},
		"a status alone":                                {seen(func(v *probes.View) { v.Status, v.Text = 504, "no" }), probes.Expectation{}, probes.SideSystem, probes.GatewayError, "", ruleStatus},
		"a heading that only sounds like an explanation": {reading(probes.Reading{Title: "このページをご覧になることはできません", Text: "このページをご覧になることはできません。\nAccess is denied" + strings.Repeat("会員", 100)}), probes.Expectation{},
			probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"a search box proves nothing":                      {seen(func(v *probes.View) { v.Text, v.Forms = "検索", form(probes.OtherForm) }), probes.Expectation{}, probes.SideUnknown, probes.UnexpectedContent, "", ruleUnknown},
		"the site's pack before any other":                 {reading(probes.Reading{Text: "Access is denied\n会員登録が適切に完了しませんでした"}), probes.Expectation{}, probes.SideSystem, probes.ServerError, "site/broken", ruleSitePack},
		"the site's generic words before any other's":      {reading(probes.Reading{Text: "申し訳ございません。Access is denied"}), probes.Expectation{}, probes.SideSystem, probes.ServerError, "site/apology", ruleSitePack},
		"specific before generic":                          {reading(probes.Reading{Text: "Something failed. Access is denied"}), probes.Expectation{}, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"what a bare status says before a failure's words": {seen(func(v *probes.View) { v.Status, v.Text = 429, "Something failed" }), probes.Expectation{}, probes.SideMonitor, probes.RateLimited, "web/status-429", ruleGeneric},
		"words before a bare status":                       {seen(func(v *probes.View) { v.Status, v.Text = 503, "Something failed" }), probes.Expectation{}, probes.SideSystem, probes.ServerError, "web/failed", ruleGeneric},
		"an alert before what only an unmet expectation makes": {seen(func(v *probes.View) {
			v.Text, v.Content, v.Expected.Selector = faq+"Something failed", true, probes.Unmet
			v.Regions = region(probes.AlertRegion, "Something failed")
		}), wantForm, probes.SideSystem, probes.ServerError, "web/failed", ruleGeneric},
		"a plain sentence above the form":          {reading(probes.Reading{Text: "ログイン\nパスワードが違います。\nパスワード", Forms: form(probes.LoginForm)}), probes.Expectation{}, probes.SideUser, probes.LoginFailed, "web/wrong", ruleGeneric},
		"the site's plain sentence above the form": {reading(probes.Reading{Text: "会員登録\n会員登録が適切に完了しませんでした。\nメール", Forms: form(probes.SignupForm)}), probes.Expectation{}, probes.SideSystem, probes.ServerError, "site/broken", ruleSitePack},
		"a portal's form":                          {reading(probes.Reading{Text: "Wi-Fi hotspot", Forms: form(probes.LoginForm)}), probes.Expectation{}, probes.SideEnvironment, probes.CaptivePortal, "web/portal", ruleWebPack},
		"a second factor is asked for":             {reading(probes.Reading{Text: "two-step verification", Forms: form(probes.CodeForm)}), probes.Expectation{}, probes.SideUser, probes.TwoFactorRequired, "web/second-factor", ruleWebPack},
		"a second factor is spoken of":             {reading(probes.Reading{Text: "two-step verification", Forms: form(probes.LoginForm)}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleForm},
		"a failed exchange beside a form": {seen(func(v *probes.View) {
			v.Forms, v.Exchanges = form(probes.LoginForm), []probes.Exchange{{Status: 500, Body: `{"m":"\u51e6\u7406\u306b\u5931\u6557"}`}}
		}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleForm},
		"a failed exchange and nothing to do": {seen(func(v *probes.View) {
			v.Text, v.Exchanges = "…", []probes.Exchange{{Status: 500, Body: `{"m":"\u51e6\u7406\u306b\u5931\u6557"}`}}
		}), probes.Expectation{}, probes.SideSystem, probes.ServerError, "web/api", ruleWebPack},
		"a network error with a signature":            {seen(func(v *probes.View) { v.Status, v.NetError = 0, "net::ERR_CONNECTION_RESET" }), probes.Expectation{}, probes.SideSystem, probes.ConnectionError, "web/reset", ruleWebPack},
		"a network error":                             {seen(func(v *probes.View) { v.Status, v.NetError = 0, "net::ERR_NAME_NOT_RESOLVED" }), wantForm, probes.SideSystem, probes.DNSError, "", ruleNetError},
		"our own network":                             {seen(func(v *probes.View) { v.Status, v.NetError = 0, "net::ERR_INTERNET_DISCONNECTED" }), probes.Expectation{}, probes.SideMonitor, probes.AgentFault, "", ruleNetError},
		"an empty 403":                                {seen(func(v *probes.View) { v.Status, v.NetError = 403, "net::ERR_HTTP_RESPONSE_CODE_FAILURE" }), probes.Expectation{}, probes.SideSystem, probes.Forbidden, "", ruleStatus},
		"the time ran out":                            {seen(func(v *probes.View) { v.Status, v.TimedOut = 0, true }), probes.Expectation{}, probes.SideSystem, probes.TimedOut, "", ruleTimeout},
		"the time ran out on a page that can be used": {seen(func(v *probes.View) { v.TimedOut, v.Forms = true, form(probes.LoginForm) }), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleForm},
		"the time ran out on an error":                {seen(func(v *probes.View) { v.TimedOut, v.Text = true, "Access is denied" }), probes.Expectation{}, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
		"sent back to the top page":                   {seen(func(v *probes.View) { v.FinalURL, v.Content, v.Text = "https://www.example.test/", true, long }), probes.Expectation{}, probes.SideSystem, probes.Bounced, "", ruleBounced},
		"sent back to a top page that has what is expected by chance": {seen(func(v *probes.View) {
			v.FinalURL, v.Content, v.Expected.Selector = "https://example.test/", true, probes.Met
		}), probes.Expectation{Selector: "form"}, probes.SideSystem, probes.Bounced, "", ruleBounced},
		"sent to a top page where one can log in": {seen(func(v *probes.View) {
			v.FinalURL, v.Forms, v.Expected.Selector = "https://example.test/", form(probes.LoginForm), probes.Met
		}), wantForm, probes.SideNone, probes.OK, "", ruleMet},
		"the top page was expected":                {seen(func(v *probes.View) { v.FinalURL, v.Expected.URL = "https://example.test/", probes.Met }), probes.Expectation{URL: "https://example.test/"}, probes.SideNone, probes.OK, "", ruleMet},
		"a step that failed, with a signature":     {seen(func(v *probes.View) { v.Failed = &probes.StepFailure{Reason: "the button Next is gone"} }), probes.Expectation{}, probes.SideSystem, probes.ServerError, "web/step", ruleWebPack},
		"a step that failed":                       {seen(func(v *probes.View) { v.Text, v.Failed = "…", &probes.StepFailure{Reason: "no such element"} }), probes.Expectation{}, probes.SideUnknown, probes.UnexpectedContent, "", ruleStepFailed},
		"nothing to see":                           {seen(func(*probes.View) {}), probes.Expectation{}, probes.SideUnknown, probes.BlankPage, "", ruleBlank},
		"nothing to see where a form was expected": {seen(func(v *probes.View) { v.Expected.Selector = probes.Unmet }), wantForm, probes.SideUnknown, probes.BlankPage, "", ruleBlank},
		"not what was expected":                    {seen(func(v *probes.View) { v.Text, v.Content, v.Expected.Selector = long, true, probes.Unmet }), wantForm, probes.SideUnknown, probes.UnexpectedContent, "", ruleUnmet},
		"a text that was expected":                 {reading(probes.Reading{Text: "ようこそ、\nＡさん"}), probes.Expectation{Text: "ようこそ、Aさん"}, probes.SideNone, probes.OK, "", ruleMet},
		"an expectation nobody measured":           {reading(probes.Reading{Forms: form(probes.LoginForm)}), wantForm, probes.SideNone, probes.OK, "", ruleForm},
		"a few words, answered well":               {reading(probes.Reading{Title: "登録完了", Text: "会員登録ありがとうございました。ご登録のアドレス宛にメールをお送りしました。"}), probes.Expectation{}, probes.SideNone, probes.OK, "", ruleNothingAmiss},
		"a few words that sound like an error":     {reading(probes.Reading{Text: "ただいま大変混み合っております。しばらくしてからもう一度お試しください。"}), probes.Expectation{}, probes.SideUnknown, probes.UnexpectedContent, "", ruleUnknown},
		"the expected signature": {seen(func(v *probes.View) {
			v.Forms, v.Regions = form(probes.SignupForm), region(probes.FormErrorRegion, "このアドレスは既に登録されています。")
		}), probes.Expectation{Signature: "site/registered"}, probes.SideNone, probes.OK, "site/registered", ruleExpectedSig},
		"a healthy page in place of the expected signature": {reading(probes.Reading{Forms: form(probes.SignupForm)}), probes.Expectation{Signature: "site/registered"}, probes.SideUnknown, probes.UnexpectedContent, "", ruleExpectedMissing},
		"the expected signature only spoken of":             {reading(probes.Reading{Text: "よくある質問\nQ. このアドレスは既に登録されていますと表示されたら、どうすればよいですか。\n" + long, Forms: form(probes.SignupForm)}), probes.Expectation{Signature: "site/registered"}, probes.SideUnknown, probes.UnexpectedContent, "", ruleExpectedMissing},
		"another error in place of the expected signature":  {reading(probes.Reading{Text: "Access is denied"}), probes.Expectation{Signature: "site/registered"}, probes.SideSystem, probes.Forbidden, "web/denied", ruleWebPack},
	} {
		t.Run(name, func(t *testing.T) {
			v := set.Classify(probes.Observation{Views: []probes.View{c.view}}, c.expect)
			if v.Side != c.side || v.Cause != c.cause || v.Signature != c.by || v.Rule != c.rule {
				t.Errorf("%s/%s by %q, rule %s; want %s/%s by %q, rule %s (%v)", v.Side, v.Cause, v.Signature, v.Rule, c.side, c.cause, c.by, c.rule, v.Quotes)
			}
			if c.by != "" && len(v.Quotes) == 0 {
				t.Error("no quote proves it")
			}
			if (v.Side == probes.SideSystem || v.Side == probes.SideUser) && v.Advice[0] == probes.NoAdvice {
				t.Error("no advice")
			}
		})
	}
}

func TestFirstViewThatBlocksDecides(t *testing.T) {
	set := rulesSet(t)
	broken := reading(probes.Reading{Text: "Access is denied"})
	broken.Step = "second"
	other := reading(probes.Reading{Text: "User requires 2FA"})
	other.Step = "third"
	v := set.Classify(probes.Observation{Views: []probes.View{reading(probes.Reading{Forms: form(probes.LoginForm)}), broken, other}}, probes.Expectation{Selector: "form"})
	if v.Signature != "web/denied" || v.Step != "second" {
		t.Errorf("decided by %q at step %q", v.Signature, v.Step)
	}
	if len(v.Matches) != 1 {
		t.Errorf("matches of what came after: %v", v.Matches)
	}
}

func TestAfterAForm(t *testing.T) {
	set := rulesSet(t)
	before := reading(probes.Reading{Text: "ログイン\nAccess is denied", Forms: form(probes.LoginForm), Content: true})
	sent := func(text string) probes.View {
		return seen(func(v *probes.View) {
			v.Step, v.Submitted, v.Text, v.Forms, v.Content = "send", true, text, form(probes.LoginForm), true
		})
	}
	long := strings.Repeat("会員の方へのご案内です。\n", 200)
	for name, c := range map[string]struct {
		after probes.View
		by    string
	}{
		"an answer":                {sent("User requires 2FA\n" + long), "site/odd"},
		"what stood there before":  {sent("ログイン\nAccess is denied\n" + long), ""},
		"words any page could use": {sent("Something failed\n" + long), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if v := set.Classify(probes.Observation{Views: []probes.View{before, c.after}}, probes.Expectation{}); v.Signature != c.by {
				t.Errorf("decided by %q, want %q (%s)", v.Signature, c.by, v.Rule)
			}
		})
	}
}

func TestFaultAndNothing(t *testing.T) {
	set := rulesSet(t)
	v := set.Classify(probes.Observation{Fault: &probes.Fault{Reason: probes.BrowserDied}, Views: []probes.View{reading(probes.Reading{Text: "Access is denied"})}}, probes.Expectation{})
	if v.Side != probes.SideMonitor || v.Cause != probes.AgentFault || v.Rule != ruleFault {
		t.Errorf("a fault of ours: %+v", v)
	}
	if v := set.Classify(probes.Observation{}, probes.Expectation{}); v.Side != probes.SideUnknown || v.Rule != ruleNothingSeen {
		t.Errorf("nothing seen: %+v", v)
	}
	if v := (&Set{}).Classify(probes.Observation{}, probes.Expectation{}); v.Healthy() {
		t.Errorf("an empty set: %+v", v)
	}
}

// The verdict keeps every signature that matched, and says which would block.
func TestMatchesAreKept(t *testing.T) {
	v := rulesSet(t).Classify(probes.Observation{Views: []probes.View{reading(probes.Reading{
		Text: "Access is denied\nSomething failed", Forms: form(probes.LoginForm), Regions: region(probes.AlertRegion, "Access is\nＤＥＮＩＥＤ")})}}, probes.Expectation{})
	want := []probes.Match{
		{Signature: "web/denied", Step: "open", Region: "alert", Blocks: true, Quotes: []probes.Quote{{Matcher: "text", Quote: "Access is\nＤＥＮＩＥＤ"}}},
		{Signature: "web/failed", Step: "open", Region: "body", Quotes: []probes.Quote{{Matcher: "text", Quote: "Something failed"}}},
	}
	if diff := cmp.Diff(want, v.Matches); diff != "" {
		t.Error(diff)
	}
}

func TestFloor(t *testing.T) {
	for name, want := range map[string]probes.Cause{
		"net::ERR_CONNECTION_REFUSED": probes.ConnectionError, "net::ERR_CONNECTION_TIMED_OUT": probes.TimedOut, "net::ERR_TIMED_OUT": probes.TimedOut,
		"net::ERR_NAME_NOT_RESOLVED": probes.DNSError, "net::ERR_DNS_TIMED_OUT": probes.DNSError, "net::ERR_CERT_DATE_INVALID": probes.TLSError,
		"net::ERR_SSL_PROTOCOL_ERROR": probes.TLSError, "net::ERR_TOO_MANY_REDIRECTS": probes.RedirectLoop, "net::ERR_PROXY_CONNECTION_FAILED": probes.AgentFault,
		"net::ERR_NETWORK_CHANGED": probes.AgentFault, "net::ERR_ADDRESS_UNREACHABLE": probes.AgentFault, "net::ERR_EMPTY_RESPONSE": probes.ConnectionError, "anything": probes.ConnectionError,
	} {
		if got := causeOfNetError(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for code := -1; code < 1000; code++ {
		if got := causeOfStatus(code); !slices.Contains(probes.Causes(), got) || code >= 500 && code < 600 && got.Side() == probes.SideUnknown {
			t.Errorf("status %d: %s", code, got)
		}
	}
}

// Whatever an observation holds, the judgement ends, says something of the
// closed lists, and says the same again.
func FuzzClassify(f *testing.F) {
	set, err := Load([]string{"iqos", "web"}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"views":[{"status":503,"title":"x","text":"申し訳ございません\nメンテナンス中","regions":[{"kind":"alert","text":"x"}],"html":"<p>"}]}`), "form", "*", "x", "iqos/io001")
	f.Add([]byte(`{"views":[{"net_error":"net::ERR_","dialogs":[{"message":"\u0000"}],"exchanges":[{"body":"\\ud83d\\ude00\\"}],"failed":{}}]}`), "", "", "", "")
	f.Fuzz(func(t *testing.T, data []byte, selector, url, text, signature string) {
		var o probes.Observation
		if json.Unmarshal(data, &o) != nil {
			o = probes.Observation{Views: []probes.View{{Reading: probes.Reading{Text: string(data), Title: selector}, HTML: string(data), FinalURL: url, RequestedURL: text}}}
		}
		e := probes.Expectation{Selector: selector, URL: url, Text: text, Signature: signature}
		v := set.Classify(o, e)
		if !slices.Contains(probes.Causes(), v.Cause) || !slices.Contains(probes.Sides(), v.Side) || v.Rule == "" || len(v.Advice) == 0 {
			t.Fatalf("incomplete: %+v", v)
		}
		for _, q := range v.Quotes {
			if len(q.Quote) > maxQuote || !utf8.ValidString(q.Quote) {
				t.Fatalf("quote %q", q.Quote)
			}
		}
		if diff := cmp.Diff(v, set.Classify(o, e)); diff != "" {
			t.Fatal(diff)
		}
	})
}
