package mobileconfig

import (
	"crypto"
	"crypto/x509"
	"fmt"

	"github.com/smallstep/pkcs7"
)

// Signer is who signs: a certificate with its key, and the certificates above
// it, issuer first. RSA and ECDSA keys work.
type Signer struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
	Key         crypto.Signer
}

// Sign wraps a profile into CMS SignedData: DER, content inside, SHA-256,
// the whole chain. The signing time is the moment of the call. Every call
// makes a fresh signature, so that an expired certificate never lingers in a
// stored file.
func (s Signer) Sign(profile []byte) ([]byte, error) {
	data, err := pkcs7.NewSignedData(profile)
	if err != nil {
		return nil, fmt.Errorf("mobileconfig: %w", err)
	}
	// The library's default is SHA-1, which iOS shows as not verified.
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	// AddSigner takes the issuer's name from the certificate. The chain is
	// added apart: AddSignerChain would verify it anew for each signature.
	if err := data.AddSigner(s.Certificate, s.Key, pkcs7.SignerInfoConfig{}); err != nil {
		return nil, fmt.Errorf("mobileconfig: %w", err)
	}
	for _, c := range s.Chain {
		data.AddCertificate(c)
	}
	return data.Finish()
}
