package probe_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

// everyServer runs the servers that take the world's password, and gives one of
// each protocol and TLS mode.
func everyServer(t *testing.T, w *world, settings string) []providers.Server {
	t.Helper()
	port := freePort(t)
	d := w.dovecot(t, sieveSettings(t, port)+"\n"+settings)
	certificate, key := w.certificate(t)
	p := testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket, Settings: "smtpd_error_sleep_time = 0"})
	return []providers.Server{
		server(t, "imap://%s:%d", mailHost, d.IMAP), server(t, "imaps://%s:%d", mailHost, d.IMAPS),
		server(t, "pop3://%s:%d", mailHost, d.POP3), server(t, "pop3s://%s:%d", mailHost, d.POP3S),
		server(t, "submission://%s:%d", smtpHost, p.Submission), server(t, "submissions://%s:%d", smtpHost, p.Submissions),
		server(t, "sieve://%s:%d", mailHost, port),
	}
}

func TestALogInIsTriedInTheDeclaredFormOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	servers := everyServer(t, w, "")
	for _, password := range []string{w.password, "wrong " + w.password} {
		w.options.Login = &probe.Login{Address: address(t), Password: password}
		for _, s := range servers {
			e := probe.Server(t.Context(), s, w.options)
			want, form := probe.Cause(""), providers.FullAddress
			if password != w.password {
				want, form = probe.LoginRefused, ""
			}
			if e.Cause != want || e.LoginForm != form || e.LoginTried != 1 {
				t.Errorf("form %q, %d tries, %s", e.LoginForm, e.LoginTried, show(e))
			}
			if strings.Contains(show(e), w.password) {
				t.Error("the evidence tells the password")
			}
		}
	}
}

func TestLogInWithTheMethodCalledLOGIN(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	servers := everyServer(t, w, "auth_mechanisms = login")
	w.options.Login = &probe.Login{Address: address(t), Password: w.password}
	for _, s := range servers {
		e := probe.Server(t.Context(), s, w.options)
		switch s.Protocol {
		case providers.ManageSieve: // it has no PLAIN
			if e.Cause != probe.LoginUntested || e.LoginTried != 0 {
				t.Error(show(e))
			}
		case providers.Submission:
			if e.Verdict != probe.Pass {
				t.Error(show(e))
			}
		default: // Dovecot's own commands need PLAIN, and refuse
			if e.LoginTried != 1 {
				t.Error(show(e))
			}
		}
	}
}

func TestOtherFormsAreTriedOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	certificate, key := w.certificate(t)
	port := freePort(t)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{
		Certificate: certificate, Key: key, Users: map[string]string{"ann": w.password}, Settings: sieveSettings(t, port),
	})
	p := testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket, Settings: "smtpd_error_sleep_time = 0"})
	for _, s := range []providers.Server{
		server(t, "imap://%s:%d", mailHost, d.IMAP), server(t, "imaps://%s:%d", mailHost, d.IMAPS),
		server(t, "pop3://%s:%d", mailHost, d.POP3), server(t, "pop3s://%s:%d", mailHost, d.POP3S),
		server(t, "submission://%s:%d", smtpHost, p.Submission), server(t, "submissions://%s:%d", smtpHost, p.Submissions),
		server(t, "sieve://%s:%d", mailHost, port),
	} {
		w.options.Login = &probe.Login{Address: address(t), Password: w.password}
		if e := probe.Server(t.Context(), s, w.options); e.Cause != probe.LoginRefused || e.LoginTried != 1 {
			t.Errorf("%d tries, %s", e.LoginTried, show(e))
		}
		w.options.Login.TryForms = true
		if e := probe.Server(t.Context(), s, w.options); e.Cause != probe.LoginOtherForm || e.LoginForm != providers.LocalPart || e.LoginTried != 2 {
			t.Errorf("%d tries, %s", e.LoginTried, show(e))
		}
		w.options.Login.Password = "wrong"
		if e := probe.Server(t.Context(), s, w.options); e.Cause != probe.LoginRefused || e.LoginTried != 2 {
			t.Errorf("no form is tried twice: %d tries, %s", e.LoginTried, show(e))
		}
	}
}

