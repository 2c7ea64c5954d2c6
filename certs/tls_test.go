package certs_test

import (
	"bytes"
	"testing"

	"waypost/certs"
)

// Clients know the root alone: what stands between goes with the certificate.
func TestServerPresentsTheCertificateAndItsChain(t *testing.T) {
	root := newAuthority(t, "root", nil)
	middle := newAuthority(t, "middle", root)
	key := newECDSA(t)
	leaf := middle.leaf(t, key)
	id, err := certs.Load(write(t, "tls.pem", certificatesPEM(t, leaf, middle.certificate)), write(t, "tls.key", pkcs8(t, key)))
	if err != nil {
		t.Fatal(err)
	}
	c := id.TLS()
	if len(c.Certificate) != 2 || !bytes.Equal(c.Certificate[0], leaf.Raw) || !bytes.Equal(c.Certificate[1], middle.certificate.Raw) {
		t.Errorf("%d certificates are presented", len(c.Certificate))
	}
	if !key.Equal(c.PrivateKey) || !c.Leaf.Equal(leaf) {
		t.Error("the key or the leaf is another")
	}
}
