package mobileconfig_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/mobileconfig"
	"waypost/providers"
)

// What other servers' profiles got wrong, by the mistake: ours has none of
// them, and Decode reads what a device would.

// everything gives a profile with a payload of each kind.
func everything(t testing.TB) mobileconfig.Profile {
	t.Helper()
	p := served(t, calendar(t), contacts(t))
	p.ActiveSync = served(t, activeSync(t)).ActiveSync
	return p
}

// mailcow makes new UUIDs for each download: accounts are removed and added
// anew, and the mail is fetched again.
func TestRandomUUIDs(t *testing.T) {
	first, second := mustEncode(t, everything(t)), mustEncode(t, everything(t))
	if diff := cmp.Diff(string(first), string(second)); diff != "" {
		t.Errorf("the second download differs (-first +second):\n%s", diff)
	}
}

// A UUID that stands in a template is everybody's, and the second person's
// account replaces the first's.
func TestOneUUIDForEverybody(t *testing.T) {
	seen := map[string]string{}
	for _, address := range []string{"ann@example.com", "bob@example.com", "ann@example.net"} {
		p := mustNew(t, example(t, address, calendar(t), contacts(t)))
		p.ActiveSync = mustNew(t, example(t, address, activeSync(t))).ActiveSync
		for _, id := range identifiers(p) {
			if other, taken := seen[id]; taken {
				t.Errorf("%s is of %s and of %s", id, other, address)
			}
			seen[id] = address
		}
	}
}

// Safari shows text/xml as text.
func TestProfilesAsTextXML(t *testing.T) {
	if mobileconfig.ContentType != "application/x-apple-aspen-config" {
		t.Error(mobileconfig.ContentType)
	}
}

// smallstep/pkcs7 signs with SHA-1 unless told otherwise, and devices show
// "Not Verified".
func TestSHA1Signatures(t *testing.T) {
	sha1 := []byte{0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a} // OID 1.3.14.3.2.26
	for name, s := range signers(t) {
		if bytes.Contains(mustSign(t, s, mustEncode(t, everything(t))), sha1) {
			t.Errorf("%s: SHA-1 is named in the signature", name)
		}
	}
}

// mailcow wrote CalDAVPort as a real, which makes the profile invalid.
func TestRealPorts(t *testing.T) {
	encoded := mustEncode(t, everything(t))
	checkValues(t, encoded)
	for _, key := range []string{"CalDAVPort", "CardDAVPort"} {
		in := strings.Replace(string(encoded),
			"<key>"+key+"</key>\n        <integer>443</integer>", "<key>"+key+"</key>\n        <real>443</real>", 1)
		if in == string(encoded) {
			t.Fatalf("no %s to replace", key)
		}
		if text := notProfile(t, []byte(in)); !strings.Contains(text, key) {
			t.Errorf("error %q does not name %s", text, key)
		}
	}
}

