package autoconfig_test

import (
	"strings"
	"testing"

	"waypost/providers"
)

// reader is how one client reads a document for an address.
type reader func([]byte, providers.Address) (pair, error)

// clients are the readers, and whether each knows authentication from the
// document.
var clients = []struct {
	name string
	read reader
	auth bool
	pop3 bool // takes a POP3 server where there is no IMAP
}{
	{"Thunderbird", thunderbird, true, true},
	{"K-9", k9, true, false},
	{"Evolution", evolution, false, true},
	{"FairEmail", fairEmail, false, false},
	{"Geary", geary, false, false},
}

func TestEveryClientSeesTheSameServersOfTheCatalogue(t *testing.T) {
	for domain, d := range catalogueDocuments(t) {
		a := address(t, "Fred.Smith+x@"+domain)
		data := encode(t, d)
		for _, c := range clients {
			want := meant(d, a)
			got, err := c.read(data, a)
			if want.In.Type == "pop3" && !c.pop3 {
				if err == nil {
					t.Errorf("%s: %s takes POP3 now: %+v", domain, c.name, got)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %s refuses: %v", domain, c.name, err)
				continue
			}
			// Which hosts a client has OAuth2 for is known in part; elsewhere
			// it takes the next method of the document.
			if c.auth && (!d.Incoming[0].Accepts(providers.Auth(got.In.Auth)) || !d.Outgoing[0].Accepts(providers.Auth(got.Out.Auth))) {
				t.Errorf("%s: %s signs in with %s and %s, which the document does not say", domain, c.name, got.In.Auth, got.Out.Auth)
			}
			if d := diff(want.withoutAuth(), got.withoutAuth()); d != "" {
				t.Errorf("%s: %s sees -meant +seen\n%s", domain, c.name, d)
			}
		}
	}
}

// The readers would be worth nothing if they took everything.
func TestReadersRefuseWhatTheClientsRefuse(t *testing.T) {
	good := string(encode(t, document(t, configured(t, "example.com", nil))))
	untilOutgoing, _, _ := strings.Cut(good, "<outgoingServer")
	const (
		imap = `<incomingServer type="imap">`
		port = "<port>993</port>"
		name = "<username>%EMAILADDRESS%</username>"
		stop = "</outgoingServer>\n  </emailProvider>"
	)
	for _, c := range []struct {
		why       string
		bad       string
		refusedBy string
	}{
		{"no domain", strings.Replace(good, "<domain>example.com</domain>", "", 1), "Thunderbird K-9"},
		{"domain as U-label", strings.Replace(good, "<domain>example", "<domain>bücher", 1), "Thunderbird K-9"},
		{"id with spaces", strings.Replace(good, `id="example.com"`, `id="Example Mail"`, 1), "Thunderbird K-9"},
		{"id as placeholder", strings.Replace(good, `id="example.com"`, `id="%EMAILDOMAIN%"`, 1), "K-9"},
		{"white space in the port", strings.Replace(good, port, "<port>\n993\n</port>", 1), "K-9"},
		{"no user name for SMTP", good[:strings.LastIndex(good, name)] + stop + "</clientConfig>", "Thunderbird K-9"},
		{"plain beside the rest", strings.Replace(good, stop, `</outgoingServer><outgoingServer type="smtp">
			<hostname>a.example</hostname><port>25</port><socketType>plain</socketType>
			<authentication>password-cleartext</authentication>`+name+stop, 1), "K-9"},
		{"no outgoing server", untilOutgoing + "</emailProvider></clientConfig>", "Thunderbird K-9 FairEmail Geary"},
		{"attribute on a server", strings.Replace(good, imap, `<incomingServer type="imap" id="1">`, 1), "Evolution"},
		{"DTD", strings.Replace(good, "<clientConfig", "<!DOCTYPE clientConfig>\n<clientConfig", 1), "Evolution"},
		{"POP3 first", strings.Replace(good, imap, `<incomingServer type="pop3"/>`+imap, 1), "Geary"},
	} {
		var refusedBy []string
		for _, client := range clients {
			if _, err := client.read([]byte(c.bad), address(t, "fred@example.com")); err != nil {
				refusedBy = append(refusedBy, client.name)
			}
		}
		if got := strings.Join(refusedBy, " "); got != c.refusedBy {
			t.Errorf("%s: refused by %q, want %q", c.why, got, c.refusedBy)
		}
	}
}
