package mobileconfig_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/smallstep/pkcs7"

	"waypost/mobileconfig"
)

// refused checks that Open gave nothing but an error that says why.
func refused(t *testing.T, opened mobileconfig.Signed, err error, why string) {
	t.Helper()
	if !errors.Is(err, mobileconfig.ErrSignature) {
		t.Fatalf("error %v, want one that wraps %q", err, mobileconfig.ErrSignature)
	}
	if !strings.Contains(err.Error(), why) {
		t.Errorf("error %q does not say %q", err, why)
	}
	if diff := cmp.Diff(mobileconfig.Signed{}, opened); diff != "" {
		t.Errorf("beside the error:\n%s", diff)
	}
}

// cms makes SignedData as others could, with the library alone.
func cms(t testing.TB, content []byte, change func(*pkcs7.SignedData), by ...mobileconfig.Signer) []byte {
	t.Helper()
	data, err := pkcs7.NewSignedData(content)
	if err != nil {
		t.Fatal(err)
	}
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	for _, s := range by {
		if err := data.AddSignerChain(s.Certificate, s.Key, s.Chain, pkcs7.SignerInfoConfig{}); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(data)
	}
	der, err := data.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestOpenRefusesWhatIsNotOneIntactSignature(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	s := issued(t, newECDSA(t))
	whole := mustSign(t, s, profile)
	for name, c := range map[string]struct {
		in  []byte
		why string
	}{
		"nothing":             {nil, "not CMS in DER or BER"},
		"the profile alone":   {profile, ""},
		"garbage":             {bytes.Repeat([]byte{0xa5}, 3000), ""},
		"PEM":                 {pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: whole}), ""},
		"a certificate alone": {s.Certificate.Raw, ""},
		"too large":           {append(whole, make([]byte, 128<<10)...), "larger than 131072 bytes"},
		"something after it":  {append(slices.Clip(whole), '\n'), "not CMS in DER or BER"},
		"detached":            {cms(t, profile, (*pkcs7.SignedData).Detach, s), "detached"},
		"no content":          {cms(t, nil, nil, s), "detached"},
		"no signer":           {cms(t, profile, nil), "0 signers"},
		"two signers":         {cms(t, profile, nil, s, issued(t, newECDSA(t))), "2 signers"},
		"another's certificate": {
			cms(t, profile, func(d *pkcs7.SignedData) {
				if err := d.AddSigner(s.Certificate, issued(t, newECDSA(t)).Key, pkcs7.SignerInfoConfig{}); err != nil {
					t.Fatal(err)
				}
			}), "verification failure",
		},
		"no certificate inside": {without(t, whole, s.Certificate), "certificate is not inside"},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := mobileconfig.Open(c.in)
			refused(t, opened, err, c.why)
		})
	}
}

// without puts another certificate of the same length in the place of one.
func without(t *testing.T, der []byte, c *x509.Certificate) []byte {
	t.Helper()
	other := slices.Clone(c.Raw)
	serial := c.SerialNumber.Bytes()
	at := bytes.Index(other, serial)
	other[at+len(serial)-1] ^= 1
	if !bytes.Contains(der, c.Raw) {
		t.Fatal("the certificate is not inside to begin with")
	}
	return bytes.Replace(der, c.Raw, other, 1)
}

func TestOpenRefusesATruncatedSignature(t *testing.T) {
	whole := mustSign(t, issued(t, newECDSA(t)), mustEncode(t, mustNew(t, account(t, ann))))
	for n := range len(whole) {
		if _, err := mobileconfig.Open(whole[:n]); !errors.Is(err, mobileconfig.ErrSignature) {
			t.Fatalf("the first %d of %d bytes are opened: error %v", n, len(whole), err)
		}
	}
}

// tamper changes byte i of a part that is inside.
func tamper(t *testing.T, der, part []byte, i int) []byte {
	t.Helper()
	start := bytes.Index(der, part)
	if start < 0 {
		t.Fatal("the part is not inside to begin with")
	}
	der = slices.Clone(der)
	der[start+i] ^= 0x01
	return der
}

