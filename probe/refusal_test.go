package probe_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

// refusals are answers to a log-in: RFC 9051 section 7.1, RFC 4954 section 6,
// RFC 2449 and 3206, RFC 5804 section 1.3.
var refusals = []struct {
	protocol     providers.Protocol
	method, said string
	want         probe.Cause
}{
	{providers.IMAP, "LOGIN", "l OK done", ""},
	{providers.IMAP, "LOGIN", "l NO wrong", probe.LoginRefused},
	{providers.IMAP, "LOGIN", "l NO [ALERT] wrong", probe.LoginRefused},
	{providers.IMAP, "LOGIN", "l NO [AUTHENTICATIONFAILED] wrong", probe.LoginRefused},
	{providers.IMAP, "LOGIN", "l no [authorizationfailed] wrong", probe.LoginRefused},
	{providers.IMAP, "LOGIN", "l NO [EXPIRED] wrong", probe.LoginRefused},
	{providers.IMAP, "PLAIN", "+ \r\nl NO wrong", probe.LoginRefused},
	{providers.IMAP, "PLAIN", "l NO [AUTHENTICATIONFAILED] wrong", probe.LoginRefused},
	{providers.IMAP, "PLAIN", "l NO no such mechanism", probe.LoginUntested}, // it has not heard the password
	{providers.IMAP, "LOGIN", "l NO [PRIVACYREQUIRED] use TLS", probe.LoginUntested},
	{providers.IMAP, "LOGIN", "l NO [UNAVAILABLE] later", probe.LoginUntested},
	{providers.IMAP, "LOGIN", "l NO [LIMIT] too many", probe.LoginUntested},
	{providers.IMAP, "LOGIN", "l NO [CONTACTADMIN] call us", probe.LoginUntested},
	{providers.IMAP, "LOGIN", "l NO [X-NEW word] what", probe.LoginUntested},
	{providers.IMAP, "LOGIN", "l NO [WEBALERT] Application-specific password required", probe.LoginAppPassword},
	{providers.IMAP, "LOGIN", "l BAD what", probe.LoginUntested},
	{providers.Submission, "PLAIN", "235 2.7.0 in", ""},
	{providers.Submission, "PLAIN", "535 5.7.8 wrong", probe.LoginRefused},
	{providers.Submission, "LOGIN", "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n535 5.7.8 wrong", probe.LoginRefused},
	{providers.Submission, "PLAIN", "534-5.7.9 Application-specific password required.\r\n534 5.7.9 Read more", probe.LoginAppPassword},
	{providers.Submission, "PLAIN", "534 5.7.9 Authentication mechanism is too weak", probe.LoginUntested},
	{providers.Submission, "PLAIN", "454 4.7.0 later", probe.LoginUntested},
	{providers.Submission, "PLAIN", "500 what", probe.LoginUntested},
	{providers.Submission, "PLAIN", "503 not now", probe.LoginUntested},
	{providers.Submission, "PLAIN", "504 no such mechanism", probe.LoginUntested},
	{providers.Submission, "PLAIN", "530 5.7.0 use TLS", probe.LoginUntested},
	{providers.Submission, "PLAIN", "538 5.7.11 encrypt", probe.LoginUntested},
	{providers.POP3, "USER", "+OK\r\n+OK in", ""},
	{providers.POP3, "USER", "+OK\r\n-ERR wrong", probe.LoginRefused},
	{providers.POP3, "USER", "+OK\r\n-ERR [AUTH] wrong", probe.LoginRefused},
	{providers.POP3, "USER", "+OK\r\n-ERR [SYS/TEMP] later", probe.LoginUntested},
	{providers.POP3, "USER", "+OK\r\n-ERR [IN-USE] locked", probe.LoginUntested},
	{providers.POP3, "USER", "+OK\r\n-ERR [LOGIN-DELAY] too often", probe.LoginUntested},
	{providers.POP3, "PLAIN", "+ \r\n-ERR wrong", probe.LoginRefused},
	{providers.POP3, "PLAIN", "-ERR no such mechanism", probe.LoginUntested},
	{providers.ManageSieve, "PLAIN", "OK", ""},
	{providers.ManageSieve, "PLAIN", `NO "wrong"`, probe.LoginRefused},
	{providers.ManageSieve, "PLAIN", `NO (TRYLATER) "later"`, probe.LoginUntested},
	{providers.ManageSieve, "PLAIN", `NO (AUTH-TOO-WEAK) "other"`, probe.LoginUntested},
	{providers.ManageSieve, "PLAIN", `BYE "gone"`, probe.LoginUntested},
}

