package providertest

import (
	"testing"

	"waypost/providers"
)

var elsewhere = []providers.Domain{
	providers.MustDomain("moved.example"),
	providers.MustDomain("gone.suffix.example"),
	providers.MustDomain("vergnügt.example"),
}

// records are what a directory under test holds.
func records(t *testing.T) []providers.Provider {
	t.Helper()
	blog := providers.Source{Kind: providers.Article, Name: "a blog"}
	page := providers.Source{Kind: providers.FirstParty, Name: "help page", URL: "https://example.com/help", Date: "2026-03"}

	example := Setup(t, "example.com example.net mx:mx1.mail.hoster.example mx:mx2.hoster.example", "imaps://imap.example.com", "pop3s://pop.example.com", "submissions://mobile.charter.net:587", "submission://smtp.example.com")
	example.Services = []providers.Server{bareService(t, providers.CalDAV, "https://dav.example.com/dav/"), bareServer(t, "sieve://sieve.example.com")}
	example.Incoming[0].Auth = []providers.Auth{providers.OAuth2, providers.PasswordCleartext}
	example.Incoming[0].Username = "{local}%{domain}"
	example.Incoming[0].Sources = []providers.Source{page, blog}
	example.Claims = []providers.Claim{{Server: bareServer(t, "imap://old.example.com?security=none"), Note: "seen once"}}
	example.Claims[0].Server.Sources = []providers.Source{blog}
	example.Notes = []string{"Port 587 speaks implicit TLS here.", "Ünïcode, \"quotes\" and\nlines."}

	template := Setup(t, "template.example *.template.example mx:mx.template-mail.example", "imaps://imap.{domain}", "pop3://{domain}", "submission://smtp-{domain}")
	template.Services = []providers.Server{bareService(t, providers.JMAP, "https://dav.{domain}/")}
	template.Services[0].Protocol = providers.CardDAV
	template.Claims = []providers.Claim{{Server: bareServer(t, "imaps://old.{domain}")}}
	template.Claims[0].Server.Sources = []providers.Source{blog}

	partial := Setup(t, "partial.example", "imaps://imap.partial.example")
	partial.Incoming[0].Auth, partial.Incoming[0].Username = nil, ""
	partial.Partial = "nobody says how mail is sent"

	all := []providers.Provider{
		{
			ID: "example.com", Name: "Example Mail & Söhne", ShortName: "Example",
			Help: providers.Help{ //nolint:gosec // addresses of pages, no credentials
				Documentation: []providers.Link{{URL: "https://example.com/help?a=1&b=2", Text: "Set up <mail>", Lang: "en"}, {URL: "https://example.com/hilfe", Lang: "de"}},
				WebMail:       "https://webmail.example.com/",
				Status:        "https://status.example.com/",
				Password:      "https://example.com/reset",
				AppPassword:   providers.AppPassword{Need: providers.AppPasswordTwoStep, URL: "https://example.com/app"},
			},
			OAuth2: &providers.OAuth2Endpoint{ //nolint:gosec // addresses of pages, no credentials
				Issuer: "login.example.com", AuthURL: "https://login.example.com/auth", TokenURL: "https://login.example.com/token", Scope: "mail contacts",
			},
			Setups: []providers.Setup{
				example,
				Setup(t, "second.example mx:mx.second-mail.example", "imaps://imap.second.example", "submissions://smtp.second.example"),
			},
		},
		Provider("other.example", Setup(t, "other.example xn--bcher-kva.example mx:mx.other-mail.example mx:mx.shared.example mx:mx.zone.example", "imaps://imap.other.example", "submissions://smtp.other.example")),
		Provider("sharing.example", Setup(t, "sharing.example mx:mx.shared.example", "imaps://imap.other.example", "submissions://smtp.other.example")),
		Provider("suffix.example", Setup(t, "*.suffix.example mx:mx.suffix-mail.example", "imaps://imap.suffix.example", "submission://smtp.suffix.example")),
		Provider("exact.example",
			Setup(t, "exact.suffix.example", "imaps://imap.exact.example", "submission://smtp.exact.example"),
			Setup(t, "*.long.suffix.example", "imaps://imap.long.example", "submission://smtp.exact.example")),
		Provider("template.example", template),
		Provider("partial.example", partial),
	}
	for i := range all {
		if err := all[i].Validate(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
