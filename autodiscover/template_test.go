package autodiscover_test

import (
	"testing"

	"pgregory.net/rapid"

	"waypost/autodiscover"
	"waypost/providers"
	"waypost/providers/providertest"
)

// TestTemplateGivesTheBytesOfTheEncoder for every kind of rule and redirect,
// and every character that an address may hold.
func TestTemplateGivesTheBytesOfTheEncoder(t *testing.T) {
	rules := []providers.Username{providers.FullAddress, providers.LocalPart, "{local}%{domain}", "x+{local}@{domain}-{address}"}
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.StringMatching("[A-Za-z0-9!#$%&'*+/=?^_`{|}~é例-]{1,20}").Draw(t, "local")
		a, err := providers.ParseAddress(local + "@xn--bcher-kva.example")
		if err != nil {
			t.Skip(err)
		}
		ruled := func(notation string) providers.Server {
			s := server(t, notation)
			s.Username = rapid.SampledFrom(rules).Draw(t, "rule")
			return s
		}
		p := &providers.Provider{ID: "example.com", Name: "Example & <Co>", Setups: []providers.Setup{{
			Domains:  []providers.Domain{a.Domain()},
			Incoming: []providers.Server{ruled("imaps://imap.example.com")},
			Outgoing: []providers.Server{ruled("submission://smtp.example.com")},
			Autodiscover: rapid.SampledFrom([]providers.AutodiscoverRedirect{
				{}, {URL: exchangeURL}, {Domain: providers.MustDomain("exchange.example.net")},
			}).Draw(t, "redirect"),
		}}}
		m := providertest.Match(t, p, a.Domain())
		template, err := autodiscover.NewTemplate(m)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := autodiscover.New(m.At(a))
		if err != nil {
			t.Fatal(err)
		}
		want, err := answer.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got := template.For(a); string(got) != string(want) {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	})
}
