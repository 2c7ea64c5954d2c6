package server_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"waypost/autodiscover"
)

const (
	outlookRequest = `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
  <Request>
    <EMailAddress>ADDRESS</EMailAddress>
    <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>
  </Request>
</Autodiscover>`
	mobileSyncRequest = `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006">
  <Request>
    <EMailAddress>ADDRESS</EMailAddress>
    <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006</AcceptableResponseSchema>
  </Request>
</Autodiscover>`
)

func requestFor(template, address string) string {
	return strings.Replace(template, "ADDRESS", address, 1)
}

func (w world) post(t *testing.T, target, body string) answer {
	t.Helper()
	return w.ask(t, http.MethodPost, target, body, "Content-Type", "text/xml; charset=utf-8")
}

// wantError reads an error document.
func wantError(t *testing.T, r answer, code autodiscover.ErrorCode) {
	t.Helper()
	body := want(t, r, http.StatusOK, textXML)
	_, err := autodiscover.Decode([]byte(body))
	var e *autodiscover.AnswerError
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want error %d in\n%s", err, code, body)
	}
}

func TestOutlookGetsSettingsInEverySpellingOfThePath(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{
		"/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml", "/AutoDiscover/AutoDiscover.xml",
		"//autodiscover/autodiscover.xml", "/autodiscover/autodiscover.xml/", "/AUTODISCOVER//AUTODISCOVER.XML",
	} {
		t.Run(path, func(t *testing.T) {
			r := w.post(t, "https://autodiscover.example.com"+path, requestFor(outlookRequest, "Ann+tag@Example.com"))
			body := want(t, r, http.StatusOK, textXML)
			a, err := autodiscover.Decode([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Servers[0]; got.Host != "imap.example.com" || got.LoginName != "Ann+tag@example.com" {
				t.Errorf("got %+v", got)
			}
			if r.header.Get("Cache-Control") != "no-store" {
				t.Error("an answer that holds an address may be stored")
			}
		})
	}
}

func TestMobileSyncGetsError601(t *testing.T) {
	w := newWorld(t)
	wantError(t, w.post(t, "https://autodiscover.example.com/autodiscover/autodiscover.xml", requestFor(mobileSyncRequest, "ann@example.com")), 601)
	wantError(t, w.post(t, "https://setup.example.com/autodiscover/autodiscover.xml", requestFor(mobileSyncRequest, "ann@charter.net")), 601)
}

func TestInvalidPostGetsError600WhereADomainIsServed(t *testing.T) {
	w := newWorld(t)
	for name, body := range map[string]string{
		"empty":            "",
		"not XML":          "emailaddress=ann@example.com",
		"HTML":             "<html><body>no</body></html>",
		"unclosed":         "<Autodiscover><Request>",
		"DTD":              `<!DOCTYPE a [<!ENTITY x "y">]>` + requestFor(outlookRequest, "ann@example.com"),
		"external entity":  `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Autodiscover><Request><EMailAddress>&x;</EMailAddress></Request></Autodiscover>`,
		"no address":       requestFor(outlookRequest, ""),
		"bad address":      requestFor(outlookRequest, "ann"),
		"address literal":  requestFor(outlookRequest, "ann@[127.0.0.1]"),
		"quoted local":     requestFor(outlookRequest, `"a b"@example.com`),
		"control in local": requestFor(outlookRequest, "a&#9;b@example.com"),
		"300 characters":   requestFor(outlookRequest, strings.Repeat("a", 300)+"@example.com"),
		"deep":             strings.Repeat("<a>", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, w.post(t, "https://autodiscover.example.com/autodiscover/autodiscover.xml", body), 600)
			wantError(t, w.post(t, "https://setup.example.com/autodiscover/autodiscover.xml", body), 600)
			want(t, w.post(t, "https://autodiscover.unknown.example/autodiscover/autodiscover.xml", body), http.StatusNotFound, textPlain)
		})
	}
}

func TestUnknownDomainGets404AndNoXML(t *testing.T) {
	w := newWorld(t)
	for _, host := range []string{"autodiscover.unknown.example", "setup.example.com", "autodiscover.example.com"} {
		for _, template := range []string{outlookRequest, mobileSyncRequest} {
			r := w.post(t, "https://"+host+"/autodiscover/autodiscover.xml", requestFor(template, "ann@unknown.example"))
			if body := want(t, r, http.StatusNotFound, textPlain); strings.Contains(body, "<") {
				t.Errorf("the 404 holds markup: %s", body)
			}
		}
	}
	want(t, w.get(t, "https://autodiscover.unknown.example/autodiscover/autodiscover.xml"), http.StatusNotFound, textPlain)
	want(t, w.get(t, "https://moved.example/autodiscover/autodiscover.xml"), http.StatusNotFound, textPlain)
}

