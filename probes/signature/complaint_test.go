package signature

import (
	"testing"

	"genkan/probes"
)

// TestComplaint holds what beside a form is a refusal where no signature knows
// the words, and what isn't.
func TestComplaint(t *testing.T) {
	set := rulesSet(t)
	inForm, alert, heading := probes.FormErrorRegion, probes.AlertRegion, probes.HeadingRegion
	for name, c := range map[string]struct {
		form probes.FormKind
		kind probes.RegionKind
		says string
		want probes.Cause
	}{
		"sounds like a failure":         {probes.LoginForm, inForm, "Das war leider nichts", probes.LoginFailed},
		"away from the form":            {probes.LoginForm, alert, "That did not work", probes.LoginFailed},
		"a sign-up":                     {probes.SignupForm, inForm, "That did not work", probes.InvalidInput},
		"an upload":                     {probes.UploadForm, inForm, "That did not work", probes.UploadRejected},
		"something was left out":        {probes.LoginForm, inForm, "失敗: 必須項目が空です", probes.InvalidInput},
		"words nobody knows":            {probes.LoginForm, inForm, "Ekki tókst þetta núna", probes.LoginFailed},
		"words nobody knows, afar":      {probes.LoginForm, alert, "Ekki tókst þetta núna", probes.OK},
		"a bid that may always stand":   {probes.LoginForm, inForm, "メールアドレスを入力してください", probes.OK},
		"a mark":                        {probes.LoginForm, inForm, "* 必須", probes.OK},
		"a notice of cookies":           {probes.LoginForm, inForm, "Cookies are blocked in your browser", probes.OK},
		"a question":                    {probes.LoginForm, inForm, "Did it fail?", probes.OK},
		"a heading":                     {probes.LoginForm, heading, "That did not work", probes.OK},
		"no form that a member can use": {probes.OtherForm, inForm, "That did not work", probes.UnexpectedContent},
	} {
		t.Run(name, func(t *testing.T) {
			v := probes.View{Status: 200, Reading: probes.Reading{Title: "Form", Text: "Form\n" + c.says,
				Regions: []probes.Region{{Kind: c.kind, Text: c.says}}, Forms: []probes.Form{{Kind: c.form, Visible: true, Enabled: true}}}}
			got := set.Classify(probes.Observation{Views: []probes.View{v}}, probes.Expectation{})
			if got.Cause != c.want {
				t.Errorf("%s by rule %s %v, want %s", got.Cause, got.Rule, got.Quotes, c.want)
			}
		})
	}
}

// TestSupposes holds that what is only supposed on a page without a form is no
// failure.
func TestSupposes(t *testing.T) {
	set := rulesSet(t)
	for text, blocks := range map[string]bool{
		"パスワードが違います。":                    true,
		"パスワードが違いますか？":                   false,
		"パスワードが違います場合はこちら。":              false,
		"メールを送信しました。パスワードが違います可能性があります。": false,
		"パスワードが違います可能性があります。":            true,
		"パスワードが違います。メールを送信しました。":         true,
	} {
		v := probes.View{Status: 200, Reading: probes.Reading{Title: "x", Text: text}}
		got := set.Classify(probes.Observation{Views: []probes.View{v}}, probes.Expectation{})
		if (got.Cause == probes.LoginFailed) != blocks {
			t.Errorf("%q: %s by rule %s, want it to block: %v", text, got.Cause, got.Rule, blocks)
		}
	}
}
