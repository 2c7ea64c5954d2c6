package server_test

import (
	"net/http"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/providers"
)

// withServices is a world whose example.com has services beside mail, and
// whose other.example has Outlook's mailboxes elsewhere.
func withServices(t *testing.T) world {
	t.Helper()
	o := options(t)
	records := configured(t).Providers()
	setup := &records[0].Setups[0]
	for _, s := range []struct {
		list *[]providers.Server
		providers.Protocol
		url string
	}{
		{&setup.Services, providers.CalDAV, "https://dav.example.com/cal/"},
		{&setup.Services, providers.CardDAV, "https://example.com/.well-known/carddav"},
		{&setup.Services, providers.ActiveSync, "https://eas.example.com/Microsoft-Server-ActiveSync"},
		{&setup.Incoming, providers.JMAP, "https://jmap.example.com:8443/.well-known/jmap"},
	} {
		v, err := providers.ParseService(s.Protocol, s.url)
		if err != nil {
			t.Fatal(err)
		}
		v.Auth, v.Username = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress
		*s.list = append(*s.list, v)
	}
	records[1].Setups[0].Autodiscover.Domain = providers.MustDomain("exchange.example")
	records[2].Setups[0].Autodiscover.URL = "https://exchange.example/autodiscover/autodiscover.xml"
	directory, err := providers.NewMemory(records, providers.MustDomain("moved.example"))
	if err != nil {
		t.Fatal(err)
	}
	o.Selector.Configured = directory
	return newServer(t, o)
}

const pathPOX = "/autodiscover/autodiscover.xml"

func TestActiveSyncClientsAreToldTheServer(t *testing.T) {
	w := withServices(t)
	body := want(t, w.post(t, "https://autodiscover.example.com"+pathPOX, requestFor(mobileSyncRequest, "Ann@example.com")), http.StatusOK, textXML)
	got, err := autodiscover.DecodeMobileSync([]byte(body))
	if err != nil || got.URL != "https://eas.example.com/Microsoft-Server-ActiveSync" || got.Address != "Ann@example.com" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, target := range []string{
		"/autodiscover/autodiscover.json?Email=ann@example.com&Protocol=ActiveSync&RedirectCount=1", // Nine
		"/autodiscover/autodiscover.json/v1.0/ann@example.com?Protocol=activesync",
	} {
		v2, err := autodiscover.DecodeV2([]byte(want(t, w.get(t, "https://autodiscover.example.com"+target), http.StatusOK, jsonType)))
		if err != nil || v2.URL != "https://eas.example.com/Microsoft-Server-ActiveSync" {
			t.Errorf("%s: %+v, %v", target, v2, err)
		}
	}
	want(t, w.get(t, "https://autodiscover.example.com/autodiscover/autodiscover.json?Email=ann@example.com&Protocol=EWS"), http.StatusBadRequest, jsonType)
}

func TestOutlookIsSentToWhoAnswersInOurPlace(t *testing.T) {
	w := withServices(t)
	at := func(host, address string) autodiscover.Answer {
		t.Helper()
		body := want(t, w.post(t, "https://autodiscover."+host+pathPOX, requestFor(outlookRequest, address)), http.StatusOK, textXML)
		a, err := autodiscover.Decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := at("other.example", "ann+x@other.example"); a.RedirectAddress != "ann+x@exchange.example" {
		t.Errorf("%+v", a)
	}
	const elsewhere = "https://exchange.example" + pathPOX
	if a := at("xn--bcher-kva.example", "ann@bücher.example"); a.RedirectURL != elsewhere {
		t.Errorf("%+v", a)
	}
	// Without an address only the URL can be said.
	body := want(t, w.get(t, "https://autodiscover.xn--bcher-kva.example"+pathPOX), http.StatusOK, textXML)
	if a, err := autodiscover.Decode([]byte(body)); err != nil || a.RedirectURL != elsewhere {
		t.Errorf("%+v, %v", a, err)
	}
	body = want(t, w.get(t, "https://autodiscover.other.example"+pathPOX), http.StatusNotFound, textPlain)
	if !strings.HasPrefix(body, autodiscover.CodeNeedsAddress+":") {
		t.Error(body)
	}
	// Mail clients that ask for autoconfig are not sent anywhere.
	if got := settings(t, w, "https://autoconfig.other.example/mail/config-v1.1.xml"); got != "imap://mail.other.example" {
		t.Error(got)
	}
}

func TestAllThatWorksIsToldWhoAsksForIt(t *testing.T) {
	w := withServices(t)
	read := func(target string) autoconfig.Document {
		t.Helper()
		d, err := autoconfig.Decode([]byte(want(t, w.get(t, target), http.StatusOK, textXML)))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	const own = "https://setup.example.com/v1.1/example.com"
	all := read(own + "?all=1")
	if len(all.Incoming) != 3 || len(all.Services) != 2 || all.Update != own+"?all=1" {
		t.Errorf("%+v", all)
	}
	for _, same := range []string{
		"https://autoconfig.example.com/mail/config-v1.1.xml?all=1&emailaddress=ann%40example.com",
		"https://autoconfig.example.com/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ann%40example.com&all=1",
	} {
		if w.get(t, same).body != w.get(t, own+"?all=1").body {
			t.Errorf("%s: another document", same)
		}
	}
	for _, safe := range []string{"", "?all=0", "?all", "?all=1&all=1", "?fall=1", "?emailaddress=all=1@example.com"} {
		if d := read("https://autoconfig.example.com/mail/config-v1.1.xml" + safe); len(d.Incoming) != 1 || d.Services != nil {
			t.Errorf("%s: %+v", safe, d)
		}
	}
}