func TestGetWithAUsableHostGivesSettingsWithoutLogin(t *testing.T) {
	w := newWorld(t)
	for _, host := range []string{"autodiscover.example.com", "example.com"} {
		body := want(t, w.get(t, "https://"+host+"/autodiscover/autodiscover.xml"), http.StatusOK, textXML)
		a, err := autodiscover.Decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if a.Servers[0].LoginName != "" || strings.Contains(body, "LoginName") || a.Servers[1].Port != 465 {
			t.Errorf("got\n%s", body)
		}
	}
	want(t, w.get(t, "https://localhost/autodiscover/autodiscover.xml"), http.StatusNotFound, textPlain)
}

func TestPlainHTTPGetIsRedirectedToTheConfiguredURL(t *testing.T) {
	w := newWorld(t)
	r := w.get(t, "http://autodiscover.example.com/Autodiscover/Autodiscover.xml?x=ann@example.com")
	if got := r.header.Get("Location"); r.status != http.StatusFound || got != "https://setup.example.com/autodiscover/autodiscover.xml" {
		t.Errorf("status %d, Location %q", r.status, got)
	}
	want(t, w.get(t, "http://autodiscover.unknown.example/autodiscover/autodiscover.xml"), http.StatusNotFound, textPlain)
	want(t, w.post(t, "http://autodiscover.example.com/autodiscover/autodiscover.xml", requestFor(outlookRequest, "ann@example.com")), http.StatusOK, textXML)

	o := options(t)
	o.URL = nil
	want(t, newServer(t, o).get(t, "http://autodiscover.example.com/autodiscover/autodiscover.xml"), http.StatusOK, textXML)
}

func TestV2AnswersAutodiscoverV1InAnyCase(t *testing.T) {
	w := newWorld(t)
	const url = `{"Protocol":"AutodiscoverV1","Url":"https://setup.example.com/autodiscover/autodiscover.xml"}`
	const unsupported, unknown, missing = "ProtocolNotSupported", "InvalidProtocol", "MandatoryParameterMissing"
	for _, test := range []struct {
		target string
		status int
		body   string
	}{
		{"https://setup.example.com/autodiscover/autodiscover.json?Email=ann@charter.net&Protocol=AutodiscoverV1", 200, url},
		{"https://setup.example.com/autodiscover/autodiscover.json?Email=ann@charter.net&Protocol=Autodiscoverv1&RedirectCount=1", 200, url},
		{"https://example.com/Autodiscover/Autodiscover.json/v1.0/Ann@example.com?Protocol=autodiscoverv1", 200, url},
		{"https://autodiscover.example.com/autodiscover/autodiscover.json/V1.0/ann%40example.com?Protocol=AutodiscoverV1", 200, url},
		{"https://autodiscover.example.com/autodiscover/autodiscover.json?Protocol=AutodiscoverV1", 200, url},
		{"https://example.com/autodiscover/autodiscover.json?Email=ann@example.com&Protocol=ActiveSync&RedirectCount=1", 400, unsupported},
		{"https://example.com/autodiscover/autodiscover.json/v1.0/ann@example.com?Protocol=EWS", 400, unsupported},
		{"https://example.com/autodiscover/autodiscover.json?Email=ann@example.com&Protocol=Gopher", 400, unknown},
		{"https://example.com/autodiscover/autodiscover.json?Email=ann@example.com", 400, missing},
		{"https://localhost/autodiscover/autodiscover.json?Protocol=AutodiscoverV1", 400, missing},
		{"https://example.com/autodiscover/autodiscover.json?Email=ann&Protocol=AutodiscoverV1", 400, missing},
	} {
		r := w.get(t, test.target)
		body := want(t, r, test.status, jsonType)
		if !strings.Contains(body, test.body) {
			t.Errorf("%s: got %s", test.target, body)
		}
	}
	want(t, w.get(t, "https://unknown.example/autodiscover/autodiscover.json?Email=ann@unknown.example&Protocol=AutodiscoverV1"), http.StatusNotFound, textPlain)
}

func TestV2WithoutAPublicURLIs404(t *testing.T) {
	o := options(t)
	o.URL = nil
	body := want(t, newServer(t, o).get(t, "https://example.com/autodiscover/autodiscover.json?Protocol=AutodiscoverV1"), http.StatusNotFound, textPlain)
	if !strings.HasPrefix(body, "URL-UNKNOWN: ") {
		t.Errorf("got %s", body)
	}
}

func TestOAuth2OnlyProviderGetsASentenceAndNoInventedPassword(t *testing.T) {
	w := newWorld(t)
	body := want(t, w.post(t, "https://setup.example.com/autodiscover/autodiscover.xml", requestFor(outlookRequest, "ann@outlook.com")), http.StatusNotFound, textPlain)
	if !strings.HasPrefix(body, "OAUTH2-ONLY: ") {
		t.Errorf("got %s", body)
	}
	body = want(t, w.get(t, "https://setup.example.com/profile.mobileconfig?email=ann@outlook.com"), http.StatusNotFound, textPlain)
	if !strings.HasPrefix(body, "OAUTH2-ONLY: ") {
		t.Errorf("got %s", body)
	}
}
