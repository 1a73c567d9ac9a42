package signature

import (
	"cmp"
	"slices"

	"genkan/probes"
)

// The rules that decide a verdict, as Verdict.Rule names them.
const (
	ruleFault           = "fault"                   // our own doing: nothing is known of the site
	ruleNothingSeen     = "nothing-seen"            // no view, and no fault either
	ruleSitePack        = "blocking:site-pack"      // a signature of the site's own pack blocks
	ruleWebPack         = "blocking:web"            // a signature of a pack for any site blocks
	ruleGeneric         = "blocking:generic"        // only words that any page could use block
	ruleNetError        = "net-error"               // no signature, but the network failed
	ruleTimeout         = "timeout"                 // no signature, but the time ran out
	ruleComplaint       = "form-complaint"          // no signature, but beside the form a message says that what was sent isn't taken
	ruleBounced         = "bounced"                 // no signature, but the visit was sent back to the top page
	ruleExpectedSig     = "expected-signature"      // the signature that a healthy visit ends in
	ruleExpectedMissing = "expected-signature-miss" // it was to be shown, and the page looks healthy instead
	ruleMet             = "expectation-met"         // the page is what was expected
	ruleForm            = "usable-form"             // no expectation, and a form a visitor can use
	ruleContent         = "main-content"            // no expectation, and something to read
	ruleNothingAmiss    = "nothing-amiss"           // no expectation, answered well, and no sentence sounds like an error
	ruleStatus          = "status"                  // nothing else to go by than the HTTP status
	ruleStepFailed      = "step-failed"             // a step couldn't be done, and nothing says why
	ruleBlank           = "blank"                   // nothing to see
	ruleUnmet           = "expectation-unmet"       // not what was expected, and nothing says why
	ruleUnknown         = "unknown"                 // neither healthy nor known
)

// maxViews is how many views of a visit are judged; the last one always is.
const maxViews = 50

// Classify says what an observation means. It is a pure function of its
// arguments and never fails: what it doesn't recognise is unknown. The first
// view that blocks the visitor decides; Verdict.Rule names what decided there.
func (s *Set) Classify(o probes.Observation, e probes.Expectation) probes.Verdict {
	if o.Fault != nil {
		return s.bare(ruleFault, probes.AgentFault, "fault", string(o.Fault.Reason))
	}
	views := o.Views
	if len(views) > maxViews {
		views = slices.Concat(views[:maxViews-1], views[len(views)-1:])
	}
	if len(views) == 0 {
		return s.bare(ruleNothingSeen, probes.UnexpectedContent, "", "")
	}
	var matches []probes.Match
	var before *scene
	for i, v := range views {
		sc := s.look(v, before)
		last := i == len(views)-1
		sc.stand(e, last)
		matches = append(matches, sc.matches()...)
		verdict, decided := s.blocked(sc, e, last)
		if !decided && last {
			verdict, decided = s.unblocked(sc, e), true
		}
		if decided {
			verdict.Step, verdict.Matches = v.Step, matches
			return verdict.Settled()
		}
		before = sc
	}
	return probes.Verdict{}.Settled()
}

// blocked is the verdict on a view that keeps the visitor from going on.
func (s *Set) blocked(sc *scene, e probes.Expectation, last bool) (probes.Verdict, bool) {
	var blocking []*sighting
	for _, g := range sc.sightings {
		if g.blocks {
			blocking = append(blocking, g)
		}
	}
	if last && e.Signature != "" {
		for _, g := range blocking {
			if g.sig.ID == e.Signature {
				return s.expected(g), true
			}
		}
	}
	if len(blocking) > 0 {
		return s.recognised(slices.MinFunc(blocking, sc.prefer)), true
	}
	return s.failedVisit(sc)
}

// failedVisit is the verdict where no signature blocks but the visit itself
// went wrong.
func (s *Set) failedVisit(sc *scene) (probes.Verdict, bool) {
	v := sc.page.view
	switch {
	case sc.standing == met:
	case v.NetError != "" && !answeredAllTheSame(v):
		return s.bare(ruleNetError, causeOfNetError(v.NetError), "net_error", v.NetError), true
	case bouncedHome(v):
		return s.bare(ruleBounced, probes.Bounced, "bounced", v.RequestedURL+" -> "+v.FinalURL), true
	case v.TimedOut && sc.standing == unproven:
		return s.bare(ruleTimeout, probes.TimedOut, "timed_out", "the time ran out before the page was ready"), true
	}
	return probes.Verdict{}, false
}

