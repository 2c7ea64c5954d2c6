package autoconfig_test

import (
	"path/filepath"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
	"waypost/providers/providertest"
)

// goldenDocuments are New's documents that stand in testdata, byte for byte.
func goldenDocuments(t *testing.T) map[string]autoconfig.Document {
	matches := map[string]providers.Match{
		"placeholder-host.example": configured(t, "placeholder-host.example", func(p *providers.Provider) {
			p.Setups[0].Incoming = []providers.Server{server(t, "imaps://imap.{domain}")}
			p.Setups[0].Outgoing = []providers.Server{server(t, "submission://smtp.{domain}")}
		}),
		"buecher.example": configured(t, "bücher.example", func(p *providers.Provider) {
			p.Name, p.ShortName = "Bücher & Söhne <Mail>", "Bücher"
			p.Setups[0].Incoming = []providers.Server{server(t, "imaps://imap.bücher.example")}
		}),
		"two-languages.example": configured(t, "two-languages.example", func(p *providers.Provider) {
			p.Help.Documentation = []providers.Link{
				{URL: "https://example.com/help?a=1&b=2", Text: "How to set up “Mail”", Lang: "en"},
				{URL: "https://example.com/help?a=1&b=2", Text: "E-Mail einrichten", Lang: "de"},
				{URL: "https://example.com/status"},
			}
		}),
		"local-percent-domain.example": configured(t, "local-percent-domain.example", func(p *providers.Provider) {
			p.Setups[0].Incoming[0].Username = "{local}%{domain}"
			p.Setups[0].Outgoing[0].Username = "{local}%{domain}"
		}),
	}
	for _, domain := range []string{
		"charter.net", "tampabay.rr.com", "rr.com", "other.rr.com", "gmail.com",
		"outlook.com", "yahoo.co.jp", "web.de", "icloud.com",
	} {
		matches[domain] = builtIn(t, domain)
	}
	documents := map[string]autoconfig.Document{}
	for name, m := range matches {
		documents[name+".golden.xml"] = document(t, m)
	}
	return documents
}

// goldenWholes are All's documents that stand in testdata/all.
func goldenWholes(t *testing.T) map[string]autoconfig.Document {
	matches := map[string]providers.Match{"everything.example": everything(t)}
	for _, domain := range []string{"gmail.com", "web.de", "posteo.de", "charter.net"} {
		matches[domain] = builtIn(t, domain)
	}
	documents := map[string]autoconfig.Document{}
	for name, m := range matches {
		documents[name+".golden.xml"] = wholeOf(t, m)
	}
	said := wholeOf(t, configured(t, "update.example", nil))
	said.Update = "https://autoconfig.update.example/mail/config-v1.1.xml?all=1&x=<y>"
	documents["update.example.golden.xml"] = said
	return documents
}

// everything has one of everything that a document says.
func everything(t testing.TB) providers.Match {
	return configured(t, "everything.example", func(p *providers.Provider) {
		p.Name, p.ShortName = "Everything & Mail", "Everything"
		p.Help = providers.Help{
			Documentation: []providers.Link{{URL: "https://everything.example/help", Text: "Settings", Lang: "en"}},
			Enable: []providers.Link{
				{URL: "https://everything.example/imap?on=1&off=0", Text: "Switch on IMAP", Lang: "en"},
				{URL: "https://everything.example/imap?on=1&off=0", Text: "IMAP einschalten", Lang: "de"},
				{URL: "https://everything.example/more"},
			},
			WebMail: "https://webmail.everything.example/?login=1&x=\"y\"",
		}
		p.OAuth2 = &providers.OAuth2Endpoint{
			Issuer: "login.everything.example", Scope: "mail contacts offline_access", ClientID: "open",
			AuthURL: "https://login.everything.example/auth", TokenURL: "https://login.everything.example/token",
		}
		pop3 := server(t, "pop3s://pop.everything.example")
		pop3.POP3 = &providers.POP3Options{LeaveOnServer: true, Days: 14, DownloadOnBiff: true}
		files := service(t, providers.WebDAV, "https://files.{domain}/")
		files.Auth = nil
		basic, digest := providers.PasswordCleartext, providers.PasswordEncrypted
		s := &p.Setups[0]
		s.MX = []providers.Domain{
			providers.MustDomain("mx1.eu.hoster.example"), providers.MustDomain("mx2.eu.hoster.example"),
			providers.MustDomain("mx3.everything.example"),
		}
		s.Incoming = []providers.Server{
			service(t, providers.JMAP, "https://jmap.everything.example/session", providers.OAuth2, basic),
			pop3,
			server(t, "imaps://imap.everything.example", providers.OAuth2, basic),
			server(t, "imap://imap.everything.example", digest),
			server(t, "pop3://pop.everything.example"),
		}
		s.Outgoing = []providers.Server{
			server(t, "submissions://smtp.everything.example", providers.OAuth2, basic),
			server(t, "submission://smtp.everything.example"),
		}
		s.Services = []providers.Server{
			server(t, "sieve://imap.everything.example"),
			service(t, providers.ActiveSync, "https://eas.everything.example/Microsoft-Server-ActiveSync", basic),
			service(t, providers.EWS, "https://ews.everything.example/EWS/Exchange.asmx", providers.OAuth2),
			service(t, providers.CalDAV, "https://dav.everything.example:8443/cal/", basic, digest),
			service(t, providers.CardDAV, "https://dav.everything.example/card/", providers.NTLM, basic),
			files,
		}
	})
}

// goldenFolders are the folders of golden files and what stands in them.
func goldenFolders(t *testing.T) map[string]map[string]autoconfig.Document {
	return map[string]map[string]autoconfig.Document{
		"testdata":     goldenDocuments(t),
		"testdata/all": goldenWholes(t),
	}
}

func TestEncodeWritesTheGoldenBytes(t *testing.T) {
	for folder, documents := range goldenFolders(t) {
		for name, d := range documents {
			providertest.Golden(t, filepath.Join(folder, name), encode(t, d), *update)
		}
		for name := range goldens(t, folder) {
			if _, ok := documents[name]; !ok {
				t.Errorf("%s/%s: no test writes it", folder, name)
			}
		}
	}
}

func TestDecodeReadsTheGoldensBackWhole(t *testing.T) {
	for folder, documents := range goldenFolders(t) {
		for name, b := range goldens(t, folder) {
			want := documents[name]
			if name == "everything.example.golden.xml" {
				// HTTP has no word for NTLM as the model has it: doc.go says so.
				card := &want.Services[1]
				card.Auth = card.Auth[1:]
			}
			if d := diff(want, decode(t, b)); d != "" {
				t.Errorf("%s/%s: -want +got\n%s", folder, name, d)
			}
		}
	}
}
