package mobileconfig_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"waypost/mobileconfig"
	"waypost/providers"
)

// foreign is a profile as others make it: keys and payloads of all sorts.
const foreign = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">` + foreignDictionary + `</plist>`

const foreignDictionary = `<dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.profile</string>
<key>PayloadUUID</key><string>5B0C6F0E-62C1-4D0B-9F0E-3D3C1B7B5C4A</string>
<key>PayloadDisplayName</key><string>Mail &amp; more</string>
<key>PayloadRemovalDisallowed</key><true/>
<key>ConsentText</key><dict><key>default</key><string>Trust us</string></dict>
<key>PayloadContent</key><array>
<dict><key>PayloadType</key><string>com.apple.mdm</string><key>ServerURL</key><string>https://mdm.example.com/</string></dict>
<dict>
<key>PayloadType</key><string>com.apple.mail.managed</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.mail</string>
<key>PayloadUUID</key><string>0E3B6F0E-62C1-4D0B-9F0E-3D3C1B7B5C4A</string>
<key>EmailAccountType</key><string>EmailTypePOP</string>
<key>EmailAddress</key><string>ann@example.com</string>
<key>IncomingMailServerAuthentication</key><string>EmailAuthPassword</string>
<key>IncomingMailServerHostName</key><string>pop.example.com</string>
<key>IncomingMailServerPortNumber</key><integer>995</integer>
<key>IncomingMailServerUseSSL</key><true/>
<key>IncomingMailServerUsername</key><string>ann</string>
<key>IncomingPassword</key><string>secret</string>
<key>OutgoingMailServerAuthentication</key><string>EmailAuthNone</string>
<key>OutgoingMailServerHostName</key><string>smtp.example.com</string>
<key>OutgoingPassword</key><string>secret</string>
<key>PreventMove</key><true/>
</dict>
<dict><key>PayloadType</key><string>com.apple.vpn.managed</string></dict>
<dict><key>PayloadType</key><string>com.apple.security.root</string><key>PayloadContent</key><data>MIIB</data></dict>
</array>
</dict>`

