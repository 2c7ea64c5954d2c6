package autoconfig_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// urls gives the servers in the notation.
func urls(servers []providers.Server) []string {
	var list []string
	for _, s := range servers {
		list = append(list, string(s.Protocol)+" "+s.URL())
	}
	return list
}

func TestAllHasIMAPFirstAndTheSetupsOrderWithin(t *testing.T) {
	d := wholeOf(t, everything(t))
	for name, c := range map[string]struct {
		got  []providers.Server
		want []string
	}{
		"incoming": {d.Incoming, []string{
			"imap imaps://imap.everything.example", "imap imap://imap.everything.example",
			"pop3 pop3s://pop.everything.example", "pop3 pop3://pop.everything.example",
			"jmap https://jmap.everything.example/session",
			"ews https://ews.everything.example/EWS/Exchange.asmx",
			"activesync https://eas.everything.example/Microsoft-Server-ActiveSync",
		}},
		"outgoing": {d.Outgoing, []string{
			"submission submissions://smtp.everything.example", "submission submission://smtp.everything.example",
		}},
		"services": {d.Services, []string{
			"caldav https://dav.everything.example:8443/cal/", "carddav https://dav.everything.example/card/",
			"webdav https://files.everything.example/", "managesieve sieve://imap.everything.example",
		}},
	} {
		if d := diff(c.want, urls(c.got)); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}

// Who asks for everything and takes the first of each gets what others get.
func TestAllStartsWithTheServersOfNew(t *testing.T) {
	matches := catalogueMatches(t)
	matches["everything.example"] = everything(t)
	for name, m := range matches {
		short, whole := document(t, m), wholeOf(t, m)
		first := whole.Incoming[0]
		first.POP3 = nil
		if d := diff(short.Incoming[0], first); d != "" {
			t.Errorf("%s: -New +All\n%s", name, d)
		}
		if d := diff(short.Outgoing[0], whole.Outgoing[0]); d != "" {
			t.Errorf("%s: -New +All\n%s", name, d)
		}
	}
}

func TestAllHasPlaintextOnlyWhereADirectionHasNothingElse(t *testing.T) {
	plain := func(url string) providers.Server { return server(t, url+"?security=none") }
	for _, c := range []struct {
		why  string
		set  func(*providers.Setup)
		want []string
	}{
		{
			"beside TLS",
			func(s *providers.Setup) {
				s.Incoming = []providers.Server{plain("imap://a.example.com"), server(t, "pop3s://b.example.com")}
				s.Outgoing = []providers.Server{plain("smtp://c.example.com"), server(t, "submission://d.example.com")}
				s.Services = []providers.Server{plain("sieve://e.example.com"), server(t, "sieve://f.example.com")}
			},
			[]string{"pop3 pop3s://b.example.com", "submission submission://d.example.com", "managesieve sieve://f.example.com"},
		},
		{
			"alone",
			func(s *providers.Setup) {
				s.Incoming = []providers.Server{plain("imap://a.example.com"), plain("pop3://b.example.com")}
				s.Outgoing = []providers.Server{plain("smtp://c.example.com")}
				s.Services = []providers.Server{plain("sieve://e.example.com"), service(t, providers.CalDAV, "https://f.example.com/")}
			},
			[]string{
				"imap imap://a.example.com?security=none", "pop3 pop3://b.example.com?security=none",
				"submission smtp://c.example.com?security=none",
				"caldav https://f.example.com/", "managesieve sieve://e.example.com?security=none",
			},
		},
	} {
		m := configured(t, "example.com", func(p *providers.Provider) { c.set(&p.Setups[0]) })
		d := wholeOf(t, m)
		if d := diff(c.want, urls(slices.Concat(d.Incoming, d.Outgoing, d.Services))); d != "" {
			t.Errorf("%s: -want +got\n%s", c.why, d)
		}
	}
}

func TestAllNamesWhatMailExchangersLeadTo(t *testing.T) {
	for _, c := range []struct {
		mx, want string
	}{
		{"", ""},
		{"mx1.hoster.example", "hoster.example"},
		{"mx1.eu.hoster.example mx2.eu.hoster.example mx.hoster.example", "eu.hoster.example hoster.example"},
		{"hoster.example", "hoster.example"}, // the exchanger is the registrable domain, where clients ask
		{"mx.example.com", ""},               // the domain itself
		{"a.mx.example.com", "mx.example.com"},
		{"mx.bücher.example", "xn--bcher-kva.example"},
	} {
		m := configured(t, "example.com", func(p *providers.Provider) {
			for name := range strings.FieldsSeq(c.mx) {
				p.Setups[0].MX = append(p.Setups[0].MX, providers.MustDomain(name))
			}
		})
		var got []string
		for _, d := range wholeOf(t, m).MX {
			got = append(got, d.String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: %q, want %q", c.mx, got, c.want)
		}
	}
}

func TestAllSaysOAuth2WhereAServerTakesIt(t *testing.T) {
	for _, c := range []struct {
		why      string
		endpoint *providers.OAuth2Endpoint
		auth     providers.Auth
		want     bool
	}{
		{"taken", &providers.OAuth2Endpoint{Issuer: "login.example.com"}, providers.OAuth2, true},
		{"not taken", &providers.OAuth2Endpoint{Issuer: "login.example.com"}, providers.PasswordCleartext, false},
		{"nothing known", &providers.OAuth2Endpoint{}, providers.OAuth2, false},
		{"none", nil, providers.OAuth2, false},
	} {
		m := configured(t, "example.com", func(p *providers.Provider) {
			p.OAuth2 = c.endpoint
			p.Setups[0].Incoming = []providers.Server{server(t, "imaps://imap.example.com", c.auth)}
		})
		d := wholeOf(t, m)
		if (d.OAuth2 != nil) != c.want {
			t.Errorf("%s: %+v", c.why, d.OAuth2)
		}
		if d.OAuth2 != nil && d.OAuth2 == m.Provider.OAuth2 {
			t.Errorf("%s: the document shares it with the record", c.why)
		}
	}
}

func TestAllCarriesWhatNewCannot(t *testing.T) {
	jmap := service(t, providers.JMAP, "https://jmap.example.com/")
	m := configured(t, "example.com", func(p *providers.Provider) {
		p.Setups[0].Incoming = []providers.Server{jmap}
	})
	if d := wholeOf(t, m); diff([]providers.Server{jmap}, d.Incoming) != "" {
		t.Errorf("%+v", d.Incoming)
	}
}

func TestAllIsNotMadeOfAPartialSetup(t *testing.T) {
	for why, change := range map[string]func(*providers.Setup){
		"partial":     func(s *providers.Setup) { s.Partial = "the port is unknown" },
		"no incoming": func(s *providers.Setup) { s.Partial, s.Incoming = "no server is known", nil },
	} {
		m := configured(t, "example.com", func(p *providers.Provider) { change(&p.Setups[0]) })
		d, err := autoconfig.All(m)
		if _, ok := errors.AsType[*providers.Inexpressible](err); !ok {
			t.Errorf("%s: %v, %+v", why, err, d)
		}
	}
}

// The version is the lowest that has what is said.
func TestVersionIsTheLowestThatHasWhatIsSaid(t *testing.T) {
	plain := document(t, configured(t, "example.com", nil))
	for _, c := range []struct {
		why    string
		change func(*autoconfig.Document)
		want   string
	}{
		{"mail alone", func(*autoconfig.Document) {}, "1.1"},
		{"pages for people", func(d *autoconfig.Document) {
			d.WebMail, d.Enable = "https://example.com/", []providers.Link{{URL: "https://example.com/"}}
		}, "1.1"},
		{"advice on POP3", func(d *autoconfig.Document) {
			pop3 := server(t, "pop3s://pop.example.com")
			pop3.POP3 = &providers.POP3Options{LeaveOnServer: true}
			d.Incoming = []providers.Server{pop3}
		}, "1.1"},
		{"an empty OAuth2", func(d *autoconfig.Document) { d.OAuth2 = &providers.OAuth2Endpoint{} }, "1.1"},
		{"OAuth2", func(d *autoconfig.Document) { d.OAuth2 = &providers.OAuth2Endpoint{Scope: "mail"} }, "1.2"},
		{"a service", func(d *autoconfig.Document) { d.Services = []providers.Server{server(t, "sieve://imap.example.com")} }, "1.2"},
		{"JMAP", func(d *autoconfig.Document) {
			d.Incoming = append(slices.Clone(d.Incoming), service(t, providers.JMAP, "https://jmap.example.com/"))
		}, "1.2"},
		{"a mail exchanger", func(d *autoconfig.Document) { d.MX = d.Domains }, "1.2"},
		{"its own address", func(d *autoconfig.Document) { d.Update = "https://example.com/mail.xml" }, "1.2"},
	} {
		d := plain
		c.change(&d)
		var root node
		unmarshal(t, encode(t, d), &root)
		if got := root.attr("version"); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

// All but Evolution take the first pair, with whatever stands after it.
func TestClientsReadTheWholeDocumentAsFarAsTheyCan(t *testing.T) {
	matches := catalogueMatches(t)
	matches["everything.example"] = everything(t)
	for domain, m := range matches {
		whole := wholeOf(t, m)
		a := address(t, "Fred.Smith+x@"+domain)
		data := encode(t, whole)
		for _, c := range clients {
			want := meant(whole, a)
			if c.name == "Evolution" { // the last of a type wins, and IMAP over POP3
				want = pair{meantLogin(want.In.Type, lastLike(whole.Incoming), a), meantLogin("smtp", whole.Outgoing[len(whole.Outgoing)-1], a)}
			}
			got, err := c.read(data, a)
			if want.In.Type == "pop3" && !c.pop3 {
				if err == nil {
					t.Errorf("%s: %s takes POP3 now: %+v", domain, c.name, got)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %s refuses: %v", domain, c.name, err)
				continue
			}
			if d := diff(want.withoutAuth(), got.withoutAuth()); d != "" {
				t.Errorf("%s: %s sees -meant +seen\n%s", domain, c.name, d)
			}
		}
	}
}

// lastLike gives the last server of the first one's protocol.
func lastLike(servers []providers.Server) providers.Server {
	last := servers[0]
	for _, s := range servers {
		if s.Protocol == last.Protocol {
			last = s
		}
	}
	return last
}

// This is why New names one server of a kind.
func TestEvolutionTakesTheLastServerOfAll(t *testing.T) {
	a := address(t, "fred@everything.example")
	m := everything(t)
	for want, d := range map[string]autoconfig.Document{
		"993 SSL 465 SSL":           document(t, m),
		"143 STARTTLS 587 STARTTLS": wholeOf(t, m),
	} {
		got, err := evolution(encode(t, d), a)
		if seen := fmt.Sprint(got.In.Port, " ", got.In.Socket, " ", got.Out.Port, " ", got.Out.Socket); err != nil || seen != want {
			t.Errorf("%s, %v, want %s", seen, err, want)
		}
	}
}

// One alternative that K-9 cannot sign in to, and it reads nothing at all.
func TestK9RefusesAllForOneAlternativeThatItDoesNotKnow(t *testing.T) {
	m := configured(t, "example.com", func(p *providers.Provider) {
		s := &p.Setups[0]
		s.Incoming = append(s.Incoming, server(t, "imaps://kerberos.example.com", providers.GSSAPI))
	})
	a := address(t, "fred@example.com")
	if _, err := k9(encode(t, document(t, m)), a); err != nil {
		t.Error(err)
	}
	if got, err := k9(encode(t, wholeOf(t, m)), a); err == nil {
		t.Errorf("K-9 takes it now: %+v", got)
	}
}

func TestAdviceOnPOP3IsInAllAlone(t *testing.T) {
	m := configured(t, "example.com", func(p *providers.Provider) {
		pop3 := server(t, "pop3s://pop.example.com")
		pop3.POP3 = &providers.POP3Options{LeaveOnServer: true, Days: 7}
		p.Setups[0].Incoming = []providers.Server{pop3}
	})
	if short := document(t, m); short.Incoming[0].POP3 != nil {
		t.Errorf("%+v", short.Incoming[0])
	}
	whole := wholeOf(t, m)
	if whole.Incoming[0].POP3 == nil || diff(whole, decode(t, encode(t, whole))) != "" {
		t.Errorf("%+v", whole.Incoming[0])
	}
}
