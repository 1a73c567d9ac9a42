package report

import "genkan/probes"

// label is a name in the first column, in English.
type label string

const (
	labelWhat label = "what"
	labelSide label = "fault"
	labelOr   label = "or"
	labelPage label = "page"
	labelSeen label = "seen"
	labelToDo label = "to do"
	labelRule label = "rule"
	labelKept label = "kept"
	labelNow  label = "now"
)

func (l label) in(lang string) string {
	japanese := map[label]string{
		labelWhat: "内容", labelSide: "原因", labelOr: "または", labelPage: "題名", labelSeen: "根拠", labelToDo: "対処", labelRule: "規則", labelKept: "証拠", labelNow: "現在",
	}
	if lang == "ja" {
		return japanese[l]
	}
	return string(l)
}

// whose says in words whose fault a side means.
func whose(s probes.Side) probes.Text {
	switch s {
	case probes.SideNone:
		return probes.Text{"en": "nobody's: this is how it should be", "ja": "問題はありません（想定どおりです）"}
	case probes.SideUser:
		return probes.Text{"en": "the visitor's: what was typed or sent, or has run out", "ja": "利用者側（入力や送信の内容、期限切れ）"}
	case probes.SideEnvironment:
		return probes.Text{"en": "the visitor's network, device or place", "ja": "利用者の環境（回線、端末、場所）"}
	case probes.SideSystem:
		return probes.Text{"en": "the site's own", "ja": "サイト側"}
	case probes.SideMonitor:
		return probes.Text{"en": "the monitoring's own: it says nothing about the site", "ja": "監視する側（サイトの状態を示すものではありません）"}
	}
	return probes.Text{"en": "not known: neither healthy nor an error that a signature knows", "ja": "不明（正常とも、既知のエラーとも判断できません）"}
}

// likeness is how much a message is like what is known, in words.
func likeness() probes.Text { return probes.Text{"en": "%.0f %% alike", "ja": "一致度 %.0f %%"} }
