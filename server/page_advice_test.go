package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"waypost/providers"
)

func TestTypedDomainIsNamedAndASlipIsAskedAbout(t *testing.T) {
	w := newWorld(t)
	const setupNet = "https://setup.example.net/"
	for _, c := range []struct{ target, address, meant string }{
		{setupPage, "ann@gmial.com", "ann@gmail.com"},
		{setupPage, "ann@gmail.co", "ann@gmail.com"},
		{setupPage, "ann@gmaill.com", "ann@gmail.com"},
		{setupPage, "ann@gmaol.com", "ann@gmail.com"},
		{setupNet, "ann@exmaple.net", "ann@example.net"},      // of the Host
		{setupPage, "ann@oter.example", ""},                   // of another customer
		{setupPage, "ann@unknown.example", ""},                // of nobody
		{setupPage, "ann@xn--bcher-kvaa.example", ""},         // not even a name
		{setupPage, "a<b>@gmial.com", ""},                     // no address
		{setupPage, "ann@fastmail.com", ""},                   // known, in part
		{setupPage, "ann@gmial.con", ""},                      // two slips
		{setupPage, " ann@gmial.com ", "ann@gmail.com"},       // as it is pasted
		{setupPage, "o'ann+x@gmial.com", "o'ann+x@gmail.com"}, // kept as it is
	} {
		s := readPage(t, w.submit(t, c.target, c.address))
		offered := ""
		for _, form := range s.press("next") {
			offered = form.Get("email")
		}
		if offered != c.meant {
			t.Errorf("%s: asks about %q, want %q", c.address, offered, c.meant)
		}
		if c.meant == "" {
			continue
		}
		typed := strings.TrimSpace(c.address)
		_, domain, _ := strings.Cut(typed, "@")
		if kept := s.field("email"); s.status != http.StatusNotFound || kept != typed || !strings.Contains(s.body, "<bdi>"+domain+"</bdi>") {
			t.Errorf("%s: status %d, in the field stands %q:\n%s", c.address, s.status, kept, s.body)
		}
	}
	if body := w.get(t, setupPage+"?email=ann@gmial.com").body; strings.Contains(body, "gmial") || strings.Contains(body, "gmail") {
		t.Errorf("a link puts words on the page:\n%s", body)
	}
}

// field gives what stands in a field that people see.
func (s screen) field(name string) string {
	for _, e := range s.all("input") {
		if e.attributes["name"] == name && e.attributes["type"] != "hidden" {
			return e.attributes["value"]
		}
	}
	return ""
}

// The file for Outlook makes it ask at the domain, where nobody answers for the
// domains of the catalogue.
func TestOutlookIsSentOnlyWhereSomebodyAnswers(t *testing.T) {
	w := newWorld(t)
	for address, offered := range map[string]bool{"ann@example.com": true, "ann@charter.net": false} {
		body := w.send(t, edgeOnWindows, "en", url.Values{"email": {address}}).body
		if strings.Contains(body, "classic-outlook.reg") != offered {
			t.Errorf("%s: the file is offered: %v", address, !offered)
		}
	}
}

func TestWithOAuth2AloneNobodyIsToldToTypeAPassword(t *testing.T) {
	w := newWorld(t)
	for visitor, userAgent := range visitors {
		for step, s := range walk(t, w, userAgent, "en", "ann@outlook.com") {
			for _, wrong := range []string{"and your password", "Then type your password", "sends your password", "an app password. Make one", "Type the settings in", "settings are right"} {
				if strings.Contains(s.body, wrong) {
					t.Errorf("%s, %s: %q", visitor, step, wrong)
				}
			}
		}
	}
	// Where there are both, the window is named before the app password.
	body := w.send(t, safariOnIPhone, "en", url.Values{"email": {"ann@gmail.com"}}).body
	window, app := strings.Index(body, "A window of your provider opens"), strings.Index(body, "Mail programs need an app password")
	if window < 0 || app < window {
		t.Errorf("at %d and %d in\n%s", window, app, body)
	}
}

func TestWithPOP3AloneNoProgramIsNamedThatLacksIt(t *testing.T) {
	o := options(t)
	pop := providers.Setup{
		Domains:  []providers.Domain{providers.MustDomain("pop.example")},
		Incoming: []providers.Server{mailServer(t, "pop3s://pop.pop.example")}, Outgoing: []providers.Server{mailServer(t, "submissions://smtp.pop.example")},
	}
	var err error
	if o.Selector.Configured, err = providers.NewMemory([]providers.Provider{{ID: "pop.example", Name: "POP", Setups: []providers.Setup{pop}}}); err != nil {
		t.Fatal(err)
	}
	w := newServer(t, o)
	for userAgent, wrong := range map[string]string{firefoxOnLinux: "Geary", chromebook: "Geary", chromeOnPixel: "finds the settings by itself"} {
		if body := w.send(t, userAgent, "en", url.Values{"email": {"ann@pop.example"}}).body; strings.Contains(body, wrong) || !strings.Contains(body, "Thunderbird") {
			t.Errorf("the page says %q:\n%s", wrong, body)
		}
	}
}

// Server names are copied in ASCII; an address is read by people.
func TestAddressStandsInItsOwnLetters(t *testing.T) {
	w := newWorld(t)
	s := readPage(t, w.send(t, nobodyKnows, "en", url.Values{"email": {"ann@bücher.example"}}))
	if got := s.all("h1")[0].text; got != "Settings for ann@bücher.example" {
		t.Errorf("the heading is %q", got)
	}
	if !strings.Contains(s.body, ">imap.xn--bcher-kva.example<") {
		t.Error("the server is not as it must be typed")
	}
}
