package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"waypost/internal/testenv"
	"waypost/providers"
	"waypost/server/web"
)

// hostile are the texts that the page's own tests try too, and a long one.
func hostile(t *testing.T) []string {
	t.Helper()
	return append([]string{strings.Repeat("<evil>", 1500)}, testenv.Texts(t, "web/testdata/hostile/texts.txt")...)
}

// entrance is a place of a request that a text can be put into. Beside harmless
// texts, what comes back may differ in words alone.
type entrance struct {
	name     string
	address  bool // an address is read there
	harmless []string
	request  func(text string) *http.Request
}

const bücher = "xn--bcher-kva.example"

var addresses = []string{"ann@" + bücher, "änn@" + bücher, "ann@unknown.example", "ann"}

func get(target string) *http.Request {
	return httptest.NewRequest(http.MethodGet, setupPage+target, nil) //nolint:noctx // the handler waits for nothing
}

func posted(target, contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, setupPage+target, strings.NewReader(body)) //nolint:noctx // see get
	r.Header.Set("Content-Type", contentType)
	return r
}

// fields are those of the page's form, beside an address; a step stays as it is
// given unless it is one of them.
func fields(step, language string, names ...string) entrance {
	return entrance{strings.Join(names, ", "), false, []string{"x", "", "tls"}, func(text string) *http.Request {
		form := url.Values{"email": {"ann@" + bücher}, "step": {step}, "lang": {language}}
		for _, name := range names {
			form.Set(name, text)
		}
		return posted("", "application/x-www-form-urlencoded", form.Encode())
	}}
}

func inHeaders(names ...string) entrance {
	return entrance{strings.Join(names, ", "), false, []string{"x", "example.com", "en"}, func(text string) *http.Request {
		r := get("?email=ann@" + bücher)
		for _, name := range names {
			r.Header[name] = []string{text}
		}
		return r
	}}
}

func entrances() []entrance {
	inQuery := func(target string, harmless ...string) entrance {
		return entrance{target, len(harmless) == 0, append(harmless, addresses...), func(text string) *http.Request { return get(target + url.QueryEscape(text)) }}
	}
	inPath := func(before, after string, harmless ...string) entrance {
		return entrance{before, false, append(harmless, "x"), func(text string) *http.Request { return get(before + url.PathEscape(text) + after) }}
	}
	inBody := func(name string, template string, escape func(string) string) entrance {
		return entrance{name, true, addresses, func(text string) *http.Request {
			return posted("autodiscover/autodiscover.xml", "text/xml", requestFor(template, escape(text)))
		}}
	}
	inHost := func(name string, put func(r *http.Request, text string)) entrance {
		return entrance{name, false, []string{"setup.example.com", bücher, "evil.example", "unknown.example"}, func(text string) *http.Request {
			r := get("")
			r.RemoteAddr = "198.51.100.7:1" // the proxy that is trusted
			put(r, text)
			return r
		}}
	}
	return []entrance{
		inQuery("?email="), inQuery("profile.mobileconfig?email="), inQuery("account.svg?email="),
		inQuery("mail/config-v1.1.xml?emailaddress="), inQuery("autodiscover/autodiscover.json?Protocol=AutodiscoverV1&Email="),
		inQuery("autodiscover/autodiscover.json?Email=ann@"+bücher+"&Protocol=", "AutodiscoverV1", "x", "REST", ""),
		inQuery("code?code=", "0", ""), inQuery("code?lang=", "en"), inQuery("?step=", "start"), inQuery("healthz?", "x"), inQuery("?", "x"),
		{"form", true, addresses, func(text string) *http.Request {
			return posted("", "application/x-www-form-urlencoded", url.Values{"email": {text}, "lang": {"ar"}}.Encode())
		}},
		{"form as it is", false, []string{"email=ann", "x"}, func(text string) *http.Request { return posted("", "application/x-www-form-urlencoded", text) }},
		{"v2 path", true, addresses, func(text string) *http.Request {
			return get("autodiscover/autodiscover.json/v1.0/" + url.PathEscape(text) + "?Protocol=AutodiscoverV1")
		}},
		inBody("POX", outlookRequest, html.EscapeString), inBody("POX as it is", outlookRequest, strings.Clone),
		inBody("mobile sync", mobileSyncRequest, html.EscapeString), inBody("schema", strings.ReplaceAll(outlookRequest, "outlook/responseschema", "ADDRESS"), html.EscapeString),
		inPath("v1.1/", "", bücher, "unknown.example", "a b", "a/b"), inPath("logo/", "/x.png", bücher), inPath("logo/"+bücher+"/", ""), inPath("brand/", ".css", "ffcc00"), inPath("", ""),
		fields("compare", "en", "in-host", "in-port", "in-user", "out-host"), fields("compare", "ar", "in-security", "out-user", "device"),
		fields("error", "en", "lang"), fields("", "", "step", "device"),
		inHeaders("User-Agent", "Accept-Language", "Accept", "Sec-Ch-Ua-Platform", "Referer", "Origin", "Cookie", "X-Forwarded-For"),
		inHost("Host", func(r *http.Request, text string) { r.Host = text }),
		inHost("X-Forwarded-Host", func(r *http.Request, text string) { r.Header["X-Forwarded-Host"] = []string{text} }),
		inHost("X-Forwarded-Proto", func(r *http.Request, text string) { r.Header["X-Forwarded-Proto"] = []string{text} }),
		{"method", false, []string{"HEAD", "PUT", "x"}, func(text string) *http.Request {
			r := get("")
			r.Method = text
			return r
		}},
	}
}

