package testenv_test

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"strings"
	"syscall"
	"testing"
	"time"

	"waypost/internal/testenv"
)

const (
	user = "ann@example.test"
	name = "mail.example.test"
)

// conversation is a connection on which commands and answers are lines.
type conversation struct {
	net.Conn
	*bufio.Reader
}

func dial(t *testing.T, port int) *conversation {
	t.Helper()
	return dialAt(t, "127.0.0.1", port)
}

func dialAt(t *testing.T, host string, port int) *conversation {
	t.Helper()
	raw, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(t.Context(), "tcp", fmt.Sprintf("%s:%d", host, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	if err := raw.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &conversation{raw, bufio.NewReader(raw)}
}

// secure goes on with TLS, and checks the certificate.
func (c *conversation) secure(a *testenv.Authority) *conversation {
	over := tls.Client(c.Conn, trusting(a))
	return &conversation{over, bufio.NewReader(over)}
}

func trusting(a *testenv.Authority) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(a.Root)
	return &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS12}
}

// ask sends a command, if it is not empty, and gives the first line of the
// answer that begins with a word.
func (c *conversation) ask(t *testing.T, begins, command string) string {
	t.Helper()
	if command != "" {
		if _, err := fmt.Fprintf(c.Conn, "%s\r\n", command); err != nil {
			t.Fatal(err)
		}
	}
	for {
		text, err := c.ReadString('\n')
		if err != nil {
			t.Fatalf("after %q, waiting for %q: %v", command, begins, err)
		}
		if strings.HasPrefix(text, begins) {
			return text
		}
	}
}

func TestDovecotTakesThePasswordAndNoOther(t *testing.T) {
	a, password := testenv.NewAuthority(t), rand.Text()
	certificate, key := a.Issue(t, time.Time{}, name)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Certificate: certificate, Key: key, Users: map[string]string{user: password}})

	plain := dial(t, d.IMAP)
	plain.ask(t, "* OK", "")
	plain.ask(t, "a OK", "a STARTTLS")
	for _, c := range []*conversation{plain.secure(a), dial(t, d.IMAPS).secure(a)} {
		c.ask(t, "b NO [AUTHENTICATIONFAILED]", `b LOGIN `+user+` wrong`)
		c.ask(t, "c OK", `c LOGIN `+user+` `+password)
		c.ask(t, "d OK", "d SELECT INBOX")
	}
	plain = dial(t, d.POP3)
	plain.ask(t, "+OK", "")
	plain.ask(t, "+OK", "STLS")
	over := dial(t, d.POP3S).secure(a)
	over.ask(t, "+OK", "")
	for _, c := range []*conversation{plain.secure(a), over} {
		c.ask(t, "+OK", "USER "+user)
		c.ask(t, "+OK", "PASS "+password)
		c.ask(t, "+OK 0 ", "STAT")
	}
	if !strings.Contains(d.Log(), "Login: user=<"+user+">") {
		t.Errorf("the log does not tell of the login:\n%s", d.Log())
	}
}

func TestDovecotOffersNoPasswordWithoutTLSToOthers(t *testing.T) {
	certificate, key := testenv.NewAuthority(t).Issue(t, time.Time{}, name)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Certificate: certificate, Key: key})
	for host, want := range map[string]string{"127.0.0.1": "AUTH=PLAIN", "127.0.0.2": "LOGINDISABLED"} {
		if got := dialAt(t, host, d.IMAP).ask(t, "* OK", ""); !strings.Contains(got, want) {
			t.Errorf("at %s it greets with %s", host, got)
		}
	}
}

func TestPostfixTakesThePasswordThatDovecotKnows(t *testing.T) {
	a, password := testenv.NewAuthority(t), rand.Text()
	certificate, key := a.Issue(t, time.Time{}, name)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Users: map[string]string{user: password}})
	p := testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket})
	for _, secret := range []string{password, "wrong"} {
		for _, implicit := range []bool{false, true} {
			c := submission(t, p, a, implicit)
			err := c.Auth(smtp.PlainAuth("", user, secret, name))
			if secret == "wrong" {
				if err == nil || !strings.HasPrefix(err.Error(), "535 ") {
					t.Errorf("a wrong password: %v", err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			send(t, c)
		}
	}
	if !strings.Contains(p.Log(), "sasl_username="+user) {
		t.Errorf("the log does not tell of the login:\n%s", p.Log())
	}
}

func TestPostfixOffersNoPasswordWithoutTLS(t *testing.T) {
	certificate, key := testenv.NewAuthority(t).Issue(t, time.Time{}, name)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{})
	p := testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket})
	c, err := smtp.NewClient(dial(t, p.Submission).Conn, name)
	if err != nil {
		t.Fatal(err)
	}
	if offered, _ := c.Extension("AUTH"); offered {
		t.Error("AUTH is offered")
	}
	if offered, _ := c.Extension("STARTTLS"); !offered {
		t.Error("STARTTLS is not offered")
	}
}

func TestSettingsOverrideWhatAServerIs(t *testing.T) {
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Settings: "auth_mechanisms = cram-md5"})
	if got := dial(t, d.IMAP).ask(t, "* OK", ""); !strings.Contains(got, "AUTH=CRAM-MD5") || strings.Contains(got, "AUTH=PLAIN") {
		t.Errorf("Dovecot says %s", got)
	}
	d = testenv.StartDovecot(t, testenv.DovecotOptions{Settings: "service imap-login {\n inet_listener imap {\n port = 0\n }\n}"})
	_, err := new(net.Dialer).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", d.IMAP))
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a port that is closed: %v", err)
	}
	p := testenv.StartPostfix(t, testenv.PostfixOptions{Settings: "smtpd_banner = not ready for anything"})
	if got := dial(t, p.Submission).ask(t, "220", ""); !strings.Contains(got, "not ready") {
		t.Errorf("Postfix says %s", got)
	}
}

func TestAuthorityIssuesWhatHasEnded(t *testing.T) {
	a := testenv.NewAuthority(t)
	certificate, key := a.Issue(t, time.Now().Add(-time.Hour), name)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Certificate: certificate, Key: key})
	err := dial(t, d.IMAPS).secure(a).Conn.(*tls.Conn).HandshakeContext(t.Context())
	if err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("a certificate of yesterday: %v", err)
	}
}

func submission(t *testing.T, p *testenv.Postfix, a *testenv.Authority, implicit bool) *smtp.Client {
	t.Helper()
	conn := dial(t, p.Submission).Conn
	if implicit {
		conn = tls.Client(dial(t, p.Submissions).Conn, trusting(a))
	}
	c, err := smtp.NewClient(conn, name)
	if err == nil && !implicit {
		err = c.StartTLS(trusting(a))
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, c *smtp.Client) {
	t.Helper()
	if err := c.Mail(user); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("bob@example.test"); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err == nil {
		_, err = fmt.Fprint(w, "Subject: a test\r\n\r\nThis goes nowhere.\r\n")
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = c.Quit()
	}
	if err != nil {
		t.Fatal(err)
	}
}
