package providers_test

import (
	"errors"
	"strings"
	"testing"

	"waypost/providers"
)

func valid(t testing.TB) providers.Provider {
	p := record("example.com", serves(t, "example.com *.users.example.com mx:mx.example.com",
		"imaps://imap.{domain}", "pop3s://pop.example.com", "submissions://mobile.charter.net:587"))
	p.ShortName = "Example"
	p.Help = providers.Help{
		Documentation: []providers.Link{{URL: "https://example.com/help?a=b#c", Lang: "en"}},
		WebMail:       "http://mail.example.com/",
		AppPassword:   providers.AppPassword{Need: providers.AppPasswordAlways, URL: "https://example.com/app"},
	}
	p.OAuth2 = &providers.OAuth2Endpoint{Issuer: "login.example.com", AuthURL: "https://example.com/auth", TokenURL: "https://example.com/token"}
	s := &p.Setups[0]
	s.Services = []providers.Server{
		mustServer(t, "sieve://sieve.example.com"),
		{Protocol: providers.CalDAV, Host: "dav.example.com", Port: 443, Security: providers.TLS, Path: "/"},
	}
	s.Claims = []providers.Claim{{Server: mustServer(t, "imap://imap.example.com?security=none")}}
	s.Claims[0].Server.Sources = []providers.Source{{Kind: providers.Article, Name: "a blog"}}
	return p
}

