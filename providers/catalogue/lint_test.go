package catalogue_test

import (
	"strings"
	"testing"
	"time"

	"waypost/providers"
	"waypost/providers/catalogue"
)

func load(t testing.TB) *providers.Memory {
	t.Helper()
	m, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestBuiltInRecordsPassLint(t *testing.T) {
	records := load(t).Providers()
	if len(records) == 0 {
		t.Fatal("there are no records")
	}
	for _, f := range catalogue.Lint(records) {
		t.Errorf("%s: %s", f.Record, f.Text)
	}
}

var (
	page    = providers.Source{Kind: providers.FirstParty, Name: "help page"}
	ispdb   = providers.Source{Kind: providers.Catalogue, Name: "ISPDB"}
	other   = providers.Source{Kind: providers.Catalogue, Name: "FairEmail"}
	seen    = providers.Source{Kind: providers.Measurement, Name: "a measurement"}
	article = providers.Source{Kind: providers.Article, Name: "an article"}
)

func server(t testing.TB, text string, sources ...providers.Source) providers.Server {
	t.Helper()
	v, err := providers.ParseServer(text)
	if err != nil {
		t.Fatal(err)
	}
	v.Auth, v.Username, v.Sources = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress, sources
	return v
}

// good is a record without a mistake.
func good(t testing.TB, id string) providers.Provider {
	return providers.Provider{
		ID: id, Name: "Mail of " + id,
		Help: providers.Help{AppPassword: providers.AppPassword{Need: providers.AppPasswordAlways, URL: "https://example.com/app"}},
		Setups: []providers.Setup{{
			Domains:  []providers.Domain{providers.MustDomain(id)},
			Incoming: []providers.Server{server(t, "imaps://imap.example.com", page, ispdb), server(t, "pop3s://pop.example.com", ispdb)},
			Outgoing: []providers.Server{server(t, "submissions://smtp.example.com", ispdb, seen)},
			Services: []providers.Server{server(t, "sieve://sieve.example.com", page)},
			Claims: []providers.Claim{
				{Server: server(t, "imaps://old.example.com", article)},
				{Server: server(t, "imap://imap.example.com", ispdb)}, // outranked by the provider's page
			},
		}},
	}
}

func TestLintFindsEachMistake(t *testing.T) {
	setup := func(change func(*providers.Setup)) func(*providers.Provider) {
		return func(p *providers.Provider) { change(&p.Setups[0]) }
	}
	claims := func(v providers.Server) func(*providers.Provider) {
		return setup(func(s *providers.Setup) { s.Claims = []providers.Claim{{Server: v}} })
	}
	imap := func(change func(*providers.Server)) func(*providers.Provider) {
		return setup(func(s *providers.Setup) { change(&s.Incoming[0]) })
	}
	against := func(served, claimed providers.Server) func(*providers.Provider) {
		return setup(func(s *providers.Setup) {
			s.Incoming, s.Claims = []providers.Server{served}, []providers.Claim{{Server: claimed}}
		})
	}
	cited := func(src providers.Source) func(*providers.Provider) {
		return imap(func(v *providers.Server) { v.Sources = append(v.Sources, src) })
	}
	dated := func(date string) func(*providers.Provider) {
		return cited(providers.Source{Kind: providers.Catalogue, Name: "a list", Date: date})
	}
	oauth2 := func(notes ...string) func(*providers.Provider) {
		return setup(func(s *providers.Setup) {
			for _, list := range [][]providers.Server{s.Incoming, s.Outgoing} {
				for i := range list {
					list[i].Auth = []providers.Auth{providers.OAuth2}
				}
			}
			s.Notes = notes
		})
	}
	for _, row := range []struct {
		name   string
		change func(*providers.Provider)
		want   string
	}{
		{"nothing", func(*providers.Provider) {}, ""},
		{"invalid", func(p *providers.Provider) { p.Name = "" }, "name: it needs 1 to 60 characters and has 0"},
		{
			"two flaws", func(p *providers.Provider) { p.Name, p.ShortName = "", strings.Repeat("x", 21) },
			"name: it needs 1 to 60 characters and has 0\nshort name: it may have 20 characters and has 21",
		},
		{
			"a host that is no name", imap(func(v *providers.Server) { v.Host = "imap_example" }),
			"setup of example.com: incoming: imaps://imap_example: not a server: the host is not a name: it has a label that IDNA does not allow",
		},
		{
			"a host that is an address", imap(func(v *providers.Server) { v.Host = "192.0.2.1" }),
			"setup of example.com: incoming: imaps://192.0.2.1: not a server: the host is not a name: it is a number or an IP address",
		},
		{
			"a host inside a house", imap(func(v *providers.Server) { v.Host = "mail" }),
			"imaps://mail: the host is not a name below a public suffix",
		},
		{
			"a host that is a public suffix", imap(func(v *providers.Server) { v.Host = "co.uk" }),
			"imaps://co.uk: the host is not a name below a public suffix",
		},
		{"a host that the domain completes", imap(func(v *providers.Server) { v.Host = "imap.{domain}" }), ""},
		{
			"no port", imap(func(v *providers.Server) { v.Port = 0 }),
			"setup of example.com: incoming: imaps://imap.example.com:0: the port is not between 1 and 65535\n" +
				"imaps://imap.example.com:0: the port is unusual, and no note tells people",
		},
		{
			"an unusual port", imap(func(v *providers.Server) { v.Port = 994 }),
			"imaps://imap.example.com:994: the port is unusual, and no note tells people",
		},
		{
			"an unusual mode on a usual port", setup(func(s *providers.Setup) { s.Outgoing[0].Port = 587 }),
			"submissions://smtp.example.com:587: the port is unusual, and no note tells people",
		},
		{"an unusual port with a note", setup(func(s *providers.Setup) {
			s.Incoming[0].Port, s.Notes = 994, []string{"IMAP is on port 994 here."}
		}), ""},
		{
			"an unknown method", imap(func(v *providers.Server) { v.Auth = []providers.Auth{"password"} }),
			`setup of example.com: incoming: imaps://imap.example.com: authentication "password" is not one of ` +
				"[password-cleartext password-encrypted OAuth2 NTLM GSSAPI TLS-client-cert none]",
		},
		{
			"no method", imap(func(v *providers.Server) { v.Auth = nil }),
			"setup of example.com: incoming: imaps://imap.example.com: it names no authentication method; nearly every provider's is password-cleartext",
		},
		{
			"no user name", imap(func(v *providers.Server) { v.Username = "" }),
			"setup of example.com: incoming: imaps://imap.example.com: it names no user name; nearly every provider's is {address}",
		},
		{
			"nothing incoming", setup(func(s *providers.Setup) { s.Incoming = nil }),
			"setup of example.com: it needs an incoming and an outgoing server, or a word why it is partial",
		},
		{
			"nothing outgoing", setup(func(s *providers.Setup) { s.Outgoing = nil }),
			"setup of example.com: it needs an incoming and an outgoing server, or a word why it is partial",
		},
		{"nothing outgoing, and partial", setup(func(s *providers.Setup) { s.Outgoing, s.Partial = nil, "nobody says how mail is sent" }), ""},
		{"no method, and partial", setup(func(s *providers.Setup) { s.Incoming[0].Auth, s.Partial = nil, "nobody says how" }), ""},
		{"no user name, and partial", setup(func(s *providers.Setup) { s.Outgoing[0].Username, s.Partial = "", "nobody says who" }), ""},
		{
			"partial without need", setup(func(s *providers.Setup) { s.Partial = "nobody says how" }),
			"it is marked partial and lacks nothing",
		},
		{
			"partial in a whole sentence", setup(func(s *providers.Setup) { s.Outgoing, s.Partial = nil, "Nobody says how." }),
			"partial: the reason stands inside a sentence, so it has no full stop",
		},
		{"OAuth2 alone", oauth2(), "OAuth2 is the only way to log in, and no note tells people what to do"},
		{
			"OAuth2 alone, and a note on something else", oauth2("It snows."),
			"OAuth2 is the only way to log in, and no note tells people what to do",
		},
		{"OAuth2 alone, with a note", oauth2("Choose a program that knows OAuth2."), ""},
		{
			"OAuth2 alone for sending", setup(func(s *providers.Setup) { s.Outgoing[0].Auth = []providers.Auth{providers.OAuth2} }),
			"OAuth2 is the only way to log in, and no note tells people what to do",
		},
		{
			"OAuth2 and a password", setup(func(s *providers.Setup) {
				s.Outgoing[0].Auth = []providers.Auth{providers.OAuth2, providers.PasswordCleartext}
			}),
			"",
		},
		{
			"named after a domain that it does not serve", func(p *providers.Provider) { p.ID = "example.org" },
			"the record is named after none of its domains",
		},
		{
			"named after a suffix", setup(func(s *providers.Setup) { s.Suffixes, s.Domains = s.Domains, nil }),
			"the record is named after none of its domains",
		},
		{"named after a further domain", func(p *providers.Provider) {
			s := &p.Setups[0]
			s.Domains = append([]providers.Domain{providers.MustDomain("example.org")}, s.Domains...)
		}, ""},
		{
			"a page that others can read along", func(p *providers.Provider) {
				p.Help.Documentation = []providers.Link{{URL: "http://example.com/help"}}
			},
			"help: http://example.com/help is not the https:// address of a page",
		},
		{
			"a page to switch access on that others can read along", func(p *providers.Provider) {
				p.Help.Enable = []providers.Link{{URL: "http://example.com/enable"}}
			},
			"help: http://example.com/enable is not the https:// address of a page",
		},
		{
			"app passwords", func(p *providers.Provider) { p.Help.AppPassword.Need = "" },
			"help: a page for app passwords, and no word on who needs one",
		},
		{
			"no source", setup(func(s *providers.Setup) { s.Incoming[1].Sources = nil }),
			"pop3s://pop.example.com: nobody is named who says so",
		},
		{
			"no source of a service", setup(func(s *providers.Setup) { s.Services[0].Sources = nil }),
			"sieve://sieve.example.com: nobody is named who says so",
		},
		{
			"an article alone", setup(func(s *providers.Setup) { s.Outgoing[0].Sources = []providers.Source{article} }),
			"submissions://smtp.example.com: neither the provider's own page nor a catalogue says so, which makes it a claim",
		},
		{
			"a measurement alone", setup(func(s *providers.Setup) { s.Outgoing[0].Sources = []providers.Source{seen, article} }),
			"submissions://smtp.example.com: neither the provider's own page nor a catalogue says so, which makes it a claim",
		},
		{
			"plaintext", setup(func(s *providers.Setup) { s.Incoming[1] = server(t, "pop3://pop.example.com?security=none", ispdb) }),
			"pop3://pop.example.com?security=none: plaintext is never served from the catalogue",
		},
		{
			"a source without a name", setup(func(s *providers.Setup) { s.Incoming[1].Sources[0].Name = "" }),
			"pop3s://pop.example.com: a source needs a kind and a name",
		},
		{
			"a claim by a source without a kind", claims(server(t, "imaps://old.example.com", providers.Source{Name: "somebody"})),
			"imaps://old.example.com: a source needs a kind and a name",
		},
		{
			"a source on a page that others can read along", cited(providers.Source{Kind: providers.Article, Name: "a blog", URL: "http://example.com/"}),
			"imaps://imap.example.com: a blog: http://example.com/ is not the https:// address of a page",
		},
		{
			"a source on no page", cited(providers.Source{Kind: providers.Article, Name: "a blog", URL: "https://blog"}),
			"imaps://imap.example.com: a blog: https://blog is not the https:// address of a page",
		},
		{
			"a source behind a broken address", cited(providers.Source{Kind: providers.Article, Name: "a blog", URL: "https://%"}),
			"imaps://imap.example.com: a blog: https://% is not the https:// address of a page",
		},
		{
			"a source twice", cited(ispdb),
			"imaps://imap.example.com: ISPDB is cited twice",
		},
		{"a day", dated("2024-02-29"), ""},
		{"a month", dated("2024-02"), ""},
		{"a year", dated("1999"), ""},
		{"today", dated(time.Now().Format(time.DateOnly)), ""},
		{
			"a day that was not", dated("2023-02-29"),
			"imaps://imap.example.com: a list: 2023-02-29 is not a day, month or year in which somebody can have said so",
		},
		{
			"a day to come", dated(time.Now().AddDate(0, 0, 3).Format(time.DateOnly)),
			"imaps://imap.example.com: a list: " + time.Now().AddDate(0, 0, 3).Format(time.DateOnly) +
				" is not a day, month or year in which somebody can have said so",
		},
		{
			"a day before encryption", dated("1998-12-31"),
			"imaps://imap.example.com: a list: 1998-12-31 is not a day, month or year in which somebody can have said so",
		},
		{
			"a day in words", dated("spring"),
			"imaps://imap.example.com: a list: spring is not a day, month or year in which somebody can have said so",
		},
		{
			"a claim on a page that others can read along",
			claims(server(t, "imaps://old.example.com", providers.Source{Kind: providers.Article, Name: "a blog", URL: "http://example.com/"})),
			"imaps://old.example.com: a blog: http://example.com/ is not the https:// address of a page",
		},
		{
			"a server twice", setup(func(s *providers.Setup) { s.Incoming = append(s.Incoming, s.Incoming[0]) }),
			"imaps://imap.example.com: it stands twice",
		},
		{
			"served and claimed", claims(server(t, "pop3s://pop.example.com", article)),
			"pop3s://pop.example.com: it is served and only claimed at once",
		},
		{
			"the ISPDB set aside", against(server(t, "imaps://imap.example.com", other), server(t, "imaps://imap.example.net", ispdb)),
			"imaps://imap.example.com: the ISPDB says imaps://imap.example.net, which only the provider's own page outranks",
		},
		{
			"the provider's own page before the ISPDB",
			against(server(t, "imaps://imap.example.com", page), server(t, "imaps://imap.example.net", ispdb)), "",
		},
		{
			"the ISPDB says two things",
			against(server(t, "imaps://imap.example.com", ispdb), server(t, "imap://imap.example.com", ispdb)), "",
		},
		{
			"the ISPDB set aside in another protocol",
			against(server(t, "imaps://imap.example.com", other), server(t, "pop3s://pop.example.net", ispdb)), "",
		},
		{
			"the provider's own page set aside",
			against(server(t, "imaps://imap.example.com", ispdb), server(t, "imaps://imap.example.net", page)),
			"imaps://imap.example.com: the provider's own page says imaps://imap.example.net, which nothing outranks",
		},
		{
			"the provider's own page says two things",
			against(server(t, "imaps://imap.example.com", page), server(t, "imaps://imap.example.net", page)), "",
		},
		{
			"the ISPDB before another catalogue",
			against(server(t, "imaps://imap.example.com", ispdb), server(t, "imaps://imap.example.net", other)), "",
		},
		{
			"two catalogues, two hosts",
			against(server(t, "imaps://imap.example.com", other), server(t, "imaps://imap.example.net", other)),
			"imaps://imap.example.com: a catalogue says imaps://imap.example.net, and neither the provider's own page nor the ISPDB decides",
		},
		{
			"two catalogues, two modes on one port",
			against(server(t, "imaps://imap.example.com", other), server(t, "imap://imap.example.com:993", other)),
			"imaps://imap.example.com: a catalogue says imap://imap.example.com:993, and neither the provider's own page nor the ISPDB decides",
		},
		{
			"two catalogues, two ports",
			against(server(t, "imaps://imap.example.com", other), server(t, "imap://imap.example.com", other)), "",
		},
		{
			"two catalogues, and nothing served", func(p *providers.Provider) {
				against(server(t, "imaps://imap.example.com", other), server(t, "imaps://imap.example.net", other))(p)
				p.Setups[0].Incoming[0].Auth, p.Setups[0].Partial = nil, "nobody says how"
			},
			"",
		},
		{
			"an article against a catalogue",
			against(server(t, "imaps://imap.example.com", other), server(t, "imaps://imap.example.net", article)), "",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := good(t, "example.com")
			row.change(&p)
			var found []string
			for _, f := range catalogue.Lint([]providers.Provider{p}) {
				if f.Record != p.ID {
					t.Errorf("found in %q", f.Record)
				}
				found = append(found, f.Text)
			}
			if got := strings.Join(found, "\n"); got != row.want {
				t.Errorf("found:\n%s\nwant:\n%s", got, row.want)
			}
		})
	}
}

func TestLintFindsADomainInTwoRecords(t *testing.T) {
	one, two := good(t, "one.example"), good(t, "two.example")
	two.Setups[0].Domains = append(two.Setups[0].Domains, one.Setups[0].Domains...)
	found := catalogue.Lint([]providers.Provider{one, two})
	want := catalogue.Finding{Record: "catalogue", Text: "one.example stands twice: in one.example and in two.example"}
	if len(found) != 1 || found[0] != want {
		t.Errorf("found %v, want %v", found, want)
	}
}
