package accountqr_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/accountqr"
	"waypost/providers"
)

// codes draws everything that a code can say.
func codes() *rapid.Generator[accountqr.Code] {
	line := rapid.StringOfN(rapid.RuneFrom([]rune("aZ0 \"'\\/<>&{}[],é例😀\u00a0\u2028\ufffd")), 0, 20, -1)
	host := rapid.OneOf(
		rapid.StringMatching(`([a-z0-9]([a-zA-Z0-9-]{0,8}[a-z0-9])?\.){0,3}[a-z]{1,8}\.?`),
		rapid.SampledFrom([]string{"192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "xn--bcher-kva.example"}),
	)
	server := func(protocols ...providers.Protocol) *rapid.Generator[accountqr.Server] {
		return rapid.Custom(func(t *rapid.T) accountqr.Server {
			return accountqr.Server{
				Protocol: rapid.SampledFrom(protocols).Draw(t, "protocol"),
				Host:     host.Draw(t, "host"),
				Port:     rapid.IntRange(1, 65535).Draw(t, "port"),
				Security: rapid.SampledFrom([]providers.Security{providers.TLS, providers.STARTTLS, providers.None}).Draw(t, "security"),
				Auth: rapid.SampledFrom([]providers.Auth{
					providers.PasswordCleartext, providers.PasswordEncrypted, providers.OAuth2, providers.TLSClientCert, providers.NoAuth,
				}).Draw(t, "auth"),
				Username: line.Draw(t, "username"),
			}
		})
	}
	return rapid.Custom(func(t *rapid.T) accountqr.Code {
		local := rapid.StringMatching("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\\.[a-z{}]{1,8}){0,2}").Draw(t, "local")
		domain := rapid.StringMatching(`([a-z]{1,8}|bücher|例え)\.example\.(com|net)`).Draw(t, "domain")
		address, err := providers.ParseAddress(local + "@" + domain)
		if err != nil {
			t.Fatal(err)
		}
		return accountqr.Code{
			Incoming:    server(providers.IMAP, providers.POP3).Draw(t, "incoming"),
			Outgoing:    server(providers.Submission).Draw(t, "outgoing"),
			AccountName: line.Draw(t, "account name"),
			Address:     address,
			DisplayName: line.Draw(t, "display name"),
		}
	})
}

func TestEveryCodeIsReadBackAsItWasAndByTheApp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := codes().Draw(t, "code")
		text, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(string(text), func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("not printable ASCII: %q", text)
		}
		back, err := accountqr.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, back, addresses); diff != "" {
			t.Errorf("(-made +read):\n%s", diff)
		}
		got, err := appReads(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected(c), got); diff != "" {
			t.Errorf("the app (-want +got):\n%s", diff)
		}
	})
}
