package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"waypost/autodiscover"
)

// Design: absolute URLs come from url, else from the https listener's
// address, else from the plain one's, if it names a host.
func TestLinksAndRedirectsFollowURLThenListeners(t *testing.T) {
	const domains = "domains:\n  example.com: {incoming: [imaps://imap.example.com], outgoing: [submissions://smtp.example.com]}\n"
	for name, c := range map[string]struct {
		config string
		want   func(*started) string // the base; empty when there is none
	}{
		"url":                           {"url: https://setup.example.com\nlisten: 127.0.0.1:0\n", func(*started) string { return "https://setup.example.com" }},
		"url before https":              {"url: https://setup.example.com\nlisten: 127.0.0.1:0\ntls: {listen: \"localhost:0\", certificate: tls.pem, key: tls.key}\n", func(*started) string { return "https://setup.example.com" }},
		"url without https":             {"url: http://setup.example.com:8080\nlisten: 127.0.0.1:0\n", func(*started) string { return "http://setup.example.com:8080" }},
		"https before plain":            {"listen: 127.0.0.1:0\ntls: {listen: \"127.0.0.1:0\", certificate: tls.pem, key: tls.key}\n", func(s *started) string { return s.secure }},
		"plain, as https has no name":   {"listen: 127.0.0.1:0\ntls: {listen: \":0\", certificate: tls.pem, key: tls.key}\n", func(s *started) string { return s.plain }},
		"plain alone":                   {"listen: 127.0.0.1:0\n", func(s *started) string { return s.plain }},
		"nothing, as neither is a name": {"listen: \"0.0.0.0:0\"\n", func(*started) string { return "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			id := newIdentity(t, "https")
			replace(t, "tls.pem", id.certificate)
			replace(t, "tls.key", id.key)
			replace(t, "waypost.yaml", []byte(c.config+domains))
			s := start(t, quick, "--state", "state")
			want := c.want(s)
			status, _, body := s.get(t, "/autodiscover/autodiscover.json?Email=ann@example.com&Protocol=AutodiscoverV1")
			switch v2, err := autodiscover.DecodeV2(body); {
			case want == "":
				if status != http.StatusNotFound {
					t.Errorf("status %d without an address of our own: %s", status, body)
				}
			case status != http.StatusOK || err != nil || v2.URL != want+"/autodiscover/autodiscover.xml":
				t.Errorf("status %d, %v: V2 gives %q, want it below %s", status, err, v2.URL, want)
			}
			redirected, header, _ := s.get(t, "/autodiscover/autodiscover.xml")
			if strings.HasPrefix(want, "https:") {
				if got := header.Get("Location"); redirected != http.StatusFound || got != want+"/autodiscover/autodiscover.xml" {
					t.Errorf("status %d to %q, want it below %s", redirected, got, want)
				}
			} else if redirected != http.StatusOK {
				t.Errorf("status %d", redirected)
			}
		})
	}
}

// get asks the plain listener as a client of example.com does, and follows no
// redirect.
func (s *started) get(t *testing.T, target string) (status int, header http.Header, body []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.plain+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "autodiscover.example.com"
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, body
}
