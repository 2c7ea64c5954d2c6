package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"waypost/mobileconfig"
)

func TestMalformedAddressGets400AndAClearSentence(t *testing.T) {
	w := newWorld(t)
	for query, sentence := range map[string]string{
		"emailaddress=":             "it is empty",
		"emailaddress":              "it is empty",
		"emailaddress=ann":          "it has no @",
		"emailaddress=@example.com": "nothing stands before the @",
		"emailaddress=ann@":         "not a domain name: it is empty",
		"emailaddress=a@example.com&emailaddress=b@example.com":     "it is given more than once",
		"emailaddress=a@example.com&emailaddress=a@example.com":     "it is given more than once",
		"emailaddress=%zz@example.com":                              "not percent-encoded",
		"emailaddress=a%20b@example.com":                            "a character that an address cannot have",
		"emailaddress=%22a%20b%22@example.com":                      "quoted local parts are not supported",
		"emailaddress=a%00b@example.com":                            "a character that an address cannot have",
		"emailaddress=a%0D%0ASet-Cookie:x@example.com":              "a character that an address cannot have",
		"emailaddress=a%E2%80%AEb@example.com":                      "a character that an address cannot have",
		"emailaddress=%ff@example.com":                              "not valid UTF-8",
		"emailaddress=a..b@example.com":                             "a dot stands at the wrong place",
		"emailaddress=" + strings.Repeat("a", 65) + "@example.com":  "longer than 64 characters",
		"emailaddress=" + strings.Repeat("a", 300) + "@example.com": "longer than 254 characters",
		"emailaddress=ann@192.0.2.1":                                "a number or an IP address",
		"emailaddress=ann@[192.0.2.1]":                              "IDNA does not allow",
		"emailaddress=ann@example.com.":                             "ends in a dot",
		"emailaddress=%3Cscript%3E@example.com":                     "a character that an address cannot have",
		"emailaddress=ann%2540example.com":                          "it has no @",
	} {
		t.Run(query, func(t *testing.T) {
			r := w.get(t, "https://autoconfig.example.com/mail/config-v1.1.xml?"+query)
			body := want(t, r, http.StatusBadRequest, textPlain)
			if !strings.HasPrefix(body, "ADDRESS-INVALID: ") || !strings.Contains(body, sentence) {
				t.Errorf("got %s", body)
			}
			if r.header.Get("Cache-Control") != "no-store" {
				t.Error("an error may be stored")
			}
		})
	}
}

func TestRawPlusIsAPlus(t *testing.T) {
	w := newWorld(t)
	for _, query := range []string{"email=ann+tag@example.com", "email=ann%2Btag@example.com"} {
		signed, err := mobileconfig.Open([]byte(want(t, w.get(t, "https://setup.example.com/profile.mobileconfig?"+query), http.StatusOK, aspen)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := mobileconfig.Decode(signed.Content)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Mail[0].Address; got != "ann+tag@example.com" {
			t.Errorf("%s: got %q", query, got)
		}
	}
}

func TestBodyOver64KiBGets413(t *testing.T) {
	w := newWorld(t)
	padding := "<!--" + strings.Repeat("x", 64<<10) + "-->"
	for _, path := range []string{"/autodiscover/autodiscover.xml", "/"} {
		r := w.post(t, "https://example.com"+path, padding+requestFor(outlookRequest, "ann@example.com"))
		if r.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: status %d", path, r.status)
		}
	}
	// Without a Content-Length, the limit is found while reading.
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/autodiscover/autodiscover.xml", strings.NewReader(padding))
	r.ContentLength = -1
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	want(t, recorded(rec), http.StatusRequestEntityTooLarge, textPlain)
}

func TestWrongMethodAndWrongPathAreSaidInPlainText(t *testing.T) {
	w := newWorld(t)
	r := w.post(t, "https://example.com/mail/config-v1.1.xml", "x")
	want(t, r, http.StatusMethodNotAllowed, textPlain)
	if !strings.Contains(r.header.Get("Allow"), "GET") {
		t.Errorf("Allow is %q", r.header.Get("Allow"))
	}
	for _, path := range []string{"/nope", "/mail/config-v1.1.xml/x", "/autodiscover", "/owa/", "/.env", "/Microsoft-Server-ActiveSync"} {
		body := want(t, w.get(t, "https://example.com"+path), http.StatusNotFound, textPlain)
		if !strings.HasPrefix(body, "NOT-FOUND: ") {
			t.Errorf("%s: got %s", path, body)
		}
	}
}

func TestNothingAnswers401(t *testing.T) {
	w := newWorld(t)
	for _, method := range []string{"GET", "POST", "HEAD", "OPTIONS", "PUT", "PROPFIND"} {
		for _, path := range []string{
			"/", "/mail/config-v1.1.xml", "/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.json",
			"/profile.mobileconfig", "/healthz", "/nope",
		} {
			for _, host := range []string{"example.com", "unknown.example"} {
				r := w.ask(t, method, "https://"+host+path, "", "Authorization", "Basic YW5uOmh1bnRlcjI=")
				if r.status == http.StatusUnauthorized || r.header.Get("Www-Authenticate") != "" {
					t.Errorf("%s %s%s asks for a password", method, host, path)
				}
			}
		}
	}
}

func TestOnlyThePageAnswersHTML(t *testing.T) {
	w := newWorld(t)
	for _, host := range []string{"example.com", "unknown.example", "setup.example.com"} {
		for _, target := range []string{
			"/mail/config-v1.1.xml", "/mail/config-v1.1.xml?emailaddress=%3Cb%3E", "/autodiscover/autodiscover.xml",
			"/autodiscover/autodiscover.json?Protocol=x", "/profile.mobileconfig?email=x", "/healthz", "/nope",
		} {
			for _, method := range []string{"GET", "POST"} {
				r := w.ask(t, method, "https://"+host+target, "<html>", "Accept", "text/html")
				body := r.body
				if strings.Contains(r.header.Get("Content-Type"), "html") || strings.Contains(body, "<html") {
					t.Errorf("%s %s%s answers HTML", method, host, target)
				}
				if r.header.Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("%s %s%s lets browsers guess the type", method, host, target)
				}
			}
		}
	}
}

