package signature

import (
	"slices"
	"strings"

	"genkan/probes"
)

// blocks reports whether a sighting keeps the visitor from going on, on a page
// that works as well as said. What doesn't block is a quotation.
func (sc *scene) blocks(g *sighting, as standing) bool {
	f := g.found
	switch {
	case f.facts&ofVisit != 0:
		return sc.visitBlocks(as)
	case f.ofText() && f.where&loud != 0:
		return !(as >= usable && sc.announces(g)) && !(as == readable && sc.page.quotes(f))
	case sc.page.quotes(f), sc.supposes(g):
		return false
	case sc.page.view.Submitted && f.ofText() && !g.sig.Generic && !sc.stoodBefore(g):
		return true
	case as == usable:
		return sc.reports(g) || sc.isForm(g)
	case as == met:
		return false
	case as == readable:
		return sc.defines(g) || len(sc.page.view.Forms) > 0 && sc.reports(g)
	}
	return true
}

// visitBlocks: a visit that went wrong blocks unless it led to what was
// expected; one that only ran out of time, also when the page can be used.
func (sc *scene) visitBlocks(as standing) bool {
	v := sc.page.view
	if v.TimedOut && v.NetError == "" && !bouncedHome(v) && v.Failed == nil {
		return as == unproven
	}
	return as != met
}

// stoodBefore reports whether the same signature was seen before the form was
// sent: then it is no answer to it.
func (sc *scene) stoodBefore(g *sighting) bool {
	return sc.before != nil && slices.ContainsFunc(sc.before.sightings, func(b *sighting) bool { return b.sig == g.sig })
}

// shortPage is the length of visible text, in bytes, up to which a page whose
// title or heading is the error's name is that error's page. What is longer
// tells about the error.
const shortPage = 3000

// defines reports whether what was found makes a page with something to read
// an error page all the same: the server says so, or its title or heading is
// the error's name and little else is there.
func (sc *scene) defines(g *sighting) bool {
	v := sc.page.view
	if g.found.facts&ofStructure != 0 && !g.sig.Generic {
		return true
	}
	if v.Status >= 400 {
		return g.found.ofText() || g.found.titled() || g.found.facts&ofStructure != 0
	}
	return len(v.Text) <= shortPage && !sc.page.tellsAbout() && !sc.page.sectioned() && !sc.announces(g) && slices.ContainsFunc(g.found.hits, sc.page.isNamed)
}

// isNamed reports whether what was found is most of the title or of the first
// heading.
func (p *page) isNamed(h hit) bool {
	if h.end == 0 {
		return false
	}
	first := slices.IndexFunc(p.segments, func(s segment) bool { return s.place == inHeading })
	s := p.segments[h.segment]
	if s.place != inTitle && h.segment != first {
		return false
	}
	return 2*(h.end-h.start) >= len(s.text)
}

// quotes reports whether all that was found in visible text stands between
// quotation marks: it is spoken of, and not said.
func (p *page) quotes(f found) bool {
	texts := 0
	for _, h := range f.hits {
		if h.end == 0 || p.segments[h.segment].place == inTitle {
			continue
		}
		texts++
		if !quoted(p.segments[h.segment].text, h.start, h.end) {
			return false
		}
	}
	return texts > 0
}

// quoted reports whether [start, end) of a normalised text lies between
// quotation marks.
func quoted(s string, start, end int) bool {
	before, after := s[max(0, start-maxQuote):start], s[end:min(len(s), end+maxQuote)]
	for _, marks := range [][2]string{{"「", "」"}, {"『", "』"}} {
		if strings.LastIndex(before, marks[0]) > strings.LastIndex(before, marks[1]) && strings.Contains(after, marks[1]) {
			return true
		}
	}
	return strings.HasSuffix(strings.TrimRight(before, " "), `"`) && strings.Count(before, `"`)%2 == 1 && strings.Contains(after, `"`)
}

// isForm reports whether a form a visitor could use is the very thing the
// signature names: the form of a network's portal, which isn't the site's, or
// the one that asks for a second factor and leaves nothing else to do.
func (sc *scene) isForm(g *sighting) bool {
	switch g.sig.Cause {
	case probes.CaptivePortal:
		return !g.sig.Generic
	case probes.TwoFactorRequired:
		return g.found.ofText() && !slices.ContainsFunc(sc.page.view.Forms, func(f probes.Form) bool {
			return f.Usable() && f.Kind != probes.CodeForm && f.Kind != probes.OtherForm
		})
	}
	return false
}

