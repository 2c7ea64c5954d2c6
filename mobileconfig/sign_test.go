package mobileconfig_test

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/mobileconfig"
)

// The structures of RFC 5652, read without the library that wrote them.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content signedData `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
		Encapsulated encapsulated
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		Signers      []signerInfo  `asn1:"set"`
	}
	encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,optional,tag:0"`
	}
	signerInfo struct {
		Version    int
		Issuer     issuerAndSerial
		Digest     pkix.AlgorithmIdentifier
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
		Algorithm  pkix.AlgorithmIdentifier
		Signature  []byte
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// signers are the kinds of identities that people have.
func signers(t testing.TB) map[string]mobileconfig.Signer {
	t.Helper()
	return map[string]mobileconfig.Signer{
		"self-made": selfMade(t),
		"RSA":       issued(t, newRSA(t)),
		"ECDSA":     issued(t, newECDSA(t)),
	}
}

// parse reads DER: encoding/asn1 refuses BER's indefinite lengths, PEM, and
// bytes that are left over.
func parse(t *testing.T, der []byte) signedData {
	t.Helper()
	var info contentInfo
	rest, err := asn1.Unmarshal(der, &info)
	if err != nil || len(rest) > 0 || !info.Type.Equal(oidSignedData) {
		t.Fatalf("not SignedData in DER: type %v, %d bytes left over, error %v", info.Type, len(rest), err)
	}
	return info.Content
}

func TestSignatureIsSHA256(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	for name, s := range signers(t) {
		t.Run(name, func(t *testing.T) {
			der := mustSign(t, s, profile)
			data := parse(t, der)
			if len(data.Signers) != 1 || len(data.Digests) != 1 {
				t.Fatalf("%d signers, %d digests, want one of each", len(data.Signers), len(data.Digests))
			}
			signer := data.Signers[0]
			if !data.Digests[0].Algorithm.Equal(oidSHA256) || !signer.Digest.Algorithm.Equal(oidSHA256) {
				t.Errorf("digests %v and %v, want SHA-256", data.Digests[0].Algorithm, signer.Digest.Algorithm)
			}
			// The attributes are signed as a SET (RFC 5652 section 5.4).
			attributes := append([]byte{asn1.TagSet | 0x20}, signer.Attributes.FullBytes[1:]...)
			algorithm := x509.SHA256WithRSA
			if s.Certificate.PublicKeyAlgorithm == x509.ECDSA {
				algorithm = x509.ECDSAWithSHA256
			}
			if err := s.Certificate.CheckSignature(algorithm, attributes, signer.Signature); err != nil {
				t.Errorf("the signature over the attributes: %v", err)
			}
			want := sha256.Sum256(profile)
			if diff := cmp.Diff(want[:], messageDigest(t, attributes)); diff != "" {
				t.Errorf("message digest (-want +got):\n%s", diff)
			}
			opened, err := mobileconfig.Open(der)
			if err != nil || !opened.SHA256 {
				t.Errorf("opened: SHA256 is %v, error %v", opened.SHA256, err)
			}
		})
	}
}

func messageDigest(t *testing.T, set []byte) []byte {
	t.Helper()
	var attributes []attribute
	if _, err := asn1.UnmarshalWithParams(set, &attributes, "set"); err != nil {
		t.Fatal(err)
	}
	for _, a := range attributes {
		if a.Type.Equal(oidMessageDigest) && len(a.Values) == 1 {
			return a.Values[0].Bytes
		}
	}
	t.Fatal("no message digest")
	return nil
}

func TestWholeChainIsInside(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	for name, s := range signers(t) {
		t.Run(name, func(t *testing.T) {
			der := mustSign(t, s, profile)
			inside, err := x509.ParseCertificates(parse(t, der).Certificates.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			want := append([]*x509.Certificate{s.Certificate}, s.Chain...)
			if diff := cmp.Diff(want, inside); diff != "" {
				t.Errorf("certificates (-want +got):\n%s", diff)
			}
			opened, err := mobileconfig.Open(der)
			if err != nil {
				t.Fatal(err)
			}
			if !opened.Certificate.Equal(s.Certificate) {
				t.Errorf("signer %s, want %s", opened.Certificate.Subject, s.Certificate.Subject)
			}
			if diff := cmp.Diff(want, opened.Certificates); diff != "" {
				t.Errorf("opened certificates (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProfileIsEncapsulatedInDER(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	for name, s := range signers(t) {
		t.Run(name, func(t *testing.T) {
			der := mustSign(t, s, profile)
			data := parse(t, der)
			if !data.Encapsulated.Type.Equal(oidData) {
				t.Errorf("content type %v, want data", data.Encapsulated.Type)
			}
			if diff := cmp.Diff(string(profile), string(data.Encapsulated.Content)); diff != "" {
				t.Errorf("content (-profile +encapsulated):\n%s", diff)
			}
			opened, err := mobileconfig.Open(der)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(profile), string(opened.Content)); diff != "" {
				t.Errorf("opened (-profile +content):\n%s", diff)
			}
		})
	}
}

// A profile that is signed once and kept is shown as unsigned when the
// certificate has expired.
func TestSignatureIsMadeAtTheMomentOfTheCall(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	s := issued(t, newECDSA(t))
	before := time.Now().Truncate(time.Second) // CMS knows no fractions
	opened, err := mobileconfig.Open(mustSign(t, s, profile))
	if err != nil {
		t.Fatal(err)
	}
	if opened.Time.Before(before) || opened.Time.After(time.Now()) {
		t.Errorf("signed at %v, called between %v and now", opened.Time, before)
	}
}

func TestSignatureOutsideTheCertificateValidityIsRefused(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	now := time.Now()
	for name, validity := range map[string][2]time.Time{
		"expired":       {now.Add(-48 * time.Hour), now.Add(-24 * time.Hour)},
		"not valid yet": {now.Add(24 * time.Hour), now.Add(48 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			s := issued(t, newECDSA(t), func(leaf *x509.Certificate) {
				leaf.NotBefore, leaf.NotAfter = validity[0], validity[1]
			})
			opened, err := mobileconfig.Open(mustSign(t, s, profile))
			refused(t, opened, err, "is outside of certificate validity")
		})
	}
}

func TestSignerWithoutAUsableKeyIsRefused(t *testing.T) {
	s := issued(t, newECDSA(t))
	for name, key := range map[string]crypto.Signer{"none": nil, "Ed25519": newEd25519(t)} {
		t.Run(name, func(t *testing.T) {
			der, err := mobileconfig.Signer{Certificate: s.Certificate, Chain: s.Chain, Key: key}.Sign([]byte("x"))
			if err == nil || der != nil {
				t.Errorf("signed: %d bytes, error %v", len(der), err)
			}
		})
	}
}
