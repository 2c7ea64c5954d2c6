package providers_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/providers"
)

func TestServerNotation(t *testing.T) {
	const host = "mail.example.com"
	for in, want := range map[string]providers.Server{
		"imaps://mail.example.com":       {Protocol: providers.IMAP, Host: host, Port: 993, Security: providers.TLS},
		"imap://mail.example.com":        {Protocol: providers.IMAP, Host: host, Port: 143, Security: providers.STARTTLS},
		"pop3s://mail.example.com":       {Protocol: providers.POP3, Host: host, Port: 995, Security: providers.TLS},
		"pop3://mail.example.com":        {Protocol: providers.POP3, Host: host, Port: 110, Security: providers.STARTTLS},
		"submissions://mail.example.com": {Protocol: providers.Submission, Host: host, Port: 465, Security: providers.TLS},
		"submission://mail.example.com":  {Protocol: providers.Submission, Host: host, Port: 587, Security: providers.STARTTLS},
		"smtp://mail.example.com":        {Protocol: providers.Submission, Host: host, Port: 25, Security: providers.STARTTLS},
		"sieve://mail.example.com":       {Protocol: providers.ManageSieve, Host: host, Port: 4190, Security: providers.STARTTLS},

		// An explicit port changes the port and nothing else.
		"submissions://mobile.charter.net:587": {Protocol: providers.Submission, Host: "mobile.charter.net", Port: 587, Security: providers.TLS},
		"submission://mail.example.com:465":    {Protocol: providers.Submission, Host: host, Port: 465, Security: providers.STARTTLS},
		"imap://mail.example.com:993":          {Protocol: providers.IMAP, Host: host, Port: 993, Security: providers.STARTTLS},
		"imaps://mail.example.com:1":           {Protocol: providers.IMAP, Host: host, Port: 1, Security: providers.TLS},
		"imaps://mail.example.com:65535":       {Protocol: providers.IMAP, Host: host, Port: 65535, Security: providers.TLS},

		"imap://mail.example.com?security=none":        {Protocol: providers.IMAP, Host: host, Port: 143, Security: providers.None},
		"smtp://mail.example.com:2525?security=none":   {Protocol: providers.Submission, Host: host, Port: 2525, Security: providers.None},
		"submission://mail.example.com?security=none":  {Protocol: providers.Submission, Host: host, Port: 587, Security: providers.None},
		"IMAPS://Mail.EXAMPLE.com":                     {Protocol: providers.IMAP, Host: host, Port: 993, Security: providers.TLS},
		"imaps://bücher.example":                       {Protocol: providers.IMAP, Host: "xn--bcher-kva.example", Port: 993, Security: providers.TLS},
		"imaps://imap.{domain}":                        {Protocol: providers.IMAP, Host: "imap.{domain}", Port: 993, Security: providers.TLS},
		"imaps://{domain}:10993":                       {Protocol: providers.IMAP, Host: "{domain}", Port: 10993, Security: providers.TLS},
		"submission://Smtp-{domain}.relay.example":     {Protocol: providers.Submission, Host: "smtp-{domain}.relay.example", Port: 587, Security: providers.STARTTLS},
		"imaps://localhost":                            {Protocol: providers.IMAP, Host: "localhost", Port: 993, Security: providers.TLS},
		"imaps://xn--bcher-kva.{domain}?":              {},
		"imaps://mail.example.com?security=none":       {},
		"submissions://mail.example.com?security=none": {},
		"imap://mail.example.com?security=None":        {},
		"imap://mail.example.com?security=tls":         {},
		"imap://mail.example.com?security=none&x=y":    {},
		"imap://mail.example.com?x=y":                  {},
		"imap://mail.example.com#fragment":             {},
		"imap.example.net":                             {},
		"mail.example.com:993":                         {},
		"//imap.example.net":                           {},
		"://imap.example.net":                          {},
		"":                                             {},
		"imaps:mail.example.com":                       {},
		"imaps://":                                     {},
		"imaps://:993":                                 {},
		"imaps://mail.example.com:":                    {},
		"imaps://mail.example.com:0":                   {},
		"imaps://mail.example.com:65536":               {},
		"imaps://mail.example.com:+25":                 {},
		"imaps://mail.example.com:-25":                 {},
		"imaps://mail.example.com:025":                 {},
		"imaps://mail.example.com:0x19":                {},
		"imaps://mail.example.com: 993":                {},
		"imaps://mail.example.com:993:993":             {},
		"imaps://mail.example.com:imaps":               {},
		"imaps://mail.example.com.":                    {},
		"imaps://mail.example.com/":                    {},
		"imaps://mail.example.com/INBOX":               {},
		"imaps://user@mail.example.com":                {},
		"imaps://user:secret@mail.example.com":         {},
		"imaps://192.0.2.1":                            {},
		"imaps://192.0.2.1:993":                        {},
		"imaps://[2001:db8::1]:993":                    {},
		"imaps://2001:db8::1":                          {},
		"imaps://mail .example.com":                    {},
		"imaps://mail\n.example.com":                   {},
		" imaps://mail.example.com":                    {},
		"imaps://{local}.example.com":                  {},
		"imaps://{address}":                            {},
		"imaps://{local}.{domain}":                     {},
		"imaps://{DOMAIN}":                             {},
		"imaps://{domain":                              {},
		"imaps://{{domain}}":                           {},
		"imaps://bücher.{domain}":                      {},
		"imaps://mail.{domain}.":                       {},
		"imaps://mail..{domain}":                       {},
		"imaps://mail.{domain}.1":                      {},
		"https://mail.example.com/":                    {},
		"ldap://mail.example.com":                      {},
		"smtps://mail.example.com":                     {},
	} {
		got, err := providers.ParseServer(in)
		if want.Host == "" {
			if err == nil {
				t.Errorf("%q gives %+v", in, got)
				continue
			}
			refused(t, err, providers.ErrServer, "not a server: ", in)
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if d := diff(want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}

func TestServerErrorsSayWhatToWrite(t *testing.T) {
	for in, want := range map[string]string{
		"mail.example.com":            "not a server: it has no scheme; write it as imaps://mail.example.com",
		"https://mail.example.com/":   "not a server: https:// names a service, not a mail server",
		"imap4s://mail.example.com":   "not a server: the scheme is none of imaps, imap, pop3s, pop3, submissions, submission, smtp, sieve",
		"smtps://mail.example.com":    "not a server: smtps:// is written submissions:// (RFC 8314)",
		"imaps://h.example:025":       "not a server: the port is a number from 1 to 65535",
		"imaps://192.0.2.1":           "not a server: the host is not a name: it is a number or an IP address",
		"imaps://user@h.example":      "not a server: after :// stand a host name and, where needed, a port, nothing else",
		"imaps://{local}.example":     "not a server: a host may hold {domain} and no other placeholder",
		"imaps://{local}.{domain}":    "not a server: a host may hold {domain} and no other placeholder",
		"imaps://ü.{domain}":          "not a server: beside {domain} a host is written in ASCII, with xn-- where it needs that",
		"imaps://h?security=none":     "not a server: imaps means TLS, which contradicts security=none",
		"imap://h?security=off":       "not a server: the only thing after a question mark is security=none",
		"imaps://mail..example":       "not a server: the host is not a name: it has a label that IDNA does not allow",
		"submission://h.example:smtp": "not a server: the port is a number from 1 to 65535",
	} {
		_, err := providers.ParseServer(in)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

func TestServiceIsAnHTTPSAddressWithAPlainPath(t *testing.T) {
	for in, want := range map[string]string{
		"https://dav.example.com":                "https://dav.example.com/",
		"https://dav.example.com/":               "https://dav.example.com/",
		"HTTPS://DAV.example.com/Dav/":           "https://dav.example.com/Dav/",
		"https://dav.example.com:443/dav":        "https://dav.example.com/dav",
		"https://dav.example.com:8443/a/b.c~d":   "https://dav.example.com:8443/a/b.c~d",
		"https://dav.{domain}/.well-known/jmap":  "https://dav.{domain}/.well-known/jmap",
		"https://dav.example.com//":              "https://dav.example.com//",
		"http://dav.example.com/":                "",
		"dav.example.com":                        "",
		"":                                       "",
		"https://":                               "",
		"https:///dav":                           "",
		"https://192.0.2.1/dav":                  "",
		"https://user:secret@dav.example.com/":   "",
		"https://dav.example.com:0/":             "",
		"https://dav.example.com/?user=x":        "",
		"https://dav.example.com?user=x":         "",
		"https://dav.example.com/?":              "",
		"https://dav.example.com/#x":             "",
		"https://dav.example.com#x":              "",
		"https://dav.example.com/a b":            "",
		"https://dav.example.com/a%20b":          "",
		"https://dav.example.com/ü":              "",
		"https://dav.example.com/a\u0085b":       "",
		"https://dav.example.com/a\r\nb":         "",
		"https://dav.example.com/{address}/":     "",
		"https://dav.example.com/<script>":       "",
		"https://dav.example.com/\xff":           "",
		"https://{local}.example.com/":           "",
		"https://dav.example.com\\@evil.example": "",
	} {
		got, err := providers.ParseService(providers.CalDAV, in)
		if want == "" {
			if err == nil {
				t.Errorf("%q gives %q", in, got.URL())
				continue
			}
			refused(t, err, providers.ErrServer, "not a server: ", in)
			continue
		}
		if err != nil || got.URL() != want {
			t.Errorf("%q gives %q, %v, want %q", in, got.URL(), err, want)
		}
		if got.Protocol != providers.CalDAV || got.Security != providers.TLS {
			t.Errorf("%q gives %+v", in, got)
		}
	}
}

func TestServerURLReadsBack(t *testing.T) {
	schemes := map[providers.Protocol][]providers.Security{
		providers.IMAP:        {providers.TLS, providers.STARTTLS, providers.None},
		providers.POP3:        {providers.TLS, providers.STARTTLS, providers.None},
		providers.Submission:  {providers.TLS, providers.STARTTLS, providers.None},
		providers.ManageSieve: {providers.STARTTLS, providers.None},
	}
	protocols := []providers.Protocol{providers.IMAP, providers.POP3, providers.Submission, providers.ManageSieve}
	rapid.Check(t, func(t *rapid.T) {
		want := providers.Server{
			Protocol: rapid.SampledFrom(protocols).Draw(t, "protocol"),
			Host:     rapid.SampledFrom([]string{"", "{domain}.", "imap-{domain}."}).Draw(t, "left") + domains().Draw(t, "host").String(),
			Port:     rapid.OneOf(rapid.IntRange(1, 65535), rapid.SampledFrom([]int{25, 110, 143, 465, 587, 993, 995})).Draw(t, "port"),
		}
		want.Security = rapid.SampledFrom(schemes[want.Protocol]).Draw(t, "security")
		got, err := providers.ParseServer(want.URL())
		if err != nil {
			t.Fatalf("%q: %v", want.URL(), err)
		}
		if d := diff(want, got); d != "" {
			t.Fatalf("%q (-want +got):\n%s", want.URL(), d)
		}
	})
}

func TestServerURLNamesTheShortestForm(t *testing.T) {
	for in, want := range map[string]string{
		"imaps://h.example:993":                   "imaps://h.example",
		"submission://h.example:25":               "smtp://h.example",
		"smtp://h.example:587":                    "submission://h.example",
		"smtp://h.example:2525":                   "submission://h.example:2525",
		"submission://h.example:25?security=none": "smtp://h.example?security=none",
		"submissions://mobile.charter.net:587":    "submissions://mobile.charter.net:587",
		"imap://h.example:993":                    "imap://h.example:993",
	} {
		if got := mustServer(t, in).URL(); got != want {
			t.Errorf("%s prints %s, want %s", in, got, want)
		}
	}
}

func TestServerThatTheNotationCannotNameHasNoURL(t *testing.T) {
	for _, s := range []providers.Server{
		{},
		{Protocol: providers.ManageSieve, Host: "h.example", Port: 4190, Security: providers.TLS},
		{Protocol: "gopher", Host: "h.example", Port: 70, Security: providers.STARTTLS},
	} {
		if u := s.URL(); u != "" {
			t.Errorf("%+v prints %q", s, u)
		}
	}
}

func TestStandardPortNeedsTheTLSModeOfThePort(t *testing.T) {
	for in, want := range map[string]bool{
		"imaps://h.example":                    true,
		"imap://h.example":                     true,
		"imap://h.example:993":                 false,
		"imap://h.example?security=none":       false,
		"pop3s://h.example":                    true,
		"submissions://h.example":              true,
		"submission://h.example":               true,
		"smtp://h.example":                     true,
		"submissions://mobile.charter.net:587": false,
		"submission://h.example:465":           false,
		"submissions://h.example:993":          false,
		"https://h.example/jmap":               true,
		"https://h.example:8443/jmap":          false,
	} {
		s, err := providers.ParseServer(in)
		if strings.HasPrefix(in, "https") {
			s, err = providers.ParseService(providers.JMAP, in)
		}
		if err != nil {
			t.Fatal(err)
		}
		if s.StandardPort() != want {
			t.Errorf("%s: standard port is %v", in, !want)
		}
	}
}

func TestEncryptedAndImplicitTLSAreFactsNotPorts(t *testing.T) {
	for in, want := range map[string]string{
		"submissions://mobile.charter.net:587": "encrypted true, implicit true",
		"imap://h.example:993":                 "encrypted true, implicit false",
		"imap://h.example?security=none":       "encrypted false, implicit false",
	} {
		s := mustServer(t, in)
		if got := fmt.Sprintf("encrypted %v, implicit %v", s.Encrypted(), s.ImplicitTLS()); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if (providers.Server{}).Encrypted() {
		t.Error("a server of which nothing is known counts as encrypted")
	}
}

func TestOnlyPasswordMethodsAcceptAPassword(t *testing.T) {
	for auth, want := range map[providers.Auth]bool{
		providers.PasswordCleartext: true,
		providers.PasswordEncrypted: true,
		providers.OAuth2:            false,
		providers.NTLM:              false,
		providers.GSSAPI:            false,
		providers.TLSClientCert:     false,
		providers.NoAuth:            false,
	} {
		s := providers.Server{Auth: []providers.Auth{auth}}
		if !auth.Known() || s.AcceptsPassword() != want || !s.Accepts(auth) {
			t.Errorf("%s: known %v, password %v", auth, auth.Known(), s.AcceptsPassword())
		}
	}
	for _, auth := range []providers.Auth{"", "OAuth", "oauth2", "Basic"} {
		if auth.Known() {
			t.Errorf("%q is known", auth)
		}
	}
}

func FuzzParseServer(f *testing.F) {
	for _, s := range []string{
		"imaps://mail.example.com", "submissions://mobile.charter.net:587", "smtp://mail.example.com:2525?security=none",
		"imaps://imap.{domain}", "IMAPS://BÜCHER.example:993", "imaps://[::1]:993", "imaps://user:pw@h/", "imaps://{local}.{domain}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := providers.ParseServer(s)
		if err != nil {
			refused(t, err, providers.ErrServer, "not a server: ", "")
			return
		}
		readsBack(t, v, providers.ParseServer)
	})
}

func FuzzParseService(f *testing.F) {
	for _, s := range []string{
		"https://dav.example.com", "https://dav.{domain}:8443/.well-known/jmap", "https://dav.example.com/a%20b",
		"https://dav.example.com/\u0085", "https://h/?#", "HTTPS://h.example/A",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parse := func(s string) (providers.Server, error) { return providers.ParseService(providers.JMAP, s) }
		v, err := parse(s)
		if err != nil {
			refused(t, err, providers.ErrServer, "not a server: ", "")
			return
		}
		readsBack(t, v, parse)
	})
}

func readsBack(t *testing.T, v providers.Server, parse func(string) (providers.Server, error)) {
	t.Helper()
	u := v.URL()
	clean(t, "URL", u)
	if strings.ContainsAny(strings.ReplaceAll(v.Host, "{domain}", ""), "{}[]@:/%?#") || v.Host != strings.ToLower(v.Host) {
		t.Errorf("host %q", v.Host)
	}
	if v.Port < 1 || v.Port > 65535 {
		t.Errorf("port %d", v.Port)
	}
	again, err := parse(u)
	if err != nil {
		t.Fatalf("%q: %v", u, err)
	}
	if d := diff(v, again); d != "" {
		t.Errorf("%q (-want +got):\n%s", u, d)
	}
}
