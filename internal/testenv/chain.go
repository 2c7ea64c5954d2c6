package testenv

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Intermediate makes an authority that this one vouches for, as public ones have
// it: its Root is a certificate for the chain, and what a client is to trust is
// still the Root of this one.
func (a *Authority) Intermediate(t testing.TB) *Authority {
	t.Helper()
	b := &Authority{key: newKey(t)}
	c := &x509.Certificate{
		SerialNumber: serial(t),
		Subject:      pkix.Name{CommonName: "Waypost's tests, intermediate"},
		NotBefore:    a.Root.NotBefore, NotAfter: a.Root.NotAfter,
		KeyUsage: x509.KeyUsageCertSign,
		IsCA:     true, BasicConstraintsValid: true,
	}
	b.Root = parse(t, sign(t, c, a.Root, &b.key.PublicKey, a.key))
	return b
}

// WithoutChain gives a PEM file of the first certificate of another alone.
func WithoutChain(t testing.TB, certificate string) string {
	t.Helper()
	content, err := os.ReadFile(certificate)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	first, _ := pem.Decode(content)
	if first == nil {
		t.Fatalf("testenv: no certificate in %s", certificate)
	}
	return inFile(t, "certificate.pem", pem.EncodeToMemory(first))
}

// SelfSigned gives PEM files of a certificate that nobody but itself vouches for,
// valid for a day, and of its key.
func SelfSigned(t testing.TB, names ...string) (certificate, key string) {
	t.Helper()
	own := newKey(t)
	c := &x509.Certificate{
		SerialNumber: serial(t),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    names,
	}
	secret, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return inFile(t, "certificate.pem", pemBlock("CERTIFICATE", sign(t, c, c, &own.PublicKey, own))),
		inFile(t, "key.pem", pemBlock("PRIVATE KEY", secret))
}

func inFile(t testing.TB, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return file
}
