package certs_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/certs"
	"waypost/internal/testenv"
)

func TestLoadTakesEveryCommonKeyFormat(t *testing.T) {
	root := newAuthority(t, "root", nil)
	middle := newAuthority(t, "intermediate", root)
	rsaKey, ecKey := newRSA(t), newECDSA(t)
	// openssl ecparam -genkey writes the curve before the key.
	parameters := pemOf(t, "EC PARAMETERS", []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7})
	for name, c := range map[string]struct {
		key crypto.Signer
		pem []byte
	}{
		"RSA in PKCS #1":           {rsaKey, pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey))},
		"RSA in PKCS #8":           {rsaKey, pkcs8(t, rsaKey)},
		"ECDSA in SEC 1":           {ecKey, sec1(t, ecKey)},
		"ECDSA in PKCS #8":         {ecKey, pkcs8(t, ecKey)},
		"ECDSA after its curve":    {ecKey, append(parameters, sec1(t, ecKey)...)},
		"text around it, and CRLF": {ecKey, bytes.ReplaceAll(append([]byte("Bag Attributes\n"), pkcs8(t, ecKey)...), []byte("\n"), []byte("\r\n"))},
	} {
		leaf := middle.leaf(t, c.key)
		chain := certificatesPEM(t, leaf, middle.certificate, root.certificate)
		keyFile := write(t, "key.pem", c.pem)
		keyFirst, keyLast := write(t, "all.pem", c.pem, chain), write(t, "all.pem", chain, c.pem)
		for where, files := range map[string][2]string{
			"two files":             {write(t, "cert.pem", chain), keyFile},
			"one file, key first":   {keyFirst, keyFirst},
			"one file, key last":    {keyLast, keyLast},
			"a chain without root":  {write(t, "cert.pem", certificatesPEM(t, leaf, middle.certificate)), keyFile},
			"the certificate alone": {write(t, "cert.pem", certificatesPEM(t, leaf)), keyFile},
		} {
			t.Run(name+"/"+where, func(t *testing.T) {
				id, err := certs.Load(files[0], files[1])
				if err != nil {
					t.Fatal(err)
				}
				if !id.Certificate.Equal(leaf) {
					t.Errorf("certificate %s, want the leaf", id.Certificate.Subject)
				}
				want := []*x509.Certificate{middle.certificate, root.certificate}
				switch where {
				case "a chain without root":
					want = want[:1]
				case "the certificate alone":
					want = nil
				}
				if diff := cmp.Diff(want, id.Chain); diff != "" {
					t.Errorf("chain (-want +got):\n%s", diff)
				}
				if public, ok := id.Key.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(c.key.Public()) {
					t.Error("another key")
				}
				if id.SelfMade {
					t.Error("called self-made")
				}
			})
		}
	}
}

