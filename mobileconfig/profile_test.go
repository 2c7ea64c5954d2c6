package mobileconfig_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"waypost/mobileconfig"
	"waypost/providers"
)

// identifiers are what decides whether a device replaces or adds.
func identifiers(p mobileconfig.Profile) []string {
	ids := []string{p.Identifier, p.UUID, p.Mail[0].Identifier, p.Mail[0].UUID}
	for _, v := range slices.Concat(p.CalDAV, p.CardDAV) {
		ids = append(ids, v.Identifier, v.UUID)
	}
	for _, v := range p.ActiveSync {
		ids = append(ids, v.Identifier, v.UUID)
	}
	return ids
}

// Another namespace, another name or another letter case would duplicate the
// account of everybody who installs a profile again.
func TestIdentifiersNeverChange(t *testing.T) {
	want := []string{
		"waypost.profile.143A7897-12B6-5A69-A376-8D0E8A3E6B2C",
		"143A7897-12B6-5A69-A376-8D0E8A3E6B2C",
		"waypost.mail.4B2C63E3-5FC3-55B8-B09A-CF78B2A7FFC0",
		"4B2C63E3-5FC3-55B8-B09A-CF78B2A7FFC0",
	}
	if diff := cmp.Diff(want, identifiers(mustNew(t, account(t, ann)))); diff != "" {
		t.Errorf("identifiers of %s (-want +got):\n%s", ann, diff)
	}
}

func TestSameAddressReplacesInPlace(t *testing.T) {
	first := mustNew(t, account(t, ann))
	for name, again := range map[string]providers.Account{
		"again":                  account(t, ann),
		"capitalised by a phone": account(t, "Ann@Charter.net"),
		"in capitals":            account(t, "ANN@CHARTER.NET"),
		"after the provider's servers and name changed": named("Another Name", example(t, ann)),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(identifiers(first), identifiers(mustNew(t, again))); diff != "" {
				t.Errorf("identifiers (-first +again):\n%s", diff)
			}
		})
	}
	for name, pair := range map[string][2]string{
		"A-labels and U-labels":        {"ann@xn--bcher-kva.example", "ann@BÜCHER.example"},
		"composed and decomposed":      {"zo\u00eb@example.com", "zoe\u0308@example.com"},
		"capitals that are not ASCII":  {"zoë@example.com", "ZOË@example.com"},
		"capitals after the plus sign": {"ann+lists@example.com", "ann+Lists@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			one := mustNew(t, example(t, pair[0]))
			two := mustNew(t, example(t, pair[1]))
			if diff := cmp.Diff(identifiers(one), identifiers(two)); diff != "" {
				t.Errorf("identifiers (-%s +%s):\n%s", pair[0], pair[1], diff)
			}
		})
	}
}

func TestTwoAddressesStayTwoAccounts(t *testing.T) {
	seen := map[string]string{}
	for _, address := range []string{
		"ann@example.com", "bob@example.com", "ann@example.net", "ann@mail.example.com",
		"ann+lists@example.com", "annlists@example.com", "an.n@example.com",
		// Names that would meet if the parts were strung together carelessly.
		"mail/ann@example.com", "profile/ann@example.com", "m/mail/ann@example.co",
	} {
		p := mustNew(t, example(t, address))
		for _, id := range identifiers(p) {
			if other, taken := seen[id]; taken {
				t.Errorf("%s is of %s and of %s", id, other, address)
			}
			seen[id] = address
		}
	}
}

func TestUUIDsAreVersion5(t *testing.T) {
	for name, a := range goldens(t) {
		p := mustNew(t, a)
		ids := identifiers(p)
		for i := 1; i < len(ids); i += 2 {
			s := ids[i]
			id, err := uuid.Parse(s)
			if err != nil || len(s) != 36 {
				t.Errorf("%s: %q is not a UUID: %v", name, s, err)
			} else if id.Version() != 5 || id.Variant() != uuid.RFC4122 {
				t.Errorf("%s: %s has version %d and variant %s", name, s, id.Version(), id.Variant())
			}
			if s != strings.ToUpper(s) {
				t.Errorf("%s: %s is not in capitals, as Apple writes it", name, s)
			}
		}
		for i := 0; i < len(ids); i += 2 {
			if !strings.HasPrefix(ids[i], "waypost.") || !strings.HasSuffix(ids[i], "."+ids[i+1]) {
				t.Errorf("%s: identifier %s does not follow from the UUID %s", name, ids[i], ids[i+1])
			}
		}
	}
}

// What decides is the address: neither the key of an instance nor a secret.
func TestInstancesGiveTheSameAccount(t *testing.T) {
	var contents []string
	for _, s := range []mobileconfig.Signer{selfMade(t), selfMade(t), issued(t, newECDSA(t))} {
		signed, err := mobileconfig.Open(mustSign(t, s, mustEncode(t, mustNew(t, account(t, ann)))))
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, string(signed.Content))
	}
	if contents[0] != contents[1] || contents[0] != contents[2] {
		t.Errorf("profiles differ (-first +second +third):\n%s\n%s",
			cmp.Diff(contents[0], contents[1]), cmp.Diff(contents[0], contents[2]))
	}
}

