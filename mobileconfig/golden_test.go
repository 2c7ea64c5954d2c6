package mobileconfig_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// goldens are the accounts whose profiles stand in testdata, by file name.
func goldens(t testing.TB) map[string]providers.Account {
	t.Helper()
	return map[string]providers.Account{
		// Spectrum's 587 speaks implicit TLS, Time Warner's STARTTLS.
		"charter.net": account(t, ann),
		"rr.com":      account(t, "ann@rr.com"),
		// A password, of which OAuth2 stands before.
		"gmail.com": account(t, "ann@gmail.com"),
		// POP3 and nothing else; a name that is not ASCII.
		"yahoo.co.jp": account(t, "ann@yahoo.co.jp"),
		// Two user names, one of them the local part.
		"icloud.com": account(t, "ann@icloud.com"),
		"web.de":     account(t, "ann@web.de"),
		// Only password-encrypted to send.
		"naver.com": account(t, "ann@naver.com"),
		"implicit-tls-preferred": configured(t, "ann@example.com",
			server(t, "imap://imap.example.com"), server(t, "imaps://imap2.example.com"),
			server(t, "submission://smtp.example.com"), server(t, "submissions://smtp2.example.com")),
		"plaintext": configured(t, "ann@example.com",
			server(t, "imap://imap.example.com?security=none"), server(t, "submission://smtp.example.com?security=none")),
		"idn": named("Bücher", configured(t, "ann@bücher.example",
			server(t, "imaps://mail.bücher.example"), server(t, "submissions://mail.bücher.example"))),
		"calendar-and-contacts": example(t, "ann@example.com",
			service(t, providers.CalDAV, "https://dav.example.com:8443/cal/"), service(t, providers.CardDAV, "https://dav.example.com"),
			service(t, providers.ActiveSync, "https://sync.example.com"+syncPath)),
		"contacts-by-activesync": example(t, "ann@example.com",
			service(t, providers.CalDAV, "https://dav.example.com"), service(t, providers.ActiveSync, "https://sync.example.com"+syncPath)),
		// Whoever sits at the provider's own line may send.
		"no-sign-in-to-send": configured(t, "ann@example.com",
			server(t, "imaps://imap.example.com"), server(t, "smtp://smtp.example.com", providers.NoAuth)),
		"plus-tag":             example(t, "ann+lists@example.com"),
		"xml-characters":       named(`Smith & Sons <"Mail">`, example(t, "a&b'c@example.com")),
		"non-ascii-local-part": example(t, "zoë@example.com"),
	}
}

// example gives the account of an address at a provider like most, with these
// services beside mail.
func example(t testing.TB, address string, services ...providers.Server) providers.Account {
	t.Helper()
	return configured(t, address, append(services, server(t, "imaps://imap.example.com"), server(t, "submissions://smtp.example.com"))...)
}

// syncPath is the only path of ActiveSync that a profile can say.
const syncPath = "/Microsoft-Server-ActiveSync"

func golden(name string) string { return filepath.Join("testdata", name+".golden.mobileconfig") }

