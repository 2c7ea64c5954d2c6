package certs

import "crypto/tls"

// TLS gives the identity as a server presents it: the certificate and the
// chain.
func (id Identity) TLS() *tls.Certificate {
	c := &tls.Certificate{Certificate: [][]byte{id.Certificate.Raw}, PrivateKey: id.Key, Leaf: id.Certificate}
	for _, above := range id.Chain {
		c.Certificate = append(c.Certificate, above.Raw)
	}
	return c
}
