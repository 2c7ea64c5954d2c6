package autoconfig_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/internal/testenv"
)

// refused runs the documents past the schema in testdata, many at a time, and
// gives what xmllint has against those that it refuses.
func refused(t *testing.T, documents map[string][]byte) map[string]string {
	t.Helper()
	xmllint := testenv.Need(t, "xmllint")
	folder := t.TempDir()
	names := slices.Sorted(maps.Keys(documents))
	against := map[string]string{}
	for chunk := range slices.Chunk(names, 500) {
		args := []string{"--noout", "--nonet", "--relaxng", "testdata/clientconfig.rng"}
		for i, name := range chunk {
			path := filepath.Join(folder, fmt.Sprintf("%d.xml", i))
			if err := os.WriteFile(path, documents[name], 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, path)
		}
		out, err := exec.CommandContext(t.Context(), xmllint, args...).CombinedOutput()
		// 1 is for what is no XML, 3 for what the schema refuses.
		if exit, failed := errors.AsType[*exec.ExitError](err); err != nil && (!failed || !slices.Contains([]int{1, 3}, exit.ExitCode())) {
			t.Fatalf("%v\n%s", err, out)
		}
		refusals := len(against)
		for i, name := range chunk {
			path := filepath.Join(folder, fmt.Sprintf("%d.xml", i))
			if strings.Contains(string(out), path+" validates\n") {
				continue
			}
			against[name] = "refused:"
			for line := range strings.Lines(string(out)) {
				if strings.HasPrefix(line, path) {
					against[name] += "\n" + strings.TrimSpace(line)
				}
			}
		}
		if (err != nil) != (len(against) > refusals) {
			t.Fatalf("%v, and it refuses %d documents", err, len(against)-refusals)
		}
	}
	return against
}

func TestDocumentsFollowTheSchema(t *testing.T) {
	testenv.Need(t, "xmllint")
	files := writtenByBoth(t)
	for _, folder := range []string{"testdata", "testdata/all"} {
		for name, b := range goldens(t, folder) {
			files[folder+"/"+name] = b
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		b, err := documents().Draw(r, "document").Encode()
		if err != nil {
			r.Fatal(err)
		}
		files[fmt.Sprintf("drawn %d", len(files))] = b
	})
	for name, why := range refused(t, files) {
		t.Errorf("%s: %s\n%s", name, why, files[name])
	}
}

