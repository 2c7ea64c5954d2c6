package server_test

import (
	"net/http"
	"strings"
	"testing"

	"waypost/pacc"
)

func TestPACCAnswersTheBytesThatTheDigestBinds(t *testing.T) {
	w := withServices(t)
	const path = "/.well-known/user-agent-configuration.json"
	r := w.get(t, "https://ua-auto-config.example.com"+path)
	body := want(t, r, http.StatusOK, "application/json")
	for header, value := range map[string]string{
		"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*", "Vary": "X-Forwarded-Host", "Content-Encoding": "",
	} {
		if got := r.header.Get(header); got != value {
			t.Errorf("%s: %q, want %q", header, got, value)
		}
	}
	d, err := pacc.Decode([]byte(body))
	if err != nil || d.IMAP != "imap.example.com" || d.Submit != "smtp.example.com" || d.CalDAV != "https://dav.example.com/cal/" {
		t.Errorf("%+v, %v", d, err)
	}
	// The same for everybody: with an address, with another path's case, at
	// the domain itself, from another instance.
	for _, same := range []answer{
		w.get(t, "https://ua-auto-config.example.com"+path+"?emailaddress=ann@example.com"),
		w.get(t, "http://example.com"+strings.ToUpper(path)),
		withServices(t).get(t, "https://ua-auto-config.example.com"+path),
	} {
		if same.body != body {
			t.Errorf("other bytes: %s", same.body)
		}
	}
	if head := w.ask(t, http.MethodHead, "https://ua-auto-config.example.com"+path, ""); head.header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %v", head.header)
	}
}

func TestPACCIsRefusedWithAReasonWhereItCannotBeSaid(t *testing.T) {
	w := newWorld(t)
	for host, code := range map[string]string{
		"ua-auto-config.other.example": pacc.CodeCannotSay,
		"ua-auto-config.moved.example": "DOMAIN-UNKNOWN",
		"127.0.0.1":                    "ADDRESS-MISSING",
		"ua-auto-config.evil.example":  "HOST-UNKNOWN",
	} {
		body := want(t, w.get(t, "https://"+host+"/.well-known/user-agent-configuration.json"), http.StatusNotFound, textPlain)
		if !strings.HasPrefix(body, code+":") {
			t.Errorf("%s: %s, want %s", host, body, code)
		}
	}
}

// RFC 6764 section 5: a redirect, and never the service itself. Delta Chat's
// lesson holds here too: absolute, and not to a name from the request.
func TestWellKnownPathsRedirectAbsolutelyToTheServices(t *testing.T) {
	w := withServices(t)
	for _, method := range []string{http.MethodGet, http.MethodHead, "PROPFIND", http.MethodOptions} {
		for _, target := range []string{
			"https://example.com/.well-known/caldav", "http://example.com/.well-known/caldav/",
			"https://autoconfig.example.com/.well-known/caldav?x=y", "https://example.net/.well-known/CalDAV",
		} {
			r := w.ask(t, method, target, "<propfind/>")
			want(t, r, http.StatusTemporaryRedirect, textPlain)
			if got := r.header.Get("Location"); got != "https://dav.example.com/cal/" {
				t.Errorf("%s %s: Location %q", method, target, got)
			}
		}
	}
	if got := w.get(t, "https://example.com/.well-known/jmap").header.Get("Location"); got != "https://jmap.example.com:8443/.well-known/jmap" {
		t.Errorf("JMAP: Location %q", got)
	}
}

func TestWellKnownPathsOfNoServiceAreNotFound(t *testing.T) {
	for target, code := range map[string]string{
		"https://other.example/.well-known/caldav":  "SERVICE-NOT-OFFERED",
		"https://other.example/.well-known/jmap":    "SERVICE-NOT-OFFERED",
		"https://example.com/.well-known/carddav":   "SERVICE-NOT-OFFERED", // it would lead back here
		"https://moved.example/.well-known/caldav":  "DOMAIN-UNKNOWN",
		"https://evil.example/.well-known/caldav":   "HOST-UNKNOWN",
		"https://setup.example.com/.well-known/dav": "NOT-FOUND",
	} {
		body := want(t, withServices(t).get(t, target), http.StatusNotFound, textPlain)
		if !strings.HasPrefix(body, code+":") {
			t.Errorf("%s: %s, want %s", target, body, code)
		}
	}
}
