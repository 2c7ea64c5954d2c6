package mobileconfig_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"waypost/mobileconfig"
	"waypost/providers"
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
		"implicit-tls-preferred": configured(t, "Example Mail", "ann@example.com",
			server(t, "imap://imap.example.com"), server(t, "imaps://imap2.example.com"),
			server(t, "submission://smtp.example.com"), server(t, "submissions://smtp2.example.com")),
		"plaintext": configured(t, "Example Mail", "ann@example.com",
			server(t, "imap://imap.example.com?security=none"), server(t, "submission://smtp.example.com?security=none")),
		"idn": configured(t, "Bücher", "ann@bücher.example",
			server(t, "imaps://mail.bücher.example"), server(t, "submissions://mail.bücher.example")),
		"plus-tag":             example(t, "Example Mail", "ann+lists@example.com"),
		"xml-characters":       example(t, `Smith & Sons <"Mail">`, "a&b'c@example.com"),
		"non-ascii-local-part": example(t, "Example Mail", "zoë@example.com"),
	}
}

// example gives the account of an address at a provider like most.
func example(t testing.TB, name, address string) providers.Account {
	t.Helper()
	return configured(t, name, address, server(t, "imaps://imap.example.com"), server(t, "submissions://smtp.example.com"))
}

func golden(name string) string { return filepath.Join("testdata", name+".golden.mobileconfig") }

func TestGoldenFilesAreReadBackIntoTheSameProfile(t *testing.T) {
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			p := mustNew(t, a)
			got := mustEncode(t, p)
			if *update {
				if err := os.WriteFile(golden(name), got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden(name))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("encoded (-want +got):\n%s", diff)
			}
			back, err := mobileconfig.Decode(want)
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

func TestExactlyTheAgreedKeysAreWritten(t *testing.T) {
	top := []string{
		"PayloadContent",
		"PayloadDescription",
		"PayloadDisplayName",
		"PayloadIdentifier",
		"PayloadOrganization",
		"PayloadType",
		"PayloadUUID",
		"PayloadVersion",
	}
	mail := []string{
		"EmailAccountDescription",
		"EmailAccountName",
		"EmailAccountType",
		"EmailAddress",
		"IncomingMailServerAuthentication",
		"IncomingMailServerHostName",
		"IncomingMailServerPortNumber",
		"IncomingMailServerUseSSL",
		"IncomingMailServerUsername",
		"OutgoingMailServerAuthentication",
		"OutgoingMailServerHostName",
		"OutgoingMailServerPortNumber",
		"OutgoingMailServerUseSSL",
		"OutgoingMailServerUsername",
		"OutgoingPasswordSameAsIncomingPassword",
		"PayloadDisplayName",
		"PayloadIdentifier",
		"PayloadType",
		"PayloadUUID",
		"PayloadVersion",
	}
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			values := dictionary(t, mustEncode(t, mustNew(t, a)))
			if diff := cmp.Diff(top, slices.Sorted(maps.Keys(values))); diff != "" {
				t.Errorf("keys of the profile (-want +got):\n%s", diff)
			}
			payload := onlyPayload(t, values)
			if diff := cmp.Diff(mail, slices.Sorted(maps.Keys(payload))); diff != "" {
				t.Errorf("keys of the mail payload (-want +got):\n%s", diff)
			}
			if values["PayloadType"] != "Configuration" || payload["PayloadType"] != "com.apple.mail.managed" {
				t.Errorf("types %v and %v", values["PayloadType"], payload["PayloadType"])
			}
			if values["PayloadVersion"] != uint64(1) || payload["PayloadVersion"] != uint64(1) {
				t.Errorf("versions %v and %v, want 1", values["PayloadVersion"], payload["PayloadVersion"])
			}
		})
	}
}

func TestUseSSLIsAlwaysWritten(t *testing.T) {
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			payload := onlyPayload(t, dictionary(t, mustEncode(t, mustNew(t, a))))
			for _, key := range []string{"IncomingMailServerUseSSL", "OutgoingMailServerUseSSL"} {
				if want := name != "plaintext"; payload[key] != want {
					t.Errorf("%s is %v, want %v", key, payload[key], want)
				}
			}
		})
	}
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

func onlyPayload(t fataler, profile map[string]any) map[string]any {
	t.Helper()
	payloads, _ := profile["PayloadContent"].([]any)
	if len(payloads) != 1 {
		t.Fatalf("%d payloads, want 1", len(payloads))
	}
	payload, _ := payloads[0].(map[string]any)
	return payload
}
