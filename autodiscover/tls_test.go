package autodiscover_test

import (
	"fmt"
	"testing"

	"waypost/autodiscover"
	"waypost/providers"
)

// outlook reads an answer by MS-OXDSCLI (24.1, 2025-08-19), as Decode does.
func outlook(data []byte) ([]seen, error) {
	a, err := autodiscover.Decode(data)
	if err != nil {
		return nil, err
	}
	var servers []seen
	for _, s := range a.Servers {
		servers = append(servers, seen{
			Type: map[providers.Protocol]string{providers.IMAP: "IMAP", providers.POP3: "POP3", providers.Submission: "SMTP"}[s.Protocol],
			Host: s.Host, Port: s.Port, Login: s.LoginName,
			Mode: map[providers.Security]mode{providers.TLS: implicit, providers.STARTTLS: startTLS, providers.None: plaintext}[s.Security],
		})
	}
	return servers, nil
}

var clients = []struct {
	name string
	read func([]byte) ([]seen, error)
}{
	{"Outlook", outlook},
	{"Thunderbird", thunderbird},
	{"FairEmail", fairEmail},
	{"Delta Chat", deltaChat},
}

// Each row has a mode for each client, in the order of clients.
func TestWhichTLSEachClientUses(t *testing.T) {
	for _, row := range []struct {
		name                         string
		incoming, outgoing           string
		wantIncoming, wantSubmission [4]mode
	}{
		{
			"implicit TLS on its ports", "imaps://imap.example.com", "submissions://smtp.example.com",
			[4]mode{implicit, implicit, implicit, either},
			[4]mode{implicit, implicit, implicit, either},
		},
		{
			"STARTTLS on its ports", "imap://imap.example.com", "submission://smtp.example.com",
			[4]mode{startTLS, startTLS, startTLS, either},
			[4]mode{startTLS, startTLS, startTLS, either},
		},
		{
			// What POX cannot tell Thunderbird and FairEmail; autoconfig tells them.
			"implicit TLS on 587, as Spectrum has it", "imaps://mobile.charter.net", "submissions://mobile.charter.net:587",
			[4]mode{implicit, implicit, implicit, either},
			[4]mode{implicit, startTLS, startTLS, either},
		},
		{
			"plaintext", "imap://imap.example.com?security=none", "submission://smtp.example.com?security=none",
			[4]mode{plaintext, plaintext, startTLS, plaintext},
			[4]mode{plaintext, plaintext, startTLS, plaintext},
		},
	} {
		b := encode(t, answer(t, configured(t, "fred@example.com", server(t, row.incoming), server(t, row.outgoing))))
		for i, c := range clients {
			servers, err := c.read(b)
			if err != nil || len(servers) != 2 {
				t.Errorf("%s: %s sees %+v, %v", row.name, c.name, servers, err)
				continue
			}
			for j, want := range []mode{row.wantIncoming[i], row.wantSubmission[i]} {
				if got := servers[j].Mode; got != want {
					t.Errorf("%s: %s uses %s for %s, want %s", row.name, c.name, got, servers[j].Type, want)
				}
			}
		}
	}
}

// Where a server listens on a usual port too, that one is named, so that
// every client gets it right.
func TestServerOnItsRegisteredPortIsPreferred(t *testing.T) {
	a := answer(t, configured(t, "fred@example.com",
		server(t, "imaps://imap.example.com:10993"), server(t, "imap://imap.example.com"),
		server(t, "submissions://smtp.example.com:587"), server(t, "submission://smtp.example.com"),
	))
	got := fmt.Sprint(a.Servers[0].Port, a.Servers[0].Security, a.Servers[1].Port, a.Servers[1].Security)
	if want := fmt.Sprint(143, providers.STARTTLS, 587, providers.STARTTLS); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestServerThatTakesNoPasswordIsPassedOver(t *testing.T) {
	a := answer(t, configured(t, "fred@example.com",
		server(t, "imaps://oauth.example.com", providers.OAuth2), server(t, "imaps://imap.example.com"),
		server(t, "submissions://oauth.example.com", providers.OAuth2), server(t, "submissions://smtp.example.com"),
	))
	if a.Servers[0].Host != "imap.example.com" || a.Servers[1].Host != "smtp.example.com" {
		t.Errorf("%+v", a.Servers)
	}
}

func TestPlaintextIsPassedOverWhereAnythingIsEncrypted(t *testing.T) {
	a := answer(t, configured(t, "fred@example.com",
		server(t, "imap://imap.example.com?security=none"), server(t, "imaps://imap.example.com:10993"),
		server(t, "submission://smtp.example.com?security=none"), server(t, "submissions://smtp.example.com:587"),
	))
	for _, s := range a.Servers {
		if s.Security != providers.TLS {
			t.Errorf("%+v", s)
		}
	}
}
