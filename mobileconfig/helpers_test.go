package mobileconfig_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"testing"
	"time"

	"waypost/certs" //nolint:depguard // what an instance signs with is tested against what devices read
	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/providers/providertest"
)

// ann is the account of most tests.
const ann = "ann@charter.net"

// What the profiles are made of.
var (
	account    = providertest.Account
	configured = providertest.Configured
	server     = providertest.Server
	service    = providertest.Service
)

// named gives the provider of a configured account another name.
func named(name string, a providers.Account) providers.Account {
	a.Provider.Name = name
	return a
}

func mustNew(t testing.TB, a providers.Account) mobileconfig.Profile {
	t.Helper()
	p, err := mobileconfig.New(a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustEncode(t testing.TB, p mobileconfig.Profile) []byte {
	t.Helper()
	plist, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return plist
}

func mustSign(t testing.TB, s mobileconfig.Signer, profile []byte) []byte {
	t.Helper()
	der, err := s.Sign(profile)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// selfMade gives the signer of a new instance.
func selfMade(t testing.TB) mobileconfig.Signer {
	t.Helper()
	id, err := certs.SelfMade(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return mobileconfig.Signer{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key}
}

// rsaKey is made once: it takes long.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newRSA(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newECDSA(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issued gives a signer whose key's certificate stands under an intermediate
// certificate and a root, as one from an authority does. The leaf is changed
// before it is issued.
func issued(t testing.TB, key crypto.Signer, changes ...func(leaf *x509.Certificate)) mobileconfig.Signer {
	t.Helper()
	authority := func(name string) *x509.Certificate {
		return &x509.Certificate{
			Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
	}
	rootKey, middleKey := newECDSA(t), newECDSA(t)
	root := issue(t, authority("root"), nil, rootKey, rootKey)
	middle := issue(t, authority("intermediate"), root, middleKey, rootKey)
	leaf := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "leaf"},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	for _, change := range changes {
		change(leaf)
	}
	return mobileconfig.Signer{
		Certificate: issue(t, leaf, middle, key, middleKey),
		Chain:       []*x509.Certificate{middle, root},
		Key:         key,
	}
}

// issue makes a certificate, under itself where there is no parent. It is
// valid today unless it says otherwise.
func issue(t testing.TB, c, parent *x509.Certificate, key, parentKey crypto.Signer) *x509.Certificate {
	t.Helper()
	if parent == nil {
		parent = c
	}
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	}
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func newEd25519(t testing.TB) crypto.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
