package catalogue_test

import (
	"strings"
	"testing"

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
			"served and claimed", claims(server(t, "pop3s://pop.example.com", article)),
			"pop3s://pop.example.com: it is served and only claimed at once",
		},
		{
			"the ISPDB set aside", setup(func(s *providers.Setup) {
				s.Incoming = []providers.Server{server(t, "imaps://imap.example.com", other)}
				s.Claims = []providers.Claim{{Server: server(t, "imaps://imap.example.net", ispdb)}}
			}),
			"imaps://imap.example.com: the ISPDB says imaps://imap.example.net, which only the provider's own page outranks",
		},
		{
			"the provider's own page before the ISPDB", setup(func(s *providers.Setup) {
				s.Incoming = []providers.Server{server(t, "imaps://imap.example.com", page)}
				s.Claims = []providers.Claim{{Server: server(t, "imaps://imap.example.net", ispdb)}}
			}),
			"",
		},
		{
			"the ISPDB says two things", setup(func(s *providers.Setup) {
				s.Incoming = []providers.Server{server(t, "imaps://imap.example.com", ispdb)}
				s.Claims = []providers.Claim{{Server: server(t, "imap://imap.example.com", ispdb)}}
			}),
			"",
		},
		{
			"the ISPDB set aside in another protocol", setup(func(s *providers.Setup) {
				s.Incoming = []providers.Server{server(t, "imaps://imap.example.com", other)}
				s.Claims = []providers.Claim{{Server: server(t, "pop3s://pop.example.net", ispdb)}}
			}),
			"",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := good(t, "example.com")
			row.change(&p)
			var found []string
			for _, f := range catalogue.Lint([]providers.Provider{p}) {
				if f.Record != "example.com" {
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
