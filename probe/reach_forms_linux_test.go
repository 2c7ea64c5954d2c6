package probe_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

func cut(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }

var page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<h1>Hello</h1>") })

var reachForms = []form{
	{"the name does not exist", probe.Fail, probe.NameNotFound, func(t *testing.T, _ *world) providers.Server {
		return server(t, "imaps://nowhere.example.test")
	}},
	{"the name server says SERVFAIL", probe.Fail, probe.NameBroken, func(t *testing.T, w *world) providers.Server {
		w.options.Network.Resolver = failingNames(t, 2)
		return server(t, "imaps://%s", mailHost)
	}},
	{"the name server says REFUSED", probe.Untested, probe.NameNoAnswer, func(t *testing.T, w *world) providers.Server {
		w.options.Network.Resolver = failingNames(t, 5)
		return server(t, "imaps://%s", mailHost)
	}},
	{"nothing listens where the name server should be", probe.Untested, probe.NameNoAnswer, func(t *testing.T, w *world) providers.Server {
		w.options.Network.Resolver = fmt.Sprintf("127.0.0.2:%d", freePort(t))
		return server(t, "imaps://%s", mailHost)
	}},
	{"no name server answers", probe.Untested, probe.NameNoAnswer, func(t *testing.T, w *world) providers.Server {
		pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = pc.Close() })
		w.options.Network.Resolver, w.options.Timeout = pc.LocalAddr().String(), 3*time.Second
		return server(t, "imaps://%s", mailHost)
	}},
	{"the name leads to a private address", probe.Untested, probe.AddressForbidden, func(t *testing.T, w *world) providers.Server {
		w.options.Network.Allow = nil
		return server(t, "imaps://private.test")
	}},
	{"a firewall drops what comes", probe.Fail, probe.Silent, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 3 * time.Second
		return server(t, "imaps://%s:%d", smtpHost, testenv.SilentPort(t))
	}},
	{"a firewall drops what comes, and the control connection succeeds", probe.Fail, probe.Blocked, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 3 * time.Second
		w.options.Control = fmt.Sprintf("127.0.0.1:%d", testenv.StartDouble(t, "127.0.0.1", says("")).Port)
		return server(t, "imaps://%s:%d", smtpHost, testenv.SilentPort(t))
	}},
	{"a firewall drops what comes, and the control refuses", probe.Fail, probe.Blocked, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 3 * time.Second
		w.options.Control = fmt.Sprintf("127.0.0.2:%d", freePort(t))
		return server(t, "imaps://%s:%d", smtpHost, testenv.SilentPort(t))
	}},
	{"a firewall drops what comes, and the control's name does not exist", probe.Fail, probe.Silent, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 3 * time.Second
		w.options.Control = "nowhere.example.test:443"
		return server(t, "imaps://%s:%d", smtpHost, testenv.SilentPort(t))
	}},
	{"nothing comes back, from the control neither", probe.Untested, probe.NoRoute, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 3 * time.Second
		port := testenv.SilentPort(t)
		w.options.Control = fmt.Sprintf("127.0.0.1:%d", port)
		return server(t, "imaps://%s:%d", smtpHost, port)
	}},
	{"the connection is reset at once", probe.Fail, probe.Reset, func(t *testing.T, _ *world) providers.Server {
		return server(t, "imap://%s:%d", smtpHost, testenv.StartDouble(t, "127.0.0.1", cut).Port)
	}},
	{"the connection is reset at once, implicit TLS", probe.Fail, probe.Reset, func(t *testing.T, _ *world) providers.Server {
		return server(t, "imaps://%s:%d", smtpHost, testenv.StartDouble(t, "127.0.0.1", cut).Port)
	}},
	{"the server takes the connection and says nothing", probe.Fail, probe.BannerMissing, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 4 * time.Second
		return server(t, "imap://%s:%d", smtpHost, testenv.StartDouble(t, "127.0.0.1", says("")).Port)
	}},
	{"the server takes the connection and says nothing, implicit TLS", probe.Fail, probe.BannerMissing, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 4 * time.Second
		return server(t, "imaps://%s:%d", smtpHost, testenv.StartDouble(t, "127.0.0.1", says("")).Port)
	}},
	{"Postfix greets after five seconds", probe.Warn, probe.Slow, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, tarpit(5)).Submission)
	}},
	{"Postfix is a tarpit", probe.Fail, probe.BannerMissing, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 4 * time.Second
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, tarpit(60)).Submission)
	}},
	{"Postfix greets with 421: too many connections", probe.Fail, probe.Busy, func(t *testing.T, w *world) providers.Server {
		p := w.postfix(t, "smtpd_client_event_limit_exceptions =\nsmtpd_client_connection_rate_limit = 1")
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", p.Submission))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if _, err := conn.Read(make([]byte, 1)); err != nil { // it is counted by now
			t.Fatal(err)
		}
		return server(t, "submission://%s:%d", smtpHost, p.Submission)
	}},
	{"an IMAP server greets with BYE", probe.Fail, probe.Busy, func(t *testing.T, _ *world) providers.Server {
		return server(t, "imap://%s:%d", smtpHost, testenv.StartDouble(t, "127.0.0.1", says("* BYE Too many connections.\r\n")).Port)
	}},
	{"an SMTP server greets with 554: this address is blocked", probe.Fail, probe.TurnedAway, func(t *testing.T, _ *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, testenv.StartDouble(t, "127.0.0.1", says("554 5.7.1 Service unavailable; client is blocked\r\n")).Port)
	}},
	{"Dovecot, IPv6 is dead and IPv4 alive", probe.Warn, probe.IPv6Dead, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", bothHost, w.dovecot(t, "").IMAPS)
	}},
	{"Dovecot, IPv4 is dead and IPv6 alive", probe.Fail, probe.IPv4Dead, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", bothHost, w.dovecot(t, "listen = ::1").IMAPS)
	}},
	{"Dovecot, one of two addresses is dead", probe.Warn, probe.AddressDead, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", twoHost, w.dovecot(t, "").IMAPS)
	}},
	{"Postfix stands on the port of IMAP", probe.Fail, probe.NotThisProtocol, func(t *testing.T, w *world) providers.Server {
		return server(t, "imap://%s:%d", smtpHost, w.postfix(t, "").Submission)
	}},
	{"Dovecot stands on the port of implicit TLS submission", probe.Fail, probe.NotThisProtocol, func(t *testing.T, w *world) providers.Server {
		return server(t, "submissions://%s:%d", mailHost, w.dovecot(t, "").IMAPS)
	}},
	{"a web server without TLS stands on 993", probe.Fail, probe.NotThisProtocol, func(t *testing.T, _ *world) providers.Server {
		web := httptest.NewServer(page)
		t.Cleanup(web.Close)
		return server(t, "imaps://%s:%d", smtpHost, hostPort(t, web.URL))
	}},
	{"a web server without TLS stands on 143", probe.Fail, probe.NotThisProtocol, func(t *testing.T, _ *world) providers.Server {
		web := httptest.NewServer(page)
		t.Cleanup(web.Close)
		return server(t, "imap://%s:%d", smtpHost, hostPort(t, web.URL))
	}},
	{"a web server with TLS stands on 993", probe.Fail, probe.NotThisProtocol, func(t *testing.T, w *world) providers.Server {
		w.options.Timeout = 6 * time.Second
		return server(t, "imaps://%s:%d", smtpHost, hostPort(t, w.web(t, page)))
	}},
}

// failingNames runs a name server that answers every question with one response code
// (RFC 1035 section 4.1.1), and gives its address.
func failingNames(t *testing.T, code byte) string {
	t.Helper()
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for message := make([]byte, 1500); ; {
			n, from, err := pc.ReadFrom(message)
			if err != nil {
				return // it is closed
			}
			message[2] |= 0x80 // an answer
			message[3] = 0x80 | code
			_, _ = pc.WriteTo(message[:n], from) // who gets no answer asks again
		}
	}()
	t.Cleanup(func() {
		_ = pc.Close()
		<-ended
	})
	return pc.LocalAddr().String()
}

func tarpit(seconds int) string {
	return fmt.Sprintf("smtpd_delay_reject = no\nsmtpd_client_restrictions = sleep %d", seconds)
}