func TestGoldenFilesAreReadBackIntoTheSameProfile(t *testing.T) {
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			p := mustNew(t, a)
			back, err := mobileconfig.Decode(providertest.Golden(t, golden(name), mustEncode(t, p), *update))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, back); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoGoldenFileIsLeftOver(t *testing.T) {
	accounts := goldens(t)
	files, err := filepath.Glob(golden("*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".golden.mobileconfig")
		if _, ok := accounts[name]; !ok {
			t.Errorf("%s is nobody's", file)
		}
	}
}

// keysOf are the keys of each kind of payload, and of the profile itself.
var keysOf = map[string]string{
	"Configuration": "PayloadContent PayloadDescription PayloadDisplayName PayloadIdentifier PayloadOrganization " +
		"PayloadType PayloadUUID PayloadVersion",
	"com.apple.mail.managed": "EmailAccountDescription EmailAccountName EmailAccountType EmailAddress " +
		"IncomingMailServerAuthentication IncomingMailServerHostName IncomingMailServerPortNumber " +
		"IncomingMailServerUseSSL IncomingMailServerUsername " +
		"OutgoingMailServerAuthentication OutgoingMailServerHostName OutgoingMailServerPortNumber " +
		"OutgoingMailServerUseSSL OutgoingMailServerUsername OutgoingPasswordSameAsIncomingPassword " +
		"PayloadDisplayName PayloadIdentifier PayloadType PayloadUUID PayloadVersion",
	"com.apple.caldav.account": "CalDAVAccountDescription CalDAVHostName CalDAVPort CalDAVUseSSL CalDAVUsername " +
		"PayloadDisplayName PayloadIdentifier PayloadType PayloadUUID PayloadVersion",
	"com.apple.carddav.account": "CardDAVAccountDescription CardDAVHostName CardDAVPort CardDAVUseSSL CardDAVUsername " +
		"PayloadDisplayName PayloadIdentifier PayloadType PayloadUUID PayloadVersion",
	"com.apple.eas.account": "EmailAddress EnableCalendars EnableContacts EnableMail EnableNotes EnableReminders Host " +
		"PayloadDisplayName PayloadIdentifier PayloadType PayloadUUID PayloadVersion SSL UserName",
}

func TestExactlyTheAgreedKeysAreWritten(t *testing.T) {
	seen := map[string]bool{}
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			values := dictionary(t, mustEncode(t, mustNew(t, a)))
			for _, payload := range append(payloads(t, values), values) {
				kind, _ := payload["PayloadType"].(string)
				seen[kind] = true
				want := strings.Fields(keysOf[kind])
				if payload["OutgoingMailServerAuthentication"] == "EmailAuthNone" {
					want = slices.DeleteFunc(want, func(key string) bool { return key == "OutgoingMailServerUsername" })
				}
				if diff := cmp.Diff(want, slices.Sorted(maps.Keys(payload))); diff != "" {
					t.Errorf("keys of %s (-want +got):\n%s", kind, diff)
				}
				if payload["PayloadVersion"] != uint64(1) {
					t.Errorf("version %v of %s, want 1", payload["PayloadVersion"], kind)
				}
			}
			if values["PayloadType"] != "Configuration" {
				t.Errorf("type %v", values["PayloadType"])
			}
		})
	}
	if len(seen) != len(keysOf) {
		t.Errorf("kinds %v were made, want all of keysOf", slices.Sorted(maps.Keys(seen)))
	}
}

// Its default is off for mail and ActiveSync, and on for the others.
func TestUseSSLIsAlwaysWritten(t *testing.T) {
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			for _, payload := range payloads(t, dictionary(t, mustEncode(t, mustNew(t, a)))) {
				kind, _ := payload["PayloadType"].(string)
				for _, key := range switchesOf[kind] {
					if want := name != "plaintext"; payload[key] != want {
						t.Errorf("%s is %v, want %v", key, payload[key], want)
					}
				}
			}
		})
	}
}

// switchesOf are the keys that say whether there is TLS.
var switchesOf = map[string][]string{
	"com.apple.mail.managed":    {"IncomingMailServerUseSSL", "OutgoingMailServerUseSSL"},
	"com.apple.caldav.account":  {"CalDAVUseSSL"},
	"com.apple.carddav.account": {"CardDAVUseSSL"},
	"com.apple.eas.account":     {"SSL"},
}

func TestPortsAreIntegersAndNoStringIsEmpty(t *testing.T) {
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) { checkValues(t, mustEncode(t, mustNew(t, a))) })
	}
}

// fataler is what [testing.T] and rapid's T have in common.
type fataler interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checkValues reports what makes a device say "invalid profile": a document
// that is not well-formed, a number that is not an integer, an empty string.
func checkValues(t fataler, profile []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(profile))
	text := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			text = ""
			if token.Name.Local == "real" {
				t.Errorf("a real at byte %d", d.InputOffset())
			}
		case xml.CharData:
			text += string(token)
		case xml.EndElement:
			if name := token.Name.Local; text == "" && name != "true" && name != "false" {
				t.Errorf("an empty %s at byte %d", name, d.InputOffset())
			}
		}
	}
}

// dictionary reads a property list without the help of the code under test.
func dictionary(t fataler, profile []byte) map[string]any {
	t.Helper()
	var values map[string]any
	if _, err := plist.Unmarshal(profile, &values); err != nil {
		t.Fatalf("not a property list: %v", err)
	}
	return values
}

// payloads gives what is in a profile, in the order of the file.
func payloads(t fataler, profile map[string]any) []map[string]any {
	t.Helper()
	var list []map[string]any
	content, _ := profile["PayloadContent"].([]any)
	for _, v := range content {
		payload, _ := v.(map[string]any)
		list = append(list, payload)
	}
	if len(list) == 0 {
		t.Fatalf("no payloads")
	}
	return list
}
