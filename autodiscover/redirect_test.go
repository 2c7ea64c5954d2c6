package autodiscover_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/autodiscover"
	"waypost/providers"
	"waypost/providers/providertest"
)

const exchangeURL = "https://exchange.example.net/autodiscover/autodiscover.xml?a=1&b=2"

// changed is an account at imap.example.com whose Setup is changed.
func changed(t testing.TB, text string, change func(*providers.Setup)) providers.Account {
	t.Helper()
	a := address(t, text)
	p := &providers.Provider{ID: a.Domain().String(), Name: "Example & <Co>", Setups: []providers.Setup{{
		Domains:  []providers.Domain{a.Domain()},
		Incoming: []providers.Server{server(t, "imaps://imap.example.com")},
		Outgoing: []providers.Server{server(t, "submission://smtp.example.com")},
	}}}
	change(&p.Setups[0])
	return providertest.Match(t, p, a.Domain()).At(a)
}

func toURL(s *providers.Setup) { s.Autodiscover.URL = exchangeURL }

func toDomain(s *providers.Setup) {
	s.Autodiscover.Domain = providers.MustDomain("exchange.example.net")
}

// goldenRedirects are the redirects that stand in testdata, byte for byte.
func goldenRedirects(t *testing.T) map[string]autodiscover.Answer {
	return map[string]autodiscover.Answer{
		"redirect-url.golden.xml":     answer(t, changed(t, "fred@example.com", toURL)),
		"redirect-address.golden.xml": answer(t, changed(t, "Fred&co@example.com", toDomain)),
	}
}