func TestValidRecordHasNoFlaw(t *testing.T) {
	p := valid(t)
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateNamesEveryFlaw(t *testing.T) {
	const of = "setup of example.com: "
	setup := func(change func(*providers.Setup)) func(*providers.Provider) {
		return func(p *providers.Provider) { change(&p.Setups[0]) }
	}
	imap := func(change func(*providers.Server)) func(*providers.Provider) {
		return setup(func(s *providers.Setup) { change(&s.Incoming[0]) })
	}
	const u = "imaps://imap.{domain}"
	for _, row := range []struct {
		change func(*providers.Provider)
		about  string
		want   string
	}{
		{func(p *providers.Provider) { p.ID = "Example Mail" }, "", `id "Example Mail": not a domain name: it has a label that IDNA does not allow`},
		{func(p *providers.Provider) { p.ID = "" }, "", `id "": not a domain name: it is empty`},
		{func(p *providers.Provider) { p.ID = "EXAMPLE.com" }, "", `id "EXAMPLE.com": write it as example.com`},
		{func(p *providers.Provider) { p.Name = "" }, "", "name: it needs 1 to 60 characters and has 0"},
		{func(p *providers.Provider) { p.Name = strings.Repeat("ü", 61) }, strings.Repeat("ü", 61), "name: it needs 1 to 60 characters and has 61"},
		{func(p *providers.Provider) { p.ShortName = strings.Repeat("ü", 21) }, strings.Repeat("ü", 21), "short name: it may have 20 characters and has 21"},
		{func(p *providers.Provider) { p.Name = "two\nlines" }, "two\nlines", "name: it has a control character"},
		{func(p *providers.Provider) { p.Name = "a\u202eb" }, "a\u202eb", "name: it has a control character"},
		{func(p *providers.Provider) { p.ShortName = "a\u009bb" }, "a\u009bb", "name: it has a control character"},
		{func(p *providers.Provider) { p.Name = "a\xffb" }, "a\xffb", "name: it has a control character"},
		{
			func(p *providers.Provider) { p.Help.WebMail = "javascript:alert(1)" }, "javascript:alert(1)",
			`"javascript:alert(1)" is not the address of a web page: it starts with https:// and has no spaces`,
		},
		{
			func(p *providers.Provider) { p.Help.Documentation[0].URL = "example.com/help" }, "example.com/help",
			`"example.com/help" is not the address of a web page: it starts with https:// and has no spaces`,
		},
		{
			func(p *providers.Provider) { p.Help.AppPassword.URL = "https://user:secret@example.com/" }, "https://user:secret@example.com/",
			`"https://user:secret@example.com/" is not the address of a web page: it starts with https:// and has no spaces`,
		},
		{
			func(p *providers.Provider) { p.OAuth2.TokenURL = "https://example.com/a b" }, "https://example.com/a b",
			`"https://example.com/a b" is not the address of a web page: it starts with https:// and has no spaces`,
		},
		{func(p *providers.Provider) { p.Setups = nil }, "", "no setup: a record serves at least one domain"},

		{setup(func(s *providers.Setup) { s.Domains, s.Suffixes = nil, nil }), "", "setup of no domain: it serves no domain"},
		{
			setup(func(s *providers.Setup) { s.Domains = append(s.Domains, providers.MustDomain("co.uk")) }), "co.uk",
			of + "co.uk is a public suffix: its names belong to many owners; name those that are served",
		},
		{
			setup(func(s *providers.Setup) {
				s.Domains, s.Suffixes = nil, []providers.Domain{providers.MustDomain("com")}
			}), "com",
			"setup of *.com: com is a public suffix: its names belong to many owners; name those that are served",
		},
		{
			setup(func(s *providers.Setup) { s.Incoming = nil }), "",
			of + "it needs an incoming and an outgoing server, or a word why it is partial",
		},
		{
			setup(func(s *providers.Setup) { s.Outgoing = nil }), "",
			of + "it needs an incoming and an outgoing server, or a word why it is partial",
		},
		{
			setup(func(s *providers.Setup) { s.Incoming = append(s.Incoming, s.Outgoing...) }), "submissions://mobile.charter.net:587",
			of + "incoming: submissions://mobile.charter.net:587 does not belong here; the protocols are [imap pop3 jmap]",
		},
		{
			setup(func(s *providers.Setup) { s.Outgoing = append(s.Outgoing, s.Services[0]) }), "sieve://sieve.example.com",
			of + "outgoing: sieve://sieve.example.com does not belong here; the protocols are [submission]",
		},
		{
			setup(func(s *providers.Setup) { s.Services = append(s.Services, s.Incoming[1]) }), "pop3s://pop.example.com",
			of + "services: pop3s://pop.example.com does not belong here; the protocols are [caldav carddav webdav managesieve activesync ews]",
		},
		{setup(func(s *providers.Setup) { s.Incoming[1] = providers.Server{} }), "", of + "incoming: an entry: it names no server, such as imaps://mail.example.com"},
		{imap(func(v *providers.Server) { v.Port = 0 }), u + ":0", of + "incoming: imaps://imap.{domain}:0: the port is not between 1 and 65535"},
		{imap(func(v *providers.Server) { v.Port = 65536 }), u + ":65536", of + "incoming: imaps://imap.{domain}:65536: the port is not between 1 and 65535"},
		{
			imap(func(v *providers.Server) { v.Host = "IMAP.example.com" }), "imaps://IMAP.example.com",
			of + `incoming: imaps://IMAP.example.com: the host "IMAP.example.com" is written imap.example.com`,
		},
		{
			imap(func(v *providers.Server) { v.Host = "192.0.2.1" }), "imaps://192.0.2.1",
			of + "incoming: imaps://192.0.2.1: not a server: the host is not a name: it is a number or an IP address",
		},
		{imap(func(v *providers.Server) { v.Auth = nil }), u, of + "incoming: " + u + ": it names no authentication method; nearly every provider's is password-cleartext"},
		{
			imap(func(v *providers.Server) { v.Auth = []providers.Auth{"plain"} }), u,
			of + "incoming: " + u + `: authentication "plain" is not one of [password-cleartext password-encrypted OAuth2 NTLM GSSAPI TLS-client-cert none]`,
		},
		{imap(func(v *providers.Server) { v.Username = "" }), u, of + "incoming: " + u + ": it names no user name; nearly every provider's is {address}"},
		{imap(func(v *providers.Server) { v.Username = "bob" }), u, of + "incoming: " + u + ": not a rule for user names: it needs {address} or {local}"},
		{imap(func(v *providers.Server) { v.Security = "" }), "imap://imap.{domain}:993", of + "incoming: imap://imap.{domain}:993: it needs to say whether it speaks TLS, and has no path"},
		{imap(func(v *providers.Server) { v.Path = "/INBOX" }), "https://imap.{domain}:993/INBOX", of + "incoming: https://imap.{domain}:993/INBOX: it needs to say whether it speaks TLS, and has no path"},
		{
			setup(func(s *providers.Setup) { s.Services[1].Path = "" }), "",
			of + "services: dav.example.com: a service is an https:// address with a path",
		},
		{
			setup(func(s *providers.Setup) { s.Services[1].Security = providers.STARTTLS }), "https://dav.example.com/",
			of + "services: https://dav.example.com/: a service is an https:// address with a path",
		},
		{imap(func(v *providers.Server) { v.POP3 = &providers.POP3Options{} }), u, of + "incoming: " + u + ": pop3 is for POP3 servers alone"},
		{
			setup(func(s *providers.Setup) {
				s.Incoming[0].Protocol, s.Incoming[0].POP3 = providers.POP3, &providers.POP3Options{LeaveOnServer: true, Days: 3651}
			}),
			"pop3s://imap.{domain}:993", of + "incoming: pop3s://imap.{domain}:993: mail stays on a POP3 server for 1 to 3650 days",
		},
		{
			setup(func(s *providers.Setup) {
				s.Autodiscover = providers.AutodiscoverRedirect{URL: "https://exchange.example/", Domain: providers.MustDomain("exchange.example")}
			}),
			"https://exchange.example/", of + "autodiscover: it is a URL or a domain, not both",
		},
		{
			setup(func(s *providers.Setup) { s.Autodiscover.Domain = s.Domains[0] }),
			"example.com", of + "autodiscover: it leads to a domain of the same setup, where clients are sent again",
		},
		{
			setup(func(s *providers.Setup) { s.Autodiscover.URL = "http://exchange.example/" }),
			"http://exchange.example/", of + `autodiscover: "http://exchange.example/" is not an https:// URL without spaces`,
		},
		{
			setup(func(s *providers.Setup) { s.Claims[0].Server.Sources = nil }), "imap://imap.example.com?security=none",
			of + "claims: imap://imap.example.com?security=none: it needs the source that states it",
		},
		{setup(func(s *providers.Setup) { s.Claims[0].Server.Host = "" }), "imap://?security=none", of + "claims: imap://?security=none: it names no server, such as imaps://mail.example.com"},
		{setup(func(s *providers.Setup) { s.Claims[0].Server.Protocol = "gopher" }), "", of + `claims: imap.example.com: the protocol "gopher" is not known`},
	} {
		t.Run(row.want, func(t *testing.T) {
			p := valid(t)
			row.change(&p)
			err := p.Validate()
			if err == nil || err.Error() != row.want {
				t.Fatalf("error %v, want %s", err, row.want)
			}
			var f *providers.Flaw
			if !errors.As(err, &f) {
				t.Fatalf("%T is no Flaw", err)
			}
			setup := 0
			if !strings.HasPrefix(row.want, "setup of ") {
				setup = -1
			}
			if f.Setup != setup || f.About != row.about {
				t.Errorf("it is about %q of setup %d, want %q of %d", f.About, f.Setup, row.about, setup)
			}
		})
	}
}

func TestValidateNamesAllFlawsAtOnce(t *testing.T) {
	p := valid(t)
	p.Name = ""
	p.Setups[0].Incoming[0].Auth = nil
	p.Setups[0].Outgoing[0].Username = ""
	if got := strings.Count(p.Validate().Error(), "\n") + 1; got != 3 {
		t.Errorf("%d flaws, want 3", got)
	}
}

// What is unknown stays absent in a partial record; what is there is checked.
func TestPartialRecordMayLackWhatIsUnknown(t *testing.T) {
	for _, change := range []func(*providers.Setup){
		func(s *providers.Setup) { s.Incoming = nil },
		func(s *providers.Setup) { s.Outgoing = nil },
		func(s *providers.Setup) { s.Incoming[0].Auth = nil },
		func(s *providers.Setup) { s.Incoming[0].Username = "" },
		func(s *providers.Setup) { s.Incoming[0].Security = "" },
	} {
		p := valid(t)
		change(&p.Setups[0])
		if p.Validate() == nil {
			t.Error("it is valid without being partial")
		}
		p.Setups[0].Partial = "the page does not say"
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		p.Setups[0].Claims[0].Server.Port = 0
		if p.Validate() == nil {
			t.Error("being partial excuses a port of 0")
		}
	}
}

func TestServerWithoutLogInNeedsNoUserName(t *testing.T) {
	p := valid(t)
	relay := &p.Setups[0].Outgoing[0]
	relay.Auth, relay.Username = []providers.Auth{providers.NoAuth}, ""
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	relay.Auth = []providers.Auth{providers.PasswordCleartext, providers.NoAuth}
	if p.Validate() == nil {
		t.Error("a server that takes a password needs a rule for the user name")
	}
}