func TestBodyThatCannotBeReadIsTheClientsError(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	const head = "POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: example.com\r\n"
	for name, test := range map[string]struct {
		request string
		status  int
	}{
		"said to be huge":      {head + "Content-Length: 999999999\r\n\r\n", http.StatusRequestEntityTooLarge},
		"huge and expectant":   {head + "Content-Length: 999999999\r\nExpect: 100-continue\r\n\r\n", http.StatusRequestEntityTooLarge},
		"a chunk without size": {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			if r := raw(t, address, test.request); r.status != test.status {
				t.Errorf("status %d, want %d: %s", r.status, test.status, r.body)
			}
		})
	}
}

func TestRequestBehindARefusedBodyIsNotAnswered(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	conn := dial(t, address)
	request := "POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: example.com\r\nContent-Length: 65537\r\n\r\n" +
		strings.Repeat("x", 65537) + "GET /healthz HTTP/1.1\r\nHost: example.com\r\n\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	// The connection may be reset behind the answer; what came before counts.
	all, _ := io.ReadAll(conn)
	if got := strings.Count(string(all), "HTTP/1.1 "); got != 1 || !strings.HasPrefix(string(all), "HTTP/1.1 413 ") {
		t.Errorf("%d answers:\n%s", got, all)
	}
}

func TestMalformedAddressAtAForeignHostIs404(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{
		"/mail/config-v1.1.xml?emailaddress=zz", "/autodiscover/autodiscover.json?Email=zz&Protocol=AutodiscoverV1", "/profile.mobileconfig?email=zz",
	} {
		body := want(t, w.get(t, "https://evil.example"+target), http.StatusNotFound, textPlain)
		if !strings.HasPrefix(body, "HOST-UNKNOWN: ") {
			t.Errorf("%s: got %s", target, body)
		}
	}
	if r := w.get(t, "https://evil.example/?email=zz"); r.status != http.StatusNotFound {
		t.Errorf("the page: status %d", r.status)
	}
}

func TestTargetWithoutAPathIsNotThePage(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	for _, target := range []string{"zzevil:opaque", "/x/..", "/mail/.."} {
		if r := raw(t, address, "GET "+target+" HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"); r.status != http.StatusNotFound {
			t.Errorf("%s: status %d", target, r.status)
		}
	}
}

func TestV2PointsNobodyToAnAnswerThatPOXCannotGive(t *testing.T) {
	body := want(t, newWorld(t).get(t, "https://setup.example.com/autodiscover/autodiscover.json?Email=ann@outlook.com&Protocol=AutodiscoverV1"), http.StatusNotFound, textPlain)
	if !strings.HasPrefix(body, "OAUTH2-ONLY: ") {
		t.Errorf("got %s", body)
	}
}
