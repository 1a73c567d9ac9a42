package signature

import (
	"strings"

	"genkan/probes"
)

// What follows is the floor under all packs: every network error and every
// status has a cause, whichever packs are loaded. Signatures say it better
// where there is more to say.

// answeredAllTheSame reports whether the browser's network error only says that
// the answer had an error status and no body; the status tells more.
func answeredAllTheSame(v probes.View) bool {
	return v.Status >= 400 && (strings.HasSuffix(v.NetError, "ERR_HTTP_RESPONSE_CODE_FAILURE") || strings.HasSuffix(v.NetError, "ERR_ABORTED"))
}

// netErrorFamily is the beginning of some of Chromium's names for network
// errors (net_error_list.h), and their cause.
type netErrorFamily struct {
	prefix string
	cause  probes.Cause
}

// netErrorFamilies are looked through in order; the first that fits counts.
func netErrorFamilies() []netErrorFamily {
	return []netErrorFamily{
		{"ERR_INTERNET_DISCONNECTED", probes.AgentFault},
		{"ERR_PROXY_", probes.AgentFault},
		{"ERR_SOCKS_", probes.AgentFault},
		{"ERR_PAC_", probes.AgentFault},
		{"ERR_TUNNEL_CONNECTION_FAILED", probes.AgentFault},
		{"ERR_NO_SUPPORTED_PROXIES", probes.AgentFault},
		{"ERR_MANDATORY_PROXY_", probes.AgentFault},
		{"ERR_NETWORK_CHANGED", probes.AgentFault},
		{"ERR_NETWORK_IO_SUSPENDED", probes.AgentFault},
		{"ERR_NETWORK_ACCESS_", probes.AgentFault},
		{"ERR_ADDRESS_UNREACHABLE", probes.AgentFault},
		{"ERR_ADDRESS_IN_USE", probes.AgentFault},
		{"ERR_INSUFFICIENT_RESOURCES", probes.AgentFault},
		{"ERR_OUT_OF_MEMORY", probes.AgentFault},
		{"ERR_NO_BUFFER_SPACE", probes.AgentFault},
		{"ERR_FILE_", probes.AgentFault},
		{"ERR_CACHE_", probes.AgentFault},
		{"ERR_BLOCKED_BY_", probes.AgentFault},
		{"ERR_UNSAFE_PORT", probes.AgentFault},
		{"ERR_UNKNOWN_URL_SCHEME", probes.AgentFault},
		{"ERR_INVALID_URL", probes.AgentFault},
		{"ERR_TIMED_OUT", probes.TimedOut},
		{"ERR_CONNECTION_TIMED_OUT", probes.TimedOut},
		{"ERR_NAME_", probes.DNSError},
		{"ERR_DNS_", probes.DNSError},
		{"ERR_ICANN_NAME_COLLISION", probes.DNSError},
		{"ERR_CERT", probes.TLSError},
		{"ERR_SSL_", probes.TLSError},
		{"ERR_BAD_SSL_", probes.TLSError},
		{"ERR_TLS", probes.TLSError},
		{"ERR_ECH_", probes.TLSError},
		{"ERR_TOO_MANY_REDIRECTS", probes.RedirectLoop},
		{"ERR_UNSAFE_REDIRECT", probes.ServerError},
		{"ERR_INVALID_REDIRECT", probes.ServerError},
		{"ERR_HTTP_RESPONSE_CODE_FAILURE", probes.ServerError},
		{"ERR_INVALID_AUTH", probes.Forbidden},
		{"ERR_ABORTED", probes.UnexpectedContent},
	}
}

// causeOfNetError is the cause of a network error by its family; what isn't
// known failed while talking to the site.
func causeOfNetError(name string) probes.Cause {
	name = strings.TrimPrefix(name, "net::")
	for _, f := range netErrorFamilies() {
		if strings.HasPrefix(name, f.prefix) {
			return f.cause
		}
	}
	return probes.ConnectionError
}

// causeOfStatus is the cause of an HTTP status that nothing else explains
// (RFC 9110, RFC 6585, RFC 7725, and what proxies add).
func causeOfStatus(code int) probes.Cause {
	switch {
	case code == 401:
		return probes.LoginFailed
	case code == 403:
		return probes.Forbidden
	case code == 404 || code == 410:
		return probes.NotFound
	case code == 407:
		return probes.AgentFault
	case code == 408:
		return probes.TimedOut
	case code == 419 || code == 440:
		return probes.SessionExpired
	case code == 429:
		return probes.RateLimited
	case code == 451:
		return probes.GeoRestricted
	case code == 511:
		return probes.CaptivePortal
	case code == 502 || code == 504 || 520 <= code && code <= 530:
		return probes.GatewayError
	case code >= 500:
		return probes.ServerError
	}
	return probes.UnexpectedContent
}
