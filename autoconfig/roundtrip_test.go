package autoconfig_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"waypost/autoconfig"
	"waypost/providers"
)

// texts draws what people write: any printable characters, XML's own among
// them, without white space around them.
func texts(most int) *rapid.Generator[string] {
	r := rapid.OneOf(
		rapid.SampledFrom([]rune("<>&'\"]%{} \t\n\r\u00a0\u200b\ufffd\ufeff")),
		rapid.RuneFrom(nil, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs),
	)
	return rapid.Map(rapid.StringOfN(r, 1, most, -1), strings.TrimSpace).
		Filter(func(s string) bool { return s != "" })
}

func domains() *rapid.Generator[providers.Domain] {
	label := rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?|bücher|例え`)
	return rapid.Custom(func(t *rapid.T) providers.Domain {
		d, err := providers.ParseDomain(strings.Join(rapid.SliceOfN(label, 1, 4).Draw(t, "labels"), ".") + ".example")
		if err != nil {
			t.Skip("not a name: two hyphens at the third place, for one")
		}
		return d
	})
}

func hosts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		host := domains().Draw(t, "host").String()
		if rapid.Bool().Draw(t, "templated") {
			host = strings.TrimSuffix(host, "example") + "{domain}"
		}
		return host
	})
}

func usernames() *rapid.Generator[providers.Username] {
	literal := rapid.StringMatching(`[a-z0-9.+_\\%-]{0,4}`)
	return rapid.Custom(func(t *rapid.T) providers.Username {
		name := rapid.SampledFrom([]string{"{address}", "{local}", "{local}%{domain}", "{domain}/{local}"}).Draw(t, "rule")
		u, err := providers.ParseUsername(literal.Draw(t, "before") + name + literal.Draw(t, "after"))
		if err != nil {
			t.Fatal(err)
		}
		return u
	})
}

func auths(least int, methods ...providers.Auth) *rapid.Generator[[]providers.Auth] {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(methods), least, 3, rapid.ID)
}

// servers draws those that have a host, a port and a way to TLS.
func servers(protocols ...providers.Protocol) *rapid.Generator[providers.Server] {
	return rapid.Custom(func(t *rapid.T) providers.Server {
		s := providers.Server{
			Protocol: rapid.SampledFrom(protocols).Draw(t, "protocol"),
			Host:     hosts().Draw(t, "host"),
			Port:     rapid.IntRange(1, 65535).Draw(t, "port"),
			Security: rapid.SampledFrom([]providers.Security{providers.TLS, providers.STARTTLS, providers.None}).Draw(t, "security"),
			Auth: auths(1, providers.PasswordCleartext, providers.PasswordEncrypted, providers.OAuth2,
				providers.NTLM, providers.GSSAPI, providers.TLSClientCert, providers.NoAuth).Draw(t, "auth"),
		}
		if s.Protocol == providers.POP3 && rapid.Bool().Draw(t, "advice") {
			s.POP3 = &providers.POP3Options{
				LeaveOnServer:  rapid.Bool().Draw(t, "leave"),
				DownloadOnBiff: rapid.Bool().Draw(t, "biff"),
			}
			if s.POP3.LeaveOnServer {
				s.POP3.Days = rapid.IntRange(0, 3650).Draw(t, "days")
			}
		}
		if cmp.Equal(s.Auth, []providers.Auth{providers.NoAuth}) {
			return s
		}
		s.Username = usernames().Draw(t, "username")
		if s.Protocol == providers.ManageSieve && rapid.Bool().Draw(t, "silent") {
			s.Auth, s.Username = nil, ""
		}
		return s
	})
}

// services draws those that have an address of https.
func services(protocols ...providers.Protocol) *rapid.Generator[providers.Server] {
	return rapid.Custom(func(t *rapid.T) providers.Server {
		s := providers.Server{
			Protocol: rapid.SampledFrom(protocols).Draw(t, "protocol"),
			Host:     hosts().Draw(t, "host"),
			Port:     rapid.OneOf(rapid.Just(443), rapid.IntRange(1, 65535)).Draw(t, "port"),
			Security: providers.TLS,
			Path:     rapid.StringMatching(`/[-._~!$&'()*+,;=:@/A-Za-z0-9]{0,12}`).Draw(t, "path"),
			Auth:     auths(0, providers.PasswordCleartext, providers.PasswordEncrypted, providers.OAuth2).Draw(t, "auth"),
		}
		if rapid.Bool().Draw(t, "named") {
			s.Username = usernames().Draw(t, "username")
		}
		return s
	})
}

func pages() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"https://a.example/?x=1&y='2'", "http://b.example/%22#c", "https://login.%EMAILDOMAIN%/"})
}

func documents() *rapid.Generator[autoconfig.Document] {
	links := rapid.Custom(func(t *rapid.T) providers.Link {
		l := providers.Link{URL: pages().Draw(t, "url")}
		if rapid.Bool().Draw(t, "described") {
			l.Text = texts(60).Draw(t, "text")
			l.Lang = rapid.SampledFrom([]string{"", "en", "de-CH"}).Draw(t, "lang")
		}
		return l
	})
	endpoints := rapid.Custom(func(t *rapid.T) *providers.OAuth2Endpoint {
		o := &providers.OAuth2Endpoint{
			Issuer:   rapid.SampledFrom([]string{"", "login.example.com", "https://login.example.com"}).Draw(t, "issuer"),
			AuthURL:  maybe(pages()).Draw(t, "authURL"),
			TokenURL: maybe(pages()).Draw(t, "tokenURL"),
			Scope:    maybe(texts(30)).Draw(t, "scope"),
			ClientID: maybe(texts(30)).Draw(t, "client"),
		}
		if *o == (providers.OAuth2Endpoint{}) {
			return nil
		}
		return o
	})
	incoming := rapid.OneOf(servers(providers.IMAP, providers.POP3), services(providers.JMAP, providers.EWS, providers.ActiveSync))
	others := rapid.OneOf(servers(providers.ManageSieve), services(providers.CalDAV, providers.CardDAV, providers.WebDAV))
	return rapid.Custom(func(t *rapid.T) autoconfig.Document {
		names := rapid.SliceOfNDistinct(domains(), 1, 5, rapid.ID).Draw(t, "names")
		served := rapid.IntRange(1, len(names)).Draw(t, "served")
		d := autoconfig.Document{
			ID:            domains().Draw(t, "id").String(),
			Domains:       names[:served],
			MX:            names[served:],
			DisplayName:   texts(60).Draw(t, "name"),
			ShortName:     maybe(texts(20)).Draw(t, "short name"),
			Incoming:      rapid.SliceOfN(incoming, 0, 4).Draw(t, "incoming"),
			Outgoing:      rapid.SliceOfN(servers(providers.Submission), 1, 2).Draw(t, "outgoing"),
			Documentation: rapid.SliceOfN(links, 0, 4).Draw(t, "documentation"),
		}
		if rapid.Bool().Draw(t, "more than 1.1 has") {
			d.Services = rapid.SliceOfN(others, 0, 4).Draw(t, "services")
			d.OAuth2 = endpoints.Draw(t, "oauth2")
			d.Enable = rapid.SliceOfN(links, 0, 3).Draw(t, "enable")
			d.WebMail = maybe(pages()).Draw(t, "web mail")
			d.Update = maybe(pages()).Draw(t, "update")
		}
		return d
	})
}

func maybe(g *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(""), g)
}

func TestDecodeReadsWhatEncodeWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := documents().Draw(t, "document")
		b, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := autoconfig.Decode(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateComparable(providers.Domain{}), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("-want +got\n%s\n%s", d, b)
		}
	})
}
