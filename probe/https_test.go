package probe_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

// service is an https service of the test world.
func service(t *testing.T, p providers.Protocol, url, path string) providers.Server {
	t.Helper()
	s, err := providers.ParseService(p, fmt.Sprintf("https://%s:%d%s", smtpHost, hostPort(t, url), path))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answers makes a handler that gives one answer, and remembers the requests.
func answers(status int, body string, headers ...string) (http.Handler, *[]string) {
	var asked []string
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Depth"))
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // who has gone needs none
	}), &asked
}

const challenge = "WWW-Authenticate"

func TestServicesAreToldFromAnyWebServer(t *testing.T) {
	for _, c := range []struct {
		name     string
		protocol providers.Protocol
		handler  func() (http.Handler, *[]string)
		asked    string
		verdict  probe.Verdict
		cause    probe.Cause
	}{
		{"CalDAV asks for a password", providers.CalDAV, func() (http.Handler, *[]string) { return answers(401, "", challenge, `Basic realm="x"`) }, "PROPFIND /x/ 0", probe.Pass, ""},
		{"CardDAV asks for a password", providers.CardDAV, func() (http.Handler, *[]string) { return answers(401, "", challenge, `Digest realm="x"`) }, "PROPFIND /x/ 0", probe.Pass, ""},
		{"CalDAV answers everybody", providers.CalDAV, func() (http.Handler, *[]string) { return answers(207, "<x/>", "DAV", "1, calendar-access") }, "PROPFIND /x/ 0", probe.Untested, probe.AuthUnknown},
		{"a page stands where CalDAV should", providers.CalDAV, func() (http.Handler, *[]string) { return answers(200, "<h1>Hello</h1>") }, "PROPFIND /x/ 0", probe.Fail, probe.NotThisProtocol},
		{"nothing stands where CalDAV should", providers.CalDAV, func() (http.Handler, *[]string) { return answers(404, "", "DAV", "1") }, "PROPFIND /x/ 0", probe.Fail, probe.NotThisProtocol},
		{"JMAP asks for a token", providers.JMAP, func() (http.Handler, *[]string) { return answers(401, "", challenge, "Bearer") }, "GET /x/ ", probe.Pass, ""},
		{"JMAP shows its session", providers.JMAP, func() (http.Handler, *[]string) {
			return answers(200, `{"capabilities":{"urn:ietf:params:jmap:core":{}}}`, "Content-Type", "application/json")
		}, "GET /x/ ", probe.Untested, probe.AuthUnknown},
		{"a page stands where JMAP should", providers.JMAP, func() (http.Handler, *[]string) { return answers(200, "<h1>Hello</h1>", "Content-Type", "text/html") }, "GET /x/ ", probe.Fail, probe.NotThisProtocol},
		{"ActiveSync asks for a password", providers.ActiveSync, func() (http.Handler, *[]string) { return answers(401, "", challenge, `Basic realm="x"`) }, "OPTIONS /x/ ", probe.Pass, ""},
		{"ActiveSync tells its versions", providers.ActiveSync, func() (http.Handler, *[]string) { return answers(200, "", "MS-ASProtocolVersions", "14.1") }, "OPTIONS /x/ ", probe.Untested, probe.AuthUnknown},
		{"EWS asks for Kerberos or NTLM", providers.EWS, func() (http.Handler, *[]string) { return answers(401, "", challenge, "Negotiate", challenge, "NTLM") }, "GET /x/ ", probe.Pass, ""},
		{"401 without a way to log in", providers.EWS, func() (http.Handler, *[]string) { return answers(401, "") }, "GET /x/ ", probe.Fail, probe.AuthMissing},
		{"the service is overloaded", providers.WebDAV, func() (http.Handler, *[]string) { return answers(503, "") }, "PROPFIND /x/ 0", probe.Fail, probe.Busy},
		{"the address is refused", providers.WebDAV, func() (http.Handler, *[]string) { return answers(403, "") }, "PROPFIND /x/ 0", probe.Fail, probe.TurnedAway},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			h, asked := c.handler()
			e := probe.Server(t.Context(), service(t, c.protocol, w.web(t, h), "/x/"), w.options)
			if e.Verdict != c.verdict || e.Cause != c.cause {
				t.Error(show(e))
			}
			if diff := cmp.Diff([]string{c.asked}, *asked); diff != "" {
				t.Errorf("asked:\n%s", diff)
			}
		})
	}
}

func TestRedirectsAtTheSameHostAreFollowed(t *testing.T) {
	w := newWorld(t)
	url := w.web(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/.well-known/caldav" {
			http.Redirect(rw, r, "/dav/", http.StatusMovedPermanently)
			return
		}
		rw.Header().Set(challenge, `Basic realm="x"`)
		rw.WriteHeader(http.StatusUnauthorized)
	}))
	if e := probe.Server(t.Context(), service(t, providers.CalDAV, url, "/.well-known/caldav"), w.options); e.Verdict != probe.Pass {
		t.Error(show(e))
	}
	url = w.web(t, http.RedirectHandler("/again", http.StatusFound))
	if e := probe.Server(t.Context(), service(t, providers.CalDAV, url, "/again"), w.options); e.Cause != probe.NotThisProtocol {
		t.Error(show(e))
	}
}

func TestWebServersMayNotFloodEither(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		said  func(net.Conn)
		cause probe.Cause
	}{
		"endless header": {endless("HTTP/1.1 200 OK\r\n", "X: yyyyyyyyyy\r\n"), probe.Flood},
		"endless status": {endless("HTTP/1.1 200 ", "x"), probe.Flood},
		"endless body":   {endless("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", "[ "), probe.NotThisProtocol},
		"no HTTP":        {endless("* OK ", "x\r\n"), probe.NotThisProtocol},
	} {
		d := testenv.StartDouble(t, "127.0.0.1", w.insideTLS(t, c.said))
		s := service(t, providers.JMAP, fmt.Sprintf("https://x:%d", d.Port), "/")
		if e := probe.Server(t.Context(), s, w.options); e.Cause != c.cause {
			t.Errorf("%s: %s", name, show(e))
		}
	}
}

func TestBasicLogInIsTried(t *testing.T) {
	for password, want := range map[string]probe.Cause{"right": "", "wrong": probe.LoginRefused} {
		w := newWorld(t)
		var sent []string
		url := w.web(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			user, given, ok := r.BasicAuth()
			if ok {
				sent = append(sent, user)
			}
			if ok && given == "right" {
				rw.WriteHeader(http.StatusMultiStatus)
				return
			}
			rw.Header().Set(challenge, `Basic realm="x"`)
			rw.WriteHeader(http.StatusUnauthorized)
		}))
		w.options.Login = &probe.Login{Address: address(t), Password: password}
		e := probe.Server(t.Context(), service(t, providers.CardDAV, url, "/"), w.options)
		if e.Cause != want || strings.Join(sent, " ") != account {
			t.Errorf("sent %v, %s", sent, show(e))
		}
	}
}
