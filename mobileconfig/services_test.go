package mobileconfig_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/mobileconfig"
	"waypost/providers"
)

// served gives an account whose provider has these services beside mail.
func served(t testing.TB, services ...providers.Server) mobileconfig.Profile {
	t.Helper()
	return mustNew(t, example(t, "ann@example.com", services...))
}

// The services that most of these tests are about.
func calendar(t testing.TB) providers.Server {
	return service(t, providers.CalDAV, "https://cal.example.com/dav/")
}

func contacts(t testing.TB) providers.Server {
	return service(t, providers.CardDAV, "https://card.example.com/dav/")
}

func activeSync(t testing.TB) providers.Server {
	return service(t, providers.ActiveSync, "https://sync.example.com"+syncPath)
}

func TestOneProfileSetsUpMailCalendarAndContacts(t *testing.T) {
	p := served(t, calendar(t), contacts(t))
	dav := func(kind, uuid, title, host string) []mobileconfig.DAV {
		return []mobileconfig.DAV{{
			Identifier: "waypost." + kind + "." + uuid, UUID: uuid,
			DisplayName: title + ": ann@example.com", AccountDescription: "ann@example.com",
			Host: host, Port: 443, UseSSL: true, Username: "ann@example.com",
		}}
	}
	// A device takes the payloads for other accounts if these change.
	want := mobileconfig.Profile{
		CalDAV:  dav("caldav", "E52301BD-2A71-5372-9447-AD20B29E5418", "Calendar", "cal.example.com"),
		CardDAV: dav("carddav", "D6FED58B-81C7-5804-8F91-4A8EAE52E630", "Contacts", "card.example.com"),
	}
	got := mobileconfig.Profile{CalDAV: p.CalDAV, CardDAV: p.CardDAV, ActiveSync: p.ActiveSync}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
	if len(p.Mail) != 1 || p.Mail[0].Incoming.Host != "imap.example.com" {
		t.Errorf("mail %+v", p.Mail)
	}
}

func TestActiveSyncFillsGapsAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		services            []providers.Server
		calendars, contacts bool // both false: no payload
	}{
		"alone":             {[]providers.Server{activeSync(t)}, true, true},
		"beside a calendar": {[]providers.Server{calendar(t), activeSync(t)}, false, true},
		"beside contacts":   {[]providers.Server{activeSync(t), contacts(t)}, true, false},
		"beside both":       {[]providers.Server{calendar(t), contacts(t), activeSync(t)}, false, false},
		"a calendar for OAuth2 alone leaves a gap": {
			[]providers.Server{service(t, providers.CalDAV, "https://cal.example.com", providers.OAuth2), contacts(t), activeSync(t)}, true, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := served(t, c.services...)
			var want []mobileconfig.ActiveSync
			if c.calendars || c.contacts {
				const uuid = "ECAA4BFC-7EB4-5387-9636-DE7C4503294C"
				want = []mobileconfig.ActiveSync{{
					Identifier: "waypost.eas." + uuid, UUID: uuid, DisplayName: "ann@example.com", Address: "ann@example.com",
					Host: "sync.example.com", UseSSL: true, Username: "ann@example.com",
					Calendars: c.calendars, Contacts: c.contacts,
				}}
			}
			if diff := cmp.Diff(want, p.ActiveSync); diff != "" {
				t.Errorf("ActiveSync (-want +got):\n%s", diff)
			}
		})
	}
}

func TestServicesThatAProfileCannotSayAreLeftOut(t *testing.T) {
	unknown := calendar(t)
	unknown.Auth = nil
	for name, s := range map[string]providers.Server{
		"OAuth2 alone":               service(t, providers.CalDAV, "https://cal.example.com", providers.OAuth2),
		"a way to log in not known":  unknown,
		"Kerberos":                   service(t, providers.CardDAV, "https://card.example.com", providers.GSSAPI),
		"ActiveSync at another port": service(t, providers.ActiveSync, "https://sync.example.com:8443"+syncPath),
		"ActiveSync at another path": service(t, providers.ActiveSync, "https://sync.example.com/sync"),
		"files":                      service(t, providers.WebDAV, "https://files.example.com/"),
		"Exchange Web Services":      service(t, providers.EWS, "https://ews.example.com/EWS/Exchange.asmx"),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(served(t), served(t, s)); diff != "" {
				t.Errorf("not as without it (-without +with):\n%s", diff)
			}
		})
	}
}

