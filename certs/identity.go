package certs

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"
)

// Identity is a certificate with its key.
type Identity struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate // above the certificate, issuer first
	Key         crypto.Signer
	SelfMade    bool // no device knows the root
}

// Vouched tells whether roots (nil: those of this machine, which are much the same
// as a device's) vouch for the certificate at a time, so that devices say
// Verified. What is not self-made counts as vouched for on a machine without
// roots: there nobody can tell.
func (id Identity) Vouched(roots *x509.CertPool, now time.Time) bool {
	if id.SelfMade {
		return false
	}
	between := x509.NewCertPool()
	for _, c := range id.Chain {
		between.AddCert(c)
	}
	_, err := id.Certificate.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	_, noRoots := errors.AsType[x509.SystemRootsError](err)
	return err == nil || noRoots
}

// What keeps an identity from being used. The errors that wrap these name the
// file and say what to do.
var (
	ErrReadable = errors.New("certs: the key can be read by others")
	ErrMismatch = errors.New("certs: the key does not fit the certificate")
	ErrExpired  = errors.New("certs: the certificate has expired")
	ErrFile     = errors.New("certs: not a usable certificate or key file")
)

// maxFile bounds what is read from a file, in bytes.
const maxFile = 1 << 20

// Load reads a certificate, with the chain after it, and its key from PEM
// files; one file may hold both. Keys are RSA or ECDSA, in PKCS #8, PKCS #1
// or SEC 1. The key file must be readable by its owner alone.
func Load(certificateFile, keyFile string) (Identity, error) {
	certPEM, err := read(certificateFile, false)
	if err != nil {
		return Identity{}, err
	}
	keyPEM, err := read(keyFile, true)
	if err != nil {
		return Identity{}, err
	}
	id, err := parse(certPEM, keyPEM)
	if err != nil {
		return Identity{}, fmt.Errorf("%w (certificate %s, key %s)", err, certificateFile, keyFile)
	}
	return id, nil
}

// read gives the content of a file. A secret one is refused when group or
// others can read it. Windows has no such bits; there the directory's access
// list protects the file.
func read(file string, secret bool) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%w: %s is a directory; name the file in it", ErrFile, file)
	case secret && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%w: %s has mode %04o; run: chmod 600 %s", ErrReadable, file, info.Mode().Perm(), file)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		return nil, fmt.Errorf("%w: %s is larger than %d bytes; name a PEM file", ErrFile, file, maxFile)
	}
	return data, err
}

func parse(certPEM, keyPEM []byte) (Identity, error) {
	var id Identity
	for block, rest := pem.Decode(certPEM); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Identity{}, fmt.Errorf("%w: %w", ErrFile, err)
		}
		if id.Certificate == nil {
			id.Certificate = c
		} else {
			id.Chain = append(id.Chain, c)
		}
	}
	if id.Certificate == nil {
		return Identity{}, fmt.Errorf("%w: there is no certificate in PEM; it starts with -----BEGIN CERTIFICATE-----", ErrFile)
	}
	above := id.Certificate
	for _, c := range id.Chain {
		if err := above.CheckSignatureFrom(c); err != nil {
			return Identity{}, fmt.Errorf("%w: the chain is not in order, %q did not issue %q; put each certificate before its issuer's", ErrFile, c.Subject, above.Subject)
		}
		above = c
	}
	var err error
	if id.Key, err = parseKey(keyPEM); err != nil {
		return Identity{}, err
	}
	if !samePublicKey(id.Key.Public(), id.Certificate.PublicKey) {
		return Identity{}, fmt.Errorf("%w; name the key that the first certificate was requested with", ErrMismatch)
	}
	return id, nil
}

func parseKey(keyPEM []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(keyPEM); block != nil; block, rest = pem.Decode(rest) {
		if block.Headers["DEK-Info"] != "" {
			continue // encrypted, RFC 1421
		}
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFile, err)
		}
		switch k := key.(type) {
		case *rsa.PrivateKey:
			return k, nil
		case *ecdsa.PrivateKey:
			return k, nil
		}
		return nil, fmt.Errorf("%w: the key is neither RSA nor ECDSA, and profiles cannot be signed with others; get a certificate for one that is", ErrFile)
	}
	return nil, fmt.Errorf("%w: there is no unencrypted key in PEM; to take a pass phrase off: openssl pkey -in KEY -out NEW", ErrFile)
}

func samePublicKey(a, b crypto.PublicKey) bool {
	da, errA := x509.MarshalPKIXPublicKey(a)
	db, errB := x509.MarshalPKIXPublicKey(b)
	return errA == nil && errB == nil && bytes.Equal(da, db)
}

// missing tells whether an error is about a file that is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
