package providertest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/providers"
)

// Address reads an address. Like the others that take rapid's TB, it also
// serves a property's t.
func Address(t rapid.TB, text string) providers.Address {
	t.Helper()
	a, err := providers.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Server reads the notation of [providers.ParseServer]. The user name is the
// full address; without auth, the server takes password-cleartext alone.
func Server(t rapid.TB, notation string, auth ...providers.Auth) providers.Server {
	t.Helper()
	return signIn(bareServer(t, notation), auth)
}

// Service reads the https URL of a service, where sign-in is as with [Server].
func Service(t rapid.TB, p providers.Protocol, url string, auth ...providers.Auth) providers.Server {
	t.Helper()
	return signIn(bareService(t, p, url), auth)
}

func signIn(v providers.Server, auth []providers.Auth) providers.Server {
	if len(auth) == 0 {
		auth = []providers.Auth{providers.PasswordCleartext}
	}
	v.Auth, v.Username = auth, providers.FullAddress
	return v
}

// bareServer is one of which nobody knows how to sign in.
func bareServer(t rapid.TB, notation string) providers.Server {
	t.Helper()
	v, err := providers.ParseServer(notation)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func bareService(t rapid.TB, p providers.Protocol, url string) providers.Server {
	t.Helper()
	v, err := providers.ParseService(p, url)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Setup makes a Setup from names with spaces between (*.name is a suffix,
// mx:name an exchanger) and from servers as [Server] reads them.
func Setup(t testing.TB, names string, servers ...string) providers.Setup {
	t.Helper()
	var s providers.Setup
	for name := range strings.FieldsSeq(names) {
		if rest, ok := strings.CutPrefix(name, "*."); ok {
			s.Suffixes = append(s.Suffixes, providers.MustDomain(rest))
		} else if rest, ok := strings.CutPrefix(name, "mx:"); ok {
			s.MX = append(s.MX, providers.MustDomain(rest))
		} else {
			s.Domains = append(s.Domains, providers.MustDomain(name))
		}
	}
	for _, notation := range servers {
		add(&s, Server(t, notation))
	}
	return s
}

// add puts a server where its protocol belongs.
func add(s *providers.Setup, v providers.Server) {
	switch v.Protocol {
	case providers.IMAP, providers.POP3:
		s.Incoming = append(s.Incoming, v)
	case providers.Submission:
		s.Outgoing = append(s.Outgoing, v)
	default:
		s.Services = append(s.Services, v)
	}
}

// Provider makes a Provider that is valid if its setups are.
func Provider(id string, setups ...providers.Setup) providers.Provider {
	return providers.Provider{ID: id, Name: "Mail of " + id, Setups: setups}
}

// Match gives what the first Setup of p, which has to be valid, says of a
// domain. It shares p's memory.
func Match(t rapid.TB, p *providers.Provider, d providers.Domain) providers.Match {
	t.Helper()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	m, err := providers.NewMatch(p, &p.Setups[0], d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Configured gives the account of an address at a provider of its own, Example
// Mail, with these servers and services in any order.
func Configured(t rapid.TB, address string, servers ...providers.Server) providers.Account {
	t.Helper()
	a := Address(t, address)
	s := providers.Setup{Domains: []providers.Domain{a.Domain()}}
	for _, v := range servers {
		add(&s, v)
	}
	p := &providers.Provider{ID: a.Domain().String(), Name: "Example Mail", Setups: []providers.Setup{s}}
	return Match(t, p, a.Domain()).At(a)
}
