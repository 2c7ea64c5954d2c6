package autoconfig

import (
	"cmp"
	"slices"

	"waypost/providers"
)

// All makes the document that says everything: each server that works,
// services, OAuth2, help and the names of mail exchangers. It is for clients
// that ask for it and for people; what most clients do with several servers
// of a kind, [New] avoids. IMAP comes first, then POP3, JMAP, EWS and
// ActiveSync, each in the Setup's order; plaintext stands there only where a
// direction has nothing else. The error is a [*providers.Inexpressible] when
// the Setup is partial or has no incoming server.
func All(m providers.Match) (Document, error) {
	s, help := m.Setup, m.Provider.Help
	d := named(m)
	d.MX = exchangers(m)
	d.Enable = help.Enable
	d.WebMail = help.WebMail
	// One plaintext server beside others, and K-9 refuses the whole document.
	d.Incoming = providers.Safest(carriedAll(s.Incoming))
	d.Outgoing = providers.Safest(carriedAll(s.Outgoing))
	var sieve []providers.Server
	for _, v := range carriedAll(s.Services) {
		switch v.Protocol {
		case providers.EWS, providers.ActiveSync:
			d.Incoming = append(d.Incoming, v)
		case providers.ManageSieve:
			sieve = append(sieve, v)
		default:
			d.Services = append(d.Services, v)
		}
	}
	d.Services = append(d.Services, providers.Safest(sieve)...)
	slices.SortStableFunc(d.Incoming, func(a, b providers.Server) int {
		return cmp.Compare(slices.Index(incomingOrder, a.Protocol), slices.Index(incomingOrder, b.Protocol))
	})
	if s.Partial != "" || len(d.Incoming) == 0 {
		_, _, err := m.Pair()
		return Document{}, err
	}
	if o := m.Provider.OAuth2; says(o) && d.takesOAuth2() {
		endpoint := *o
		d.OAuth2 = &endpoint
	}
	return d, nil
}

// incomingOrder has in front what most clients know: Geary looks at the very
// first server alone.
var incomingOrder = []providers.Protocol{
	providers.IMAP, providers.POP3, providers.JMAP, providers.EWS, providers.ActiveSync,
}

func carriedAll(servers []providers.Server) []providers.Server {
	var all []providers.Server
	for _, s := range servers {
		all = append(all, carried(s))
	}
	return all
}

// exchangers gives the names at which clients look for the mail exchangers'
// configuration. An exchanger's own host name is not among them, unless it is
// the registrable domain.
func exchangers(m providers.Match) []providers.Domain {
	var names []providers.Domain
	for _, mx := range m.Setup.MX {
		for _, d := range providers.MXNames(mx) {
			if d == m.Domain || d == mx && mx != mx.Registrable() || slices.Contains(names, d) {
				continue
			}
			names = append(names, d)
		}
	}
	return names
}

func (d Document) takesOAuth2() bool {
	return slices.ContainsFunc(slices.Concat(d.Incoming, d.Outgoing, d.Services), func(s providers.Server) bool {
		return s.Accepts(providers.OAuth2)
	})
}
