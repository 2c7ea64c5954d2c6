package web

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/providers"
)

// unsourced are the clients whose words nobody has cited. Take one out when you
// have found its page.
var unsourced = []string{"Samsung Email"}

func TestEveryClientSaysWhereItsWordsAreFrom(t *testing.T) {
	for _, c := range clients {
		switch {
		case slices.Contains(unsourced, c.Name):
			if c.source != "" || c.seen != "" {
				t.Errorf("%s: it has a source now, and is listed as one without", c.Name)
			}
		case !strings.HasPrefix(c.source, "https://"):
			t.Errorf("%s: its source is %q", c.Name, c.source)
		case !strings.ContainsAny(c.seen, "0123456789"):
			t.Errorf("%s: %q is no version and no date", c.Name, c.seen)
		}
	}
	for _, name := range unsourced {
		if !slices.ContainsFunc(clients, func(c client) bool { return c.Name == name }) {
			t.Errorf("%s is no client", name)
		}
	}
}

func TestTheCardKnowsWhetherTheWordsAreCited(t *testing.T) {
	v := &view{Page: Page{Device: Android}}
	for _, c := range v.Clients() {
		if cited := c.Source != "" && c.Seen != ""; cited == slices.Contains(unsourced, c.Name) {
			t.Errorf("%s: cited is %v", c.Name, cited)
		}
	}
}

func TestEveryDeviceHasAClientAndEveryClientIsOfferedForOtherDevices(t *testing.T) {
	for _, d := range devices {
		if len((&view{Page: Page{Device: d}}).Clients()) == 0 {
			t.Errorf("%s has none", d)
		}
	}
	for _, c := range clients {
		if !slices.Contains(c.devices, OtherDevice) {
			t.Errorf("%s is not offered", c.Name)
		}
	}
}

// With TLS in the settings, no client may be told a word that turns it off.
func TestEveryClientHasAWordForBothKindsOfTLS(t *testing.T) {
	for _, c := range clients {
		if c.tls == "" || c.starttls == "" {
			t.Errorf("%s has none", c.Name)
		}
		for _, w := range c.words {
			if w.title == "" || w.host == "" || w.security == "" {
				t.Errorf("%s has half a dialogue: %+v", c.Name, w)
			}
		}
	}
}

func TestADialogueLeavesOutWhatTheClientDoesNotAsk(t *testing.T) {
	servers := []Server{
		{Server: providers.Server{Host: "imap.example.com", Port: 993, Security: providers.TLS}, Login: "ann@example.com"},
		{Server: providers.Server{Host: "smtp.example.com", Port: 587, Security: providers.STARTTLS}, Login: "ann@example.com"},
		{Server: providers.Server{Host: "spare.example.com", Port: 465, Security: providers.TLS}, Login: "ann@example.com"},
	}
	for name, want := range map[string][]dialogue{
		"Geary": {
			{"Receiving", []field{{"IMAP server", "imap.example.com:993", false}, {"Connection security", "TLS", true}, {"Login name", "ann@example.com", false}}},
			{"Sending", []field{{"SMTP server", "smtp.example.com:587", false}, {"Connection security", "StartTLS", true}, {"Login name", "ann@example.com", false}}},
		},
		"Outlook (new)": {
			{"IMAP Incoming server", []field{{"IMAP Incoming server", "imap.example.com", false}, {"Port", "993", false}, {"Secure connection type", "SSL/TLS", true}}},
			{"SMTP Outgoing server", []field{{"SMTP Outgoing server", "smtp.example.com", false}, {"Port", "587", false}, {"Secure connection type", "STARTTLS", true}, {"SMTP username", "ann@example.com", false}}},
		},
	} {
		i := slices.IndexFunc(clients, func(c client) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("there is no %s", name)
		}
		if diff := cmp.Diff(want, clients[i].dialogues(servers)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
