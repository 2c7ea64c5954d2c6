package certs

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// SelfMadeFile is the name of the self-made identity in the state directory,
// for [Load]. It holds the key, the certificate and its root in one file, so
// that no crash leaves one without the others.
const SelfMadeFile = "signing.pem"

// RootFile is the name of the root beside it, without any key: what
// "openssl cms -verify -CAfile" needs.
const RootFile = "signing-root.pem"

// selfMadeYears is how long a self-made identity lasts. Devices do not trust
// it whatever its age, and a profile signed by an expired certificate is
// shown as unsigned, so it lasts as long as an instance can be expected to.
const selfMadeYears = 10

// SelfMade gives the identity of the state directory and makes it when there
// is none: an RSA-2048 key whose certificate stands under a root of its own.
// The root's key is thrown away, so that nothing else can ever be issued
// under a root that people may have chosen to trust. The directory is made
// with mode 0700, the file with 0600. Two instances that start at once end up
// with one identity.
func SelfMade(stateDir string, now time.Time) (Identity, error) {
	file := filepath.Join(stateDir, SelfMadeFile)
	id, err := loadSelfMade(file)
	switch {
	case err == nil && now.After(id.Certificate.NotAfter):
		return Identity{}, fmt.Errorf("%w: %s ended on %s; remove it and "+RootFile+", and a new identity is made",
			ErrExpired, file, id.Certificate.NotAfter.Format("2006-01-02"))
	case !missing(err):
		return id, err
	}
	content, err := makeIdentity(now)
	if err != nil {
		return Identity{}, err
	}
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return Identity{}, err
	}
	if err := createOnce(file, content); err != nil {
		return Identity{}, err
	}
	return loadSelfMade(file)
}

func loadSelfMade(file string) (Identity, error) {
	id, err := Load(file, file)
	if err != nil {
		return Identity{}, err
	}
	id.SelfMade = true
	return id, publishRoot(filepath.Join(filepath.Dir(file), RootFile), id)
}

// publishRoot puts the root beside the identity, for those who check
// signatures and must not be handed the key.
func publishRoot(file string, id Identity) error {
	if _, err := os.Stat(file); err == nil || len(id.Chain) == 0 {
		return nil
	}
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Chain[len(id.Chain)-1].Raw})
	return os.WriteFile(file, root, 0o644) //nolint:gosec // a certificate is public
}

// createOnce puts the whole content under the name, or leaves what another
// process has put there in the meantime.
func createOnce(file string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".signing-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(content)
	if errSync := tmp.Sync(); err == nil {
		err = errSync
	}
	if errClose := tmp.Close(); err == nil {
		err = errClose
	}
	if err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), file); err == nil || os.IsExist(err) {
		return nil
	}
	// Some file systems have no links. There, two instances that start at
	// once could still both rename; the later one's identity stays.
	return os.Rename(tmp.Name(), file)
}

func makeIdentity(now time.Time) ([]byte, error) {
	rootKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	leafKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	root := template(now, "Waypost self-made root")
	root.IsCA, root.BasicConstraintsValid, root.MaxPathLenZero = true, true, true
	root.KeyUsage = x509.KeyUsageCertSign
	leaf := template(now, "Waypost self-made signer")
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	// openssl cms -verify asks for this purpose unless told otherwise.
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	// The made root, unlike its template, has the key identifier that tells it
	// from other instances' roots, which all have the same name.
	if root, err = x509.ParseCertificate(rootDER); err != nil {
		return nil, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, &leafKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, block := range []pem.Block{
		{Type: "PRIVATE KEY", Bytes: keyDER},
		{Type: "CERTIFICATE", Bytes: leafDER},
		{Type: "CERTIFICATE", Bytes: rootDER},
	} {
		if err := pem.Encode(&out, &block); err != nil {
			return nil, fmt.Errorf("certs: %w", err)
		}
	}
	return out.Bytes(), nil
}

// template has a random serial number (x509 makes one) and starts an hour
// early, for devices whose clock is slow.
func template(now time.Time, name string) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour),
		NotAfter:  now.AddDate(selfMadeYears, 0, 0),
	}
}
