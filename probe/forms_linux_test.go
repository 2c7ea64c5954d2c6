package probe_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

// form is a server that is healthy, or broken in one way.
type form struct {
	name    string
	verdict probe.Verdict
	cause   probe.Cause
	start   func(*testing.T, *world) providers.Server
}

const healthy = probe.Cause("")

// sieveSettings adds ManageSieve on a port to Dovecot (Debian: dovecot-managesieved).
func sieveSettings(t *testing.T, port int) string {
	t.Helper()
	testenv.Need(t, "/usr/lib/dovecot/managesieve-login")
	return fmt.Sprintf("protocols = imap pop3 sieve\nservice managesieve-login {\n inet_listener sieve {\n port = %d\n }\n}", port)
}

var healthyForms = []form{
	{"Dovecot, IMAP with STARTTLS", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		return server(t, "imap://%s:%d", mailHost, w.dovecot(t, "").IMAP)
	}},
	{"Dovecot, IMAP with implicit TLS", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", mailHost, w.dovecot(t, "").IMAPS)
	}},
	{"Dovecot, POP3 with STARTTLS", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		return server(t, "pop3://%s:%d", mailHost, w.dovecot(t, "").POP3)
	}},
	{"Dovecot, POP3 with implicit TLS", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		return server(t, "pop3s://%s:%d", mailHost, w.dovecot(t, "").POP3S)
	}},
	{"Dovecot, ManageSieve", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		port := freePort(t)
		w.dovecot(t, sieveSettings(t, port))
		return server(t, "sieve://%s:%d", mailHost, port)
	}},
	{"Postfix, submission with STARTTLS", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, "").Submission)
	}},
	{"Postfix, implicit TLS on the port of STARTTLS, and declared so", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		return server(t, "submissions://%s:%d", smtpHost, w.postfix(t, "").Submissions)
	}},
}

var modeForms = []form{
	{"Dovecot: the port is wrong, nothing listens", probe.Fail, probe.Refused, func(t *testing.T, w *world) providers.Server {
		d := w.dovecot(t, "service imap-login {\n inet_listener imap {\n port = 0\n }\n}")
		return server(t, "imap://%s:%d", mailHost, d.IMAP)
	}},
	{"Dovecot: implicit TLS is declared on the port of STARTTLS", probe.Fail, probe.TLSExpectedPlainSeen, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", mailHost, w.dovecot(t, "").IMAP)
	}},
	{"Dovecot: STARTTLS is declared on the port of implicit TLS", probe.Fail, probe.PlainExpectedTLSSeen, func(t *testing.T, w *world) providers.Server {
		return server(t, "imap://%s:%d", mailHost, w.dovecot(t, "").IMAPS)
	}},
	{"Dovecot, POP3: STARTTLS is declared on the port of implicit TLS", probe.Fail, probe.PlainExpectedTLSSeen, func(t *testing.T, w *world) providers.Server {
		return server(t, "pop3://%s:%d", mailHost, w.dovecot(t, "").POP3S)
	}},
	{"Postfix: implicit TLS is declared on the port of STARTTLS", probe.Fail, probe.TLSExpectedPlainSeen, func(t *testing.T, w *world) providers.Server {
		return server(t, "submissions://%s:%d", smtpHost, w.postfix(t, "").Submission)
	}},
	{"Postfix: STARTTLS is declared on the port of implicit TLS", probe.Fail, probe.PlainExpectedTLSSeen, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, "").Submissions)
	}},
	{"Postfix, TLS 1.0 alone, implicit", probe.Fail, probe.TLSOld, func(t *testing.T, w *world) providers.Server {
		return server(t, "submissions://%s:%d", smtpHost, w.postfix(t, oldTLS).Submissions)
	}},
	{"Postfix, TLS 1.0 alone, by STARTTLS", probe.Fail, probe.TLSOld, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, oldTLS).Submission)
	}},
	{"Dovecot without a certificate: no STARTTLS", probe.Fail, probe.StartTLSMissing, func(t *testing.T, w *world) providers.Server {
		return server(t, "imap://%s:%d", mailHost, w.dovecotWith(t, "", "", "").IMAP)
	}},
	{"Dovecot without a certificate: it does not listen for implicit TLS", probe.Fail, probe.Refused, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", mailHost, w.dovecotWith(t, "", "", "").IMAPS)
	}},
	{"Postfix without a certificate: no STARTTLS", probe.Fail, probe.StartTLSMissing, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfixWith(t, "", "", "").Submission)
	}},
	{"Postfix behind a device that strips STARTTLS", probe.Fail, probe.StartTLSMissing, func(t *testing.T, w *world) providers.Server {
		to := fmt.Sprintf("127.0.0.1:%d", w.postfix(t, "").Submission)
		strip := testenv.StartDouble(t, "127.0.0.1", testenv.Proxy(to, func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("250-STARTTLS\r\n"), nil)
		}))
		return server(t, "submission://%s:%d", smtpHost, strip.Port)
	}},
	{"Postfix behind a device that injects an answer after STARTTLS", probe.Fail, probe.StartTLSInjected, func(t *testing.T, w *world) providers.Server {
		to := fmt.Sprintf("127.0.0.1:%d", w.postfix(t, "").Submission)
		inject := testenv.StartDouble(t, "127.0.0.1", testenv.Proxy(to, func(b []byte) []byte {
			if bytes.HasPrefix(b, []byte("220 2.0.0")) {
				return append(b, "250-mail.example.test\r\n250 AUTH PLAIN\r\n"...)
			}
			return b
		}))
		return server(t, "submission://%s:%d", smtpHost, inject.Port)
	}},
	{"Postfix cannot read its key", probe.Fail, probe.TLSHandshake, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, "smtpd_tls_chain_files = /nowhere/key.pem").Submission)
	}},
	{"Postfix cannot read a file that TLS needs, and refuses STARTTLS", probe.Fail, probe.StartTLSRefused, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, "smtpd_tls_CAfile = /nowhere/ca.pem").Submission)
	}},
	{"Postfix with plain text declared", probe.Warn, probe.NoTLS, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d?security=none", smtpHost, w.postfix(t, "smtpd_tls_auth_only = no").Submission)
	}},
}

