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
	for _, b := range goldens(f) {
		f.Add(b)
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
		servers := len(d.Incoming) + len(d.Outgoing)
		if all := servers + len(d.Domains) + len(d.Documentation); servers == 0 || all > len(data)/len("<a>b</a>") {
			t.Fatalf("%d bytes give %d servers and %d things in all", len(data), servers, all)
		}
		for _, s := range d.Incoming {
			checkServer(t, s, providers.IMAP, providers.POP3)
		}
		for _, s := range d.Outgoing {
			checkServer(t, s, providers.Submission)
		}
	})
}

func checkServer(t *testing.T, s providers.Server, protocols ...providers.Protocol) {
	p := providers.Provider{ID: "example.com", Name: "x", Setups: []providers.Setup{{
		Domains:  []providers.Domain{providers.MustDomain("example.com")},
		Incoming: []providers.Server{server(t, "imaps://imap.example.com")},
		Outgoing: []providers.Server{server(t, "submissions://smtp.example.com")},
	}}}
	if s.Protocol == providers.Submission {
		p.Setups[0].Outgoing[0] = s
	} else {
		p.Setups[0].Incoming[0] = s
	}
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