// reports reports whether, beside a form, a sentence of its own says what is
// wrong with what the visitor sent, or what the site's own pack knows to be
// wrong with the site. Many sites write it as plain text above the form, by
// nothing told from the rest. On a long page it would more likely be explained
// than meant.
func (sc *scene) reports(g *sighting) bool {
	v := sc.page.view
	ofSite := g.sig.Side == probes.SideSystem && g.sig.pack.site && !g.sig.Generic
	if g.sig.Side != probes.SideUser && !ofSite || !g.found.ofText() || len(v.Text) > shortPage || sc.page.tellsAbout() {
		return false
	}
	for _, h := range g.found.hits {
		if h.end > 0 && sc.page.spoken(h) && sc.page.stated(h, g.asks()) {
			return true
		}
	}
	return false
}

// supposes reports whether a generic match on a page without a form is only
// supposed: a question asks whether the server failed, or it is of what the visitor may have done
// wrong or may not be there, and stands in a sentence on what to do when, in one
// on what may be after the page said that all went well, or in one section among
// others.
func (sc *scene) supposes(g *sighting) bool {
	p := sc.page
	if !g.sig.Generic || !g.found.ofText() || len(p.view.Forms) > 0 || p.view.Status >= 400 {
		return false
	}
	ofVisitor := g.sig.Side == probes.SideUser || g.sig.Cause == probes.NotFound
	if ofVisitor && p.sectioned() {
		return true
	}
	done := containsAny(p.segments[len(p.segments)-1].text, successWords())
	return !slices.ContainsFunc(g.found.hits, func(h hit) bool {
		if h.end == 0 || p.segments[h.segment].place != inBody {
			return true
		}
		n, _, _ := p.segments[h.segment].sentence(h)
		return !(strings.HasSuffix(n, "?") && g.sig.Cause == probes.ServerError) && !(ofVisitor && (asksOrSupposes(n) || done && conditional(n)))
	})
}

// explains reports whether a page in sections has nothing to show but what
// visitors may do wrong: it helps them.
func (sc *scene) explains() bool {
	return len(sc.sightings) > 0 && !slices.ContainsFunc(sc.sightings, func(g *sighting) bool { return g.blocks || !sc.supposes(g) }) && sc.page.sectioned()
}

// sections is how many headings beside the page's own make it one that explains.
const sections = 2

// sectioned reports whether the page is written in sections, each with something
// to say, under a title that is no failure, or with the headings of a reference.
func (p *page) sectioned() bool {
	own, count := true, 0
	for _, s := range p.segments {
		if s.place != inHeading {
			continue
		}
		if count++; count == 1 {
			own = p.lexicon.amiss(s.raw)
		}
	}
	return p.isReference() || !own && !p.lexicon.amiss(p.view.Title) && count > sections && weight(bounded(p.view.Text, maxLine)) >= explanation*count
}

// isReference reports whether the page has the headings of a reference, as the
// documentation of an error or of a status has.
func (p *page) isReference() bool {
	named := 0
	for _, s := range p.segments {
		if s.place == inHeading && slices.Contains(referenceHeadings(), s.text) {
			named++
		}
	}
	return named >= sections
}

// asks reports whether the signature's words also stand where nothing went wrong
// yet: a code is asked for, somebody is not logged in.
func (g *sighting) asks() bool {
	return g.sig.Cause == probes.TwoFactorRequired || g.sig.Cause == probes.SessionExpired || g.sig.Side != probes.SideUser
}

// spoken reports whether what was found stands in a heading or in the text.
func (p *page) spoken(h hit) bool {
	at := p.segments[h.segment].place
	return at == inBody || at == inHeading
}

// remark is the length of a normalised sentence, in bytes, up to which one that
// sounds like a failure says what was found in it, and nothing else.
const remark = 160

// stated reports whether what was found is most of a sentence, or its beginning
// and a good part, or in a short one that sounds like a failure; and the
// sentence is no question and no condition; where the
// words may also only ask for something, as a label or a hint does, it must
// sound like a failure. What was found may begin in the line before, with a
// label say: the sentence in which it ends counts.
func (p *page) stated(h hit, asks bool) bool {
	n, from, to := p.segments[h.segment].sentence(h)
	amiss := p.lexicon.suspicion(n) >= amissFrom
	if said := to - from; 2*said < len(n) && (from > 3 || 3*said < len(n)) && (!amiss || len(n) > remark) {
		return false
	}
	return (!asks || amiss) && !asksOrSupposes(n)
}