func TestForeignProfileIsShownWithAllThatIsNotMail(t *testing.T) {
	got, err := mobileconfig.Decode([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	want := mobileconfig.Profile{
		Identifier:  "com.example.profile",
		UUID:        "5B0C6F0E-62C1-4D0B-9F0E-3D3C1B7B5C4A",
		DisplayName: "Mail & more",
		Mail: []mobileconfig.Mail{{
			Identifier: "com.example.mail",
			UUID:       "0E3B6F0E-62C1-4D0B-9F0E-3D3C1B7B5C4A",
			Address:    "ann@example.com",
			Incoming: mobileconfig.Server{
				Protocol: providers.POP3, Host: "pop.example.com", Port: 995, UseSSL: true,
				Username: "ann", Authentication: mobileconfig.AuthPassword,
			},
			// Apple's defaults are no port and no TLS.
			Outgoing: mobileconfig.Server{
				Protocol: providers.Submission, Host: "smtp.example.com", Authentication: "EmailAuthNone",
			},
			Extra: []string{"IncomingPassword", "OutgoingPassword", "PreventMove"},
		}},
		Other:  []string{"com.apple.mdm", "com.apple.vpn.managed", "com.apple.security.root"},
		Extra:  []string{"ConsentText", "PayloadRemovalDisallowed"},
		Locked: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEncodeLeavesOutWhatIsForeign(t *testing.T) {
	p, err := mobileconfig.Decode([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	back, err := mobileconfig.Decode(mustEncode(t, p))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(own(p), back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// own is what Encode writes of a profile.
func own(p mobileconfig.Profile) mobileconfig.Profile {
	p.Other, p.Extra, p.Locked = nil, nil, false
	p.Mail = slices.Clone(p.Mail)
	for i := range p.Mail {
		p.Mail[i].Extra = nil
	}
	p.CalDAV, p.CardDAV = slices.Clone(p.CalDAV), slices.Clone(p.CardDAV)
	for _, list := range [][]mobileconfig.DAV{p.CalDAV, p.CardDAV} {
		for i := range list {
			list[i].Extra = nil
		}
	}
	p.ActiveSync = slices.Clone(p.ActiveSync)
	for i := range p.ActiveSync {
		p.ActiveSync[i].Extra = nil
	}
	return p
}

// notProfile checks that Decode gives nothing but an error, and gives its text.
func notProfile(t *testing.T, in []byte) string {
	t.Helper()
	p, err := mobileconfig.Decode(in)
	if !errors.Is(err, mobileconfig.ErrProfile) {
		t.Fatalf("error %v, want one that wraps %q", err, mobileconfig.ErrProfile)
	}
	if diff := cmp.Diff(mobileconfig.Profile{}, p); diff != "" {
		t.Errorf("a profile beside the error:\n%s", diff)
	}
	return err.Error()
}

func TestDecodeRefusesWhatIsNotAnXMLProfile(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	inFormat := func(format int) []byte {
		out, err := plist.Marshal(dictionary(t, profile), format)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const head, tail = `<plist version="1.0">`, `</plist>`
	for name, in := range map[string][]byte{
		"nothing":              nil,
		"a byte order mark":    []byte("\ufeff"),
		"garbage":              bytes.Repeat([]byte{0xa5}, 3000),
		"binary":               inFormat(plist.BinaryFormat),
		"OpenStep":             inFormat(plist.OpenStepFormat),
		"GNUStep":              inFormat(plist.GNUStepFormat),
		"an OpenStep word":     []byte("Configuration"),
		"OpenStep hex data":    []byte("<abcd>"),
		"a binary header":      []byte("bplist00"),
		"HTML":                 []byte("<html><body>Not found</body></html>"),
		"no plist around":      []byte(foreignDictionary),
		"an empty list":        []byte(head + tail),
		"a string":             []byte(head + "<string>Configuration</string>" + tail),
		"an array":             []byte(head + "<array></array>" + tail),
		"a date":               []byte(head + "<date>2026-01-01T00:00:00Z</date>" + tail),
		"a UID":                []byte(head + "<dict><key>CF$UID</key><integer>1</integer></dict>" + tail),
		"an empty dictionary":  []byte(head + "<dict></dict>" + tail),
		"another type":         bytes.Replace(profile, []byte("<string>Configuration<"), []byte("<string>Other<"), 1),
		"no payloads":          []byte(head + "<dict><key>PayloadType</key><string>Configuration</string></dict>" + tail),
		"payloads in a string": []byte(head + "<dict><key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><string>x</string></dict>" + tail),
		"two dictionaries":     bytes.Replace(profile, []byte("</plist>"), []byte("<dict/></plist>"), 1),
		"a word in a word":     bytes.Replace(profile, []byte("Spectrum"), []byte("Spec<string>x</string>trum"), 1),
		"an empty key twice":   []byte(head + "<dict><key/><true/><key/><true/></dict>" + tail),
		"two documents":        append(bytes.Clone(profile), profile...),
		"something after it":   append(bytes.Clone(profile), "<string/>"...),
		"an unknown entity":    bytes.Replace(profile, []byte("Spectrum"), []byte("&company;"), 1),
		"an entity of a DTD": []byte(`<!DOCTYPE plist [<!ENTITY company "x">]>` +
			head + strings.Replace(foreignDictionary, "Trust us", "&company;", 1) + tail),
		"UTF-16":             bytes.Replace(profile, []byte(`"UTF-8"`), []byte(`"UTF-16"`), 1),
		"invalid UTF-8":      bytes.Replace(profile, []byte("Spectrum"), []byte("\xff\xfe"), 1),
		"a NUL":              bytes.Replace(profile, []byte("Spectrum"), []byte("\x00"), 1),
		"a signed profile":   mustSign(t, issued(t, newECDSA(t)), profile),
		"64 KiB of arrays":   []byte(strings.Repeat("<array>", 64<<10/len("<array>"))),
		"as many in a plist": []byte(head + strings.Repeat("<array>", 63<<10/len("<array>"))),
		"arrays that end": []byte(head + strings.Repeat("<array>", 4000) +
			strings.Repeat("</array>", 4000) + tail),
		"OpenStep arrays": []byte(strings.Repeat("(", 64<<10)),
	} {
		t.Run(name, func(t *testing.T) { notProfile(t, in) })
	}
}

func TestDecodeRefusesMoreThan64KiB(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	padded := append(bytes.Clone(profile), bytes.Repeat([]byte("\n"), 64<<10-len(profile))...)
	if _, err := mobileconfig.Decode(padded); err != nil {
		t.Errorf("64 KiB: %v", err)
	}
	if text := notProfile(t, append(padded, '\n')); !strings.Contains(text, "larger than 65536 bytes") {
		t.Errorf("error %q does not say the limit", text)
	}
}

func TestDecodeRefusesATruncatedProfile(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	for n := range len(profile) {
		if _, err := mobileconfig.Decode(profile[:n]); !errors.Is(err, mobileconfig.ErrProfile) {
			t.Fatalf("the first %d of %d bytes are read: error %v", n, len(profile), err)
		}
	}
}

// A device refuses each of these too, or sets up something else.
func TestDecodeRefusesValuesOfAnotherType(t *testing.T) {
	profile := string(mustEncode(t, mustNew(t, account(t, ann))))
	const port = "IncomingMailServerPortNumber"
	for name, c := range map[string]struct{ old, replacement, key string }{
		"a real port":           {"<integer>993</integer>", "<real>993</real>", port},
		"a port in a string":    {"<integer>993</integer>", "<string>993</string>", port},
		"a negative port":       {"<integer>993</integer>", "<integer>-993</integer>", port},
		"a port of 17 bits":     {"<integer>993</integer>", "<integer>66529</integer>", port},
		"a real outgoing port":  {"<integer>587</integer>", "<real>587</real>", "OutgoingMailServerPortNumber"},
		"UseSSL in a string":    {"<true/>", "<string>true</string>", "IncomingMailServerUseSSL"},
		"UseSSL as a number":    {"<true/>", "<integer>1</integer>", "IncomingMailServerUseSSL"},
		"a list of host names":  {"<string>mobile.charter.net</string>", "<array/>", "IncomingMailServerHostName"},
		"an address as data":    {"<string>" + ann + "</string>", "<data>YW5u</data>", "EmailAccountDescription"},
		"a name as a number":    {"<string>Spectrum</string>", "<integer>1</integer>", "PayloadOrganization"},
		"an unknown kind":       {"EmailTypeIMAP", "EmailTypeExchange", "EmailAccountType"},
		"no kind":               {"<key>EmailAccountType</key>", "<key>AccountType</key>", "EmailAccountType"},
		"a kind that is a flag": {"<string>EmailTypeIMAP</string>", "<true/>", "EmailAccountType"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(profile, c.old) {
				t.Fatalf("no %s in the profile", c.old)
			}
			text := notProfile(t, []byte(strings.Replace(profile, c.old, c.replacement, 1)))
			if !strings.Contains(text, c.key) {
				t.Errorf("error %q does not name %s", text, c.key)
			}
		})
	}
}

func TestDecodeTakesOtherSpellingsOfTheSame(t *testing.T) {
	profile, err := os.ReadFile(golden("charter.net"))
	if err != nil {
		t.Fatal(err)
	}
	want := mustNew(t, account(t, ann))
	for name, in := range map[string][]byte{
		"a byte order mark":  append([]byte("\ufeff"), profile...),
		"CRLF":               bytes.ReplaceAll(profile, []byte("\n"), []byte("\r\n")),
		"no indentation":     bytes.ReplaceAll(bytes.ReplaceAll(profile, []byte("\n"), nil), []byte("  "), nil),
		"no DOCTYPE":         bytes.Replace(profile, []byte(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`), nil, 1),
		"<true></true>":      bytes.ReplaceAll(profile, []byte("<true/>"), []byte("<true></true>")),
		"CDATA":              bytes.ReplaceAll(profile, []byte("<string>"+ann+"</string>"), []byte("<string><![CDATA["+ann+"]]></string>")),
		"a comment":          bytes.ReplaceAll(profile, []byte("<array>"), []byte("<!-- mail --><array>")),
		"a final newline":    append(bytes.Clone(profile), '\n'),
		"a hexadecimal port": bytes.ReplaceAll(profile, []byte("<integer>993</integer>"), []byte("<integer>0x3e1</integer>")),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := mobileconfig.Decode(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
