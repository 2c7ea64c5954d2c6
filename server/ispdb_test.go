package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// Thunderbird's mailnews.auto_config_url may name an instance: it asks for
// the domain in the path, and for what the mail exchanger's name leads to.
func TestISPDBAnswersEveryDomainThatIsServed(t *testing.T) {
	w := newWorld(t)
	const own = "https://setup.example.com"
	for target, want := range map[string]string{
		own + "/v1.1/example.com":                         "imaps://imap.example.com",
		own + "/v1.1/EXAMPLE.com":                         "imaps://imap.example.com",
		own + "/v1.1/xn--bcher-kva.example":               "imaps://imap.xn--bcher-kva.example",
		own + "/v1.1/b%C3%BCcher.example":                 "imaps://imap.xn--bcher-kva.example",
		own + "/v1.1/charter.net":                         "imaps://mobile.charter.net", // of the catalogue
		own + "/v1.1/mail.hoster.example":                 "imaps://imap.example.com",   // the exchanger less its first label
		own + "/v1.1/hoster.example":                      "imaps://imap.example.com",   // its registrable domain
		"https://autoconfig.example.com/v1.1/example.net": "imaps://imap.example.com",   // the same provider's
		"https://setup.example.com/v1.1/mail/config-v1.1.xml?emailaddress=a@example.com": "imaps://imap.example.com", // Nine's path
	} {
		if got := settings(t, w, target); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

func TestISPDBGives404ForWhatIsNotServed(t *testing.T) {
	w := newWorld(t)
	for target, code := range map[string]string{
		"https://setup.example.com/v1.1/nowhere.example":          "DOMAIN-UNKNOWN",
		"https://setup.example.com/v1.1/moved.example":            "DOMAIN-UNKNOWN",
		"https://setup.example.com/v1.1/optonline.net":            "PARTIAL",
		"https://autoconfig.example.com/v1.1/other.example":       "DOMAIN-UNKNOWN", // another provider's
		"https://autoconfig.example.com/v1.1/mail.hoster.example": "DOMAIN-UNKNOWN",
		"https://evil.example/v1.1/example.com":                   "DOMAIN-UNKNOWN",
		"https://setup.example.com/v1.1/":                         "NOT-FOUND",
	} {
		if body := want(t, w.get(t, target), http.StatusNotFound, textPlain); !strings.HasPrefix(body, code+":") {
			t.Errorf("%s: %s, want %s", target, body, code)
		}
	}
	for _, name := range []string{"a_b", "ann@example.com", "192.0.2.1", "a..b", "%00", strings.Repeat("a", 300)} {
		if body := want(t, w.get(t, "https://setup.example.com/v1.1/"+name), http.StatusBadRequest, textPlain); !strings.HasPrefix(body, "DOMAIN-INVALID:") {
			t.Errorf("%s: %s", name, body)
		}
		if body := want(t, w.get(t, "https://evil.example/v1.1/"+name), http.StatusNotFound, textPlain); !strings.HasPrefix(body, "HOST-UNKNOWN:") {
			t.Errorf("%s: %s", name, body)
		}
	}
}