// spellings are ways to make an address of a text, others for each number.
func (e entrance) spellings(text string, n int) []string {
	if !e.address {
		return []string{text}
	}
	others := []string{text, `"` + text + `"@` + bücher, "ann@" + text + ".example", "ann@" + bücher + text, text + " <ann@" + bücher + ">"}
	return []string{text + "@" + bücher, "ann@" + text, others[n%len(others)]}
}

func TestNothingHostileComesBackAsItWasSent(t *testing.T) {
	w, texts := newWorld(t), hostile(t)
	for _, e := range entrances() {
		t.Run(e.name, func(t *testing.T) {
			var known []string
			for _, text := range e.harmless {
				known = append(known, w.structure(t, e.request(text)))
			}
			for n, text := range texts {
				for _, spelling := range e.spellings(text, n) {
					if got := w.structure(t, e.request(spelling), text); !slices.Contains(known, got) {
						t.Errorf("%q makes another answer than %q do:\n%s", spelling, e.harmless, cmp.Diff(known[0], got))
					}
				}
			}
		})
	}
}

// An address whose local part is hostile and allowed is on every step, and text.
func TestHostileAddressIsTextOnEveryStep(t *testing.T) {
	w := newWorld(t)
	var hostileAddresses []string
	for _, text := range hostile(t) {
		if a, err := providers.ParseAddress(text + "@" + bücher); err == nil {
			hostileAddresses = append(hostileAddresses, a.String())
		}
	}
	if len(hostileAddresses) < 12 {
		t.Fatalf("only %q are addresses", hostileAddresses)
	}
	for i, userAgent := range []string{safariOnIPhone, safariOnMac, edgeOnWindows, chromeOnPixel, nobodyKnows} {
		for j, step := range web.Steps() {
			language := []string{"en", "ar"}[(i+j)%2]
			ask := func(address string) string {
				form := url.Values{"email": {address}, "step": {string(step)}, "in-host": {address}, "out-user": {address}}
				r := posted("", "application/x-www-form-urlencoded", form.Encode())
				r.Header.Set("User-Agent", userAgent)
				r.Header.Set("Accept-Language", language)
				return w.structure(t, r, address)
			}
			plain := map[bool]string{true: ask("ann@" + bücher), false: ask("änn@" + bücher)} // which accountqr does not take
			for n, address := range hostileAddresses {
				if n%3 != (i+j)%3 {
					continue
				}
				if diff := cmp.Diff(plain[ascii(address)], ask(address)); diff != "" {
					t.Errorf("%s changes %s in %s:\n%s", address, step, language, diff)
				}
			}
		}
	}
}

// Before any handler, net/http has its own words for what it cannot read.
func TestNothingHostileComesBackFromARequestThatIsNone(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	for _, text := range hostile(t) {
		for _, request := range []string{
			"GET /" + text + " HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n",
			"GET /?email=" + text + " HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n",
			"GET " + text + " HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n",
			text + " / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n",
			"GET / HTTP/" + text + "\r\nHost: example.com\r\nConnection: close\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: " + text + "\r\nConnection: close\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: " + text + "\r\nConnection: close\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: example.com\r\n" + text + ": x\r\nConnection: close\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: " + text + "\r\nConnection: close\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: " + text + "\r\nConnection: close\r\n\r\n",
		} {
			a := raw(t, address, request)
			if strings.TrimSpace(text) != "" && len(text) > 4 {
				noReflection(t, a, text)
			}
			if kind := a.header.Get("Content-Type"); kind == textHTML {
				headersAreSafe(t, a, text)
			} else if !strings.HasPrefix(kind, textPlain) {
				t.Errorf("%q is answered as %q", request, kind)
			}
		}
	}
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
