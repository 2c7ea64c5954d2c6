package mobileconfig_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/providers/providertest"
)

// Drawn are the parts of servers that do not depend on their protocol.
var (
	drawnHosts   = rapid.StringMatching(`[a-z]{1,8}\.(example\.com|\{domain\})`)
	drawnMethods = rapid.SliceOfNDistinct(rapid.SampledFrom([]providers.Auth{
		providers.PasswordCleartext, providers.PasswordEncrypted, providers.OAuth2, providers.GSSAPI, providers.NTLM,
	}), 1, 3, rapid.ID[providers.Auth])
	drawnUsernames = rapid.SampledFrom([]providers.Username{providers.FullAddress, providers.LocalPart, "{local}%{domain}", `CORP\{local}`})
)

// drawnServers draws mail servers with these schemes.
func drawnServers(schemes ...string) *rapid.Generator[[]providers.Server] {
	one := rapid.Custom(func(t *rapid.T) providers.Server {
		s := server(t, rapid.SampledFrom(schemes).Draw(t, "scheme")+drawnHosts.Draw(t, "host"))
		s.Port = rapid.IntRange(1, 65535).Draw(t, "port")
		if s.Security == providers.STARTTLS && rapid.Bool().Draw(t, "plaintext") {
			s.Security = providers.None
		}
		s.Auth, s.Username = drawnMethods.Draw(t, "auth"), drawnUsernames.Draw(t, "username")
		if rapid.IntRange(0, 4).Draw(t, "for anybody") == 0 {
			s.Auth, s.Username = []providers.Auth{providers.NoAuth}, ""
		}
		return s
	})
	return rapid.SliceOfN(one, 1, 4)
}

// drawnServices draws services, whose way to log in may be unknown.
func drawnServices() *rapid.Generator[[]providers.Server] {
	kinds := rapid.SampledFrom([]providers.Protocol{
		providers.CalDAV, providers.CardDAV, providers.ActiveSync, providers.WebDAV, providers.EWS,
	})
	paths := rapid.SampledFrom([]string{"/", syncPath, "/dav/~(a,b)&c='d'/"})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) providers.Server {
		s, err := providers.ParseService(kinds.Draw(t, "kind"), "https://"+drawnHosts.Draw(t, "host")+paths.Draw(t, "path"))
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "another port") {
			s.Port = rapid.IntRange(1, 65535).Draw(t, "port")
		}
		if rapid.IntRange(0, 3).Draw(t, "methods known") > 0 {
			s.Auth = drawnMethods.Draw(t, "auth")
		}
		if rapid.Bool().Draw(t, "username known") {
			s.Username = drawnUsernames.Draw(t, "username")
		}
		return s
	}), 0, 5)
}

// accounts draws accounts of records that pass validation.
func accounts() *rapid.Generator[providers.Account] {
	return rapid.Custom(func(t *rapid.T) providers.Account {
		local := rapid.StringMatching("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\\.[a-zé例{}]{1,8}){0,2}").Draw(t, "local")
		domain := rapid.StringMatching(`([a-z]{1,8}|bücher|例え)\.example\.(com|net)`).Draw(t, "domain")
		address := providertest.Address(t, local+"@"+domain)
		p := &providers.Provider{
			ID:   address.Domain().String(),
			Name: rapid.StringMatching("[A-Za-z0-9 &<>\"'\\]é例\u00a0\u2028😀-]{1,30}").Draw(t, "name"),
			Setups: []providers.Setup{{
				Domains:  []providers.Domain{address.Domain()},
				Incoming: drawnServers("imaps://", "imap://", "pop3s://", "pop3://").Draw(t, "incoming"),
				Outgoing: drawnServers("submissions://", "submission://", "smtp://").Draw(t, "outgoing"),
				Services: drawnServices().Draw(t, "services"),
			}},
		}
		return providertest.Match(t, p, address.Domain()).At(address)
	})
}

func TestEveryProfileIsReadBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := accounts().Draw(t, "account")
		p, err := mobileconfig.New(a)
		if err != nil {
			refusedRightly(t, a, err)
			return
		}
		encoded, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := mobileconfig.Decode(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, back); diff != "" {
			t.Errorf("(-made +read):\n%s", diff)
		}
		checkValues(t, encoded)
		for _, payload := range payloads(t, dictionary(t, encoded)) {
			kind, _ := payload["PayloadType"].(string)
			if len(switchesOf[kind]) == 0 {
				t.Errorf("a payload of type %q", kind)
			}
			for _, key := range switchesOf[kind] {
				if _, written := payload[key].(bool); !written {
					t.Errorf("%s is not written", key)
				}
			}
		}
		chosenFrom(t, a.Setup.Incoming, p.Mail[0].Incoming, a.Address)
		chosenFrom(t, a.Setup.Outgoing, p.Mail[0].Outgoing, a.Address)
		servicesChosen(t, a, p)
	})
}

