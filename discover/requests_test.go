package discover_test

import (
	"crypto/x509"
	"net/http"
	"strings"
	"testing"

	"waypost/autodiscover"
	"waypost/discover"
)

// nothing is a world whose web servers have nothing, so that a client asks all
// that it knows.
func nothing() world {
	return world{hosts: []string{"example.test", "autoconfig.example.test", "autodiscover.example.test", "ua-auto-config.example.test"}}
}

func TestRequestsAreTheClients(t *testing.T) {
	t.Parallel()
	c := newCertificates(t)
	for _, client := range discover.Clients() {
		r := nothing().start(t, c)
		run(t, client.Name, r.options)
		for _, s := range r.headers {
			for _, never := range []string{"Authorization", "Cookie", "Referer", "Origin"} {
				if s.header.Get(never) != "" {
					t.Errorf("%s sent %s", client.Name, never)
				}
			}
			agent, asProxy := s.header.Get("User-Agent"), strings.HasPrefix(s.uri, "https://")
			if client.Name == "deltachat" && (agent != "" || !asProxy) {
				t.Errorf("Delta Chat sent the User-Agent %q and the request line's %s", agent, s.uri)
			}
			if client.Name != "deltachat" && (agent != "Waypost (acting as "+client.Name+")" || asProxy) {
				t.Errorf("%s sent the User-Agent %q and the request line's %s", client.Name, agent, s.uri)
			}
			if s.body == "" {
				continue
			}
			asked, err := autodiscover.DecodeRequest([]byte(s.body))
			if err != nil || asked.Schema != autodiscover.Outlook || asked.Address != "ann+x@example.test" || s.header.Get("Content-Type") != "text/xml; charset=utf-8" {
				t.Errorf("%s sent %v as %q: %v, %v", client.Name, s.body, s.header.Get("Content-Type"), asked, err)
			}
		}
	}
}

func TestLocalPartIsSentOnlyWhereTheClientSendsIt(t *testing.T) {
	t.Parallel()
	c := newCertificates(t)
	for _, client := range []string{"k9", "kmail", "geary", "fairemail-play", "evolution", "outlook-cloud", "apple-mail"} {
		r := nothing().start(t, c)
		trace := run(t, client, r.options)
		for _, s := range trace.Steps {
			if strings.Contains(s.Target, "ann") {
				t.Errorf("%s asked %s", client, s.Target)
			}
		}
		for _, s := range r.headers {
			if strings.Contains(s.uri, "ann") || strings.Contains(s.body, "ann") {
				t.Errorf("%s sent %s %s", client, s.uri, s.body)
			}
		}
	}
}

// TestFairEmailChecksTheChainAndNotTheName: the other half is in the golden
// file, where a certificate for another name does not matter.
func TestFairEmailChecksTheChainAndNotTheName(t *testing.T) {
	t.Parallel()
	o := world{pages: map[string]page{atProvider: xmlPage(document("example.test"))}}.start(t, newCertificates(t)).options
	o.Roots = x509.NewCertPool()
	trace := run(t, "fairemail", o)
	for _, s := range trace.Steps {
		if s.Target == atProvider+"?emailaddress=ann+x@example.test" && s.Error != "the certificate is not from an authority that is trusted" {
			t.Errorf("%+v", s)
		}
	}
	if trace.Result.Outcome != discover.Guesses {
		t.Errorf("%+v", trace.Result)
	}
}

// TestOutlookFollowsTenRedirectsInAll: each host leads on, and what comes after
// the last is not asked in every branch anew.
func TestOutlookFollowsTenRedirectsInAll(t *testing.T) {
	t.Parallel()
	lead := poxAnswer(`<Action>redirectAddr</Action><RedirectAddr>ann@example.test</RedirectAddr>`)
	w := world{pages: map[string]page{"https://example.test" + everything: lead, "https://autodiscover.example.test" + everything: lead}}
	trace := run(t, "outlook", w.start(t, newCertificates(t)).options)
	followed, posts := 0, 0
	for _, s := range trace.Steps {
		if s.Verdict == discover.Used {
			followed++
		}
		if s.Method == http.MethodPost {
			posts++
		}
	}
	if followed != 10 || posts > 40 || trace.Result.Outcome != discover.ByHand {
		t.Errorf("%d redirects, %d requests, %+v", followed, posts, trace.Result)
	}
}
