package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// forged are names that no configuration knows.
var forged = []string{
	"evil.example", "evil.example:8080", "autoconfig.evil.example", "imap.evil.example.com.evil.example",
	"charter.net.evil.example", "example.com.evil.example", "xexample.com", "autoconfig.autoconfig.example.com",
	"autodiscover.autoconfig.example.com", "203.0.113.9", "[2001:db8::1]:80", "com", "evil", "evil.example\t", "a b", `"><script>`,
	"example.com@evil.example", "%65vil.example", strings.Repeat("e", 300) + ".example", "evil..example", "-", ".",
}

// everyTarget asks every route, with and without an address of a domain that
// is configured and of one that is in the catalogue.
func everyTarget() []string {
	var targets []string
	for _, path := range []string{"/mail/config-v1.1.xml?emailaddress=", "/profile.mobileconfig?email=", "/autodiscover/autodiscover.json?Protocol=AutodiscoverV1&Email=", "/?email="} {
		for _, address := range []string{"ann@example.com", "ann@charter.net", "ann@evil.example"} {
			targets = append(targets, path+address)
		}
	}
	return append(targets, "/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.json/v1.0/ann@example.com?Protocol=AutodiscoverV1", "/")
}

func TestForgedHostGets404AndAppearsNowhere(t *testing.T) {
	w := newWorld(t)
	for _, host := range forged {
		for _, target := range everyTarget() {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				r := w.ask(t, method, "https://x"+target, requestFor(outlookRequest, "ann@example.com"), "Host", host)
				if r.status != http.StatusNotFound && r.status != http.StatusMethodNotAllowed && r.status != http.StatusBadRequest {
					t.Errorf("%s %s at %q: status %d", method, target, host, r.status)
				}
				noReflection(t, r, "evil", `"><script>`, "&lt;script")
			}
		}
	}
}

func noReflection(t *testing.T, r answer, tokens ...string) {
	t.Helper()
	for _, token := range tokens {
		if strings.Contains(r.body, token) {
			t.Errorf("the answer repeats %q:\n%s", token, r.body)
		}
		for name, values := range r.header {
			if strings.Contains(strings.Join(values, " "), token) {
				t.Errorf("the header %s repeats %q: %q", name, token, values)
			}
		}
	}
}

func TestForwardedHeadersOfStrangersAreIgnored(t *testing.T) {
	w := newWorld(t)
	plain := w.get(t, "https://autoconfig.example.com/mail/config-v1.1.xml").body
	for _, header := range []string{"X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-Original-Host", "Forwarded", "X-Rewrite-Url", "X-Original-Url"} {
		for _, value := range []string{"evil.example", "other.example", "host=other.example"} {
			r := w.ask(t, http.MethodGet, "https://autoconfig.example.com/mail/config-v1.1.xml", "", header, value)
			if r.body != plain {
				t.Errorf("%s: %s changes the answer:\n%s", header, value, r.body)
			}
			r = w.ask(t, http.MethodGet, "https://evil.example/mail/config-v1.1.xml", "", header, "example.com")
			if r.status != http.StatusNotFound {
				t.Errorf("%s selects a domain for a stranger", header)
			}
		}
	}
	// http is not https because a stranger says so.
	r := w.ask(t, http.MethodGet, "http://autodiscover.example.com/autodiscover/autodiscover.xml", "", "X-Forwarded-Proto", "https")
	if r.status != http.StatusFound {
		t.Errorf("status %d", r.status)
	}
}

func TestForwardedHostOfATrustedProxyCounts(t *testing.T) {
	w := newWorld(t)
	for forwarded, status := range map[string]int{
		"autoconfig.example.com":               http.StatusOK,
		"evil.example, autoconfig.example.com": http.StatusOK,
		"autoconfig.example.com, evil.example": http.StatusNotFound,
		"evil.example":                         http.StatusNotFound,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/mail/config-v1.1.xml", nil)
		r.RemoteAddr = "198.51.100.7:4711"
		r.Header.Set("X-Forwarded-Host", forwarded)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		if rec.Code != status {
			t.Errorf("%s: status %d, want %d", forwarded, rec.Code, status)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://autodiscover.example.com/autodiscover/autodiscover.xml", nil)
	r.RemoteAddr = "[::ffff:198.51.100.7]:4711"
	r.Header.Set("X-Forwarded-Proto", "https")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		t.Errorf("https at the proxy: status %d", rec.Code)
	}
}

// TestRandomHostsAndAddressesNeverCrossProviders draws from names that exist
// and pieces that do not, and holds every answer to the rule: a server name
// appears only where its own domain or its provider's was asked.
func TestRandomHostsAndAddressesNeverCrossProviders(t *testing.T) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	prefixes := []string{"", "", "autoconfig.", "autodiscover.", "setup.", "ua-auto-config.", "www.", "imap.", "AutoConfig."}
	domains := []string{"example.com", "example.net", "other.example", "hoster.example", "moved.example", "unknown.example", "charter.net", "EXAMPLE.com", "example.com."}
	owner := map[string]string{
		"example.com": "imap.example.com", "example.net": "imap.example.com",
		"other.example": "mail.other.example", "charter.net": "mobile.charter.net",
	}
	answered := 0
	for range 20000 {
		host := pick(prefixes) + pick(domains)
		domain := pick(domains[:7])
		r := w.ask(t, http.MethodGet, "https://x/mail/config-v1.1.xml?emailaddress=ann@"+domain, "", "Host", host)
		switch {
		case r.status == http.StatusNotFound:
		case r.status != http.StatusOK:
			t.Fatalf("%s at %s: status %d", domain, host, r.status)
		case owner[domain] == "" || !strings.Contains(r.body, "<hostname>"+owner[domain]+"</hostname>"):
			t.Fatalf("%s at %s got another's settings:\n%s", domain, host, r.body)
		case domain == "charter.net" && !strings.EqualFold(strings.TrimSuffix(host, "."), "setup.example.com"):
			t.Fatalf("the Host %s selected a catalogue record", host)
		default:
			answered++
		}
	}
	if answered < 1000 {
		t.Errorf("only %d requests were answered", answered)
	}
}

func TestSameBytesForEveryUserOfADomain(t *testing.T) {
	w := newWorld(t)
	normal := func(body, user string) string { return strings.ReplaceAll(body, user+"@example.com", "USER") }
	first := normal(w.post(t, "https://example.com/autodiscover/autodiscover.xml", requestFor(outlookRequest, "ann@example.com")).body, "ann")
	for i := range 100 {
		user := fmt.Sprintf("user%d", i)
		r := w.post(t, "https://example.com/autodiscover/autodiscover.xml", requestFor(outlookRequest, user+"@example.com"))
		if got := normal(r.body, user); got != first {
			t.Fatalf("%s gets something else:\n%s", user, got)
		}
	}
}

func TestElsewhereIsSilentEvenAtAnOwnName(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{
		"https://setup.example.com/mail/config-v1.1.xml?emailaddress=ann@moved.example",
		"https://autoconfig.moved.example/mail/config-v1.1.xml",
		"https://autoconfig.moved.example/mail/config-v1.1.xml?emailaddress=ann@example.com",
	} {
		want(t, w.get(t, target), http.StatusNotFound, textPlain)
	}
}