const oldTLS = `smtpd_tls_protocols = TLSv1
smtpd_tls_mandatory_protocols = TLSv1
smtpd_tls_ciphers = medium
tls_medium_cipherlist = ALL:@SECLEVEL=0`

var certificateForms = []form{
	{"Dovecot, the certificate expired", probe.Fail, probe.CertExpired, func(t *testing.T, w *world) providers.Server {
		certificate, key := w.Issue(t, time.Now().Add(-time.Hour), mailHost)
		return server(t, "imaps://%s:%d", mailHost, w.dovecotWith(t, certificate, key, "").IMAPS)
	}},
	{"Dovecot, the certificate was renewed on disk and the service not reloaded", probe.Fail, probe.CertExpired, func(t *testing.T, w *world) providers.Server {
		certificate, key := w.Issue(t, time.Now().Add(-time.Hour), mailHost)
		d := w.dovecotWith(t, certificate, key, "")
		s := server(t, "imaps://%s:%d", mailHost, d.IMAPS)
		probe.Server(t.Context(), s, w.options) // Dovecot reads the file for the first connection
		newCertificate, newKey := w.certificate(t)
		for from, to := range map[string]string{newCertificate: certificate, newKey: key} {
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}},
	{"Dovecot, the certificate ends in ten hours of its two days", probe.Warn, probe.CertSoon, func(t *testing.T, w *world) providers.Server {
		certificate, key := w.Issue(t, time.Now().Add(10*time.Hour), mailHost)
		return server(t, "imaps://%s:%d", mailHost, w.dovecotWith(t, certificate, key, "").IMAPS)
	}},
	{"Dovecot, the certificate is not valid yet", probe.Fail, probe.CertNotYet, func(t *testing.T, w *world) providers.Server {
		certificate, key := w.IssueLater(t, time.Now().Add(time.Hour), mailHost)
		return server(t, "imap://%s:%d", mailHost, w.dovecotWith(t, certificate, key, "").IMAP)
	}},
	{"Dovecot, the certificate is for another name", probe.Fail, probe.CertName, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", otherHost, w.dovecot(t, "").IMAPS)
	}},
	{"Dovecot, the certificate is self-signed", probe.Fail, probe.CertSelfSigned, func(t *testing.T, w *world) providers.Server {
		certificate, key := testenv.SelfSigned(t, mailHost)
		return server(t, "imaps://%s:%d", mailHost, w.dovecotWith(t, certificate, key, "").IMAPS)
	}},
	{"Postfix, the certificate is of an authority that nobody knows", probe.Fail, probe.CertUntrusted, func(t *testing.T, w *world) providers.Server {
		certificate, key := testenv.NewAuthority(t).Issue(t, time.Time{}, smtpHost)
		return server(t, "submission://%s:%d", smtpHost, w.postfixWith(t, certificate, key, "").Submission)
	}},
	{"Postfix, the chain lacks the intermediate certificate", probe.Fail, probe.CertChainIncomplete, func(t *testing.T, w *world) providers.Server {
		certificate, key := w.Intermediate(t).Issue(t, time.Time{}, smtpHost)
		p := w.postfixWith(t, testenv.WithoutChain(t, certificate), key, "")
		return server(t, "submissions://%s:%d", smtpHost, p.Submissions)
	}},
	{"Postfix, the chain has its intermediate certificate", probe.Pass, healthy, func(t *testing.T, w *world) providers.Server {
		certificate, key := w.Intermediate(t).Issue(t, time.Time{}, smtpHost)
		return server(t, "submissions://%s:%d", smtpHost, w.postfixWith(t, certificate, key, "").Submissions)
	}},
	{"Dovecot, two addresses present different certificates", probe.Warn, probe.CertDiffers, func(t *testing.T, w *world) providers.Server {
		port := w.dovecot(t, "listen = 127.0.0.2").IMAPS
		certificate, key := w.certificate(t)
		testenv.StartDovecot(t, testenv.DovecotOptions{Certificate: certificate, Key: key, IMAPS: port, Settings: "listen = 127.0.0.3"})
		return server(t, "imaps://%s:%d", twoHost, port)
	}},
	{"Dovecot on 993 and Postfix on 465 with different certificates, the second for another name", probe.Fail, probe.CertName, func(t *testing.T, w *world) providers.Server {
		d := w.dovecot(t, "")
		if e := probe.Server(t.Context(), server(t, "imaps://%s:%d", mailHost, d.IMAPS), w.options); e.Verdict != probe.Pass {
			t.Errorf("993: %s", show(e))
		}
		certificate, key := w.Issue(t, time.Time{}, mailHost)
		return server(t, "submissions://%s:%d", smtpHost, w.postfixWith(t, certificate, key, "").Submissions)
	}},
}