func TestOpenRefusesEveryTamperedByteOfTheProfile(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	whole := mustSign(t, issued(t, newECDSA(t)), profile)
	for i := range profile {
		if _, err := mobileconfig.Open(tamper(t, whole, profile, i)); !errors.Is(err, mobileconfig.ErrSignature) {
			t.Fatalf("byte %d of the profile is changed, and it is opened: error %v", i, err)
		}
	}
}

func TestOpenRefusesEveryTamperedByteOfTheSignature(t *testing.T) {
	for name, s := range signers(t) {
		t.Run(name, func(t *testing.T) {
			whole := mustSign(t, s, []byte("profile"))
			signature := parse(t, whole).Signers[0].Signature
			for i := range signature {
				if _, err := mobileconfig.Open(tamper(t, whole, signature, i)); !errors.Is(err, mobileconfig.ErrSignature) {
					t.Fatalf("byte %d of the signature is changed, and it is opened: error %v", i, err)
				}
			}
		})
	}
}

// The library's default, with which devices show "Not Verified".
func TestOpenTellsSHA1(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	s := issued(t, newECDSA(t))
	data, err := pkcs7.NewSignedData(profile)
	if err != nil {
		t.Fatal(err)
	}
	if err := data.AddSigner(s.Certificate, s.Key, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	der, err := data.Finish()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := mobileconfig.Open(der)
	if err != nil {
		t.Fatal(err)
	}
	if opened.SHA256 {
		t.Error("a SHA-1 digest is called SHA-256")
	}
	if len(opened.Certificates) != 1 {
		t.Errorf("%d certificates, want the signer's alone", len(opened.Certificates))
	}
}

// A signing time is optional (RFC 5652 section 11.3).
func TestOpenTakesASignatureThatNamesNoTime(t *testing.T) {
	s := issued(t, newECDSA(t))
	der := cms(t, []byte("profile"), func(d *pkcs7.SignedData) {
		if err := d.SignWithoutAttr(s.Certificate, s.Key, pkcs7.SignerInfoConfig{}); err != nil {
			t.Fatal(err)
		}
	})
	opened, err := mobileconfig.Open(der)
	if err != nil {
		t.Fatal(err)
	}
	if !opened.Time.IsZero() || string(opened.Content) != "profile" || !opened.SHA256 {
		t.Errorf("time %v, content %q, SHA256 %v", opened.Time, opened.Content, opened.SHA256)
	}
}

// 128 KiB of nested headers kept the parser busy for seconds.
func TestOpenRefusesDeepNesting(t *testing.T) {
	const levels = 30 << 10
	indefinite := slices.Concat(bytes.Repeat([]byte{0x30, 0x80}, levels), []byte{5, 0}, make([]byte, 2*levels))
	var definite []byte
	for range 1000 {
		definite = append(header(len(definite)), definite...)
	}
	for name, in := range map[string][]byte{
		"definite": definite, "indefinite": indefinite, "cut short": indefinite[:levels],
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := mobileconfig.Open(in)
			refused(t, opened, err, "not CMS in DER or BER")
		})
	}
}

// The parser reads a part that reaches beyond its parent again for each level:
// sixty levels took it for ever.
func TestOpenRefusesPartsThatReachBeyondTheirParent(t *testing.T) {
	for name, part := range map[string][]byte{
		"indefinite": {0x30, 0x02, 0x30, 0x80},
		"definite":   {0x30, 0x02, 0x30, 0x7f},
	} {
		t.Run(name, func(t *testing.T) {
			in := slices.Concat([]byte{0x30, 0x80}, bytes.Repeat(part, 60), make([]byte, 400))
			opened, err := mobileconfig.Open(in)
			refused(t, opened, err, "not CMS in DER or BER")
		})
	}
}

// header is that of a SEQUENCE of so many bytes.
func header(n int) []byte {
	switch {
	case n < 1<<7:
		return []byte{0x30, byte(n)}
	case n < 1<<8:
		return []byte{0x30, 0x81, byte(n)}
	case n < 1<<16:
		return []byte{0x30, 0x82, byte(n >> 8), byte(n)}
	}
	return []byte{0x30, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}
}