func TestOneServerOfEachKindIsChosen(t *testing.T) {
	const cram, plain, oauth = providers.PasswordEncrypted, providers.PasswordCleartext, providers.OAuth2
	for name, c := range map[string]struct {
		servers            []providers.Server
		incoming, outgoing string // host
		inAuth, outAuth    mobileconfig.Authentication
	}{
		"implicit TLS before STARTTLS, whatever the order": {
			[]providers.Server{
				server(t, "imap://a.example.com"), server(t, "imaps://b.example.com"),
				server(t, "submission://c.example.com"), server(t, "submissions://d.example.com"),
			},
			"b.example.com", "d.example.com", mobileconfig.AuthPassword, mobileconfig.AuthPassword,
		},
		"STARTTLS before plaintext": {
			[]providers.Server{
				server(t, "imap://a.example.com?security=none"), server(t, "imap://b.example.com"),
				server(t, "submission://c.example.com?security=none"), server(t, "submission://d.example.com"),
			},
			"b.example.com", "d.example.com", mobileconfig.AuthPassword, mobileconfig.AuthPassword,
		},
		"a server with passwords before one without": {
			[]providers.Server{
				server(t, "imaps://a.example.com", oauth), server(t, "imap://b.example.com", oauth, plain),
				server(t, "submissions://c.example.com", oauth), server(t, "submissions://d.example.com", plain),
			},
			"b.example.com", "d.example.com", mobileconfig.AuthPassword, mobileconfig.AuthPassword,
		},
		"IMAP before POP3": {
			[]providers.Server{
				server(t, "pop3s://a.example.com"), server(t, "imap://b.example.com"), server(t, "submissions://c.example.com"),
			},
			"b.example.com", "c.example.com", mobileconfig.AuthPassword, mobileconfig.AuthPassword,
		},
		"CRAM-MD5 only where a plain password is not taken": {
			[]providers.Server{
				server(t, "imaps://a.example.com", cram, plain), server(t, "submissions://b.example.com", cram),
			},
			"a.example.com", "b.example.com", mobileconfig.AuthPassword, mobileconfig.AuthCRAMMD5,
		},
		"a server that asks nobody who sends, where there is no other": {
			[]providers.Server{
				server(t, "imaps://a.example.com"), server(t, "submissions://b.example.com", oauth),
				server(t, "submission://c.example.com", providers.NoAuth),
			},
			"a.example.com", "c.example.com", mobileconfig.AuthPassword, mobileconfig.AuthNone,
		},
		"a password before none, even with STARTTLS": {
			[]providers.Server{
				server(t, "imaps://a.example.com"), server(t, "submissions://b.example.com", providers.NoAuth),
				server(t, "submission://c.example.com"),
			},
			"a.example.com", "c.example.com", mobileconfig.AuthPassword, mobileconfig.AuthPassword,
		},
	} {
		t.Run(name, func(t *testing.T) {
			mail := mustNew(t, configured(t, "ann@example.com", c.servers...)).Mail[0]
			if mail.Incoming.Host != c.incoming || mail.Outgoing.Host != c.outgoing {
				t.Errorf("chose %s and %s, want %s and %s", mail.Incoming.Host, mail.Outgoing.Host, c.incoming, c.outgoing)
			}
			if mail.Incoming.Authentication != c.inAuth || mail.Outgoing.Authentication != c.outAuth {
				t.Errorf("authentication %s and %s, want %s and %s",
					mail.Incoming.Authentication, mail.Outgoing.Authentication, c.inAuth, c.outAuth)
			}
		})
	}
}

func TestWhatAProfileCannotSayIsRefused(t *testing.T) {
	partial := example(t, "ann@example.com")
	partial.Setup.Partial = "the port is unknown"
	for name, c := range map[string]struct {
		account providers.Account
		code    string
	}{
		"OAuth2Only": {
			configured(t, "ann@example.com",
				server(t, "imaps://a.example.com", providers.OAuth2), server(t, "submissions://b.example.com", providers.OAuth2)),
			providers.CodeOAuth2Only,
		},
		"OAuth2OnlyToSend": {
			configured(t, "ann@example.com",
				server(t, "imaps://a.example.com"), server(t, "submissions://b.example.com", providers.OAuth2)),
			providers.CodeOAuth2Only,
		},
		"Kerberos": {
			configured(t, "ann@example.com",
				server(t, "imaps://a.example.com", providers.GSSAPI), server(t, "submissions://b.example.com", providers.GSSAPI)),
			providers.CodeNoServers,
		},
		"NoAuthenticationToRead": {
			configured(t, "ann@example.com",
				server(t, "imaps://a.example.com", providers.NoAuth), server(t, "submissions://b.example.com")),
			providers.CodeNoServers,
		},
		"Partial": {partial, providers.CodePartial},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := mobileconfig.New(c.account)
			cannot, ok := errors.AsType[*providers.Inexpressible](err)
			if !ok {
				t.Fatalf("error %v, want a *providers.Inexpressible", err)
			}
			if cannot.Code != c.code {
				t.Errorf("code %s, want %s", cannot.Code, c.code)
			}
			if diff := cmp.Diff(mobileconfig.Profile{}, p); diff != "" {
				t.Errorf("a profile beside the error:\n%s", diff)
			}
		})
	}
}

func TestProfileSaysWhatItIsFor(t *testing.T) {
	p := mustNew(t, account(t, "Ann+Lists@charter.net"))
	mail := p.Mail[0]
	for what, got := range map[string]string{
		"title": p.DisplayName, "description": p.Description, "payload": mail.DisplayName,
		"account": mail.AccountDescription, "sender": mail.AccountName, "address": mail.Address,
	} {
		if !strings.Contains(got, "Ann+Lists@charter.net") {
			t.Errorf("%s %q does not name the address as it was typed", what, got)
		}
	}
	if p.Organization != "Spectrum" || !strings.HasPrefix(p.DisplayName, "Spectrum") {
		t.Errorf("organization %q, title %q: the provider is Spectrum", p.Organization, p.DisplayName)
	}
	if !mail.SamePassword {
		t.Error("the device would ask for the same password twice")
	}
}