func TestFirstServiceThatTakesAPasswordIsChosen(t *testing.T) {
	p := served(t,
		service(t, providers.CalDAV, "https://a.example.com", providers.OAuth2),
		service(t, providers.CalDAV, "https://b.example.com:8443", providers.OAuth2, providers.PasswordEncrypted),
		service(t, providers.CalDAV, "https://c.example.com"),
		service(t, providers.ActiveSync, "https://d.example.com/sync"),
		service(t, providers.ActiveSync, "https://e.example.com"+syncPath),
	)
	if len(p.CalDAV) != 1 || p.CalDAV[0].Host != "b.example.com" || p.CalDAV[0].Port != 8443 {
		t.Errorf("CalDAV %+v, want b.example.com at port 8443", p.CalDAV)
	}
	if len(p.ActiveSync) != 1 || p.ActiveSync[0].Host != "e.example.com" {
		t.Errorf("ActiveSync %+v, want e.example.com", p.ActiveSync)
	}
}

func TestServiceWithoutAUserNameTakesThatOfMail(t *testing.T) {
	imap := server(t, "imaps://imap.example.com")
	imap.Username = providers.LocalPart
	own, none := contacts(t), calendar(t)
	own.Username, none.Username = `CORP\{local}`, ""
	p := mustNew(t, configured(t, "ann@example.com", imap, server(t, "submissions://smtp.example.com"), own, none))
	if got := p.CalDAV[0].Username; got != "ann" {
		t.Errorf("calendar as %q, want ann as for mail", got)
	}
	if got := p.CardDAV[0].Username; got != `CORP\ann` {
		t.Errorf(`contacts as %q, want CORP\ann`, got)
	}
}

func TestDescriptionSaysWhatIsInside(t *testing.T) {
	const end = " of ann@example.com. It holds no password and nothing but these accounts."
	for want, services := range map[string][]providers.Server{
		"Sets up the mail account ann@example.com. It holds no password and nothing but this account.": nil,
		"Sets up mail and calendar" + end:                                         {calendar(t)},
		"Sets up mail and contacts" + end:                                         {contacts(t)},
		"Sets up mail, calendar and contacts" + end:                               {calendar(t), contacts(t), activeSync(t)},
		"Sets up mail, calendar and contacts (not on a Mac)" + end:                {calendar(t), activeSync(t)},
		"Sets up mail, calendar (not on a Mac) and contacts" + end:                {activeSync(t), contacts(t)},
		"Sets up mail, calendar (not on a Mac) and contacts (not on a Mac)" + end: {activeSync(t)},
	} {
		if got := served(t, services...).Description; got != want {
			t.Errorf("description %q\nwant        %q", got, want)
		}
	}
}

// Whoever installs the profile again after the provider began to serve a
// calendar keeps the mail account as it is.
func TestServicesDoNotChangeTheIdentifiersOfMail(t *testing.T) {
	with, without := identifiers(served(t, calendar(t), activeSync(t))), identifiers(served(t))
	if diff := cmp.Diff(without, with[:len(without)]); diff != "" {
		t.Errorf("identifiers (-without +with):\n%s", diff)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(with)))) != 8 {
		t.Errorf("identifiers %v are not all different", with)
	}
}

func TestNobodySignsInWhereNoneIsNeededToSend(t *testing.T) {
	a := goldens(t)["no-sign-in-to-send"]
	p := mustNew(t, a)
	want := mobileconfig.Server{
		Protocol: providers.Submission, Host: "smtp.example.com", Port: 25, UseSSL: true,
		Authentication: mobileconfig.AuthNone,
	}
	if diff := cmp.Diff(want, p.Mail[0].Outgoing); diff != "" {
		t.Errorf("outgoing (-want +got):\n%s", diff)
	}
	if p.Mail[0].SamePassword || strings.Contains(string(mustEncode(t, p)), "OutgoingMailServerUsername") {
		t.Error("a password or a user name to send with")
	}
}
