package autoconfig_test

import (
	"path/filepath"
	"slices"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// ispdb reads Thunderbird's provider database, as of 2026-03-12. It is not
// part of this project; the test reads it where it lies beside it.
func ispdb(t *testing.T) map[string][]byte {
	files := read(t, filepath.FromSlash("../../shared/data/ispdb/*.xml"))
	if len(files) == 0 {
		t.Skip("the ISPDB is not here: it is checked where its 163 documents lie beside the project")
	}
	if len(files) != 163 {
		t.Errorf("%d documents, want 163", len(files))
	}
	return files
}

func TestDecodeReadsThunderbirdsProviderDatabase(t *testing.T) {
	oneWay := map[string]bool{
		"teol.net.xml": true, // its SMTP section lacks a user name: Thunderbird and K-9 refuse it, too
	}
	for name, b := range ispdb(t) {
		d, err := autoconfig.Decode(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.ID == "" || len(d.Domains) == 0 || d.DisplayName == "" {
			t.Errorf("%s: it lacks a name or a domain: %+v", name, d)
		}
		if complete := len(d.Incoming) > 0 && len(d.Outgoing) > 0; complete == oneWay[name] {
			t.Errorf("%s: %d incoming and %d outgoing servers", name, len(d.Incoming), len(d.Outgoing))
		}
		if d := diff(d, decode(t, encode(t, d))); d != "" {
			t.Errorf("%s: read, written, read: %s", name, d)
		}
	}
}

// counts is how many things of a kind a document has.
type counts map[string]int

// Each thing that another reader finds in a document is in what Decode gives,
// but for what is listed.
func TestNothingOfThunderbirdsProviderDatabaseIsLost(t *testing.T) {
	lost := map[string]counts{
		"teol.net.xml":      {"smtp": 1, "authentication": 1}, // no user name
		"office365.com.xml": {"exchange": 1, "owa": 1, "graph": 1, "authentication": 3, "username": 3},
		"web.de.xml":        {"pop3 options": 2}, // how often to look, which nobody reads
		"cty-net.ne.jp.xml": {"domain": 1},       // one stands there twice
	}
	total := counts{}
	for name, b := range ispdb(t) {
		var root node
		unmarshal(t, b, &root)
		there, got := counted(root), countedDocument(decode(t, b))
		for kind, n := range there {
			total[kind] += n
			there[kind] -= lost[name][kind]
		}
		for kind := range there {
			if there[kind] == 0 {
				delete(there, kind)
			}
		}
		if d := diff(there, got); d != "" {
			t.Errorf("%s: -there +read\n%s", name, d)
		}
	}
	want := counts{"imap": 142, "pop3": 165, "smtp": 202, "ews": 1, "oAuth2": 8, "webMail": 16, "pop3 options": 13, "domain": 963}
	for kind, want := range want {
		if total[kind] != want {
			t.Errorf("%s: there are %d, want %d; is this another database?", kind, total[kind], want)
		}
	}
	if total["enable"] == 0 || total["documentation"] == 0 {
		t.Errorf("%v", total)
	}
}

// counted counts the elements, without looking at what they say.
func counted(root node) counts {
	c := counts{}
	provider := root.named("emailProvider")[0]
	c.add("domain", len(provider.named("domain")))
	for _, s := range slices.Concat(provider.named("incomingServer"), provider.named("outgoingServer")) {
		c.add(s.attr("type"), 1)
		c.add("authentication", len(s.named("authentication")))
		c.add("username", len(s.named("username")))
		c.add("pop3 options", len(s.named("pop3")))
	}
	// A page counts once for each language in which something is said of it.
	for _, n := range slices.Concat(provider.named("documentation"), provider.named("instruction")) {
		c.add("documentation", max(1, len(n.named("descr"))))
	}
	for _, n := range slices.Concat(provider.named("enable"), root.named("enable")) {
		c.add("enable", max(1, len(n.named("instruction"))))
	}
	c.add("oAuth2", len(root.named("oAuth2")))
	c.add("webMail", len(root.named("webMail")))
	return c
}

func countedDocument(d autoconfig.Document) counts {
	c := counts{}
	c.add("domain", len(d.Domains))
	for _, s := range slices.Concat(d.Incoming, d.Outgoing) {
		kind := string(s.Protocol)
		if s.Protocol == providers.Submission {
			kind = "smtp"
		}
		c.add(kind, 1)
		c.add("authentication", len(s.Auth))
		if s.Username != "" {
			c.add("username", 1)
		}
		if s.POP3 != nil {
			c.add("pop3 options", 1)
		}
	}
	c.add("documentation", len(d.Documentation))
	c.add("enable", len(d.Enable))
	if d.OAuth2 != nil {
		c.add("oAuth2", 1)
	}
	if d.WebMail != "" {
		c.add("webMail", 1)
	}
	return c
}

func (c counts) add(kind string, n int) {
	if n > 0 {
		c[kind] += n
	}
}
