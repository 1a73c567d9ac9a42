package probes

// Side is whose fault it is. The zero value reads as SideUnknown: nothing is
// healthy that nobody has judged.
type Side string

// The sides.
const (
	SideNone        Side = "none"        // healthy
	SideUser        Side = "user"        // what the visitor typed, sent, or let expire
	SideEnvironment Side = "environment" // the visitor's network, device or place
	SideSystem      Side = "system"      // the site
	SideMonitor     Side = "monitor"     // ours: inconclusive
	SideUnknown     Side = "unknown"     // neither healthy nor recognised
)

// Sides are all sides, in the order people want them.
func Sides() []Side {
	return []Side{SideNone, SideUser, SideEnvironment, SideSystem, SideMonitor, SideUnknown}
}

// Cause is what kind of thing happened, from a closed list.
type Cause string

// The causes.
const (
	OK Cause = "ok"

	ServerError       Cause = "server_error"
	GatewayError      Cause = "gateway_error"
	UnderMaintenance  Cause = "maintenance"
	Forbidden         Cause = "forbidden"
	NotFound          Cause = "not_found"
	Bounced           Cause = "bounced"
	TwoFactorRequired Cause = "two_factor_required"
	RedirectLoop      Cause = "redirect_loop"
	BlankPage         Cause = "blank_page"
	TimedOut          Cause = "timeout"
	ConnectionError   Cause = "connection_error"
	DNSError          Cause = "dns_error"
	TLSError          Cause = "tls_error"

	GeoRestricted     Cause = "geo_restricted"
	WAFBlock          Cause = "waf_block"
	AgeGate           Cause = "age_gate"
	CaptivePortal     Cause = "captive_portal"
	ClientUnsupported Cause = "client_unsupported"

	LoginFailed       Cause = "login_failed"
	AccountLocked     Cause = "account_locked"
	AlreadyRegistered Cause = "already_registered"
	InvalidInput      Cause = "invalid_input"
	UploadRejected    Cause = "upload_rejected"
	CodeNotReceived   Cause = "code_not_received"
	LimitReached      Cause = "limit_reached"
	SessionExpired    Cause = "session_expired"

	BotChallenge Cause = "bot_challenge"
	Captcha      Cause = "captcha"
	RateLimited  Cause = "rate_limited"
	AgentFault   Cause = "agent_fault"

	UnexpectedContent Cause = "unexpected_content"
)

// Side is the first word on whose fault a cause is, from one run and unless a
// signature says otherwise. A cause that isn't on the list is SideUnknown.
func (c Cause) Side() Side {
	switch c {
	case OK:
		return SideNone
	case LoginFailed, AccountLocked, AlreadyRegistered, InvalidInput, UploadRejected, CodeNotReceived, LimitReached, SessionExpired, TwoFactorRequired:
		return SideUser
	case GeoRestricted, WAFBlock, AgeGate, CaptivePortal, ClientUnsupported:
		return SideEnvironment
	case ServerError, GatewayError, UnderMaintenance, Forbidden, NotFound, Bounced, RedirectLoop, TimedOut, ConnectionError, DNSError, TLSError:
		return SideSystem
	case BotChallenge, Captcha, RateLimited, AgentFault:
		return SideMonitor
	}
	return SideUnknown
}

// Causes are all causes, in the order of the interface's list.
func Causes() []Cause {
	return []Cause{OK,
		ServerError, GatewayError, UnderMaintenance, Forbidden, NotFound, Bounced, TwoFactorRequired, RedirectLoop, BlankPage, TimedOut,
		ConnectionError, DNSError, TLSError, GeoRestricted, WAFBlock, AgeGate, CaptivePortal, ClientUnsupported,
		LoginFailed, AccountLocked, AlreadyRegistered, InvalidInput, UploadRejected, CodeNotReceived, LimitReached, SessionExpired,
		BotChallenge, Captcha, RateLimited, AgentFault, UnexpectedContent}
}

// Advice is what to do, from a closed list.
type Advice string

// The advice.
const (
	NoAdvice        Advice = "none"
	Wait            Advice = "wait"
	ContactSupport  Advice = "contact_support"
	CheckInput      Advice = "check_input"
	CheckNetwork    Advice = "check_network"
	TryOtherDevice  Advice = "try_other_device"
	ClearCache      Advice = "clear_cache"
	LogIn           Advice = "log_in"
	ResetPassword   Advice = "reset_password"
	FixUpload       Advice = "fix_upload"
	UseOtherChannel Advice = "use_other_channel"
	VisitStore      Advice = "visit_store"
)

// Advices are all advice, in the order of the interface's list.
func Advices() []Advice {
	return []Advice{NoAdvice, Wait, ContactSupport, CheckInput, CheckNetwork, TryOtherDevice, ClearCache, LogIn, ResetPassword, FixUpload, UseOtherChannel, VisitStore}
}

// Verdict is what an observation means, with the proof for it. The zero value
// is unknown, never healthy; Settled spells it out.
type Verdict struct {
	Side      Side     `json:"side"`
	OrSide    Side     `json:"or_side"` // a second possibility; "" for none
	Cause     Cause    `json:"cause"`
	Signature string   `json:"signature"` // "pack/id", or "" where no signature decided
	Advice    []Advice `json:"advice"`
	Rule      string   `json:"rule"`              // the rule of precedence that decided, such as "blocking:site-pack"
	Step      string   `json:"step"`              // the step whose view decided
	Quotes    []Quote  `json:"evidence"`          // what was seen that makes it so
	Matches   []Match  `json:"matches,omitempty"` // every signature that matched, the chosen one included
}

// Quote is a piece of what was seen, as it was written, and the matcher that found it.
type Quote struct {
	Matcher string `json:"matcher"` // text, regexp, status, net_error … or "sentence" for an unknown page
	Quote   string `json:"quote"`
}

// Match is a signature that matched, and whether it blocked the visitor.
type Match struct {
	Signature string  `json:"signature"`
	Step      string  `json:"step"`
	Region    string  `json:"region"` // where the strongest quote stood: a RegionKind, "body", "title", "status" …
	Blocks    bool    `json:"blocks"` // false: a quotation on a page that works
	Quotes    []Quote `json:"quotes"`
}

// Healthy reports whether the visit went as it should.
func (v Verdict) Healthy() bool { return v.Side == SideNone }

// Settled returns v with what was left empty said: an empty side is unknown,
// an empty cause unexpected_content, no advice is NoAdvice.
func (v Verdict) Settled() Verdict {
	if v.Cause == "" {
		v.Cause = UnexpectedContent
	}
	if v.Side == "" {
		v.Side = SideUnknown
	}
	if len(v.Advice) == 0 {
		v.Advice = []Advice{NoAdvice}
	}
	if v.Quotes == nil {
		v.Quotes = []Quote{}
	}
	return v
}