func TestRedirectsAreTheGoldenBytesAndAreReadBack(t *testing.T) {
	redirects := goldenRedirects(t)
	for name, want := range redirects {
		got, err := autodiscover.Decode(golden(t, name, encode(t, want)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
	if d := cmp.Diff(autodiscover.Answer{RedirectURL: exchangeURL}, redirects["redirect-url.golden.xml"]); d != "" {
		t.Error(d)
	}
	want := autodiscover.Answer{RedirectAddress: "Fred&co@exchange.example.net"}
	if d := cmp.Diff(want, redirects["redirect-address.golden.xml"]); d != "" {
		t.Error(d)
	}
}

func TestRedirectToADomainNeedsAnAddress(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*providers.Setup)
		needs  bool
	}{
		"settings":    {func(*providers.Setup) {}, false},
		"to a URL":    {toURL, false},
		"to a domain": {toDomain, true},
		"partial": {func(s *providers.Setup) {
			toDomain(s)
			s.Partial = "nothing is known"
		}, false},
	} {
		m := changed(t, "fred@example.com", row.change).Match
		if got := autodiscover.NeedsAddress(m); got != row.needs {
			t.Errorf("%s: %v", name, got)
		}
		a, err := autodiscover.New(m.At(providers.Address{}))
		e, ok := errors.AsType[*providers.Inexpressible](err)
		if got := ok && e.Code == autodiscover.CodeNeedsAddress; got != row.needs {
			t.Errorf("%s: %v, %+v", name, err, a)
		}
		if ok && (e.Reason == "" || e.Next == "") {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// The template of a domain serves addresses also where there is no answer
// without one.
func TestTemplateOfARedirectNeedsNoAddress(t *testing.T) {
	for name, change := range map[string]func(*providers.Setup){"to a URL": toURL, "to a domain": toDomain} {
		account := changed(t, "o'neill&co@example.com", change)
		template, err := autodiscover.NewTemplate(account.Match)
		if err != nil {
			t.Fatal(err)
		}
		want := encode(t, answer(t, account))
		if got := template.For(account.Address); !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// Where Outlook is sent elsewhere, it does not matter whether we could have
// answered it.
func TestOAuth2OnlyProvidersCanRedirect(t *testing.T) {
	account := changed(t, "fred@example.com", func(s *providers.Setup) {
		toURL(s)
		s.Incoming[0].Auth = []providers.Auth{providers.OAuth2}
		s.Outgoing[0].Auth = []providers.Auth{providers.OAuth2}
	})
	if a := answer(t, account); a.RedirectURL != exchangeURL || len(a.Servers) > 0 {
		t.Errorf("%+v", a)
	}
}

func TestPartialRecordRedirectsNobody(t *testing.T) {
	account := changed(t, "fred@example.com", func(s *providers.Setup) {
		toURL(s)
		s.Partial = "nobody knows the servers"
	})
	_, err := autodiscover.New(account)
	if e, ok := errors.AsType[*providers.Inexpressible](err); !ok || e.Code != providers.CodePartial {
		t.Error(err)
	}
	if _, err := autodiscover.NewTemplate(account.Match); err == nil {
		t.Error("there is a template")
	}
}

func TestAnswerIsEncodedOnlyInOneForm(t *testing.T) {
	const url, to = "https://x.example/", "fred@x.example"
	for name, a := range map[string]autodiscover.Answer{
		"nothing":             {DisplayName: "Fred"},
		"both redirects":      {RedirectURL: url, RedirectAddress: to},
		"servers and URL":     {Servers: wholeAnswer().Servers, RedirectURL: url},
		"servers and address": {Servers: wholeAnswer().Servers, RedirectAddress: to},
	} {
		if b, err := a.Encode(); err == nil {
			t.Errorf("%s: %s", name, b)
		}
	}
}

// What Exchange and hosters write; MS-OXDSCLI 4.2 has neither User nor
// AccountType.
func TestDecodeReadsRedirectsOfOtherServers(t *testing.T) {
	document := func(account string) string {
		return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account>` + account + `</Account></Response></Autodiscover>`
	}
	const toAddress = "<Action>redirectAddr</Action>"
	for account, want := range map[string]autodiscover.Answer{
		toAddress + "<RedirectAddr>fred@x.example</RedirectAddr>":                                       {RedirectAddress: "fred@x.example"},
		toAddress + "<RedirectAddr>\n  fred@x.example\n</RedirectAddr>":                                 {RedirectAddress: "fred@x.example"},
		"<Action>redirectUrl</Action><RedirectUrl>https://x.example/?a&amp;b</RedirectUrl>":             {RedirectURL: "https://x.example/?a&b"},
		"<Action>redirectUrl</Action><RedirectURL>https://x.example/</RedirectURL>":                     {RedirectURL: "https://x.example/"},
		toAddress + "<RedirectAddr>fred@x.example</RedirectAddr><RedirectUrl>y</RedirectUrl>":           {RedirectAddress: "fred@x.example"},
		toAddress + "<RedirectAddr>fred@x.example</RedirectAddr><Protocol><Type>IMAP</Type></Protocol>": {RedirectAddress: "fred@x.example"},
	} {
		got, err := autodiscover.Decode([]byte(document(account)))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v, -want +got\n%s", account, err, d)
		}
	}
	for _, account := range []string{
		toAddress, toAddress + "<RedirectAddr/>", toAddress + "<RedirectUrl>https://x.example/</RedirectUrl>",
		"<Action>redirectUrl</Action>", "<Action>redirectUrl</Action><RedirectUrl><a/></RedirectUrl>",
		"<Action>RedirectURL</Action><RedirectUrl>https://x.example/</RedirectUrl>",
		"<RedirectUrl>https://x.example/</RedirectUrl>",
	} {
		if a, err := autodiscover.Decode([]byte(document(account))); !errors.Is(err, autodiscover.ErrAnswer) {
			t.Errorf("%s: %v, %+v", account, err, a)
		}
	}
}

// FairEmail and Delta Chat must not take a redirect for settings.
func TestRedirectsNameNoServer(t *testing.T) {
	for name, a := range goldenRedirects(t) {
		b := encode(t, a)
		if strings.Contains(string(b), "<Protocol>") || strings.Contains(string(b), "imap.example.com") {
			t.Errorf("%s: %s", name, b)
		}
		for _, c := range clients[1:] {
			if servers, err := c.read(b); err != nil || len(servers) > 0 {
				t.Errorf("%s: %s sees %+v, %v", name, c.name, servers, err)
			}
		}
	}
}
