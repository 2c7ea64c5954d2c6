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
func texts() *rapid.Generator[string] {
	r := rapid.OneOf(
		rapid.SampledFrom([]rune("<>&'\"]%{} \t\n\r\u00a0\u200b\ufffd\ufeff")),
		rapid.RuneFrom(nil, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs),
	)
	return rapid.Map(rapid.StringOfN(r, 1, 60, -1), strings.TrimSpace).
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

func servers(protocols ...providers.Protocol) *rapid.Generator[providers.Server] {
	auths := rapid.SampledFrom([]providers.Auth{
		providers.PasswordCleartext, providers.PasswordEncrypted, providers.OAuth2,
		providers.NTLM, providers.GSSAPI, providers.TLSClientCert, providers.NoAuth,
	})
	literal := rapid.StringMatching(`[a-z0-9.+_\\%-]{0,4}`)
	return rapid.Custom(func(t *rapid.T) providers.Server {
		s := providers.Server{
			Protocol: rapid.SampledFrom(protocols).Draw(t, "protocol"),
			Host:     domains().Draw(t, "host").String(),
			Port:     rapid.IntRange(1, 65535).Draw(t, "port"),
			Security: rapid.SampledFrom([]providers.Security{providers.TLS, providers.STARTTLS, providers.None}).Draw(t, "security"),
			Auth:     rapid.SliceOfN(auths, 1, 3).Draw(t, "auth"),
		}
		if rapid.Bool().Draw(t, "templated") {
			s.Host = strings.TrimSuffix(s.Host, "example") + "{domain}"
		}
		if cmp.Equal(s.Auth, []providers.Auth{providers.NoAuth}) {
			return s
		}
		name := rapid.SampledFrom([]string{"{address}", "{local}", "{local}%{domain}", "{domain}/{local}"}).Draw(t, "rule")
		u, err := providers.ParseUsername(literal.Draw(t, "before") + name + literal.Draw(t, "after"))
		if err != nil {
			t.Fatal(err)
		}
		s.Username = u
		return s
	})
}

func documents() *rapid.Generator[autoconfig.Document] {
	links := rapid.Custom(func(t *rapid.T) providers.Link {
		l := providers.Link{URL: rapid.SampledFrom([]string{"https://a.example/?x=1&y='2'", "https://b.example/"}).Draw(t, "url")}
		if rapid.Bool().Draw(t, "described") {
			l.Text = texts().Draw(t, "text")
			l.Lang = rapid.SampledFrom([]string{"", "en", "de-CH"}).Draw(t, "lang")
		}
		return l
	})
	return rapid.Custom(func(t *rapid.T) autoconfig.Document {
		d := autoconfig.Document{
			ID:            domains().Draw(t, "id").String(),
			Domains:       rapid.SliceOfN(domains(), 1, 3).Draw(t, "domains"),
			DisplayName:   texts().Draw(t, "name"),
			Incoming:      rapid.SliceOfN(servers(providers.IMAP, providers.POP3), 0, 3).Draw(t, "incoming"),
			Outgoing:      rapid.SliceOfN(servers(providers.Submission), 1, 2).Draw(t, "outgoing"),
			Documentation: rapid.SliceOfN(links, 0, 4).Draw(t, "documentation"),
		}
		if rapid.Bool().Draw(t, "has a short name") {
			d.ShortName = texts().Draw(t, "short name")
		}
		return d
	})
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
