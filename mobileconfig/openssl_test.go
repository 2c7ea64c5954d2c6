package mobileconfig_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/internal/testenv"
	"waypost/mobileconfig"
	"waypost/providers"
)

// openssl runs the real program.
func openssl(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), testenv.Need(t, "openssl"), args...).CombinedOutput()
	return string(out), err
}

// write puts data into a file and gives its name.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func writeCertificates(t *testing.T, name string, certificates ...*x509.Certificate) string {
	t.Helper()
	var out bytes.Buffer
	for _, c := range certificates {
		if err := pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}); err != nil {
			t.Fatal(err)
		}
	}
	return write(t, name, out.Bytes())
}

func root(s mobileconfig.Signer) *x509.Certificate { return s.Chain[len(s.Chain)-1] }

// verified has openssl check a signature with the root alone and gives what is
// inside; the certificates between come out of the signature.
func verified(t *testing.T, der []byte, root *x509.Certificate, options ...string) []byte {
	t.Helper()
	content := filepath.Join(t.TempDir(), "content")
	args := append([]string{
		"cms", "-verify", "-inform", "DER", "-binary", "-in", write(t, "signed.mobileconfig", der),
		"-CAfile", writeCertificates(t, "root.pem", root), "-out", content,
	}, options...)
	if out, err := openssl(t, args...); err != nil {
		t.Fatalf("openssl cms -verify: %v\n%s", err, out)
	}
	data, err := os.ReadFile(content)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What openssl takes out of the signature is the profile, byte for byte, and
// says what the directory's record says.
func TestOpenSSLVerifiesTheProfileOfTheRecord(t *testing.T) {
	for name, s := range signers(t) {
		for _, address := range []string{ann, "ann@rr.com", "ann@icloud.com", "ann@yahoo.co.jp", "ann@naver.com"} {
			t.Run(name+"/"+address, func(t *testing.T) {
				a := account(t, address)
				profile := mustEncode(t, mustNew(t, a))
				content := verified(t, mustSign(t, s, profile), root(s))
				if diff := cmp.Diff(string(profile), string(content)); diff != "" {
					t.Fatalf("content (-profile +openssl):\n%s", diff)
				}
				p, err := mobileconfig.Decode(content)
				if err != nil {
					t.Fatal(err)
				}
				incoming, outgoing, err := a.Pair()
				if err != nil {
					t.Fatal(err)
				}
				if len(p.Mail) != 1 || p.Mail[0].Address != address {
					t.Fatalf("mail payloads %+v, want one of %s", p.Mail, address)
				}
				says(t, p.Mail[0].Incoming, incoming, a.Address)
				says(t, p.Mail[0].Outgoing, outgoing, a.Address)
			})
		}
	}
}

// says compares what a profile says of a server with the record's server.
func says(t *testing.T, got mobileconfig.Server, s providers.Server, a providers.Address) {
	t.Helper()
	authentication := mobileconfig.AuthPassword
	if !s.Accepts(providers.PasswordCleartext) {
		authentication = mobileconfig.AuthCRAMMD5
	}
	want := mobileconfig.Server{
		Protocol: s.Protocol, Host: s.Host, Port: s.Port, UseSSL: s.Security != providers.None,
		Username: s.Username.For(a), Authentication: authentication,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-record +profile):\n%s", s.URL(), diff)
	}
}

// Devices show "Verified" for a web server's certificate too. openssl takes it
// only when told not to ask for a purpose.
func TestOpenSSLVerifiesAWebServersSignature(t *testing.T) {
	s := issued(t, newECDSA(t), func(leaf *x509.Certificate) {
		leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		leaf.DNSNames = []string{"setup.example.com"}
	})
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	content := verified(t, mustSign(t, s, profile), root(s), "-purpose", "any")
	if diff := cmp.Diff(string(profile), string(content)); diff != "" {
		t.Errorf("content (-profile +openssl):\n%s", diff)
	}
}

func TestOpenSSLSeesSHA256AndNoSHA1(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	for name, s := range signers(t) {
		t.Run(name, func(t *testing.T) {
			file := write(t, "signed.mobileconfig", mustSign(t, s, profile))
			for _, args := range [][]string{
				{"cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", file},
				{"asn1parse", "-inform", "DER", "-in", file},
			} {
				out, err := openssl(t, args...)
				if err != nil {
					t.Fatalf("openssl %s: %v\n%s", args[0], err, out)
				}
				out = strings.ToLower(out)
				if !strings.Contains(out, "sha256") || strings.Contains(out, "sha1") {
					t.Errorf("openssl %s shows SHA-1, or no SHA-256:\n%s", args[0], out)
				}
			}
		})
	}
}

// A byte of the profile, of the signature, and of the signer's certificate.
func TestOpenSSLAndOpenRefuseATamperedByte(t *testing.T) {
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	for name, s := range signers(t) {
		der := mustSign(t, s, profile)
		rootFile := writeCertificates(t, "root.pem", root(s))
		for part, place := range map[string][]byte{
			"profile":     []byte("mobile.charter.net"),
			"signature":   parse(t, der).Signers[0].Signature,
			"certificate": s.Certificate.RawSubjectPublicKeyInfo,
		} {
			t.Run(name+"/"+part, func(t *testing.T) {
				tampered := tamper(t, der, place, len(place)-1)
				out, err := openssl(t, "cms", "-verify", "-inform", "DER", "-binary",
					"-in", write(t, "tampered.mobileconfig", tampered), "-CAfile", rootFile)
				if err == nil {
					t.Errorf("openssl verifies it:\n%s", out)
				}
				opened, err := mobileconfig.Open(tampered)
				refused(t, opened, err, "")
			})
		}
	}
}

// Other people's tools write BER with lengths that are not told beforehand.
func TestOpenReadsWhatOpenSSLSigns(t *testing.T) {
	s := selfMade(t)
	profile := mustEncode(t, mustNew(t, account(t, ann)))
	key, err := x509.MarshalPKCS8PrivateKey(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	sign := []string{
		"-sign", "-nodetach", "-binary", "-outform", "DER", "-in", write(t, "profile", profile),
		"-signer", writeCertificates(t, "leaf.pem", s.Certificate), "-certfile", writeCertificates(t, "chain.pem", s.Chain...),
		"-inkey", write(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	}
	for name, command := range map[string][]string{
		"DER": append([]string{"smime"}, sign...),
		"BER": append([]string{"cms", "-stream"}, sign...),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "signed.mobileconfig")
			if out, err := openssl(t, append(command, "-out", file)...); err != nil {
				t.Fatalf("openssl %s: %v\n%s", command[0], err, out)
			}
			ber, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if indefinite := ber[1] == 0x80; indefinite != (name == "BER") {
				t.Fatalf("openssl wrote an indefinite length: %v", indefinite)
			}
			opened, err := mobileconfig.Open(ber)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(profile), string(opened.Content)); diff != "" {
				t.Errorf("content (-signed +opened):\n%s", diff)
			}
			if !opened.Certificate.Equal(s.Certificate) || len(opened.Certificates) != 2 || !opened.SHA256 {
				t.Errorf("signer %s, %d certificates, SHA256 %v", opened.Certificate.Subject, len(opened.Certificates), opened.SHA256)
			}
		})
	}
}
