package providers

import "slices"

// Inexpressible says why a dialect, or no dialect, can carry a Setup. Its
// fields are for people.
type Inexpressible struct {
	Code   string // stable, for searching
	Reason string // a sentence: what was found
	Next   string // a sentence: what to do
}

func (e *Inexpressible) Error() string { return e.Code + ": " + e.Reason + " " + e.Next }

// The codes of Inexpressible.
const (
	CodePartial    = "PARTIAL"     // the record lacks what a client needs
	CodeOAuth2Only = "OAUTH2-ONLY" // nobody logs in here with a password
	CodeNoServers  = "NO-SERVERS"  // no IMAP, POP3 or submission server
)

// Pair picks the one incoming and the one outgoing server for a dialect that
// names one of each: an IMAP server, else POP3, and a submission server.
// The rules are tried in order and the first that some server meets decides;
// without rules, every server does. Plaintext is picked only where nothing
// encrypted meets any rule. The error is an [*Inexpressible].
func (m Match) Pair(rules ...func(Server) bool) (incoming, outgoing Server, err error) {
	s := m.Setup
	if s.Partial != "" {
		return Server{}, Server{}, &Inexpressible{
			CodePartial,
			"What is known of " + m.Provider.Name + " is not enough to set up a client: " + s.Partial + ".",
			"Ask the provider for the settings of its mail servers.",
		}
	}
	incoming, okIn := pick(s.Incoming, rules, IMAP, POP3)
	outgoing, okOut := pick(s.Outgoing, rules, Submission)
	switch {
	case okIn && okOut:
		return incoming, outgoing, nil
	case oauth2Only(s.Incoming), oauth2Only(s.Outgoing):
		return Server{}, Server{}, &Inexpressible{
			CodeOAuth2Only,
			m.Provider.Name + " takes only OAuth2 sign-in, which this kind of configuration cannot carry.",
			"Add the account in a mail client that has its own entry for " + m.Provider.Name + ".",
		}
	}
	return Server{}, Server{}, &Inexpressible{
		CodeNoServers,
		m.Provider.Name + " has no pair of IMAP or POP3 and submission servers that this kind of configuration can name.",
		"Ask the provider which clients it supports.",
	}
}

// oauth2Only tells whether OAuth2 is the way to log in and no password is.
func oauth2Only(servers []Server) bool {
	return slices.ContainsFunc(servers, func(s Server) bool { return s.Accepts(OAuth2) }) &&
		!slices.ContainsFunc(servers, Server.AcceptsPassword)
}

// pick gives the first server by encryption, then protocol, then rule.
func pick(servers []Server, rules []func(Server) bool, protocols ...Protocol) (Server, bool) {
	if len(rules) == 0 {
		rules = []func(Server) bool{func(Server) bool { return true }}
	}
	for _, encrypted := range []bool{true, false} {
		for _, p := range protocols {
			for _, rule := range rules {
				for _, s := range servers {
					if s.Protocol == p && s.Encrypted() == encrypted && rule(s) {
						return s, true
					}
				}
			}
		}
	}
	return Server{}, false
}
