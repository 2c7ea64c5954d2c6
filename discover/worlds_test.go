package discover_test

import (
	"net/http"
	"strings"

	"waypost/pacc"
)

const (
	config      = "/mail/config-v1.1.xml"
	wellKnown   = "/.well-known/autoconfig/mail/config-v1.1.xml"
	pox         = "/autodiscover/autodiscover.xml"
	atProvider  = "https://autoconfig.example.test" + config
	atWellKnown = "https://example.test" + wellKnown
	atHTTP      = "http://autoconfig.example.test" + config
)

// document is a clientConfig that every client takes. Its hosts tell where it
// was found.
func document(at string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="example.test"><domain>example.test</domain>
<incomingServer type="imap"><hostname>imap.` + at + `</hostname><port>993</port><socketType>SSL</socketType>` +
		`<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.` + at + `</hostname><port>465</port><socketType>SSL</socketType>` +
		`<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>`
}

func xmlPage(body string) page  { return page{kind: "text/xml; charset=utf-8", body: body} }
func htmlPage(body string) page { return page{kind: "text/html", body: body} }

const website = "<!doctype html><html><head><meta charset=utf-8><title>Welcome</title></head><body>Hello<br></body></html>"

// poxAnswer is an answer of Autodiscover with what stands in its Account.
func poxAnswer(account string) page {
	return xmlPage(`<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">` +
		`<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account>` + account + `</Account></Response></Autodiscover>`)
}

const poxSettings = `<AccountType>email</AccountType><Action>settings</Action>` +
	`<Protocol><Type>IMAP</Type><Server>imap.example.test</Server><Port>143</Port><LoginName>ann</LoginName><SPA>off</SPA><SSL>on</SSL><Encryption>TLS</Encryption></Protocol>` +
	`<Protocol><Type>SMTP</Type><Server>smtp.example.test</Server><Port>465</Port><SSL>on</SSL><Encryption>SSL</Encryption></Protocol>`

const poxError = `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">` +
	`<Response><Error Time="12:00:00.0000000" Id="1"><ErrorCode>600</ErrorCode><Message>Invalid Request</Message><DebugData/></Error></Response></Autodiscover>`

const paccDocument = `{"protocols":{"imap":{"host":"imap.example.test"},"smtp":{"host":"smtp.example.test"}},"authentication":{"password":true},"info":{"provider":{"name":"Example"}}}`