var authForms = []form{
	{"Postfix without authentication", probe.Fail, probe.AuthMissing, func(t *testing.T, w *world) providers.Server {
		certificate, key := w.certificate(t)
		p := testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key})
		return server(t, "submission://%s:%d", smtpHost, p.Submission)
	}},
	{"Dovecot with anonymous log-in alone", probe.Fail, probe.AuthMissing, func(t *testing.T, w *world) providers.Server {
		d := w.dovecot(t, "auth_mechanisms = anonymous\nauth_anonymous_username = nobody")
		return server(t, "imaps://%s:%d", mailHost, d.IMAPS)
	}},
	{"Dovecot with CRAM-MD5 alone, a normal password is declared", probe.Fail, probe.AuthNotDeclared, func(t *testing.T, w *world) providers.Server {
		return server(t, "imaps://%s:%d", mailHost, w.dovecot(t, "auth_mechanisms = cram-md5").IMAPS)
	}},
	{"Postfix takes passwords before TLS", probe.Warn, probe.AuthBeforeTLS, func(t *testing.T, w *world) providers.Server {
		return server(t, "submission://%s:%d", smtpHost, w.postfix(t, "smtpd_tls_auth_only = no").Submission)
	}},
	{"Dovecot takes passwords before TLS", probe.Warn, probe.AuthBeforeTLS, func(t *testing.T, w *world) providers.Server {
		return server(t, "imap://%s:%d", mailHost, w.dovecot(t, "disable_plaintext_auth = no").IMAP)
	}},
	{"Dovecot, POP3, takes passwords before TLS", probe.Warn, probe.AuthBeforeTLS, func(t *testing.T, w *world) providers.Server {
		return server(t, "pop3://%s:%d", mailHost, w.dovecot(t, "disable_plaintext_auth = no").POP3)
	}},
}

// freePort gives a port that nothing listens on.
func freePort(t *testing.T) int {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().(*net.TCPAddr).Port
}

func (f form) run(t *testing.T) probe.Evidence {
	t.Helper()
	w := newWorld(t)
	s := f.start(t, w)
	e := probe.Server(t.Context(), s, w.options)
	if e.Verdict != f.verdict || e.Cause != f.cause {
		t.Errorf("want %s %s\n%s", f.verdict, f.cause, show(e))
	}
	if f.cause != healthy && e.Verdict == probe.Pass {
		t.Error("a broken server passed")
	}
	if strings.Contains(show(e), w.password) {
		t.Error("the evidence holds the password")
	}
	return e
}