// unblocked is the verdict on the last view when nothing on it blocks.
func (s *Set) unblocked(sc *scene, e probes.Expectation) probes.Verdict {
	v := sc.page.view
	healthy := sc.healthyRule()
	if cause, words, ok := sc.complaint(); ok && (healthy != ruleMet || v.Submitted) {
		return s.bare(ruleComplaint, cause, "sentence", words)
	}
	switch {
	case healthy != "" && e.Signature != "":
		return s.unknown(ruleExpectedMissing, probes.UnexpectedContent, sc)
	case healthy != "":
		return s.bare(healthy, probes.OK, "", "")
	case v.Failed != nil:
		u := s.unknown(ruleStepFailed, probes.UnexpectedContent, sc)
		u.Quotes = append([]probes.Quote{quotation("failed_step", v.Failed.Reason)}, u.Quotes...)
		return u
	case v.Status >= 400:
		return s.bare(ruleStatus, causeOfStatus(v.Status), "status", itoa(v.Status))
	case blank(v):
		return s.bare(ruleBlank, probes.BlankPage, "", "")
	case sc.unmet:
		return s.unknown(ruleUnmet, probes.UnexpectedContent, sc)
	}
	return s.unknown(ruleUnknown, probes.UnexpectedContent, sc)
}

// prefer orders what blocks, the one that decides first: what would block
// without any expectation, the site's own pack, specific words; among generic
// ones what says more than that the server failed, and words before a bare
// status; then the place that says most, what says most of the visitor, and the
// longest quote. The id makes it certain.
func (sc *scene) prefer(a, b *sighting) int {
	return cmp.Or(
		first(a.firmly, b.firmly),
		first(a.sig.pack.site, b.sig.pack.site),
		first(!a.sig.Generic, !b.sig.Generic),
		first(a.telling(), b.telling()),
		first(!a.sig.bare, !b.sig.bare),
		cmp.Compare(a.rank(), b.rank()),
		cmp.Compare(sc.ofUser(a), sc.ofUser(b)),
		cmp.Compare(b.weight, a.weight),
		cmp.Compare(a.sig.ID, b.sig.ID),
	)
}

// ofUser orders what is wrong on the visitor's side, what says most first: who
// is locked out has also failed to log in, and a link that was used before is
// also invalid. On a sign-up or a code form nobody fails to log in. Beside a form
// that can be used, what else was seen comes after that; elsewhere before.
func (sc *scene) ofUser(g *sighting) int {
	causes := []probes.Cause{probes.AccountLocked, probes.RateLimited, probes.SessionExpired, probes.AlreadyRegistered, probes.LimitReached, probes.UploadRejected, probes.LoginFailed, probes.InvalidInput, probes.TwoFactorRequired}
	form, inUse := formInUse(sc.page.view)
	if inUse && form != probes.LoginForm && g.sig.Cause == probes.LoginFailed {
		return len(causes)
	}
	if at := slices.Index(causes, g.sig.Cause); at >= 0 {
		return at
	}
	if inUse {
		return len(causes)
	}
	return -1
}

// telling reports whether a sighting says more than any failure does: a page
// under maintenance or out of reach is always a server's error too.
func (g *sighting) telling() bool { return !g.sig.Generic || g.sig.Cause != probes.ServerError }

// first orders what is so before what isn't.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// recognised is the verdict of the signature that was chosen.
func (s *Set) recognised(g *sighting) probes.Verdict {
	rule := ruleWebPack
	switch {
	case g.sig.pack.site:
		rule = ruleSitePack
	case g.sig.Generic:
		rule = ruleGeneric
	}
	return probes.Verdict{Side: g.sig.Side, OrSide: g.sig.OrSide, Cause: g.sig.Cause, Signature: g.sig.ID,
		Advice: slices.Clone(g.sig.Advice), Rule: rule, Quotes: g.match.Quotes}
}

// expected is the verdict where the visit ended in the signature it should end in.
func (s *Set) expected(g *sighting) probes.Verdict {
	return probes.Verdict{Side: probes.SideNone, Cause: probes.OK, Signature: g.sig.ID, Rule: ruleExpectedSig, Quotes: g.match.Quotes}
}

// bare is a verdict from a cause alone.
func (s *Set) bare(rule string, cause probes.Cause, matcher, quote string) probes.Verdict {
	v := probes.Verdict{Side: cause.Side(), Cause: cause, Rule: rule, Advice: slices.Clone(s.causes[cause].advice)}
	if quote != "" {
		v.Quotes = []probes.Quote{quotation(matcher, quote)}
	}
	return v.Settled()
}

// unknown is a verdict that leaves the question open, with the sentences that
// look most like an error.
func (s *Set) unknown(rule string, cause probes.Cause, sc *scene) probes.Verdict {
	v := s.bare(rule, cause, "", "")
	v.Quotes = s.lexicon.suspicious(sc.page.view)
	return v
}
