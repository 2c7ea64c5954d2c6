package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"waypost/autoconfig"
)

// settings asks for an autoconfig document and gives its incoming server's
// notation.
func settings(t *testing.T, w world, target string) string {
	t.Helper()
	r := w.get(t, target)
	body := want(t, r, http.StatusOK, textXML)
	if got := r.header.Get("Cache-Control"); got != "public, max-age=300" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := r.header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin %q", got)
	}
	d, err := autoconfig.Decode([]byte(body))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return d.Incoming[0].URL()
}

func TestAutoconfigAnswersEverySpellingOfItsPaths(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{
		"/mail/config-v1.1.xml",
		"/.well-known/autoconfig/mail/config-v1.1.xml",
		"/v1.1/mail/config-v1.1.xml",
		"/Mail/Config-V1.1.XML",
		"//mail/config-v1.1.xml",
		"/mail//config-v1.1.xml",
		"/mail/config-v1.1.xml/",
		"/mail/config%2Dv1.1.xml",
		"/.well-known//autoconfig/mail/config-v1.1.xml",
	} {
		t.Run(path, func(t *testing.T) {
			if got := settings(t, w, "https://autoconfig.example.com"+path); got != "imaps://imap.example.com" {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestAutoconfigAnswersWithAndWithoutAddress(t *testing.T) {
	w := newWorld(t)
	const at = "https://autoconfig.example.com/mail/config-v1.1.xml"
	plain := w.get(t, at).body
	for name, query := range map[string]string{
		"percent-encoded":       "?emailaddress=ann%40example.com",
		"raw":                   "?emailaddress=ann@example.com",
		"upper case":            "?emailaddress=Ann%40EXAMPLE.COM",
		"Evolution":             "?emailaddress=EVOLUTIONUSER%40example.com&emailmd5=3d2a1b",
		"plus encoded":          "?emailaddress=ann%2Btag%40example.com",
		"raw plus":              "?emailaddress=ann+tag@example.com",
		"everything encoded":    "?emailaddress=%61%6E%6E%40%65%78ample%2Ecom",
		"percent sign":          "?emailaddress=ann%25b@example.com",
		"nobody's address":      "?emailaddress=does-not-exist@example.com",
		"other parameters":      "?x=1&emailaddress=ann@example.com&y",
		"U-label of the A host": "?emailaddress=ann@ex%61mple.com",
	} {
		t.Run(name, func(t *testing.T) {
			if got := w.get(t, at+query).body; got != plain {
				t.Errorf("the answer differs:\n%s", got)
			}
		})
	}
}

func TestAutoconfigOfCatalogueDomainsNeedsTheOwnName(t *testing.T) {
	w := newWorld(t)
	for _, host := range []string{"setup.example.com", "SETUP.example.com.", "setup.example.com:443", "localhost:8080", "127.0.0.1:8080", "127.0.0.53", "[::1]:8080"} {
		target := "https://" + strings.TrimSuffix(host, ".") + "/mail/config-v1.1.xml?emailaddress=ann@charter.net"
		if got := settings(t, w, target); got != "imaps://mobile.charter.net" {
			t.Errorf("%s: got %s", host, got)
		}
	}
	for _, host := range []string{"autoconfig.charter.net", "charter.net", "autoconfig.example.com", "203.0.113.9"} {
		want(t, w.get(t, "https://"+host+"/mail/config-v1.1.xml?emailaddress=ann@charter.net"), http.StatusNotFound, textPlain)
	}
}

func TestAutoconfigOfInternationalDomain(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{
		"https://autoconfig.xn--bcher-kva.example/mail/config-v1.1.xml",
		"https://setup.example.com/mail/config-v1.1.xml?emailaddress=ann@b%C3%BCcher.example",
		"https://setup.example.com/mail/config-v1.1.xml?emailaddress=ann@XN--BCHER-KVA.example",
	} {
		if got := settings(t, w, target); got != "imaps://imap.xn--bcher-kva.example" {
			t.Errorf("%s: got %s", target, got)
		}
	}
}

func TestAutoconfigAtTheMailExchangersName(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{
		"https://autoconfig.mail.hoster.example/mail/config-v1.1.xml?emailaddress=ann@example.net",
		"https://autoconfig.hoster.example/mail/config-v1.1.xml?emailaddress=ann@example.com",
		"https://autoconfig.hoster.example/mail/config-v1.1.xml",
	} {
		if got := settings(t, w, target); got != "imaps://imap.example.com" {
			t.Errorf("%s: got %s", target, got)
		}
	}
	want(t, w.get(t, "https://autoconfig.hoster.example/mail/config-v1.1.xml?emailaddress=ann@other.example"), http.StatusNotFound, textPlain)
}

func TestHeadHasTheHeadersOfGet(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	for target, host := range map[string]string{
		"/mail/config-v1.1.xml": "autoconfig.other.example",
		"/autodiscover/autodiscover.json?Email=ann@charter.net&Protocol=AutodiscoverV1": "setup.example.com",
		"/profile.mobileconfig?email=ann@charter.net":                                   "setup.example.com",
		"/":        "setup.example.com",
		"/healthz": "setup.example.com",
		"/nope":    "setup.example.com",
	} {
		ask := func(method string) answer {
			conn := dial(t, address)
			if _, err := io.WriteString(conn, method+" "+target+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			return readAs(t, method, conn)
		}
		get, head := ask(http.MethodGet), ask(http.MethodHead)
		for _, h := range []string{"Content-Type", "Cache-Control", "Content-Length"} {
			if h == "Content-Length" && strings.Contains(target, "profile") && head.header.Get(h) != "" {
				continue // an ECDSA signature's length varies
			}
			if get.header.Get(h) != head.header.Get(h) || head.header.Get(h) == "" {
				t.Errorf("%s: %s is %q for HEAD, %q for GET", target, h, head.header.Get(h), get.header.Get(h))
			}
		}
		if head.status != get.status || head.body != "" {
			t.Errorf("%s: status %d for HEAD, %d for GET; body %q", target, head.status, get.status, head.body)
		}
	}
}

// A redirect would lead where a customer's name has no certificate: what is
// asked over http is answered there, and clients know what that is worth.
func TestAutoconfigIsAnsweredOverPlainHTTPAsItIsAsked(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ann%40example.com"} {
		plain, secure := w.get(t, "http://autoconfig.example.com"+path), w.get(t, "https://autoconfig.example.com"+path)
		if want(t, plain, http.StatusOK, textXML) != secure.body {
			t.Errorf("%s: another document", path)
		}
	}
}
