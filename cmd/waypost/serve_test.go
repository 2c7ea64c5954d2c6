package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/certs"
	"waypost/internal/testenv"
	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/providers/catalogue"
)

// serving gives the address of a "waypost serve" without a configuration.
func serving(t *testing.T, state string) (base string) {
	t.Helper()
	return start(t, quick, "--listen", "127.0.0.1:0", "--state", state).plain
}

func fetch(t *testing.T, method, url, body, contentType string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != contentType {
		t.Fatalf("%s: status %d, type %q\n%s", url, response.StatusCode, response.Header.Get("Content-Type"), data)
	}
	return data
}

// TestServeAnswersEveryClientForEveryCatalogueDomain asks a running server as
// each client does, for the main domain of every setup, and compares each
// dialect with the record.
func TestServeAnswersEveryClientForEveryCatalogueDomain(t *testing.T) {
	base := serving(t, t.TempDir())
	directory, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range directory.Providers() {
		for i := range p.Setups {
			s := &p.Setups[i]
			if s.Partial != "" {
				continue
			}
			m, err := directory.Lookup(t.Context(), s.Domains[0])
			if err != nil {
				t.Fatal(err)
			}
			address, err := providers.ParseAddress("ann@" + s.Domains[0].String())
			if err != nil {
				t.Fatal(err)
			}
			t.Run(s.Domains[0].String(), func(t *testing.T) { askAll(t, base, m.At(address)) })
		}
	}
}

func askAll(t *testing.T, base string, a providers.Account) {
	t.Helper()
	query := url.QueryEscape(a.Address.String())
	doc, err := autoconfig.Decode(fetch(t, http.MethodGet, base+"/mail/config-v1.1.xml?emailaddress="+query, "", autoconfig.ContentType))
	if err != nil {
		t.Fatal(err)
	}
	sameServer(t, a.Setup.Incoming, doc.Incoming[0])
	sameServer(t, a.Setup.Outgoing, doc.Outgoing[0])
	if _, err := mobileconfig.New(a); err != nil {
		return // OAuth2 only: neither Outlook nor a profile can say it
	}
	request := `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>` +
		a.Address.String() + `</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`
	answer, err := autodiscover.Decode(fetch(t, http.MethodPost, base+"/Autodiscover/Autodiscover.xml", request, autodiscover.ContentType))
	if err != nil {
		t.Fatal(err)
	}
	for i, list := range [][]providers.Server{a.Setup.Incoming, a.Setup.Outgoing} {
		s := answer.Servers[i]
		sameServer(t, list, providers.Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security})
	}
	v2, err := autodiscover.DecodeV2(fetch(t, http.MethodGet, base+"/autodiscover/autodiscover.json?Email="+query+"&Protocol=AutodiscoverV1", "", autodiscover.ContentTypeJSON))
	if err != nil || v2.URL != base+"/autodiscover/autodiscover.xml" {
		t.Errorf("V2: %+v, %v", v2, err)
	}
	signed, err := mobileconfig.Open(fetch(t, http.MethodGet, base+"/profile.mobileconfig?email="+query, "", mobileconfig.ContentType))
	if err != nil {
		t.Fatal(err)
	}
	p, err := mobileconfig.Decode(signed.Content)
	if err != nil {
		t.Fatal(err)
	}
	for i, list := range [][]providers.Server{a.Setup.Incoming, a.Setup.Outgoing} {
		s := []mobileconfig.Server{p.Mail[0].Incoming, p.Mail[0].Outgoing}[i]
		sameServer(t, list, providers.Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: providers.TLS})
	}
	page := fetch(t, http.MethodGet, base+"/?email="+query, "", "text/html; charset=utf-8")
	if !bytes.Contains(page, []byte(doc.Incoming[0].Host)) {
		t.Errorf("the page lacks %s", doc.Incoming[0].Host)
	}
}

// sameServer checks that a decoded server is one of the record's. A profile
// cannot tell STARTTLS from implicit TLS, so TLS stands for both there.
func sameServer(t *testing.T, record []providers.Server, got providers.Server) {
	t.Helper()
	for _, s := range record {
		if s.Protocol == got.Protocol && s.Host == got.Host && s.Port == got.Port &&
			(s.Security == got.Security || got.Security == providers.TLS && s.Encrypted()) {
			return
		}
	}
	t.Errorf("%s is not one of the record's", got.URL())
}

// TestOpenSSLAcceptsTheServedProfile is the check that an administrator can
// make: the profile as served, against the root that the instance keeps.
func TestOpenSSLAcceptsTheServedProfile(t *testing.T) {
	openssl := testenv.Need(t, "openssl")
	state := t.TempDir()
	base := serving(t, state)
	dir := t.TempDir()
	profile, content := filepath.Join(dir, "a.mobileconfig"), filepath.Join(dir, "a.plist")
	der := fetch(t, http.MethodGet, base+"/profile.mobileconfig?email=ann%40charter.net", "", mobileconfig.ContentType)
	if err := os.WriteFile(profile, der, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), openssl, "cms", "-verify", "-inform", "DER", "-in", profile,
		"-CAfile", filepath.Join(state, certs.RootFile), "-out", content).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	plist, err := os.ReadFile(content)
	if err != nil {
		t.Fatal(err)
	}
	p, err := mobileconfig.Decode(plist)
	if err != nil {
		t.Fatal(err)
	}
	m := p.Mail[0]
	if m.Incoming.Host != "mobile.charter.net" || m.Incoming.Port != 993 || !m.Incoming.UseSSL || m.Incoming.Username != "ann@charter.net" ||
		m.Outgoing.Host != "mobile.charter.net" || m.Outgoing.Port != 587 || !m.Outgoing.UseSSL || m.Outgoing.Username != "ann@charter.net" {
		t.Errorf("openssl saw %+v", m)
	}
}

func TestAbsoluteURLsComeFromAListenerThatNamesAHost(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8080":    "http://127.0.0.1:9",
		"mail.example:8080": "http://mail.example:9",
		"[::1]:8080":        "http://[::1]:9",
		":8080":             "",
		"0.0.0.0:8080":      "",
		"[::]:8080":         "",
	} {
		_, base := listenerName(bound{Listener: boundAddr("127.0.0.1:9"), asked: listen})
		if got := urlString(base); got != want {
			t.Errorf("%s: got %q, want %q", listen, got, want)
		}
	}
}

// boundAddr is a listener of which only the address counts.
type boundAddr string

func (a boundAddr) Addr() net.Addr          { return a }
func (boundAddr) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (boundAddr) Close() error              { return nil }
func (boundAddr) Network() string           { return "tcp" }
func (a boundAddr) String() string          { return string(a) }

func urlString(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.String()
}