// A file that cannot be used is named, with the reason and what to do.
func TestLoadRefusesWhatCannotSign(t *testing.T) {
	root := newAuthority(t, "the root", nil)
	middle := newAuthority(t, "the intermediate", root)
	key := newECDSA(t)
	leaf := middle.leaf(t, key)
	edKey := newEd25519(t)
	chain := certificatesPEM(t, leaf, middle.certificate, root.certificate)
	good := pkcs8(t, key)
	big := make([]byte, 1<<20)
	for name, c := range map[string]struct {
		certificate, key []byte
		kind             error
		says             []string
	}{
		"another key": {
			chain, pkcs8(t, newECDSA(t)), certs.ErrMismatch,
			[]string{"the key does not fit", "name the key that"},
		},
		"a key of another algorithm": {chain, pkcs8(t, newRSA(t)), certs.ErrMismatch, []string{"name the key that"}},
		"the root before the intermediate": {
			certificatesPEM(t, leaf, root.certificate, middle.certificate), good, certs.ErrFile,
			[]string{`"CN=the root" did not issue "CN=leaf"`, "put each certificate before its issuer's"},
		},
		"the leaf last": {
			certificatesPEM(t, root.certificate, middle.certificate, leaf), good, certs.ErrFile,
			[]string{`"CN=the intermediate" did not issue "CN=the root"`, "not in order"},
		},
		"the intermediate left out": {
			certificatesPEM(t, leaf, root.certificate), good, certs.ErrFile,
			[]string{`"CN=the root" did not issue "CN=leaf"`},
		},
		"a stranger's root": {
			certificatesPEM(t, leaf, newAuthority(t, "the intermediate", nil).certificate), good, certs.ErrFile,
			[]string{`"CN=the intermediate" did not issue "CN=leaf"`},
		},
		"Ed25519": {
			certificatesPEM(t, middle.leaf(t, edKey)), pkcs8(t, edKey), certs.ErrFile,
			[]string{"neither RSA nor ECDSA", "get a certificate for"},
		},
		"no certificate":      {good, good, certs.ErrFile, []string{"no certificate in PEM", "BEGIN CERTIFICATE"}},
		"no key":              {chain, chain, certs.ErrFile, []string{"no unencrypted key in PEM"}},
		"empty files":         {nil, nil, certs.ErrFile, []string{"no certificate in PEM"}},
		"garbage":             {bytes.Repeat([]byte{0xa5}, 999), good, certs.ErrFile, []string{"no certificate in PEM"}},
		"a garbage key":       {chain, bytes.Repeat([]byte{0xa5}, 999), certs.ErrFile, []string{"no unencrypted key in PEM"}},
		"DER":                 {leaf.Raw, good, certs.ErrFile, []string{"no certificate in PEM"}},
		"garbage in PEM":      {pemOf(t, "CERTIFICATE", []byte("x")), good, certs.ErrFile, nil},
		"a garbage PEM key":   {chain, pemOf(t, "PRIVATE KEY", []byte("x")), certs.ErrFile, nil},
		"a truncated block":   {chain[:200], good, certs.ErrFile, []string{"no certificate in PEM"}},
		"more than 1 MiB":     {append(big, chain...), good, certs.ErrFile, []string{"larger than 1048576 bytes"}},
		"a key of over 1 MiB": {chain, append(big, good...), certs.ErrFile, []string{"larger than 1048576 bytes"}},
	} {
		t.Run(name, func(t *testing.T) {
			certificateFile, keyFile := write(t, "cert.pem", c.certificate), write(t, "key.pem", c.key)
			id, err := certs.Load(certificateFile, keyFile)
			if !errors.Is(err, c.kind) {
				t.Fatalf("error %v, want one that wraps %q", err, c.kind)
			}
			if diff := cmp.Diff(certs.Identity{}, id); diff != "" {
				t.Errorf("an identity beside the error:\n%s", diff)
			}
			if !strings.Contains(err.Error(), certificateFile) && !strings.Contains(err.Error(), keyFile) {
				t.Errorf("error %q names no file", err)
			}
			for _, words := range c.says {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("error %q does not say %q", err, words)
				}
			}
		})
	}
}

func TestLoadRefusesAnEncryptedKey(t *testing.T) {
	key := newRSA(t)
	certificate := write(t, "cert.pem", certificatesPEM(t, newAuthority(t, "root", nil).leaf(t, key)))
	plain := write(t, "plain.pem", pkcs8(t, key))
	for name, args := range map[string][]string{
		"PKCS #8":         {"pkcs8", "-topk8"},
		"PEM of RFC 1421": {"rsa", "-aes128", "-traditional"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key.pem")
			args = append(args, "-in", plain, "-out", file, "-passout", "pass:word")
			out, err := exec.CommandContext(t.Context(), testenv.Need(t, "openssl"), args...).CombinedOutput()
			if err != nil {
				t.Fatalf("openssl: %v\n%s", err, out)
			}
			if data, err := os.ReadFile(file); err != nil || !bytes.Contains(data, []byte("ENCRYPTED")) {
				t.Fatalf("openssl wrote no encrypted key: %v\n%s", err, data)
			}
			_, err = certs.Load(certificate, file)
			if !errors.Is(err, certs.ErrFile) {
				t.Fatalf("error %v, want one that wraps %q", err, certs.ErrFile)
			}
			for _, words := range []string{file, "no unencrypted key", "openssl pkey -in"} {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("error %q does not say %q", err, words)
				}
			}
		})
	}
}

func TestLoadRefusesAKeyThatOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes here")
	}
	key := newECDSA(t)
	leaf := newAuthority(t, "root", nil).leaf(t, key)
	certificate, keyFile := write(t, "cert.pem", certificatesPEM(t, leaf)), write(t, "key.pem", pkcs8(t, key))
	both := write(t, "all.pem", certificatesPEM(t, leaf), pkcs8(t, key))
	for mode, allowed := range map[os.FileMode]bool{
		0o600: true, 0o400: true, 0o700: true,
		0o644: false, 0o640: false, 0o604: false, 0o660: false, 0o620: false, 0o602: false, 0o777: false,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			for _, files := range [][2]string{{certificate, keyFile}, {both, both}} {
				if err := os.Chmod(files[1], mode); err != nil {
					t.Fatal(err)
				}
				id, err := certs.Load(files[0], files[1])
				if allowed {
					if err != nil || !id.Certificate.Equal(leaf) {
						t.Errorf("mode %04o: %v", mode, err)
					}
					continue
				}
				if !errors.Is(err, certs.ErrReadable) || id.Key != nil {
					t.Fatalf("mode %04o: error %v, key %v, want one that wraps %q", mode, err, id.Key, certs.ErrReadable)
				}
				if remedy := "chmod 600 " + files[1]; !strings.Contains(err.Error(), remedy) {
					t.Errorf("error %q does not say %q", err, remedy)
				}
			}
		})
	}
}

func TestCertificateFileMayBeReadByAll(t *testing.T) {
	key := newECDSA(t)
	certificate := write(t, "cert.pem", certificatesPEM(t, newAuthority(t, "root", nil).leaf(t, key)))
	if err := os.Chmod(certificate, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := certs.Load(certificate, write(t, "key.pem", pkcs8(t, key))); err != nil {
		t.Error(err)
	}
}

func TestLoadNamesAFileThatIsNotThere(t *testing.T) {
	key := newECDSA(t)
	certificate := write(t, "cert.pem", certificatesPEM(t, newAuthority(t, "root", nil).leaf(t, key)))
	keyFile := write(t, "key.pem", pkcs8(t, key))
	missing := filepath.Join(t.TempDir(), "missing.pem")
	for name, files := range map[string][2]string{
		"certificate": {missing, keyFile}, "key": {certificate, missing},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := certs.Load(files[0], files[1])
			if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), missing) {
				t.Errorf("error %v, want one that says that %s is not there", err, missing)
			}
		})
	}
}

// The remedy for a key, chmod 600, would lock everybody out of it.
func TestLoadRefusesADirectory(t *testing.T) {
	key := newECDSA(t)
	certificate := write(t, "cert.pem", certificatesPEM(t, newAuthority(t, "root", nil).leaf(t, key)))
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string][2]string{
		"certificate": {dir, certificate}, "key": {certificate, dir},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := certs.Load(files[0], files[1])
			if !errors.Is(err, certs.ErrFile) || !strings.Contains(err.Error(), dir+" is a directory; name the file in it") {
				t.Errorf("error %v does not say that %s is a directory", err, dir)
			}
		})
	}
}

// A device has no size beforehand, and no end.
func TestLoadReadsNoMoreThanTheLimit(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip(err)
	}
	_, err := certs.Load("/dev/zero", "/dev/zero")
	if !errors.Is(err, certs.ErrFile) || !strings.Contains(err.Error(), "/dev/zero is larger than") {
		t.Errorf("error %v, want the limit", err)
	}
}

func TestOnlyARootThatDevicesKnowVouches(t *testing.T) {
	root := newAuthority(t, "root", nil)
	middle := newAuthority(t, "intermediate", root)
	key := newECDSA(t)
	leaf := middle.leaf(t, key)
	whole := certs.Identity{Certificate: leaf, Key: key, Chain: []*x509.Certificate{middle.certificate}}
	alone := certs.Identity{Certificate: leaf, Key: key}
	selfMade := whole
	selfMade.SelfMade = true
	roots, now := x509.NewCertPool(), time.Now()
	roots.AddCert(root.certificate)
	for name, c := range map[string]struct {
		id    certs.Identity
		roots *x509.CertPool
		at    time.Time
		want  bool
	}{
		"a chain to the root":        {whole, roots, now, true},
		"a chain to nobody's root":   {whole, x509.NewCertPool(), now, false},
		"a chain with a gap":         {alone, roots, now, false},
		"a certificate that ended":   {whole, roots, now.AddDate(1, 0, 0), false},
		"a self-made one, come what": {selfMade, roots, now, false},
	} {
		if got := c.id.Vouched(c.roots, c.at); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
