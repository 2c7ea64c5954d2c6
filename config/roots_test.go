package config_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"waypost/config"
)

// A private authority is trusted beside the system's, from a file that is read
// with the configuration.
func TestCertificatesOfAPrivateAuthorityAreRead(t *testing.T) {
	dir := t.TempDir()
	authority := newAuthority(t)
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw})
	for name, content := range map[string][]byte{
		"ca.pem":      append([]byte("Our own authority.\n"), bundle...),
		"empty.pem":   nil,
		"key.pem":     append(slices.Clone(bundle), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte{1}})...),
		"bad.pem":     append(slices.Clone(bundle), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}})...),
		"large.pem":   bytes.Repeat(bundle, 4<<20/len(bundle)+1),
		"another.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: newAuthority(t).Raw}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(caFile string) (config.Measure, error) {
		file := filepath.Join(dir, "waypost.yaml")
		if err := os.WriteFile(file, []byte(oneDomain+"measure:\n  ca-file: "+caFile+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file)
		return c.Measure, err
	}
	got, err := read("ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authority.Verify(x509.VerifyOptions{Roots: got.Roots}); err != nil || got.CAFile != filepath.Join(dir, "ca.pem") {
		t.Errorf("%s: %v", got.CAFile, err)
	}
	if system, err := x509.SystemCertPool(); err == nil && got.Roots.Equal(system) {
		t.Error("the system's roots alone")
	}
	again, _ := read("ca.pem")
	other, _ := read("another.pem")
	if !got.Same(again) || got.Same(other) || got.Same(config.Measure{Interval: got.Interval}) {
		t.Error("what is the same and what is another")
	}
	for caFile, want := range map[string]string{
		"none.pem":  "no such file",
		".":         "it is no file",
		"empty.pem": "it holds no certificate in PEM",
		"key.pem":   `it holds a part "EC PRIVATE KEY"; certificates alone belong there`,
		"bad.pem":   "certificate 2 in it cannot be read",
		"large.pem": "it is larger than 4194304 bytes",
	} {
		_, err := read(caFile)
		if err == nil || !strings.Contains(err.Error(), "waypost.yaml:6: measure.ca-file cannot be used: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", caFile, err)
		}
	}
}

// newAuthority makes a root of no authority that anybody knows.
func newAuthority(t *testing.T) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example CA"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return root
}
