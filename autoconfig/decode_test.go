package autoconfig_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// whole is a document on mail servers, with each kind of thing that it needs.
const whole = `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.2">
  <emailProvider id="example.com">
    <domain>example.com</domain>
    <displayName>Example Mail</displayName>
    <incomingServer type="imap">
      <hostname>imap.example.com</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>OAuth2</authentication>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.com</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILLOCALPART%</username>
    </outgoingServer>
    <documentation url="https://example.com/help">
      <descr lang="en">Help</descr>
    </documentation>
  </emailProvider>
</clientConfig>
`

func wholeDocument(t testing.TB) autoconfig.Document {
	in := server(t, "imaps://imap.example.com", providers.OAuth2, providers.PasswordCleartext)
	out := server(t, "submission://smtp.example.com")
	out.Username = providers.LocalPart
	return autoconfig.Document{
		ID:            "example.com",
		Domains:       []providers.Domain{providers.MustDomain("example.com")},
		DisplayName:   "Example Mail",
		Incoming:      []providers.Server{in},
		Outgoing:      []providers.Server{out},
		Documentation: []providers.Link{{URL: "https://example.com/help", Text: "Help", Lang: "en"}},
	}
}

// Each row changes the document in a way that a reader must not notice.
func TestDecodeIgnoresWhatItDoesNotKnow(t *testing.T) {
	const (
		hostname = "<hostname>imap.example.com</hostname>"
		auth     = "<authentication>OAuth2</authentication>"
		imap     = `<incomingServer type="imap">`
		config   = `<clientConfig version="1.2">`
	)
	want := wholeDocument(t)
	for why, data := range map[string][]byte{
		"nothing":                    []byte(whole),
		"byte order mark":            []byte("\ufeff" + whole),
		"CRLF":                       []byte(strings.ReplaceAll(whole, "\n", "\r\n")),
		"no XML declaration":         changed(t, `<?xml version="1.0" encoding="UTF-8"?>`, ""),
		"blank lines before":         []byte("\n\n" + whole),
		"declaration in lower case":  changed(t, "UTF-8", "utf-8"),
		"default namespace":          changed(t, config, `<clientConfig xmlns="urn:x" version="1.2">`),
		"a later version":            changed(t, config, `<clientConfig version="7" x:y="z" xmlns:x="urn:x">`),
		"comment after the root":     []byte(whole + "<!-- served by x -->\n"),
		"comment before the root":    changed(t, config, "<!-- x -->"+config),
		"unknown element at root":    changed(t, "</emailProvider>", "</emailProvider><x/>"),
		"chat at root":               changed(t, "</emailProvider>", `</emailProvider><chatServer type="matrix"><url>https://example.com/</url></chatServer>`),
		"DAV in emailProvider":       changed(t, "</emailProvider>", `<calendar type="caldav"><url>https://example.com/</url></calendar></emailProvider>`),
		"unknown element in section": changed(t, hostname, "<x><hostname>x.example</hostname></x>"+hostname),
		"unknown server type":        changed(t, imap, `<incomingServer type="graph"><url>https://x.example/</url></incomingServer>`+imap),
		"server without a type":      changed(t, imap, `<incomingServer/>`+imap),
		"unknown attribute":          changed(t, imap, `<incomingServer priority="1" type="imap">`),
		"attribute with a prefix":    changed(t, imap, `<incomingServer x:type="pop3" xmlns:x="urn:x" type="imap">`),
		"element with a prefix":      changed(t, hostname, `<x:hostname xmlns:x="urn:x">x.example</x:hostname>`+hostname),
		"unknown authentication":     changed(t, auth, `<authentication system="sasl">SCRAM-SHA-256-PLUS</authentication>`+auth),
		"white space":                changed(t, hostname, "<hostname>\n\t imap.example.com \n</hostname>"),
		"CDATA":                      changed(t, hostname, "<hostname><![CDATA[imap.example.com]]></hostname>"),
		"comment in a text":          changed(t, hostname, "<hostname>imap.<!-- x -->example.com</hostname>"),
		"instruction in a text":      changed(t, hostname, "<hostname>imap.<?x y?>example.com</hostname>"),
		"a character reference":      changed(t, hostname, "<hostname>imap&#46;example&#x2e;com</hostname>"),
		"host in upper case":         changed(t, hostname, "<hostname>IMAP.Example.COM</hostname>"),
		"placeholder as a domain":    changed(t, "<domain>", "<domain>%EMAILDOMAIN%</domain><domain>"),
		"unknown purpose":            changed(t, "<domain>", `<domain purpose="x">`),
		"description without text":   changed(t, "<descr ", `<descr lang="de"/><descr `),
		"documentation without url":  changed(t, "<documentation ", "<documentation/><documentation "),
		"everything with one prefix": []byte(strings.NewReplacer("<?", "<?", "</", "</a:", "<", "<a:", "<clientConfig", `<a:clientConfig xmlns:a="urn:x"`).Replace(whole)),
	} {
		got, err := autoconfig.Decode(data)
		if err != nil {
			t.Errorf("%s: %v\n%s", why, err, data)
		} else if d := diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", why, d)
		}
	}
}