func TestNoPasswordIsSentWithoutVerifiedTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var heard strings.Builder
	w.options.Login = &probe.Login{Address: address(t), Password: w.password, TryForms: true}
	certificate, key := testenv.SelfSigned(t, mailHost)
	d := w.dovecotWith(t, certificate, key, "disable_plaintext_auth = no\nauth_debug = yes")
	p := w.postfixWith(t, "", "", "smtpd_tls_auth_only = no")
	spy := testenv.StartDouble(t, "127.0.0.1", func(c net.Conn) {
		_, _ = fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
		b := make([]byte, 1000)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			heard.Write(b[:n])
			_, _ = fmt.Fprint(c, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc OK done\r\n")
		}
	})
	for _, s := range []providers.Server{
		server(t, "imap://%s:%d", mailHost, d.IMAP), server(t, "imaps://%s:%d", mailHost, d.IMAPS),
		server(t, "imap://%s:%d?security=none", mailHost, d.IMAP),
		server(t, "pop3://%s:%d", mailHost, d.POP3), server(t, "pop3s://%s:%d", mailHost, d.POP3S),
		server(t, "submission://%s:%d", smtpHost, p.Submission),
		server(t, "submission://%s:%d?security=none", smtpHost, p.Submission),
		server(t, "imap://%s:%d", smtpHost, spy.Port), server(t, "imap://%s:%d?security=none", smtpHost, spy.Port),
	} {
		if e := probe.Server(t.Context(), s, w.options); e.LoginTried != 0 || e.Verdict == probe.Pass {
			t.Error(show(e))
		}
	}
	if log := d.Log() + p.Log() + heard.String(); strings.Contains(log, account) || strings.Contains(log, "AUTHENTICATE") {
		t.Errorf("somebody was told of the account:\n%s", log)
	}
}

func TestAnAppPasswordThatIsAskedForIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.Login = &probe.Login{Address: address(t), Password: "right", TryForms: true}
	for said, want := range map[string]probe.Cause{
		"l NO [ALERT] Application-specific password required: https://x.test\r\n": probe.LoginAppPassword,
		"l NO [AUTHENTICATIONFAILED] no\r\n":                                      probe.LoginRefused,
		"l NO [UNAVAILABLE] try later\r\n":                                        probe.LoginUntested,
		"* BYE shutting down\r\n":                                                 probe.LoginUntested,
	} {
		d := testenv.StartDouble(t, "127.0.0.1", w.insideTLS(t, func(c net.Conn) {
			_, _ = fmt.Fprint(c, "* OK ready\r\n")
			b := make([]byte, 1000)
			for {
				n, err := c.Read(b)
				if err != nil {
					return
				}
				if strings.HasPrefix(string(b[:n]), "c ") {
					_, _ = fmt.Fprint(c, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc OK done\r\n")
				} else {
					_, _ = fmt.Fprint(c, said)
				}
			}
		}))
		if e := probe.Server(t.Context(), server(t, "imaps://%s:%d", smtpHost, d.Port), w.options); e.Cause != want {
			t.Errorf("%q: %s", said, show(e))
		}
	}
}

func TestSerialsTellOneCertificateFromAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, p := w.dovecot(t, ""), w.postfix(t, "")
	serial := func(s providers.Server) string {
		e := probe.Server(t.Context(), s, w.options)
		if e.Certificate == nil || e.Certificate.Serial == "" || e.Addresses[0].Serial != e.Certificate.Serial {
			t.Fatal(show(e))
		}
		return e.Certificate.Serial
	}
	imaps, imap := serial(server(t, "imaps://%s:%d", mailHost, d.IMAPS)), serial(server(t, "imap://%s:%d", mailHost, d.IMAP))
	if imaps != imap {
		t.Errorf("one file, two serials: %s and %s", imaps, imap)
	}
	if smtp := serial(server(t, "submissions://%s:%d", smtpHost, p.Submissions)); smtp == imaps {
		t.Errorf("two certificates, one serial: %s", smtp)
	}
}
