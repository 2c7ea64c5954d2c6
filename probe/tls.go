package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"waypost/providers"
)

// handshake begins TLS on a connection, and takes any certificate: what it is
// worth is told by [inspect], so that the causes can be told apart. With old,
// TLS 1.0 and 1.1 and what went with them are spoken too, to name the cause.
func handshake(ctx context.Context, conn net.Conn, host string, old bool) (*tls.Conn, error) {
	c := &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: true, //nolint:gosec // inspect verifies, see above
		MinVersion:         tls.VersionTLS12,
		NextProtos:         nil, // mail servers know none; HTTP/1.1 is spoken without
	}
	if old {
		c.MinVersion = tls.VersionTLS10
		for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			c.CipherSuites = append(c.CipherSuites, s.ID)
		}
	}
	t := tls.Client(conn, c)
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return t, nil
}

// plainBytes gives what came where TLS should have begun, if it is text.
func plainBytes(err error) (string, bool) {
	e, ok := errors.AsType[tls.RecordHeaderError](err)
	if !ok {
		return "", false
	}
	head := string(e.RecordHeader[:])
	for _, b := range []byte(head) {
		if (b < ' ' || b > '~') && b != '\r' && b != '\n' {
			return "", false
		}
	}
	return head, true
}

// tlsTrouble says why a handshake came to nothing; in counts the bytes that the
// server sent.
func tlsTrouble(err error, in int) *trouble {
	if in == 0 {
		t := understand(err)
		if t.cause == Timeout {
			t = troublef(BannerMissing, "no answer to the TLS handshake")
		}
		return t
	}
	if timedOut(err) {
		return troublef(Timeout, "the TLS handshake did not end in time")
	}
	return troublef(TLSHandshake, "%s", printable(err.Error()))
}

// tlsAnswers tells whether a port that does not greet answers a ClientHello with
// TLS. What it says instead comes as text.
func (v *visit) tlsAnswers(ctx context.Context) (bool, string) {
	conn, err := v.dial(ctx)
	if err != nil {
		return false, ""
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, v.wait(listenFirst))
	defer cancel()
	_, err = handshake(ctx, conn, v.server.Host, false)
	if err == nil {
		return true, ""
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" { // an alert
		return true, ""
	}
	text, _ := plainBytes(err)
	return false, text
}

// implicit begins TLS on a new connection. Where it does not come about, it
// looks again to learn why: by listening, and by speaking old TLS.
func (v *visit) implicit(ctx context.Context, conn *counted) (*tls.Conn, *trouble) {
	began := time.Now()
	first, cancel := context.WithTimeout(ctx, v.wait(handshakeFor))
	defer cancel()
	t, err := handshake(first, conn, v.server.Host, false)
	if err == nil {
		v.security = providers.TLS
		v.agreed(t, began)
		return t, nil
	}
	head, isText := plainBytes(err)
	cause := tlsTrouble(err, conn.in)
	_ = conn.Close()
	switch {
	case v.dialect == nil && isText && strings.HasPrefix(head, "HTTP"):
		v.security = providers.None
		cause = troublef(TLSExpectedPlainSeen, "HTTP without TLS")
	case isText || conn.in == 0:
		if found := v.listen(ctx, head); found != nil {
			cause = found
		}
	default:
		if version := v.speaksOld(ctx, func() (*counted, *trouble) { return v.redial(ctx) }); version != "" {
			cause = troublef(TLSOld, "%s", version)
			v.security = providers.TLS
		}
	}
	if cause.expected == "" {
		cause.expected = "TLS 1.2 or 1.3 from the first byte"
	}
	v.trouble(StepTLS, began, cause)
	return nil, cause
}

// listen reads what a port says that did not take a ClientHello. It gives
// nothing where the port says nothing.
func (v *visit) listen(ctx context.Context, head string) *trouble {
	if strings.HasPrefix(head, "HTTP/") {
		return notThis(head, "TLS")
	}
	conn, t := v.redial(ctx)
	if t != nil || v.dialect == nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	w := newWire(conn, v.until)
	if err := w.speaks(v.wait(listenFirst)); err != nil {
		return nil
	}
	greeting, _, err := v.dialect.greet(w)
	if err != nil {
		return understand(err)
	}
	v.security = providers.None
	t = troublef(TLSExpectedPlainSeen, "%s", printable(greeting))
	if list, err := v.dialect.ask(w); err == nil && hasWord(list, v.dialect.startTLS) {
		v.security = providers.STARTTLS
		t.seen += ", and it offers STARTTLS"
	}
	return t
}

// speaksOld gives the version where a server speaks TLS 1.0 or 1.1 alone; begin
// gives a connection on which the handshake is due.
func (v *visit) speaksOld(ctx context.Context, begin func() (*counted, *trouble)) string {
	conn, t := begin()
	if t != nil {
		return ""
	}
	defer func() { _ = conn.Close() }()
	c, err := handshake(ctx, conn, v.server.Host, true)
	if err != nil || c.ConnectionState().Version >= tls.VersionTLS12 {
		return ""
	}
	return tls.VersionName(c.ConnectionState().Version)
}

// agreed records a handshake, and what the certificate is worth.
func (v *visit) agreed(t *tls.Conn, began time.Time) {
	state := t.ConnectionState()
	v.version = tls.VersionName(state.Version)
	v.step(Step{Name: StepTLS, Verdict: Pass, Seen: fmt.Sprintf("%s, %s", v.version, tls.CipherSuiteName(state.CipherSuite)), Took: time.Since(began)})
	began = time.Now()
	c, details := inspect(state.PeerCertificates, v.server.Host, v.options.Roots, v.options.Now())
	v.certificate = c
	s := Step{Name: StepCertificate, Verdict: Pass, Seen: c.summary(), Took: time.Since(began)}
	for i, cause := range c.Causes {
		if i == 0 {
			s.Verdict, s.Cause, s.Expected = cause.Words().Verdict, cause, details[i]
			continue
		}
		v.also = append(v.also, cause)
	}
	v.step(s)
}
