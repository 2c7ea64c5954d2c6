package providers_test

import (
	"testing"

	"waypost/providers"
)

func TestEveryFactHasWordsOfItsOwn(t *testing.T) {
	words := map[string]string{}
	add := func(value, w string) {
		if w == "" || words[w] != "" {
			t.Errorf("%q reads %q, which is empty or means %q too", value, w, words[w])
		}
		words[w] = value
	}
	for _, p := range []providers.Protocol{
		providers.IMAP, providers.POP3, providers.JMAP, providers.Submission, providers.ManageSieve,
		providers.CalDAV, providers.CardDAV, providers.ActiveSync, providers.EWS,
	} {
		add(string(p), p.Words())
	}
	for _, s := range []providers.Security{providers.TLS, providers.STARTTLS, providers.None, ""} {
		add("security "+string(s), s.Words())
	}
	for _, a := range []providers.Auth{
		providers.PasswordCleartext, providers.PasswordEncrypted, providers.OAuth2, providers.NTLM,
		providers.GSSAPI, providers.TLSClientCert, providers.NoAuth,
	} {
		add(string(a), a.Words())
	}
	for _, need := range []providers.AppPasswordNeed{providers.AppPasswordAlways, providers.AppPasswordTwoStep} {
		add(string(need), providers.AppPassword{Need: need}.Words())
	}
	if w := (providers.AppPassword{URL: "https://example.com/"}).Words(); w != "" {
		t.Errorf("an unknown need reads %q", w)
	}
}
