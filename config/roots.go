package config

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxRoots bounds a bundle of certificates, in bytes; the roots of a whole
// system are less than half a megabyte.
const maxRoots = 4 << 20

// readRoots gives this machine's roots and those of a PEM file.
func readRoots(path string) (*x509.CertPool, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // a pipe would keep us waiting
		return nil, errors.New("it is no file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxRoots+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxRoots:
		return nil, fmt.Errorf("it is larger than %d bytes", maxRoots)
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // an image may have none
		pool = x509.NewCertPool()
	}
	n := 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		n++
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("it holds a part %q; certificates alone belong there", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d in it cannot be read: %w", n, err)
		}
		pool.AddCert(c)
	}
	if n == 0 {
		return nil, errors.New("it holds no certificate in PEM")
	}
	return pool, nil
}
