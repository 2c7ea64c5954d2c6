package autoconfig_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// goldenDocuments are the documents that stand in testdata, byte for byte.
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

func TestEncodeWritesTheGoldenBytes(t *testing.T) {
	documents := goldenDocuments(t)
	for name, d := range documents {
		got := encode(t, d)
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(want, got) {
			t.Errorf("%s: -want +got\n%s", name, diff(string(want), string(got)))
		}
	}
	for name := range goldens(t) {
		if _, ok := documents[name]; !ok {
			t.Errorf("%s: no test writes it", name)
		}
	}
}

func TestDecodeReadsTheGoldensBackWhole(t *testing.T) {
	documents := goldenDocuments(t)
	for name, b := range goldens(t) {
		if d := diff(documents[name], decode(t, b)); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}