// sentence is the sentence in which what was found ends, normalised, and from
// where to where in it that stands.
func (s segment) sentence(h hit) (n string, from, to int) {
	at := 0
	for _, raw := range sentences(s.raw) {
		n := normalise(raw)
		begin := strings.Index(s.text[at:], n)
		if begin < 0 {
			continue
		}
		begin += at
		if at = begin + len(n); h.end <= at+1 { // one more: an expression may want to see what comes next
			return n, max(h.start-begin, 0), max(min(h.end, at)-begin, 0)
		}
	}
	return s.text[h.start:h.end], 0, h.end - h.start
}

// announces reports whether a notice of maintenance speaks of another time than
// now: where it stands out, that part says what will be and nothing of now;
// elsewhere the page as a whole does. Such a page works, and says what will be.
func (sc *scene) announces(g *sighting) bool {
	if g.sig.Cause != probes.UnderMaintenance {
		return false
	}
	where := g.found.where & loud
	if !g.found.ofText() || where == 0 {
		where = 1 << inBody
	}
	later := false
	for _, s := range sc.page.segments {
		if !where.has(s.place) {
			continue
		}
		if containsAny(s.text, currentWords()) {
			return false
		}
		later = later || containsAny(s.text, futureWords())
	}
	return later
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// currentWords say that something is so now; normalised.
func currentWords() []string {
	return []string{"ただいま", "只今", "現在", "中です", "中のため", "currently", "right now", "at the moment", "is down", "is being", "are performing", "are undergoing", "is undergoing"}
}

// futureWords say that something will be; normalised.
func futureWords() []string {
	return []string{"予定", "実施します", "実施いたします", "行います", "お知らせ", "will be", "scheduled", "planned", "upcoming"}
}

// asksOrSupposes reports whether a normalised sentence is a question, or says
// what to do when, or what would come of it.
func asksOrSupposes(n string) bool {
	return strings.HasSuffix(n, "?") || containsAny(" "+n, whenWords())
}

// conditional reports whether a normalised sentence only supposes something.
func conditional(n string) bool { return containsAny(" "+n, conditionWords()) }

// conditionWords make a sentence one that supposes; normalised, with the space
// before them.
func conditionWords() []string {
	return append(whenWords(), "可能性", "かもしれ", " may ", " might ", " if an ", " if the ", " if your ", "could be", "如果", "若")
}

// whenWords make a sentence one of what to do when, or of what would come of it;
// normalised, with the space before them.
func whenWords() []string {
	return []string{"場合", "ときは", "時は、", "ないとき", "あると", "ないと", "なければ", "ないか確認", "ないかご確認", "ないかお確かめ", "次第", "ますと", " will expire", " will end", "すると", "えると", "하면", "으면", "경우", "如果", " if you ", " when you ", " wenn sie ", " falls ", " se o ", " se a ", " se seu ", " se sua ", " caso ", " will be ", " wird ", " sera ", " será ", " sarà ", " zostanie ", " будет ", " wordt ", "将被", "將被", "将会", "됩니다", " si vous ", " si usted ", " se você ", " если "}
}

// successWords say that all went well; normalised.
func successWords() []string {
	return []string{"送信しました", "送信いたしました", "お送りしました", "お送りいたしました", "送信されました", "完了しました", "完了いたしました", "受け付けました", "登録しました", "登録完了", "送信完了", "ログアウトしました", "ログアウトが完了", "ログアウトいたしました", "変更しました", "更新しました", "signed out", "logged out", "has been created", "has been changed", "has been activated", "abgemeldet", "été déconnecté", "로그아웃", "완료되었습니다", "wylogowan", "退出登录", "注册成功", "申込完了", "手続き完了", "ありがとうございま",
		"has been sent", "have been sent", "was sent", "we sent", "we've sent", "we have sent", "emailed you", "successfully", "thank you for", "check your inbox", "check your e-mail", "check your email",
		"wurde gesendet", "haben wir", "a été envoyé", "avons envoyé", "hemos enviado", "ha sido enviado", "foi enviado", "enviamos", "отправлено", "отправили", "已发送", "已發送", "보냈습니다", "전송되었습니다"}
}

// referenceHeadings are headings of sections in references; normalised.
func referenceHeadings() []string {
	return []string{"description", "error message", "common causes", "causes", "cause", "possible causes", "resolution", "solution", "solutions", "example", "examples", "example response", "see also", "specifications", "specification",
		"browser compatibility", "status", "syntax", "related endpoints", "related", "response", "symptoms", "overview", "notes", "parameters", "fix", "how to fix", "references",
		"概要", "説明", "原因", "考えられる原因", "対処法", "対処方法", "解決策", "解決方法", "例", "レスポンスの例", "応答の例", "仕様書", "仕様", "関連情報", "関連項目", "ブラウザ-の互換性", "ブラウザ-の対応", "ステ-タス", "参考", "まとめ", "目次", "構文"}
}