func TestOnlyAnAnswerAboutTheAccountIsARefusal(t *testing.T) {
	for _, c := range refusals {
		if got := probe.LogIn(c.protocol, c.method, []byte(c.said+"\r\n")); got != c.want {
			t.Errorf("%s %s %q: %s, not %s", c.protocol, c.method, c.said, got, c.want)
		}
	}
}

func TestAWebServiceRefusesAPasswordWith401Alone(t *testing.T) {
	for status, want := range map[int]probe.Cause{
		http.StatusUnauthorized: probe.LoginRefused, http.StatusForbidden: probe.LoginUntested,
		http.StatusInternalServerError: probe.LoginUntested, http.StatusServiceUnavailable: probe.LoginUntested,
	} {
		w := newWorld(t)
		url := w.web(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if _, _, ok := r.BasicAuth(); ok {
				rw.WriteHeader(status)
				return
			}
			rw.Header().Set(challenge, `Basic realm="x"`)
			rw.WriteHeader(http.StatusUnauthorized)
		}))
		w.options.Login = &probe.Login{Address: address(t), Password: w.password}
		if e := probe.Server(t.Context(), service(t, providers.CardDAV, url, "/"), w.options); e.Cause != want {
			t.Errorf("%d: %s", status, show(e))
		}
	}
}

// imapSays runs an IMAP server that answers every log-in with one line.
func (w *world) imapSays(t *testing.T, said string) (s providers.Server, logins func() int) {
	t.Helper()
	heard := make(chan string, 100)
	d := testenv.StartDouble(t, "127.0.0.1", w.insideTLS(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "* OK ready\r\n") // who has gone needs none
		for b := make([]byte, 1000); ; {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			if command := string(b[:n]); strings.HasPrefix(command, "c ") {
				_, _ = io.WriteString(c, "* CAPABILITY IMAP4rev1\r\nc OK done\r\n")
			} else if strings.HasPrefix(command, "l ") {
				heard <- command
				_, _ = io.WriteString(c, said+"\r\n")
			}
		}
	}))
	return server(t, "imaps://%s:%d", smtpHost, d.Port), func() int { return len(heard) }
}

func TestAnUntestedLogInSaysWhatWasSeenAndNoMore(t *testing.T) {
	w := newWorld(t)
	w.options.Login = &probe.Login{Address: address(t), Password: w.password}
	for said, want := range map[string]string{
		"l BAD what":   "BAD what",
		"* BYE closed": "BYE closed",
	} {
		s, _ := w.imapSays(t, said)
		e := probe.Server(t.Context(), s, w.options)
		i := slices.IndexFunc(e.Steps, func(s probe.Step) bool { return s.Name == probe.StepLogin })
		if i < 0 || e.Steps[i].Seen != want || e.Cause != probe.LoginUntested {
			t.Errorf("%q: %s", said, show(e))
		}
	}
}

// Whoever reads the evidence of the later servers must not take it for a log-in
// that nobody asked for, or that passed.
func TestAPasswordThatWasRefusedLeavesTheOtherLogInsUntested(t *testing.T) {
	w := newWorld(t)
	w.options.Login = &probe.Login{Address: address(t), Password: w.password}
	takes, heardFirst := w.imapSays(t, "l OK in")
	refuses, _ := w.imapSays(t, "l NO wrong")
	spared, heard := w.imapSays(t, "l OK in")
	web := w.web(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); ok {
			t.Error("the web service was told the password")
		}
		rw.Header().Set(challenge, `Basic realm="x"`)
		rw.WriteHeader(http.StatusUnauthorized)
	}))
	servers := []providers.Server{takes, refuses, spared, service(t, providers.CardDAV, web, "/"), server(t, "imaps://nowhere.test")}
	found := probe.Servers(t.Context(), servers, w.options, nil)
	if found[0].Verdict != probe.Pass || found[1].Cause != probe.LoginRefused || heardFirst() != 1 {
		t.Errorf("%s%s", show(found[0]), show(found[1]))
	}
	for _, e := range found[2:4] {
		last := e.Steps[len(e.Steps)-1]
		if e.Verdict != probe.Untested || e.Cause != probe.LoginUntested || e.LoginTried != 0 ||
			last.Name != probe.StepLogin || last.Verdict != probe.Untested || last.Cause != probe.LoginUntested ||
			last.Seen != fmt.Sprintf("not tried: the password was refused at %s", refuses.URL()) {
			t.Error(show(e))
		}
	}
	if n := heard(); n != 0 {
		t.Errorf("%d log-ins came to a server after the refusal", n)
	}
	if e := found[4]; e.Cause != probe.NameNotFound {
		t.Error(show(e))
	}
}