// Each row breaks one section, and the other one stays.
func TestMalformedSectionDropsOnlyItself(t *testing.T) {
	const (
		host = "<hostname>imap.example.com</hostname>"
		port = "<port>993</port>"
		tls  = "<socketType>SSL</socketType>"
		name = "<username>%EMAILADDRESS%</username>"
	)
	want := wholeDocument(t)
	want.Incoming = nil
	for _, row := range [][2]string{
		{host, ""},
		{host, "<hostname/>"},
		{host, "<hostname>192.0.2.1</hostname>"},
		{host, "<hostname>imap example com</hostname>"},
		{host, "<hostname>{domain}</hostname>"},
		{host, "<hostname>%EMAILLOCALPART%.example.com</hostname>"},
		{host, "<hostname>imap<b>.example.com</b></hostname>"},
		{port, ""},
		{port, "<port>0</port>"},
		{port, "<port>65536</port>"},
		{port, "<port>-993</port>"},
		{port, "<port>+993</port>"},
		{port, "<port>993.0</port>"},
		{port, "<port>imaps</port>"},
		{tls, ""},
		{tls, "<socketType>TLS</socketType>"},
		{tls, "<socketType>ssl</socketType>"},
		{tls, "<socketType>%X%</socketType>"},
		{name, ""},
		{name, "<username/>"},
		{name, "<username>00123</username>"},
		{name, "<username>{address}</username>"},
		{name, "<username>%REALNAME%</username>"},
		{name, "<username>%EMAILADDRESS% x</username>"},
		{`"imap"`, `"IMAP"`},
		{`"imap"`, `"smtp"`},
		{"<authentication>OAuth2</authentication>\n      <authentication>password-cleartext</authentication>\n      <username>%EMAILA", "<authentication>Basic</authentication><username>%EMAILA"},
	} {
		got, err := autoconfig.Decode(changed(t, row[0], row[1]))
		if err != nil {
			t.Errorf("%s: %v", row[1], err)
		} else if d := diff(want, got); d != "" {
			t.Errorf("%q instead of %q: -want +got\n%s", row[1], row[0], d)
		}
	}
}

func TestDecodeReadsAServerThatNeedsNoLogIn(t *testing.T) {
	b := changed(t, "<authentication>password-cleartext</authentication>\n      <username>%EMAILLOCALPART%</username>", "<authentication>none</authentication>")
	want := wholeDocument(t)
	want.Outgoing[0].Auth, want.Outgoing[0].Username = []providers.Auth{providers.NoAuth}, ""
	if d := diff(want, decode(t, b)); d != "" {
		t.Error(d)
	}
}

// What Decode takes as {domain}, Encode must not send as {domain}.
func TestPlaceholderInAHostStaysThePlaceholderOfTheFormat(t *testing.T) {
	b := changed(t, "imap.example.com", "imap.%EMAILDOMAIN%")
	d := decode(t, b)
	if d.Incoming[0].Host != "imap.{domain}" {
		t.Fatal(d.Incoming[0].Host)
	}
	if again := encode(t, d); !bytes.Contains(again, []byte("<hostname>imap.%EMAILDOMAIN%</hostname>")) {
		t.Errorf("%s", again)
	}
}

func TestDecodeRefuses(t *testing.T) {
	const config = `<clientConfig version="1.2">`
	laughs := "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">"
	for c := 'b'; c <= 'j'; c++ {
		laughs += fmt.Sprintf("<!ENTITY %c \"%s\">", c, strings.Repeat("&"+string(c-1)+";", 10))
	}
	deep := func(n int) string { return strings.Repeat("<x>", n) + strings.Repeat("</x>", n) }
	for why, data := range map[string]string{
		"nothing":              "",
		"white space":          " \n",
		"a byte order mark":    "\ufeff",
		"two byte order marks": "\ufeff\ufeff" + whole,
		"text":                 "no such domain",
		"HTML":                 "<html><head><title>404</title></head></html>",
		"HTML with DTD":        "<!DOCTYPE html>\n<html><body></body></html>",
		"Autodiscover":         `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"/>`,
		"no provider":          `<clientConfig version="1.1"/>`,
		"provider elsewhere":   `<clientConfig><x><emailProvider id="example.com"/></x></clientConfig>`,
		"no server":            `<clientConfig><emailProvider id="example.com"><domain>example.com</domain></emailProvider></clientConfig>`,
		"DTD":                  strings.Replace(whole, config, "<!DOCTYPE clientConfig>"+config, 1),
		"DTD inside":           strings.Replace(whole, config, config+"<!DOCTYPE clientConfig>", 1),
		"external entity":      strings.NewReplacer(config, `<!DOCTYPE x [<!ENTITY h SYSTEM "file:///etc/hostname">]>`+config, "imap.example.com", "&h;").Replace(whole),
		"billion laughs":       strings.NewReplacer(config, laughs+"]>"+config, "Example Mail", "&j;").Replace(whole),
		"unknown entity":       strings.Replace(whole, "Example Mail", "Example&nbsp;Mail", 1),
		"two roots":            whole + "<clientConfig/>",
		"text after the root":  whole + "x",
		"text before the root": "x" + whole,
		"unclosed":             strings.TrimSuffix(whole, "</clientConfig>\n"),
		"crossed tags":         strings.Replace(whole, "</emailProvider>\n</clientConfig>", "</clientConfig></emailProvider>", 1),
		"UTF-16":               "\xff\xfe<\x00c\x00/\x00>\x00",
		"not UTF-8":            strings.Replace(whole, "Example Mail", "Ex\xe4mple Mail", 1),
		"33 levels":            strings.Replace(whole, config, config+deep(32), 1),
		"80000 levels":         strings.Repeat("<x>", 80_000),
		"larger than 256 KiB":  whole + strings.Repeat(" ", 256<<10-len(whole)+1),
	} {
		if d, err := autoconfig.Decode([]byte(data)); !errors.Is(err, autoconfig.ErrDocument) {
			t.Errorf("%s: %v, %+v", why, err, d)
		}
	}
	for why, data := range map[string]string{
		"32 levels": strings.Replace(whole, config, config+deep(31), 1),
		"256 KiB":   whole + strings.Repeat(" ", 256<<10-len(whole)),
	} {
		if _, err := autoconfig.Decode([]byte(data)); err != nil {
			t.Errorf("%s: %v", why, err)
		}
	}
}
