package autoconfig_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// Each oddity is a document that says in a comment what is read of it, and
// beside it stands what that is.
func TestOdditiesAreReadAsDecided(t *testing.T) {
	files := read(t, "testdata/oddities/*.xml")
	if len(files) == 0 {
		t.Fatal("there are no oddities")
	}
	for name, b := range files {
		d, err := autoconfig.Decode(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := described(d)
		path := filepath.Join("testdata/oddities", strings.TrimSuffix(name, ".xml")+".golden.txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		} else if d := diff(string(want), got); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
		if d := diff(d, decode(t, encode(t, d))); d != "" {
			t.Errorf("%s: read, written, read: %s", name, d)
		}
	}
	if golden := read(t, "testdata/oddities/*.golden.txt"); len(golden) != len(files) {
		t.Errorf("%d golden files for %d oddities", len(golden), len(files))
	}
}

// described says what is in a document, a line for each thing.
func described(d autoconfig.Document) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(&b, "%-13s %s\n", name, text)
		}
	}
	line("id", "%s", d.ID)
	for _, domain := range d.Domains {
		line("domain", "%s", domain)
	}
	for _, domain := range d.MX {
		line("mx", "%s", domain)
	}
	line("name", "%s", d.DisplayName)
	line("short name", "%s", d.ShortName)
	for _, s := range d.Incoming {
		line("incoming", "%s", describedServer(s))
	}
	for _, s := range d.Outgoing {
		line("outgoing", "%s", describedServer(s))
	}
	for _, s := range d.Services {
		line("service", "%s", describedServer(s))
	}
	if d.OAuth2 != nil {
		line("oauth2", "%+v", *d.OAuth2)
	}
	for _, l := range d.Documentation {
		line("documentation", "%s %q %s", l.URL, l.Text, l.Lang)
	}
	for _, l := range d.Enable {
		line("enable", "%s %q %s", l.URL, l.Text, l.Lang)
	}
	line("webmail", "%s", d.WebMail)
	line("update", "%s", d.Update)
	return b.String()
}

func describedServer(s providers.Server) string {
	text := fmt.Sprintf("%s %s %v as %q", s.Protocol, s.URL(), s.Auth, s.Username)
	if s.POP3 != nil {
		text += fmt.Sprintf(" %+v", *s.POP3)
	}
	return text
}

// What was wrong in other servers' documents.

// Stalwart writes addressBook, which nobody reads.
func TestAddressbookIsLowerCaseAtTheRoot(t *testing.T) {
	var root node
	unmarshal(t, encode(t, wholeOf(t, everything(t))), &root)
	books := root.named("addressbook")
	if len(books) != 1 || books[0].attr("type") != "carddav" || books[0].first("url") != "https://dav.everything.example/card/" {
		t.Errorf("%+v", books)
	}
	for _, wrong := range []string{"addressBook", "addressBooks", "serverURL"} {
		if found := append(root.named(wrong), root.named("emailProvider")[0].named(wrong)...); len(found) > 0 {
			t.Errorf("there is a %s", wrong)
		}
	}
	for _, name := range []string{"addressbook", "calendar", "fileShare", "setupServer", "oAuth2"} {
		if inside := root.named("emailProvider")[0].named(name); len(inside) > 0 || len(root.named(name)) != 1 {
			t.Errorf("%s stands in emailProvider, or not at the root", name)
		}
	}
}

// Documents made by pasting texts together end at the first ampersand.
func TestMarkupInNamesStaysText(t *testing.T) {
	const name = `R&D "Mail" <b>'s</b> ]]>`
	const url = `https://example.com/?a=1&b="2"&c=<d>&amp;`
	m := configured(t, "example.com", func(p *providers.Provider) {
		p.Name, p.ShortName = name, `<&>"'`
		p.Help.Documentation = []providers.Link{{URL: url, Text: name, Lang: "en"}}
		p.Help.Enable = []providers.Link{{URL: url, Text: name}}
		p.Help.WebMail = url
	})
	for _, d := range []autoconfig.Document{document(t, m), wholeOf(t, m)} {
		var root node
		unmarshal(t, encode(t, d), &root)
		provider := root.named("emailProvider")[0]
		if got := provider.first("displayName"); got != name {
			t.Errorf("the name is %q", got)
		}
		if got := provider.named("documentation")[0]; got.attr("url") != url || got.first("descr") != name {
			t.Errorf("the documentation is %+v", got)
		}
		if d := diff(d, decode(t, encode(t, d))); d != "" {
			t.Error(d)
		}
	}
}

func TestClientSecretIsNeitherReadNorWritten(t *testing.T) {
	d := decode(t, read(t, "testdata/oddities/section-without-oauth2.xml")["section-without-oauth2.xml"])
	if d.OAuth2 == nil || d.OAuth2.ClientID != "open" {
		t.Errorf("%+v", d.OAuth2)
	}
	if b := encode(t, d); strings.Contains(string(b), "ecret") {
		t.Errorf("%s", b)
	}
}

func TestOAuth2SectionAloneMakesNoDocument(t *testing.T) {
	const alone = `<clientConfig version="1.2"><emailProvider id="example.com"><domain>example.com</domain></emailProvider>
		<oAuth2><issuer>login.example.com</issuer></oAuth2><webMail><loginPage url="https://example.com/"/></webMail></clientConfig>`
	if d, err := autoconfig.Decode([]byte(alone)); !errors.Is(err, autoconfig.ErrDocument) {
		t.Errorf("%v, %+v", err, d)
	}
}
