package providers

import (
	"errors"
	"slices"
)

// Inexpressible says why a dialect, or no dialect, can carry a Setup. Its
// fields are for people.
type Inexpressible struct {
	Code   string // stable, for searching
	Reason string // a sentence: what was found
	Next   string // a sentence: what to do
}

func (e *Inexpressible) Error() string { return e.Code + ": " + Sentence(e) }

// Sentence gives the words for people of an [*Inexpressible], without its
// code, and of any other error its text.
func Sentence(err error) string {
	if e, ok := errors.AsType[*Inexpressible](err); ok {
		return e.Reason + " " + e.Next
	}
	return err.Error()
}

// The codes of Inexpressible.
const (
	CodePartial    = "PARTIAL"     // the record lacks what a client needs
	CodeOAuth2Only = "OAUTH2-ONLY" // nobody logs in here with a password
	CodeNoServers  = "NO-SERVERS"  // no IMAP, POP3 or submission server
)

// Pair picks the one incoming and the one outgoing server for a dialect that
// names one of each: an IMAP server, else POP3, and a submission server.
// The rules are tried in order and the first that some server meets decides;
// without rules, every server does. Plaintext is picked only in a direction
// that has nothing encrypted. The error is an [*Inexpressible].
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
	servers = Safest(servers)
	return slices.ContainsFunc(servers, func(s Server) bool { return s.Accepts(OAuth2) }) &&
		!slices.ContainsFunc(servers, Server.AcceptsPassword)
}

// pick gives the first server by protocol, then rule.
func pick(servers []Server, rules []func(Server) bool, protocols ...Protocol) (Server, bool) {
	if len(rules) == 0 {
		rules = []func(Server) bool{func(Server) bool { return true }}
	}
	servers = Safest(servers)
	for _, p := range protocols {
		for _, rule := range rules {
			for _, s := range servers {
				if s.Protocol == p && rule(s) {
					return s, true
				}
			}
		}
	}
	return Server{}, false
}

// Safest gives the encrypted servers, and plaintext only where there are none:
// a password is never sent in the clear because a dialect cannot say how the
// encrypted server signs people in. The list given is not changed.
func Safest(servers []Server) []Server {
	if !slices.ContainsFunc(servers, Server.Encrypted) || !slices.ContainsFunc(servers, func(s Server) bool { return !s.Encrypted() }) {
		return servers
	}
	return slices.DeleteFunc(slices.Clone(servers), func(s Server) bool { return !s.Encrypted() })
}
