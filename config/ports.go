package config

import (
	"fmt"
	"sync"

	"waypost/providers"
)

// schemes are those whose ports people mix up (RFC 8314 section 3, RFC 5804).
// smtp comes last: what is sent there goes by the name of submission.
var schemes = []string{"imaps", "imap", "pop3s", "pop3", "submissions", "submission", "sieve", "smtp"}

// usual are the servers that the schemes alone say, in their order. They are read
// once: a configuration can have a million servers to hold against them.
var usual = sync.OnceValue(func() []providers.Server {
	list := make([]providers.Server, len(schemes))
	for i, scheme := range schemes {
		list[i], _ = providers.ParseServer(scheme + "://mail.example.com") // one of schemes
	}
	return list
})

// oddPort says that a server's port is the usual one of another protocol or of
// the other TLS mode, and what to write; empty when it is neither. Some servers
// do answer so, as charter.net's with TLS at 587, so that it is no mistake.
func oddPort(s providers.Server) string {
	own, other := -1, -1
	for i, k := range usual() {
		if own < 0 && k.Protocol == s.Protocol && k.ImplicitTLS() == s.ImplicitTLS() {
			own = i
		}
		if k.Port == s.Port {
			other = i
		}
	}
	if own < 0 || other < 0 || own == other {
		return ""
	}
	mend, theirs, smtp := usual()[own], usual()[other], schemes[other] == "smtp"
	mend.Host, theirs.Host = s.Host, s.Host
	text := fmt.Sprintf("%d is the port of %s; %s has %d", s.Port, schemes[other], schemes[own], mend.Port)
	if smtp {
		text = fmt.Sprintf("25 is the port between mail servers, which many networks close to people; %s has %d", schemes[own], mend.Port)
	}
	instead := mend.URL()
	if theirs.Protocol == s.Protocol && !smtp {
		instead += " or " + theirs.URL()
	}
	return text + ": write " + instead + ", unless the server does answer so"
}
