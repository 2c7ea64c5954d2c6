package certs_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// rsaKey is made once: it takes long.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newRSA(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsaKey()
	return must(t, key, err)
}

func newECDSA(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return must(t, key, err)
}

func newEd25519(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return must(t, key, err)
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// newAuthority makes one under another, or a root.
func newAuthority(t *testing.T, name string, above *authority) *authority {
	t.Helper()
	a := &authority{
		&x509.Certificate{
			Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		},
		newECDSA(t),
	}
	if above == nil {
		above = a
	}
	a.certificate = above.issue(t, a.certificate, a.key)
	return a
}

func (a *authority) issue(t *testing.T, c *x509.Certificate, key crypto.Signer) *x509.Certificate {
	t.Helper()
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, c, a.certificate, key.Public(), a.key)
	made, err := x509.ParseCertificate(must(t, der, err))
	return must(t, made, err)
}

func (a *authority) leaf(t *testing.T, key crypto.Signer) *x509.Certificate {
	t.Helper()
	return a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "leaf"}, KeyUsage: x509.KeyUsageDigitalSignature,
	}, key)
}

func pemOf(t *testing.T, kind string, der []byte) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func certificatesPEM(t *testing.T, certificates ...*x509.Certificate) []byte {
	t.Helper()
	var out []byte
	for _, c := range certificates {
		out = append(out, pemOf(t, "CERTIFICATE", c.Raw)...)
	}
	return out
}

func pkcs8(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pemOf(t, "PRIVATE KEY", must(t, der, err))
}

func sec1(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	return pemOf(t, "EC PRIVATE KEY", must(t, der, err))
}

// write puts parts into a file for its owner alone and gives its name.
func write(t *testing.T, name string, parts ...[]byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, bytes.Join(parts, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
