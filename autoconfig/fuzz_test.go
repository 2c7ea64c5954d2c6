package autoconfig_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// What decodes is a document that can be sent: it encodes, decodes again to
// the same, and holds only hosts and user names of the model.
func FuzzDecode(f *testing.F) {
	for _, files := range []map[string][]byte{
		goldens(f, "testdata"), goldens(f, "testdata/all"), read(f, "testdata/oddities/*.xml"),
	} {
		for _, b := range files {
			f.Add(b)
		}
	}
	f.Add([]byte(whole))
	f.Add([]byte("\ufeff" + strings.ReplaceAll(whole, "imap.example.com", "%EMAILDOMAIN%")))
	f.Add([]byte(strings.ReplaceAll(whole, "Help", "a&#xD;b<![CDATA[<c>]]>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := autoconfig.Decode(data)
		if err != nil {
			if !errors.Is(err, autoconfig.ErrDocument) {
				t.Fatalf("not an ErrDocument: %v", err)
			}
			return
		}
		b := encode(t, d)
		if len(b) > 256<<10 {
			return // escapes made it longer than what is read
		}
		again, err := autoconfig.Decode(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if d := diff(d, again); d != "" {
			t.Fatalf("read, written, read:\n%s", d)
		}
		servers := slices.Concat(d.Incoming, d.Outgoing, d.Services)
		things := len(servers) + len(d.Domains) + len(d.MX) + len(d.Documentation) + len(d.Enable)
		if len(servers) == 0 || things > len(data)/len("<a>b</a>") {
			t.Fatalf("%d bytes give %d servers and %d things in all", len(data), len(servers), things)
		}
		checkServers(t, d.Incoming, providers.IMAP, providers.POP3, providers.JMAP, providers.EWS, providers.ActiveSync)
		checkServers(t, d.Outgoing, providers.Submission)
		checkServers(t, d.Services, providers.CalDAV, providers.CardDAV, providers.WebDAV, providers.ManageSieve)
		checkPages(t, d)
	})
}

// checkServers puts each server into a record, which says whether it is one.
func checkServers(t *testing.T, servers []providers.Server, protocols ...providers.Protocol) {
	for _, s := range servers {
		setup := providers.Setup{
			Domains:  []providers.Domain{providers.MustDomain("example.com")},
			Incoming: []providers.Server{server(t, "imaps://imap.example.com")},
			Outgoing: []providers.Server{server(t, "submissions://smtp.example.com")},
		}
		switch s.Protocol {
		case providers.IMAP, providers.POP3, providers.JMAP:
			setup.Incoming[0] = s
		case providers.Submission:
			setup.Outgoing[0] = s
		default:
			setup.Services = []providers.Server{s}
		}
		p := providers.Provider{ID: "example.com", Name: "x", Setups: []providers.Setup{setup}}
		if err := p.Validate(); err != nil {
			t.Fatalf("%+v is not a server of the model: %v", s, err)
		}
		if strings.ContainsAny(strings.ReplaceAll(s.Host, "{domain}", ""), "{}%") {
			t.Fatalf("the host %q has another placeholder than {domain}", s.Host)
		}
		if !slices.Contains(protocols, s.Protocol) {
			t.Fatalf("%s does not belong here", s.Protocol)
		}
	}
}

// Nobody is sent to javascript: or to a file.
func checkPages(t *testing.T, d autoconfig.Document) {
	pages := []string{d.WebMail, d.Update}
	for _, l := range slices.Concat(d.Documentation, d.Enable) {
		pages = append(pages, l.URL)
	}
	if d.OAuth2 != nil {
		pages = append(pages, d.OAuth2.AuthURL, d.OAuth2.TokenURL)
	}
	for _, page := range pages {
		lower := strings.ToLower(page)
		if page != "" && !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") {
			t.Fatalf("%q is not a page", page)
		}
	}
}
