package providers_test

import (
	"errors"
	"strings"
	"testing"

	"waypost/providers"
)

func match(s providers.Setup) providers.Match {
	p := record("example.com", s)
	return providers.Match{Domain: providers.MustDomain("example.com"), Provider: &p, Setup: &p.Setups[0]}
}

func TestPairPrefersWhatStandsFirst(t *testing.T) {
	implicit := providers.Server.ImplicitTLS
	standard := providers.Server.StandardPort
	for _, row := range []struct {
		name     string
		servers  []string
		rules    []func(providers.Server) bool
		incoming string
		outgoing string
	}{
		{
			name:     "without rules the first of each",
			servers:  []string{"imap://a.example", "imaps://b.example", "submission://c.example", "submissions://d.example"},
			incoming: "imap://a.example", outgoing: "submission://c.example",
		},
		{
			name:     "IMAP before POP3, wherever it stands",
			servers:  []string{"pop3s://a.example", "imaps://b.example", "submissions://c.example"},
			incoming: "imaps://b.example", outgoing: "submissions://c.example",
		},
		{
			name:     "POP3 where there is no IMAP",
			servers:  []string{"pop3s://a.example", "submissions://c.example"},
			incoming: "pop3s://a.example", outgoing: "submissions://c.example",
		},
		{
			name:     "POP3 where no IMAP meets a rule",
			servers:  []string{"imap://a.example", "pop3s://b.example", "submissions://c.example"},
			rules:    []func(providers.Server) bool{implicit},
			incoming: "pop3s://b.example", outgoing: "submissions://c.example",
		},
		{
			name:     "an IMAP that meets only the second rule beats a POP3 that meets the first",
			servers:  []string{"imap://a.example", "pop3s://b.example", "submissions://c.example"},
			rules:    []func(providers.Server) bool{implicit, providers.Server.Encrypted},
			incoming: "imap://a.example", outgoing: "submissions://c.example",
		},
		{
			name:     "the first rule that some server meets decides",
			servers:  []string{"imaps://a.example:10993", "imap://b.example", "submissions://c.example:587", "submission://d.example"},
			rules:    []func(providers.Server) bool{standard, implicit},
			incoming: "imap://b.example", outgoing: "submission://d.example",
		},
		{
			name:     "the second rule where none meets the first",
			servers:  []string{"imap://a.example:10143", "imaps://b.example:10993", "submissions://mobile.charter.net:587"},
			rules:    []func(providers.Server) bool{standard, implicit},
			incoming: "imaps://b.example:10993", outgoing: "submissions://mobile.charter.net:587",
		},
		{
			name:     "each direction by itself",
			servers:  []string{"imaps://a.example", "submission://c.example:2525", "submissions://d.example:2465"},
			rules:    []func(providers.Server) bool{standard, implicit},
			incoming: "imaps://a.example", outgoing: "submissions://d.example:2465",
		},
		{
			name:     "plaintext last",
			servers:  []string{"imap://a.example?security=none", "imap://b.example", "smtp://c.example?security=none", "submission://d.example"},
			incoming: "imap://b.example", outgoing: "submission://d.example",
		},
		{
			name:     "plaintext last, also where it meets an earlier rule",
			servers:  []string{"imap://a.example?security=none", "imap://b.example:10143", "submission://d.example"},
			rules:    []func(providers.Server) bool{func(s providers.Server) bool { return s.Port < 1000 }, providers.Server.AcceptsPassword},
			incoming: "imap://b.example:10143", outgoing: "submission://d.example",
		},
		{
			name:     "encrypted POP3 before plaintext IMAP",
			servers:  []string{"imap://a.example?security=none", "pop3s://b.example", "submission://d.example"},
			incoming: "pop3s://b.example", outgoing: "submission://d.example",
		},
		{
			name:     "plaintext where there is nothing else",
			servers:  []string{"imap://a.example?security=none", "smtp://c.example?security=none"},
			incoming: "imap://a.example?security=none", outgoing: "smtp://c.example?security=none",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			in, out, err := match(serves(t, "example.com", row.servers...)).Pair(row.rules...)
			if err != nil {
				t.Fatal(err)
			}
			if in.URL() != row.incoming || out.URL() != row.outgoing {
				t.Errorf("picked %s and %s, want %s and %s", in.URL(), out.URL(), row.incoming, row.outgoing)
			}
		})
	}
}

func TestPairSaysWhyThereIsNone(t *testing.T) {
	jmap, err := providers.ParseService(providers.JMAP, "https://jmap.example/")
	if err != nil {
		t.Fatal(err)
	}
	with := func(auth ...providers.Auth) func(*providers.Setup) {
		return func(s *providers.Setup) {
			for i := range s.Incoming {
				s.Incoming[i].Auth = auth
			}
		}
	}
	outgoing := func(auth ...providers.Auth) func(*providers.Setup) {
		return func(s *providers.Setup) {
			for i := range s.Outgoing {
				s.Outgoing[i].Auth = auth
			}
		}
	}
	both := []string{"imaps://a.example", "submissions://b.example"}
	for _, row := range []struct {
		name    string
		servers []string
		change  func(*providers.Setup)
		rule    func(providers.Server) bool
		code    string
	}{
		{"partial", both, func(s *providers.Setup) { s.Partial = "the TLS mode is unknown" }, nil, providers.CodePartial},
		{"OAuth2 in both directions", both, func(s *providers.Setup) {
			with(providers.OAuth2)(s)
			outgoing(providers.OAuth2)(s)
		}, providers.Server.AcceptsPassword, providers.CodeOAuth2Only},
		{"OAuth2 to read", both, with(providers.OAuth2), providers.Server.AcceptsPassword, providers.CodeOAuth2Only},
		{"OAuth2 to send", both, outgoing(providers.OAuth2, providers.GSSAPI), providers.Server.AcceptsPassword, providers.CodeOAuth2Only},
		{"Kerberos, which is not OAuth2", both, with(providers.GSSAPI), providers.Server.AcceptsPassword, providers.CodeNoServers},
		{"nothing to read from", both[1:], nil, nil, providers.CodeNoServers},
		{"nothing to send with", both[:1], nil, nil, providers.CodeNoServers},
		{"nothing at all", nil, nil, nil, providers.CodeNoServers},
		{"JMAP alone", both[1:], func(s *providers.Setup) { s.Incoming = []providers.Server{jmap} }, nil, providers.CodeNoServers},
		{"a rule that no server meets", both, nil, func(providers.Server) bool { return false }, providers.CodeNoServers},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serves(t, "example.com", row.servers...)
			if row.change != nil {
				row.change(&s)
			}
			var rules []func(providers.Server) bool
			if row.rule != nil {
				rules = append(rules, row.rule)
			}
			in, out, err := match(s).Pair(rules...)
			var why *providers.Inexpressible
			if !errors.As(err, &why) || why.Code != row.code {
				t.Fatalf("%s and %s, error %v, want %s", in.URL(), out.URL(), err, row.code)
			}
			if !strings.HasSuffix(why.Reason, ".") || !strings.HasSuffix(why.Next, ".") || !strings.Contains(why.Error(), row.code) {
				t.Errorf("not sentences for people: %v", why)
			}
			if !strings.Contains(why.Reason, "Mail of example.com") || !strings.Contains(why.Reason, s.Partial) {
				t.Errorf("the reason does not name the provider and what is missing: %s", why.Reason)
			}
		})
	}
}