// The schema would be worth nothing if it took everything.
func TestSchemaRefuses(t *testing.T) {
	good := string(goldens(t, "testdata/all")["everything.example.golden.xml"])
	old := string(goldens(t, "testdata")["two-languages.example.golden.xml"])
	const (
		host = "<hostname>imap.everything.example</hostname>"
		port = "<port>993</port>"
		ssl  = "<socketType>SSL</socketType>"
		name = "<username>%EMAILADDRESS%</username>"
		book = `<addressbook type="carddav">`
		cal  = `<calendar type="caldav">`
		jmap = `<incomingServer type="jmap">`
		imap = `<incomingServer type="imap">`
		smtp = `<outgoingServer type="smtp">`
		auth = `<authentication system="http">Basic</authentication>`
		id   = `id="everything.example"`
	)
	broken := map[string][]byte{}
	for _, c := range []struct{ why, old, new string }{
		{"version 1.1 with services", `version="1.2"`, `version="1.1"`},
		{"another version", `version="1.2"`, `version="1.3"`},
		{"no version", ` version="1.2"`, ``},
		{"a namespace", `<clientConfig `, `<clientConfig xmlns="urn:x" `},
		{"no id", " " + id, ""},
		{"id with spaces", id, `id="Everything Mail"`},
		{"id as placeholder", id, `id="%EMAILDOMAIN%"`},
		{"id in upper case", id, `id="Everything.example"`},
		{"no domain", "<domain>everything.example</domain>", ""},
		{"domain as U-label", "<domain>everything.example", "<domain>bücher.example"},
		{"domain as placeholder", "<domain>everything.example", "<domain>%EMAILDOMAIN%"},
		{"another purpose", `purpose="mx"`, `purpose="web"`},
		{"a long name", "Everything &amp; Mail", strings.Repeat("x", 61)},
		{"a long short name", "<displayShortName>Everything", "<displayShortName>" + strings.Repeat("x", 21)},
		{"an empty name", "Everything &amp; Mail", ""},
		{"white space around the name", "Everything &amp; Mail", " Everything "},
		{"short name before the name", "<displayName>", "<displayShortName>x</displayShortName><displayName>"},
		{"unknown server type", imap, `<incomingServer type="exchange">`},
		{"type in upper case", imap, `<incomingServer type="IMAP">`},
		{"smtp as incoming", imap, `<incomingServer type="smtp">`},
		{"imap as outgoing", smtp, `<outgoingServer type="imap">`},
		{"an attribute on a server", imap, `<incomingServer type="imap" id="1">`},
		{"no type", imap, `<incomingServer>`},
		{"no host", host, ""},
		{"an empty host", host, "<hostname/>"},
		{"a host in upper case", host, "<hostname>IMAP.everything.example</hostname>"},
		{"a host with a space", host, "<hostname>imap everything</hostname>"},
		{"a host with the person's name", host, "<hostname>%EMAILLOCALPART%.everything.example</hostname>"},
		{"the model's placeholder", host, "<hostname>imap.{domain}</hostname>"},
		{"a host that ends in a hyphen", host, "<hostname>imap-.everything.example</hostname>"},
		{"no port", port, ""},
		{"port 0", port, "<port>0</port>"},
		{"port 65536", port, "<port>65536</port>"},
		{"white space around the port", port, "<port>\n993\n</port>"},
		{"a port with a sign", port, "<port>+993</port>"},
		{"a port with a leading zero", port, "<port>0993</port>"},
		{"port after socketType", port + "\n      " + ssl, ssl + port},
		{"no socketType", port + "\n      " + ssl, port},
		{"socketType TLS", ssl, "<socketType>TLS</socketType>"},
		{"socketType in lower case", ssl, "<socketType>ssl</socketType>"},
		{"white space around socketType", ssl, "<socketType> SSL</socketType>"},
		{"no authentication", "<authentication>OAuth2</authentication>\n      <authentication>password-cleartext</authentication>", ""},
		{"unknown authentication", "<authentication>OAuth2<", "<authentication>OAuth<"},
		{"HTTP's on a mail server", "<authentication>password-cleartext</authentication>", auth},
		{"no user name", "<authentication>password-cleartext</authentication>\n      " + name, "<authentication>password-cleartext</authentication>"},
		{"an empty user name", name, "<username/>"},
		{"one user name for everybody", name, "<username>fred</username>"},
		{"a user name with a space", name, "<username>%EMAILADDRESS% </username>"},
		{"a user name not closed", name, "<username>%EMAILADDRESS</username>"},
		{"username before authentication", "<authentication>OAuth2</authentication>\n      <authentication>password-cleartext</authentication>\n      " + name, name + "<authentication>OAuth2</authentication>"},
		{"two user names", name, name + name},
		{"pop3 on imap", imap + "\n      " + host, imap + "<pop3/>" + host},
		{"empty pop3", "<leaveMessagesOnServer>true</leaveMessagesOnServer>\n        <downloadOnBiff>true</downloadOnBiff>\n        <daysToLeaveMessagesOnServer>14</daysToLeaveMessagesOnServer>", ""},
		{"days without leaving", "<leaveMessagesOnServer>true<", "<leaveMessagesOnServer>false<"},
		{"0 days", ">14<", ">0<"},
		{"3651 days", ">14<", ">3651<"},
		{"yes", "<downloadOnBiff>true<", "<downloadOnBiff>yes<"},
		{"outgoing before incoming", imap, smtp + host + port + ssl + "<authentication>none</authentication></outgoingServer>" + imap},
		{"url and hostname", jmap, jmap + host},
		{"http", "<url>https://jmap.", "<url>http://jmap."},
		{"no path", "<url>https://jmap.everything.example/session", "<url>https://jmap.everything.example"},
		{"a query", "/session<", "/session?a=1<"},
		{"a user", "<url>https://jmap.", "<url>https://fred@jmap."},
		{"Bearer", auth, `<authentication system="http">Bearer</authentication>`},
		{"basic", auth, `<authentication system="http">basic</authentication>`},
		{"SASL's on a service", auth, `<authentication system="sasl">PLAIN</authentication>`},
		{"OAuth2 as HTTP's", "<authentication>OAuth2</authentication>", `<authentication system="http">OAuth2</authentication>`},
		{"Basic without a system", auth, `<authentication>Basic</authentication>`},
		{"password-cleartext on a service", auth, `<authentication>password-cleartext</authentication>`},
		{"activesync in lower case", `type="activeSync"`, `type="activesync"`},
		{"addressBook", book, `<addressBook type="carddav"><url>https://x.example/</url></addressBook>` + book},
		{"serverURL", book, book + "<serverURL>https://x.example/</serverURL>"},
		{"addressbook in emailProvider", "</emailProvider>", book + "<url>https://x.example/</url></addressbook></emailProvider>"},
		{"caldav as address book", book, `<addressbook type="caldav">`},
		{"carddav as calendar", cal, `<calendar type="carddav">`},
		{"chat", cal, `<chatServer type="matrix"><url>https://x.example/</url></chatServer>` + cal},
		{"a secret", "</oAuth2>", "<clientSecret>x</clientSecret></oAuth2>"},
		{"an empty issuer", "<issuer>login.everything.example</issuer>", "<issuer/>"},
		{"an authURL that is none", "https://login.everything.example/auth", "login.everything.example/auth"},
		{"two oAuth2", "<webMail>", "<oAuth2><issuer>x</issuer></oAuth2><webMail>"},
		{"oAuth2 in emailProvider", "</emailProvider>", "<oAuth2><issuer>x</issuer></oAuth2></emailProvider>"},
		{"descr without words", `<descr lang="en">Settings</descr>`, `<descr lang="en"/>`},
		{"a language with an underscore", `<descr lang="en">`, `<descr lang="en_GB">`},
		{"documentation elsewhere", `documentation url="https:`, `documentation url="mailto:`},
		{"documentation without address", ` url="https://everything.example/help"`, ``},
		{"enable without address", ` visiturl="https://everything.example/more"`, ``},
		{"descr in enable", `<enable visiturl="https://everything.example/more"/>`, `<enable visiturl="https://everything.example/more"><descr>x</descr></enable>`},
		{"enable at the root", "<oAuth2>", `<enable visiturl="https://everything.example/more"/><oAuth2>`},
		{"enable before documentation", "<documentation ", `<enable visiturl="https://everything.example/more"/><documentation `},
		{"webMail without a page", `<loginPage url="https://webmail.everything.example/?login=1&amp;x=&quot;y&quot;"/>`, ""},
		{"clientConfigUpdate before webMail", "<webMail>", `<clientConfigUpdate url="https://everything.example/"/><webMail>`},
		{"clientConfigUpdate without address", "</webMail>", `</webMail><clientConfigUpdate/>`},
		{"text between", "<oAuth2>", "text<oAuth2>"},
		{"an element in a text", host, "<hostname>imap<b/></hostname>"},
		{"something unknown", "<oAuth2>", "<thing/><oAuth2>"},
	} {
		if !strings.Contains(good, c.old) {
			t.Errorf("%s: %q is not there", c.why, c.old)
		}
		if _, ok := broken[c.why]; ok {
			t.Errorf("%s stands there twice", c.why)
		}
		broken[c.why] = []byte(strings.Replace(good, c.old, c.new, 1))
	}
	before, mail, _ := strings.Cut(old, "<incomingServer")
	_, after, _ := strings.Cut(mail, "</outgoingServer>")
	for why, text := range map[string]string{
		"no mail server":        before + after,
		"URL in 1.1":            strings.Replace(old, "<incomingServer", jmap+"<url>https://x.example/</url></incomingServer><incomingServer", 1),
		"mail exchanger in 1.1": strings.Replace(old, "<displayName>", `<domain purpose="mx">x.example</domain><displayName>`, 1),
		"oAuth2 in 1.1":         strings.Replace(old, "</emailProvider>", "</emailProvider><oAuth2><issuer>x</issuer></oAuth2>", 1),
		"two providers":         strings.Replace(old, "</emailProvider>", `</emailProvider><emailProvider id="x.example"/>`, 1),
		"another root":          `<Autodiscover/>`,
		"not well-formed":       strings.TrimSuffix(old, ">\n"),
	} {
		broken[why] = []byte(text)
	}
	against := refused(t, broken)
	for why, b := range broken {
		switch said := against[why]; {
		case said == "":
			t.Errorf("%s: it is taken\n%s", why, b)
		case why != "not well-formed" && !strings.Contains(said, "fails to validate"):
			t.Errorf("%s: it is refused, but not by the schema: %s", why, said)
		}
	}
}