// never takes a request and does not answer until the client gives up.
func never(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

const hosterMX = "example.test. 60 IN MX 10 mail.hoster.test."

func worlds() []world {
	return []world{
		{name: "nothing", hosts: []string{"example.test"}},
		{name: "autoconfig only", pages: map[string]page{atProvider: xmlPage(document("example.test"))}},
		{name: "well-known only", pages: map[string]page{atWellKnown: xmlPage(document("example.test"))}},
		{name: "http only", pages: map[string]page{atHTTP: xmlPage(document("example.test"))}},
		{name: "both, with different servers", pages: map[string]page{
			atProvider:  xmlPage(document("first.example.test")),
			atWellKnown: xmlPage(document("second.example.test")),
		}},
		{name: "catch-all web site", pages: map[string]page{
			"https://example.test" + everything: htmlPage(website),
			atHTTP:                              xmlPage(document("example.test")),
		}},
		{name: "catch-all of well-formed XHTML", pages: map[string]page{
			"https://example.test" + everything: {kind: "application/xhtml+xml", body: `<html xmlns="http://www.w3.org/1999/xhtml"><body>Hello</body></html>`},
			atHTTP:                              xmlPage(document("example.test")),
		}},
		{
			name: "the exchanger's owner only", records: []string{hosterMX, "example.test. 60 IN MX 20 mx.example.test."}, hosts: []string{"example.test"},
			pages: map[string]page{"https://autoconfig.hoster.test" + config: xmlPage(document("hoster.test"))},
		},
		{name: "the exchanger's own domain", records: []string{"example.test. 60 IN MX 10 mx.example.test."}, hosts: []string{"example.test", "autoconfig.example.test"}},
		{name: "SRV records only", hosts: []string{"example.test"}, records: []string{
			"_imaps._tcp.example.test. 60 IN SRV 0 1 993 imap.example.test.", "_imap._tcp.example.test. 60 IN SRV 0 0 0 .",
			"_submission._tcp.example.test. 60 IN SRV 10 1 587 smtp.example.test.", "_submissions._tcp.example.test. 60 IN SRV 0 1 465 smtp.example.test.",
			"_pop3._tcp.example.test. 60 IN SRV 0 0 0 .",
		}},
		{name: "SRV records against a document", records: []string{
			"_imaps._tcp.example.test. 60 IN SRV 0 1 993 srv.example.test.", "_submission._tcp.example.test. 60 IN SRV 0 1 587 srv.example.test.",
		}, pages: map[string]page{atProvider: xmlPage(document("example.test"))}},
		{name: "redirects to another host", pages: map[string]page{
			atProvider:              {status: 301, location: "https://hoster.test/a"},
			"https://hoster.test/a": {status: 302, location: "https://hoster.test/b"},
			"https://hoster.test/b": xmlPage(document("hoster.test")),
		}},
		{name: "a redirect that is no whole URL", pages: map[string]page{
			atProvider: {status: 302, location: "/other.xml"},
			"https://autoconfig.example.test/other.xml": xmlPage(document("example.test")),
		}},
		{name: "a redirect from http to https", hosts: []string{"example.test"}, wrongName: []string{"autoconfig.example.test"}, pages: map[string]page{
			atHTTP:                       {status: 301, location: "https://hoster.test/config"},
			"https://hoster.test/config": xmlPage(document("hoster.test")),
		}},
		{name: "a redirect from https to http", pages: map[string]page{
			atProvider:                  {status: 301, location: "http://hoster.test/config"},
			"http://hoster.test/config": xmlPage(document("hoster.test")),
		}},
		{name: "broken XML before a good document", pages: map[string]page{
			atProvider:  xmlPage(document("broken.test")[:200]),
			atWellKnown: xmlPage(document("example.test")),
		}},
		{name: "the wrong Content-Type", pages: map[string]page{
			atProvider: {kind: "text/plain", body: document("example.test")},
			atHTTP:     xmlPage(document("http.example.test")),
		}},
		{name: "one plaintext alternative", pages: map[string]page{atProvider: xmlPage(strings.Replace(document("example.test"), "<outgoingServer",
			`<incomingServer type="imap"><hostname>old.example.test</hostname><port>143</port><socketType>plain</socketType>`+
				`<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></incomingServer>`+"\n<outgoingServer", 1))}},
		{name: "POP3 first", pages: map[string]page{atProvider: xmlPage(strings.Replace(document("example.test"), "<incomingServer",
			`<incomingServer type="pop3"><hostname>pop.example.test</hostname><port>995</port><socketType>SSL</socketType>`+
				`<authentication>password-cleartext</authentication><username>%EMAILLOCALPART%</username></incomingServer>`+"\n<incomingServer", 1))}},
		{name: "no domain in the document", pages: map[string]page{atProvider: xmlPage(strings.Replace(document("example.test"), "<domain>example.test</domain>", "", 1))}},
		{name: "one attribute too many", pages: map[string]page{atProvider: xmlPage(strings.Replace(document("example.test"), `type="imap"`, `type="imap" id="1"`, 1))}},
		{name: "OAuth2 alone", pages: map[string]page{atProvider: xmlPage(strings.ReplaceAll(document("example.test"), "password-cleartext", "OAuth2"))}},
		{name: "a server that never answers", silent: true, pages: map[string]page{
			atProvider: {handler: never}, atWellKnown: xmlPage(document("example.test")),
		}},
		{name: "the wrong certificate", wrongName: []string{"autoconfig.example.test"}, pages: map[string]page{
			atProvider: xmlPage(document("impostor.test")), atHTTP: xmlPage(document("example.test")),
		}},
		{name: "an expired certificate", expired: []string{"autoconfig.example.test"}, pages: map[string]page{atProvider: xmlPage(document("example.test"))}},
		{name: "an address that is forbidden", records: []string{"autoconfig.example.test. 60 IN A 10.0.0.1"}, pages: map[string]page{atWellKnown: xmlPage(document("example.test"))}},
		{name: "the public database only", ispdb: true, hosts: []string{"example.test"}, pages: map[string]page{
			"https://live.thunderbird.net/autoconfig/v1.1/example.test": xmlPage(document("ispdb.example.test")),
			"https://autoconfig.thunderbird.net/v1.1/example.test":      xmlPage(document("ispdb.example.test")),
		}},
		{name: "the public database against the provider", ispdb: true, pages: map[string]page{
			"https://live.thunderbird.net/autoconfig/v1.1/example.test": xmlPage(document("stale.example.test")),
			"https://autoconfig.thunderbird.net/v1.1/example.test":      xmlPage(document("stale.example.test")),
			atProvider: xmlPage(document("example.test")),
		}},
		{name: "Autodiscover only", pages: map[string]page{"https://autodiscover.example.test" + pox: poxAnswer(poxSettings)}},
		{name: "Autodiscover behind an error", pages: map[string]page{
			"https://example.test" + pox:              xmlPage(poxError),
			"https://autodiscover.example.test" + pox: poxAnswer(poxSettings),
		}},
		{name: "Autodiscover asks for a password", pages: map[string]page{"https://autodiscover.example.test" + pox: {status: 401, kind: "text/plain"}}},
		{name: "Autodiscover by a redirect over http", pages: map[string]page{
			"http://autodiscover.example.test" + pox: {status: 302, location: "https://hoster.test" + pox},
			"https://hoster.test" + pox:              poxAnswer(poxSettings),
		}},
		{name: "Autodiscover by SRV records", hosts: []string{"example.test"}, records: []string{
			"_autodiscover._tcp.example.test. 60 IN SRV 0 10 8443 heavy.hoster.test.", "_autodiscover._tcp.example.test. 60 IN SRV 0 1 443 light.hoster.test.",
		}, pages: map[string]page{
			"https://heavy.hoster.test" + pox: poxAnswer(strings.ReplaceAll(poxSettings, "example.test", "heavy.test")),
			"https://light.hoster.test" + pox: poxAnswer(strings.ReplaceAll(poxSettings, "example.test", "light.test")),
		}},
		{name: "Autodiscover leads to another address", pages: map[string]page{
			"https://autodiscover.example.test" + pox: poxAnswer(`<Action>redirectAddr</Action><RedirectAddr>ann@hoster.test</RedirectAddr>`),
			"https://autodiscover.hoster.test" + pox:  poxAnswer(poxSettings),
		}},
		{name: "Autodiscover leads to another URL", pages: map[string]page{
			"https://autodiscover.example.test" + pox: poxAnswer(`<Action>redirectUrl</Action><RedirectUrl>https://hoster.test/pox</RedirectUrl>`),
			"https://hoster.test/pox":                 poxAnswer(poxSettings),
		}},
		{
			name: "PACC only", records: []string{`_ua-auto-config.example.test. 60 IN TXT "` + strings.ReplaceAll(pacc.Digest([]byte(paccDocument)), ";", `\;`) + `"`},
			pages: map[string]page{"https://ua-auto-config.example.test/.well-known/user-agent-configuration.json": {kind: "application/json", body: paccDocument}},
		},
		{
			name: "PACC with another digest", records: []string{`_ua-auto-config.example.test. 60 IN TXT "v=UAAC1\; a=sha256\; d=AAAA"`},
			pages: map[string]page{"https://ua-auto-config.example.test/.well-known/user-agent-configuration.json": {kind: "application/json", body: paccDocument}},
		},
		{
			name: "a URL in a TXT record", hosts: []string{"example.test"}, records: []string{`example.test. 60 IN TXT "v=spf1 -all"`, `example.test. 60 IN TXT "mailconf=https://hoster.test/config"`},
			pages: map[string]page{"https://hoster.test/config": xmlPage(document("hoster.test"))},
		},
		{name: "JMAP only", pages: map[string]page{
			"https://example.test/.well-known/jmap": {status: 307, location: "https://example.test/jmap/session"},
			"https://example.test/jmap/session":     {status: 401, kind: "text/plain"},
		}},
	}
}
