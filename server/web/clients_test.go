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

// pathless are the clients that nobody has cited the menus of.
var pathless = []string{"Samsung Email"}

func TestEveryClientWithASourceSaysWhereItsDialogueIs(t *testing.T) {
	for _, c := range clients {
		if known := len(c.path) > 0; known == slices.Contains(pathless, c.Name) {
			t.Errorf("%s: its path is %q", c.Name, c.path)
		}
		if len(c.path) == 0 && len(c.advanced) > 0 {
			t.Errorf("%s has the second path without the first", c.Name)
		}
		for _, word := range slices.Concat(c.path, c.advanced) {
			if word == "" || strings.TrimSpace(word) != word || strings.Contains(word, "›") {
				t.Errorf("%s: %q is no word of a menu", c.Name, word)
			}
		}
	}
}

// account has servers of both kinds that take the same ways to sign in.
func account(d Device, incoming providers.Protocol, auth ...providers.Auth) *view {
	return &view{Page: Page{
		Device: d, Step: StepCard, Language: English(),
		Incoming: []Server{{Server: providers.Server{Protocol: incoming, Host: "in.example.com", Port: 1, Security: providers.TLS, Auth: auth}}},
		Outgoing: []Server{{Server: providers.Server{Protocol: providers.Submission, Host: "out.example.com", Port: 465, Security: providers.TLS, Auth: auth}}},
	}, Shown: StepCard}
}

func names(cards []clientCard) (list []string) {
	for _, c := range cards {
		list = append(list, c.Name)
	}
	return list
}

func TestNoWordOfAClientIsOfTheOtherProtocol(t *testing.T) {
	for protocol, wrong := range map[providers.Protocol]string{providers.IMAP: "POP", providers.POP3: "IMAP"} {
		for _, c := range account(OtherDevice, protocol, providers.PasswordCleartext).Clients() {
			words := []string{strings.ReplaceAll(c.Path, "IMAP/POP", ""), c.Advanced}
			for _, d := range c.Dialogues {
				words = append(words, d.Title)
				for _, f := range d.Fields {
					words = append(words, f.Label)
				}
			}
			for _, word := range words {
				if strings.Contains(word, wrong) {
					t.Errorf("%s: %q for %s", c.Name, word, protocol)
				}
			}
		}
	}
}

func TestAClientIsShownOnlyWhereItsDialogueCanWork(t *testing.T) {
	password := []providers.Auth{providers.OAuth2, providers.PasswordCleartext}
	for _, c := range []struct {
		name     string
		device   Device
		incoming providers.Protocol
		auth     []providers.Auth
		want     []string
		first    bool // the words of the clients stand first
	}{
		{"IMAP", Linux, providers.IMAP, password, []string{"Thunderbird", "Evolution", "Geary"}, true},
		{"POP3", Linux, providers.POP3, password, []string{"Thunderbird", "Evolution"}, true},
		{"OAuth2 alone", Linux, providers.IMAP, []providers.Auth{providers.OAuth2}, []string{"Thunderbird", "Evolution"}, true},
		{"OAuth2 alone, Windows", Windows, providers.IMAP, []providers.Auth{providers.OAuth2}, []string{"Thunderbird"}, true},
		{"OAuth2 alone, Android", Android, providers.IMAP, []providers.Auth{providers.OAuth2}, []string{"Thunderbird, K-9 Mail (Android)"}, true},
		{"OAuth2 alone, iPhone", IPhone, providers.IMAP, []providers.Auth{providers.OAuth2}, nil, false},
		{"another device", OtherDevice, providers.IMAP, []providers.Auth{providers.OAuth2}, []string{"Thunderbird, K-9 Mail (Android)", "Thunderbird", "Evolution"}, false},
	} {
		v := account(c.device, c.incoming, c.auth...)
		if diff := cmp.Diff(c.want, names(v.Clients())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if got := v.InClients(); got != c.first {
			t.Errorf("%s: the clients stand first: %v", c.name, got)
		}
	}
}

func TestACardWithoutClientsHasTheServersAlone(t *testing.T) {
	v := account(IPhone, providers.IMAP, providers.OAuth2)
	v.Address = "ann@example.com"
	text := rendered(t, v)
	for _, want := range []string{"(OAuth2)", "in.example.com", "out.example.com"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	heading, err := v.S("card.words")
	if err != nil || strings.Contains(text, heading) {
		t.Errorf("it has the heading of the clients; %v", err)
	}
}

func TestTheCardLeadsToTheDialogueAndNamesTheProtocol(t *testing.T) {
	v := account(IPhone, providers.POP3, providers.PasswordCleartext)
	v.Address = "ann@example.com"
	text := rendered(t, v)
	for _, want := range []string{
		`<p>You find it here: <bdi lang="en" dir="ltr">Settings › Apps › Mail › Mail Accounts › Add Account › Other › Add Mail Account › POP</bdi></p>`,
		`<bdi lang="en" dir="ltr">Mail Accounts › Account › Advanced</bdi>`,
		`<h3>Incoming mail (<bdi>POP3</bdi>): <bdi>Incoming Mail Server</bdi></h3>`,
		`<h3>Outgoing mail (<bdi>SMTP</bdi>): <bdi>Outgoing Mail Server</bdi></h3>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s", want)
		}
	}
}

func TestAHeadingSaysNothingTwice(t *testing.T) {
	v := account(Windows, providers.IMAP, providers.PasswordCleartext)
	for title, want := range map[string]string{
		"Incoming mail":   "Incoming mail (<bdi>IMAP</bdi>)",
		"Receiving Email": "Incoming mail (<bdi>IMAP</bdi>): <bdi>Receiving Email</bdi>",
	} {
		if got, err := v.Half(0, title); string(got) != want || err != nil {
			t.Errorf("%s: %s, want %s; %v", title, got, want, err)
		}
	}
}

func rendered(t *testing.T, v *view) string {
	t.Helper()
	text, err := v.Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
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