// Left away, the switches are off for mail and ActiveSync, and on for calendar
// and contacts and for all that ActiveSync brings.
func TestUseSSLDefaults(t *testing.T) {
	const minimal = `<plist><dict><key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array>
<dict><key>PayloadType</key><string>com.apple.mail.managed</string><key>EmailAccountType</key><string>EmailTypeIMAP</string></dict>
<dict><key>PayloadType</key><string>com.apple.caldav.account</string></dict>
<dict><key>PayloadType</key><string>com.apple.carddav.account</string></dict>
<dict><key>PayloadType</key><string>com.apple.eas.account</string></dict>
</array></dict></plist>`
	got, err := mobileconfig.Decode([]byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	want := mobileconfig.Profile{
		Mail: []mobileconfig.Mail{{
			Incoming: mobileconfig.Server{Protocol: providers.IMAP}, Outgoing: mobileconfig.Server{Protocol: providers.Submission},
		}},
		CalDAV:     []mobileconfig.DAV{{UseSSL: true}},
		CardDAV:    []mobileconfig.DAV{{UseSSL: true}},
		ActiveSync: []mobileconfig.ActiveSync{{Mail: true, Contacts: true, Calendars: true, Reminders: true, Notes: true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Mail-in-a-Box wrote the path of all calendars, and macOS found none
// (mailinabox 1402, 2018). It is the person's own, which no record knows; for
// contacts, macOS has no such key.
func TestCalDAVPrincipalURL(t *testing.T) {
	p := served(t, service(t, providers.CalDAV, "https://dav.example.com/calendars/"))
	if strings.Contains(string(mustEncode(t, p)), "PrincipalURL") {
		t.Error("a principal's URL is written")
	}
	const theirs = "/dav/principals/ann/"
	p.CalDAV[0].PrincipalURL = theirs
	back, err := mobileconfig.Decode(mustEncode(t, p))
	if err != nil {
		t.Fatal(err)
	}
	if got := back.CalDAV[0].PrincipalURL; got != theirs {
		t.Errorf("read %q, want %q", got, theirs)
	}
}

// macOS has no CardDAVPrincipalURL: it asks at /.well-known/carddav of the host.
func TestCardDAVPrincipalURL(t *testing.T) {
	p := served(t, service(t, providers.CardDAV, "https://dav.example.com/contacts/"))
	if strings.Contains(string(mustEncode(t, p)), "PrincipalURL") {
		t.Error("a principal's URL is written")
	}
}

// A key that is there and empty is refused by iOS, a key that is not is fine.
func TestEmptyStringsAreNotWritten(t *testing.T) {
	p := mobileconfig.Profile{
		Mail:       []mobileconfig.Mail{{}},
		CalDAV:     []mobileconfig.DAV{{}},
		CardDAV:    []mobileconfig.DAV{{}},
		ActiveSync: []mobileconfig.ActiveSync{{}},
	}
	checkValues(t, mustEncode(t, p))
}

// Of a key that stands twice, readers differ in which they take: what Decode
// showed would not be what a device sets up.
func TestKeysThatStandTwice(t *testing.T) {
	encoded := string(mustEncode(t, everything(t)))
	for name, line := range map[string]string{
		"of the profile":      "<key>PayloadType</key>\n    <string>Configuration</string>",
		"of the mail payload": "<key>PayloadType</key>\n        <string>com.apple.mail.managed</string>",
		"of the payload list": "<key>PayloadContent</key>\n    <array>",
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(encoded, line) {
				t.Fatalf("no %s", line)
			}
			key, _, _ := strings.Cut(line, "\n")
			for _, twice := range []string{
				key + "<string>com.apple.mdm</string>" + line,
				strings.Replace(key, "Payload", "Pay<!-- -->load", 1) + "<string>com.apple.mdm</string>" + line,
				strings.Replace(key, "Payload", "<![CDATA[Pay]]>&#x6c;oad", 1) + "<array/>" + line,
			} {
				notProfile(t, []byte(strings.Replace(encoded, line, twice, 1)))
			}
		})
	}
}

// A password that a profile carries is told, and not repeated.
func TestPasswordsAreNamedAndForgotten(t *testing.T) {
	encoded := string(mustEncode(t, everything(t)))
	for marker, key := range map[string]string{
		"EmailAccountType": "IncomingPassword", "CalDAVHostName": "CalDAVPassword",
		"CardDAVHostName": "CardDAVPassword", "EnableMail": "Password",
	} {
		before := "<key>" + marker + "</key>"
		if !strings.Contains(encoded, before) {
			t.Fatalf("no %s", marker)
		}
		encoded = strings.Replace(encoded, before, "<key>"+key+"</key><string>hunter2</string>"+before, 1)
	}
	p, err := mobileconfig.Decode([]byte(encoded))
	if err != nil {
		t.Fatal(err)
	}
	got := [][]string{p.Mail[0].Extra, p.CalDAV[0].Extra, p.CardDAV[0].Extra, p.ActiveSync[0].Extra}
	want := [][]string{{"IncomingPassword"}, {"CalDAVPassword"}, {"CardDAVPassword"}, {"Password"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("extra keys (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(everything(t), own(p)); diff != "" {
		t.Errorf("the rest (-want +got):\n%s", diff)
	}
	if strings.Contains(string(mustEncode(t, p)), "hunter2") {
		t.Error("the password is written again")
	}
}

func TestProfileThatCannotBeRemovedIsTold(t *testing.T) {
	encoded := string(mustEncode(t, everything(t)))
	const end = "<key>PayloadUUID</key>"
	at := strings.LastIndex(encoded, end)
	for in, want := range map[string]bool{
		"": false,
		"<key>PayloadRemovalDisallowed</key><false/>":             false,
		"<key>PayloadRemovalDisallowed</key><true/>":              true,
		"<key>PayloadRemovalDisallowed</key><integer>1</integer>": true,
		"<key>HasRemovalPasscode</key><true/>":                    true,
	} {
		p, err := mobileconfig.Decode([]byte(encoded[:at] + in + encoded[at:]))
		if err != nil {
			t.Fatal(err)
		}
		if p.Locked != want {
			t.Errorf("%s: locked is %v, want %v", in, p.Locked, want)
		}
	}
}

// A device refuses each of these too, or sets up something else.
func TestDecodeRefusesServicesWithValuesOfAnotherType(t *testing.T) {
	encoded := string(mustEncode(t, everything(t)))
	for key, value := range map[string]string{
		"CalDAVPort": "<string>443</string>", "CardDAVPort": "<integer>66529</integer>",
		"CalDAVUseSSL": "<integer>1</integer>", "CardDAVUseSSL": "<string>true</string>",
		"SSL": "<integer>1</integer>", "EnableMail": "<string>false</string>", "EnableContacts": "<integer>0</integer>",
		"CalDAVHostName": "<array/>", "CardDAVUsername": "<integer>1</integer>", "Host": "<true/>", "UserName": "<data>YW5u</data>",
	} {
		t.Run(key, func(t *testing.T) {
			start := strings.Index(encoded, "<key>"+key+"</key>") + len("<key>"+key+"</key>")
			length := strings.Index(encoded[start:], "<key>")
			if end := strings.Index(encoded[start:], "</dict>"); end < length {
				length = end
			}
			p, err := mobileconfig.Decode([]byte(encoded[:start] + value + encoded[start+length:]))
			if !errors.Is(err, mobileconfig.ErrProfile) || !strings.Contains(err.Error(), " "+key+" ") {
				t.Errorf("error %v, want one that names %s; read %+v", err, key, p)
			}
		})
	}
}
