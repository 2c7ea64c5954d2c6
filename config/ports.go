package config

import (
	"fmt"

	"waypost/providers"
)

// schemes are those whose ports people mix up (RFC 8314 section 3, RFC 5804).
// smtp comes last: what is sent there goes by the name of submission.
var schemes = []string{"imaps", "imap", "pop3s", "pop3", "submissions", "submission", "sieve", "smtp"}

// meant is a server as a scheme alone says it.
func meant(scheme, host string) providers.Server {
	s, _ := providers.ParseServer(scheme + "://mail.example.com") // one of schemes
	s.Host = host
	return s
}

// oddPort says that a server's port is the usual one of another protocol or of
// the other TLS mode, and what to write; empty when it is neither. Some servers
// do answer so, as charter.net's with TLS at 587, so that it is no mistake.
func oddPort(s providers.Server) string {
	own, other := "", ""
	for _, name := range schemes {
		k := meant(name, s.Host)
		if own == "" && k.Protocol == s.Protocol && k.ImplicitTLS() == s.ImplicitTLS() {
			own = name
		}
		if k.Port == s.Port {
			other = name
		}
	}
	if own == "" || other == "" || own == other {
		return ""
	}
	mend, theirs := meant(own, s.Host), meant(other, s.Host)
	text := fmt.Sprintf("%d is the port of %s; %s has %d", s.Port, other, own, mend.Port)
	if other == "smtp" {
		text = fmt.Sprintf("25 is the port between mail servers, which many networks close to people; %s has %d", own, mend.Port)
	}
	instead := mend.URL()
	if theirs.Protocol == s.Protocol && other != "smtp" {
		instead += " or " + theirs.URL()
	}
	return text + ": write " + instead + ", unless the server does answer so"
}
