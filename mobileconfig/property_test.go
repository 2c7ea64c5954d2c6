package mobileconfig_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/mobileconfig"
	"waypost/providers"
)

// accounts draws accounts of records that pass validation.
func accounts() *rapid.Generator[providers.Account] {
	methods := rapid.SliceOfNDistinct(rapid.SampledFrom([]providers.Auth{
		providers.PasswordCleartext, providers.PasswordEncrypted, providers.OAuth2, providers.GSSAPI, providers.NTLM,
	}), 1, 3, rapid.ID[providers.Auth])
	usernames := rapid.SampledFrom([]providers.Username{providers.FullAddress, providers.LocalPart, "{local}%{domain}", `CORP\{local}`})
	servers := func(schemes ...string) *rapid.Generator[[]providers.Server] {
		one := rapid.Custom(func(t *rapid.T) providers.Server {
			host := rapid.StringMatching(`[a-z]{1,8}\.(example\.com|\{domain\})`).Draw(t, "host")
			s, err := providers.ParseServer(rapid.SampledFrom(schemes).Draw(t, "scheme") + host)
			if err != nil {
				t.Fatal(err)
			}
			s.Port = rapid.IntRange(1, 65535).Draw(t, "port")
			if s.Security == providers.STARTTLS && rapid.Bool().Draw(t, "plaintext") {
				s.Security = providers.None
			}
			s.Auth, s.Username = methods.Draw(t, "auth"), usernames.Draw(t, "username")
			return s
		})
		return rapid.SliceOfN(one, 1, 4)
	}
	return rapid.Custom(func(t *rapid.T) providers.Account {
		local := rapid.StringMatching("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\\.[a-zé例{}]{1,8}){0,2}").Draw(t, "local")
		domain := rapid.StringMatching(`([a-z]{1,8}|bücher|例え)\.example\.(com|net)`).Draw(t, "domain")
		address, err := providers.ParseAddress(local + "@" + domain)
		if err != nil {
			t.Fatal(err)
		}
		p := &providers.Provider{
			ID:   address.Domain().String(),
			Name: rapid.StringMatching("[A-Za-z0-9 &<>\"'\\]é例\u00a0\u2028😀-]{1,30}").Draw(t, "name"),
			Setups: []providers.Setup{{
				Domains:  []providers.Domain{address.Domain()},
				Incoming: servers("imaps://", "imap://", "pop3s://", "pop3://").Draw(t, "incoming"),
				Outgoing: servers("submissions://", "submission://", "smtp://").Draw(t, "outgoing"),
			}},
		}
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		m, err := providers.NewMatch(p, &p.Setups[0], address.Domain())
		if err != nil {
			t.Fatal(err)
		}
		return m.At(address)
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
		payload := onlyPayload(t, dictionary(t, encoded))
		for _, key := range []string{"IncomingMailServerUseSSL", "OutgoingMailServerUseSSL"} {
			if _, written := payload[key].(bool); !written {
				t.Errorf("%s is not written", key)
			}
		}
		chosenFrom(t, a.Setup.Incoming, p.Mail[0].Incoming, a.Address)
		chosenFrom(t, a.Setup.Outgoing, p.Mail[0].Outgoing, a.Address)
	})
}

// refusedRightly: only where no password is taken on one side is no profile.
func refusedRightly(t *rapid.T, a providers.Account, err error) {
	t.Helper()
	if _, ok := errors.AsType[*providers.Inexpressible](err); !ok {
		t.Fatalf("error %v, want a *providers.Inexpressible", err)
	}
	// Plaintext does not count beside an encrypted server.
	takesPassword := func(servers []providers.Server) bool {
		encrypted := slices.ContainsFunc(servers, providers.Server.Encrypted)
		return slices.ContainsFunc(servers, func(s providers.Server) bool { return s.AcceptsPassword() && s.Encrypted() == encrypted })
	}
	if takesPassword(a.Setup.Incoming) && takesPassword(a.Setup.Outgoing) {
		t.Errorf("passwords are taken on both sides, and still: %v", err)
	}
}

// chosenFrom: the server in the profile is one of the record's, and none that
// takes passwords is better encrypted.
func chosenFrom(t *rapid.T, servers []providers.Server, got mobileconfig.Server, a providers.Address) {
	t.Helper()
	found := slices.ContainsFunc(servers, func(s providers.Server) bool {
		return s.Protocol == got.Protocol && s.Host == got.Host && s.Port == got.Port &&
			s.Encrypted() == got.UseSSL && s.Username.For(a) == got.Username && s.AcceptsPassword()
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
}
