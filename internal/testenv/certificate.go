package testenv

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority is a certificate authority that nobody but the test trusts.
type Authority struct {
	Root *x509.Certificate // what a client is to trust

	key *ecdsa.PrivateKey
}

// NewAuthority makes an authority. It ends the test where that fails.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{key: newKey(t)}
	root := &x509.Certificate{
		SerialNumber: serial(t),
		Subject:      pkix.Name{CommonName: "Waypost's tests"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageCertSign,
		IsCA:         true, BasicConstraintsValid: true,
	}
	a.Root = parse(t, sign(t, root, root, &a.key.PublicKey, a.key))
	return a
}

// Issue gives PEM files of a certificate, with its chain, and of its key, which
// go when the test ends. The certificate is for servers of these names, each of
// which may begin with "*.", and holds for a day, or until the time given if
// that is not zero; that may lie in the past. Issue ends the test where it
// cannot write the files.
func (a *Authority) Issue(t testing.TB, until time.Time, names ...string) (certificate, key string) {
	t.Helper()
	if until.IsZero() {
		until = time.Now().Add(24 * time.Hour)
	}
	return a.issue(t, earlier(until.Add(-48*time.Hour), time.Now().Add(-time.Hour)), until, names)
}

// IssueLater gives PEM files as Issue does, of a certificate that holds from a
// time on, for two days.
func (a *Authority) IssueLater(t testing.TB, from time.Time, names ...string) (certificate, key string) {
	t.Helper()
	return a.issue(t, from, from.Add(48*time.Hour), names)
}

func (a *Authority) issue(t testing.TB, from, until time.Time, names []string) (certificate, key string) {
	t.Helper()
	own := newKey(t)
	leaf := &x509.Certificate{
		SerialNumber: serial(t),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    from,
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     names,
	}
	secret, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	chain := append(pemBlock("CERTIFICATE", sign(t, leaf, a.Root, &own.PublicKey, a.key)), pemBlock("CERTIFICATE", a.Root.Raw)...)
	for file, content := range map[string][]byte{certificate: chain, key: pemBlock("PRIVATE KEY", secret)} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatalf("testenv: %v", err)
		}
	}
	return certificate, key
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return key
}

func serial(t testing.TB) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return n.Add(n, big.NewInt(1))
}

func sign(t testing.TB, c, by *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, by, public, key)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return der
}

func parse(t testing.TB, der []byte) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return c
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
