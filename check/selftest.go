package check

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"waypost/internal/reach"
	"waypost/probe"
	"waypost/providers"
)

// selfTestHost is a name that exists nowhere but in the self-test (RFC 2606).
const selfTestHost = "known-bad.test"

// SelfTest runs the measuring against servers on this machine that are known
// to be bad, and one that is good: a checker that always complains is as wrong
// as one that never does. Every finding passes where the checker is right.
func SelfTest(ctx context.Context) []Finding { return selfTest(ctx, probe.Server) }

// measuring is what [SelfTest] tests.
type measuring func(context.Context, providers.Server, probe.Options) probe.Evidence

func selfTest(ctx context.Context, measure measuring) []Finding {
	w, err := newSelfTestWorld(ctx)
	if err != nil {
		f := finding("SELF-TEST", Untested, "this machine")
		f.Why = err.Error()
		return []Finding{f}
	}
	defer w.close()
	var findings []Finding
	for _, c := range []struct {
		about    string
		url      string
		expected probe.Cause
	}{
		{"a good server", w.serve(ctx, "imaps", w.tls(time.Hour)), ""},
		{"an expired certificate", w.serve(ctx, "imaps", w.tls(-time.Hour)), probe.CertExpired},
		{"plaintext where implicit TLS is declared", w.serve(ctx, "imaps", w.plain), probe.TLSExpectedPlainSeen},
		{"STARTTLS declared and not offered", w.serve(ctx, "imap", w.plain), probe.StartTLSMissing},
		{"a port where nothing listens", w.nothing(ctx), probe.Refused},
	} {
		findings = append(findings, w.try(ctx, measure, c.about, c.url, c.expected))
	}
	return findings
}

// try measures one server and compares the cause.
func (w *selfTestWorld) try(ctx context.Context, measure measuring, about, url string, expected probe.Cause) Finding {
	s, err := providers.ParseServer(url)
	if err != nil {
		f := finding("SELF-TEST", Untested, about)
		f.Why = err.Error()
		return f
	}
	s.Auth, s.Username = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress
	e := measure(ctx, s, probe.Options{
		Network: reach.Network{Resolver: w.resolver, Allow: netip.Addr.IsLoopback},
		Roots:   w.roots,
	})
	v := Pass
	if e.Cause != expected || (e.Verdict == probe.Pass) != (expected == "") {
		v = Fail
	}
	f := finding("SELF-TEST", v, about)
	f.Seen, f.Expected = verdictWords(e.Verdict, e.Cause), verdictWords(probe.Fail, expected)
	if expected == "" {
		f.Expected = string(probe.Pass)
	}
	return f
}

func verdictWords(v probe.Verdict, c probe.Cause) string {
	return strings.TrimSpace(string(v) + " " + string(c))
}

// selfTestWorld is a name server, an authority and mail servers on loopback.
type selfTestWorld struct {
	resolver string
	roots    *x509.CertPool
	ca       *x509.Certificate
	key      *ecdsa.PrivateKey
	closers  []func()
}

func newSelfTestWorld(ctx context.Context) (*selfTestWorld, error) {
	w := &selfTestWorld{}
	packets, err := new(net.ListenConfig).ListenPacket(ctx, "udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(answerLoopback)}
	go func() { _ = server.ActivateAndServe() }() // ends when it is shut down
	w.closers = append(w.closers, func() { _ = packets.Close() })
	w.resolver = packets.LocalAddr().String()

	if w.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Waypost self-test"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, &w.key.PublicKey, w.key)
	if err != nil {
		return nil, err
	}
	if w.ca, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	w.roots = x509.NewCertPool()
	w.roots.AddCert(w.ca)
	return w, nil
}

// answerLoopback leads the one name to 127.0.0.1.
func answerLoopback(out dns.ResponseWriter, asked *dns.Msg) {
	m := new(dns.Msg).SetReply(asked)
	if q := asked.Question[0]; q.Qtype == dns.TypeA {
		m.Answer = append(m.Answer, &dns.A{
			Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET},
			A:   net.IPv4(127, 0, 0, 1),
		})
	}
	_ = out.WriteMsg(m) // who asked asks again
}

func (w *selfTestWorld) close() {
	for _, c := range w.closers {
		c()
	}
}

// serve listens, and gives the URL of what handle serves there.
func (w *selfTestWorld) serve(ctx context.Context, scheme string, handle func(net.Conn)) string {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return ""
	}
	w.closers = append(w.closers, func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(20 * time.Second))
				handle(c)
			}()
		}
	}()
	return at(scheme, l.Addr())
}

func at(scheme string, a net.Addr) string {
	return fmt.Sprintf("%s://%s:%d", scheme, selfTestHost, a.(*net.TCPAddr).Port)
}

// nothing gives the URL of a port that was free a moment ago.
func (w *selfTestWorld) nothing(ctx context.Context) string {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return ""
	}
	_ = l.Close()
	return at("imaps", l.Addr())
}

// tls serves IMAP in implicit TLS, with a certificate that ends after that.
func (w *selfTestWorld) tls(lasts time.Duration) func(net.Conn) {
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: selfTestHost}, DNSNames: []string{selfTestHost},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(lasts),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if lasts > 0 {
		leaf.NotAfter = w.ca.NotAfter.AddDate(0, 0, 60) // far from the warning that it ends soon
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, w.ca, &w.key.PublicKey, w.key)
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: w.key}}, MinVersion: tls.VersionTLS12}
	return func(c net.Conn) {
		if err == nil {
			w.imap(tls.Server(c, config), "IMAP4rev1 AUTH=PLAIN")
		}
	}
}

// plain serves IMAP without TLS, and offers none.
func (w *selfTestWorld) plain(c net.Conn) { w.imap(c, "IMAP4rev1 LOGINDISABLED") }

// imap says what a measurement asks for.
func (w *selfTestWorld) imap(c net.Conn, capabilities string) {
	fmt.Fprintf(c, "* OK [CAPABILITY %s] ready\r\n", capabilities)
	buffer := make([]byte, 1024)
	for {
		n, err := c.Read(buffer)
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(string(buffer[:n])), " ")
		switch strings.ToUpper(command) {
		case "CAPABILITY":
			fmt.Fprintf(c, "* CAPABILITY %s\r\n%s OK done\r\n", capabilities, tag)
		case "LOGOUT":
			fmt.Fprintf(c, "* BYE\r\n%s OK done\r\n", tag)
			return
		default:
			fmt.Fprintf(c, "%s BAD unknown\r\n", tag)
		}
	}
}
