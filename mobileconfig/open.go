package mobileconfig

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/smallstep/pkcs7"
)

// Signed is an opened signature.
type Signed struct {
	Content      []byte // the profile
	Certificate  *x509.Certificate
	Certificates []*x509.Certificate // all that were enclosed, the signer's included
	SHA256       bool                // the digest is SHA-256
	Time         time.Time           // zero when the signature names none
}

// ErrSignature says that the bytes are not a profile in an intact CMS
// signature of one signer.
var ErrSignature = errors.New("mobileconfig: no intact signature")

// maxSigned is the largest signed profile that is read, in bytes: the profile
// and generous room for certificates.
const maxSigned = maxPlist + 64<<10

// Open takes a signed profile of at most 128 KiB, checks that the signature
// fits the content and the enclosed certificate, and that the time it names,
// if any, lies within the certificate's validity. It does not judge whether
// the certificate is to be trusted or has expired since. Errors wrap
// [ErrSignature].
func Open(der []byte) (Signed, error) {
	if len(der) > maxSigned {
		return Signed{}, fmt.Errorf("%w: larger than %d bytes", ErrSignature, maxSigned)
	}
	if !nested(der) {
		return Signed{}, fmt.Errorf("%w: not CMS in DER or BER", ErrSignature)
	}
	p7, err := pkcs7.Parse(der)
	if err != nil {
		return Signed{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	leaf := p7.GetOnlySigner()
	switch {
	case len(p7.Signers) != 1:
		return Signed{}, fmt.Errorf("%w: %d signers, not one", ErrSignature, len(p7.Signers))
	case leaf == nil:
		return Signed{}, fmt.Errorf("%w: the signer's certificate is not inside", ErrSignature)
	case len(p7.Content) == 0:
		return Signed{}, fmt.Errorf("%w: nothing is inside: the signature is detached", ErrSignature)
	}
	if err := p7.Verify(); err != nil {
		return Signed{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	s := Signed{
		Content:      p7.Content,
		Certificate:  leaf,
		Certificates: p7.Certificates,
		SHA256:       p7.Signers[0].DigestAlgorithm.Algorithm.Equal(pkcs7.OIDDigestAlgorithmSHA256),
	}
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &s.Time); err != nil {
		s.Time = time.Time{}
	}
	return s, nil
}