// servicesChosen: each payload is of a service in the record that takes a
// password, and nothing is set up twice.
func servicesChosen(t *rapid.T, a providers.Account, p mobileconfig.Profile) {
	t.Helper()
	recorded := func(kind providers.Protocol, host string, port int, username string) {
		t.Helper()
		if !slices.ContainsFunc(a.Setup.Services, func(s providers.Server) bool {
			login := s.Username.For(a.Address)
			return s.Protocol == kind && s.Host == host && s.Port == port && s.AcceptsPassword() &&
				(login == username || login == "" && username == p.Mail[0].Incoming.Username)
		}) {
			t.Errorf("%s at %s:%d as %q is not in the record %+v", kind, host, port, username, a.Setup.Services)
		}
	}
	calendars, contacts := len(p.CalDAV), len(p.CardDAV)
	for _, v := range p.CalDAV {
		recorded(providers.CalDAV, v.Host, v.Port, v.Username)
	}
	for _, v := range p.CardDAV {
		recorded(providers.CardDAV, v.Host, v.Port, v.Username)
	}
	for _, v := range p.ActiveSync {
		recorded(providers.ActiveSync, v.Host, 443, v.Username)
		if v.Calendars {
			calendars++
		}
		if v.Contacts {
			contacts++
		}
		if v.Mail || v.Reminders || v.Notes || !v.Calendars && !v.Contacts {
			t.Errorf("ActiveSync sets up %+v", v)
		}
	}
	if len(p.Mail) != 1 || calendars > 1 || contacts > 1 {
		t.Errorf("%d mail accounts, %d calendars, %d contacts", len(p.Mail), calendars, contacts)
	}
}

// refusedRightly: only where no password is taken on one side, and mail is not
// sent for anybody, is no profile.
func refusedRightly(t *rapid.T, a providers.Account, err error) {
	t.Helper()
	if _, ok := errors.AsType[*providers.Inexpressible](err); !ok {
		t.Fatalf("error %v, want a *providers.Inexpressible", err)
	}
	// Plaintext does not count beside an encrypted server.
	usable := func(servers []providers.Server, usable func(providers.Server) bool) bool {
		encrypted := slices.ContainsFunc(servers, providers.Server.Encrypted)
		return slices.ContainsFunc(servers, func(s providers.Server) bool { return usable(s) && s.Encrypted() == encrypted })
	}
	if usable(a.Setup.Incoming, providers.Server.AcceptsPassword) &&
		usable(a.Setup.Outgoing, func(s providers.Server) bool {
			return s.Accepts(providers.PasswordCleartext, providers.PasswordEncrypted, providers.NoAuth)
		}) {
		t.Errorf("both sides can be said, and still: %v", err)
	}
}

// chosenFrom: the server in the profile is one of the record's, and none that
// takes passwords is better encrypted.
func chosenFrom(t *rapid.T, servers []providers.Server, got mobileconfig.Server, a providers.Address) {
	t.Helper()
	anybody := got.Protocol == providers.Submission && got.Authentication == mobileconfig.AuthNone && got.Username == ""
	found := slices.ContainsFunc(servers, func(s providers.Server) bool {
		signsIn := s.AcceptsPassword() && s.Username.For(a) == got.Username || anybody && s.Accepts(providers.NoAuth)
		return s.Protocol == got.Protocol && s.Host == got.Host && s.Port == got.Port && s.Encrypted() == got.UseSSL && signsIn
	})
	if !found {
		t.Errorf("%+v is not in the record %+v", got, servers)
	}
	better := func(s providers.Server) bool {
		return s.Protocol == got.Protocol && s.AcceptsPassword() && s.Encrypted() && !got.UseSSL
	}
	if slices.ContainsFunc(servers, better) {
		t.Errorf("%+v is plaintext, and the record has an encrypted one: %+v", got, servers)
	}
	asks := func(s providers.Server) bool { return s.AcceptsPassword() && s.Encrypted() == got.UseSSL }
	if anybody && slices.ContainsFunc(servers, asks) {
		t.Errorf("nobody signs in at %+v, and the record has a server with passwords: %+v", got, servers)
	}
}
