package certs_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/certs"
	"waypost/internal/testenv"
)

// stateVariable has the test binary make an identity there and print it, as an
// instance of its own.
const stateVariable = "CERTS_TEST_STATE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(stateVariable); dir != "" {
		id, err := certs.SelfMade(dir, time.Now())
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		if _, err := os.Stdout.Write(id.Certificate.Raw); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func selfMade(t *testing.T, dir string, now time.Time) certs.Identity {
	t.Helper()
	id, err := certs.SelfMade(dir, now)
	return must(t, id, err)
}

func TestSelfMadeIdentityIsMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "waypost")
	file := filepath.Join(dir, certs.SelfMadeFile)
	first := selfMade(t, dir, time.Now())
	if !first.SelfMade {
		t.Error("not called self-made")
	}
	before, err := os.ReadFile(file)
	must(t, before, err)
	if diff := cmp.Diff(first, selfMade(t, dir, time.Now().Add(time.Hour))); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	after, err := os.ReadFile(file)
	if !bytes.Equal(before, must(t, after, err)) {
		t.Error("the file was written again")
	}
	// Load cannot know who made it; all else is the same.
	loaded, err := certs.Load(file, file)
	first.SelfMade = false
	if diff := cmp.Diff(first, must(t, loaded, err)); diff != "" {
		t.Errorf("(-made +loaded):\n%s", diff)
	}
}

func TestSelfMadeFileIsForItsOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes here")
	}
	dir := filepath.Join(t.TempDir(), "state", "waypost")
	selfMade(t, dir, time.Now())
	for file, want := range map[string]os.FileMode{
		filepath.Dir(dir):                      0o700,
		dir:                                    0o700,
		filepath.Join(dir, certs.SelfMadeFile): 0o600,
	} {
		info, err := os.Stat(file)
		if got := must(t, info, err).Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o, want %04o", file, got, want)
		}
	}
	nothingElseIn(t, dir)
}

// nothingElseIn reports what making an identity left behind.
func nothingElseIn(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if len(must(t, entries, err)) != 2 || entries[0].Name() != certs.RootFile || entries[1].Name() != certs.SelfMadeFile {
		t.Errorf("the state directory holds %v, want %s and %s alone", entries, certs.SelfMadeFile, certs.RootFile)
	}
}

func TestRootIsPublishedWithoutTheKey(t *testing.T) {
	dir := t.TempDir()
	id := selfMade(t, dir, time.Now())
	data, err := os.ReadFile(filepath.Join(dir, certs.RootFile))
	block, rest := pem.Decode(must(t, data, err))
	if block == nil || len(rest) > 0 || !bytes.Equal(block.Bytes, id.Chain[0].Raw) {
		t.Errorf("%s holds\n%s", certs.RootFile, data)
	}
}

func TestSelfMadeLeafStandsUnderItsOwnRoot(t *testing.T) {
	now := time.Now()
	id := selfMade(t, t.TempDir(), now)
	leaf := id.Certificate
	if len(id.Chain) != 1 {
		t.Fatalf("%d certificates above the leaf, want the root", len(id.Chain))
	}
	root := id.Chain[0]
	for name, c := range map[string]*x509.Certificate{"leaf": leaf, "root": root} {
		key, ok := c.PublicKey.(*rsa.PublicKey)
		if !ok || key.N.BitLen() != 2048 {
			t.Errorf("%s: the key is %T, want RSA-2048", name, c.PublicKey)
		}
		if c.SignatureAlgorithm != x509.SHA256WithRSA {
			t.Errorf("%s: signed with %v", name, c.SignatureAlgorithm)
		}
		if !c.NotBefore.Before(now) || c.NotAfter.Before(now.AddDate(9, 0, 0)) {
			t.Errorf("%s: valid from %v to %v", name, c.NotBefore, c.NotAfter)
		}
		if c.SerialNumber.BitLen() < 64 {
			t.Errorf("%s: the serial number %v is not random", name, c.SerialNumber)
		}
	}
	if !root.IsCA || !root.BasicConstraintsValid || !root.MaxPathLenZero || root.KeyUsage != x509.KeyUsageCertSign {
		t.Errorf("root: CA %v, path length zero %v, usage %b", root.IsCA, root.MaxPathLenZero, root.KeyUsage)
	}
	if err := root.CheckSignatureFrom(root); err != nil {
		t.Errorf("root: %v", err)
	}
	if leaf.IsCA || leaf.KeyUsage != x509.KeyUsageDigitalSignature {
		t.Errorf("leaf: CA %v, usage %b", leaf.IsCA, leaf.KeyUsage)
	}
	if _, err := verify(leaf, root); err != nil {
		t.Errorf("leaf: %v", err)
	}
	if _, err := verify(leaf, selfMade(t, t.TempDir(), now).Chain[0]); err == nil {
		t.Error("the leaf stands under another instance's root too")
	}
}

// verify takes a leaf for what openssl takes it for unless told otherwise.
func verify(leaf *x509.Certificate, roots ...*x509.Certificate) ([][]*x509.Certificate, error) {
	pool := x509.NewCertPool()
	for _, r := range roots {
		pool.AddCert(r)
	}
	return leaf.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}})
}

func TestRootKeyIsThrownAway(t *testing.T) {
	dir := t.TempDir()
	id := selfMade(t, dir, time.Now())
	data, err := os.ReadFile(filepath.Join(dir, certs.SelfMadeFile))
	must(t, data, err)
	var kinds []string
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		kinds = append(kinds, block.Type)
	}
	if diff := cmp.Diff([]string{"PRIVATE KEY", "CERTIFICATE", "CERTIFICATE"}, kinds); diff != "" {
		t.Errorf("blocks of the file (-want +got):\n%s", diff)
	}
	public := id.Key.Public().(*rsa.PublicKey)
	if !public.Equal(id.Certificate.PublicKey) {
		t.Error("the key in the file is not the leaf's")
	}
	if public.Equal(id.Chain[0].PublicKey) {
		t.Error("the key in the file is the root's")
	}
}

// All roots have the same name. Who trusts two would have openssl take the
// wrong one, were there no key identifiers.
func TestRootsOfTwoInstancesAreToldApart(t *testing.T) {
	one, two := selfMade(t, t.TempDir(), time.Now()), selfMade(t, t.TempDir(), time.Now())
	roots := write(t, "roots.pem", certificatesPEM(t, one.Chain[0], two.Chain[0]))
	for _, id := range []certs.Identity{one, two} {
		if len(id.Certificate.AuthorityKeyId) == 0 || !bytes.Equal(id.Certificate.AuthorityKeyId, id.Chain[0].SubjectKeyId) {
			t.Errorf("authority key identifier %x, the root's is %x", id.Certificate.AuthorityKeyId, id.Chain[0].SubjectKeyId)
		}
		leaf := write(t, "leaf.pem", certificatesPEM(t, id.Certificate))
		out, err := exec.CommandContext(t.Context(), testenv.Need(t, "openssl"),
			"verify", "-purpose", "smimesign", "-CAfile", roots, leaf).CombinedOutput()
		if err != nil {
			t.Errorf("openssl verify: %v\n%s", err, out)
		}
	}
}

func TestRacingInstancesEndWithOneIdentity(t *testing.T) {
	t.Run("goroutines", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "state")
		race(t, dir, 4, func() ([]byte, error) {
			id, err := certs.SelfMade(dir, time.Now())
			if err != nil {
				return nil, err
			}
			return id.Certificate.Raw, nil
		})
	})
	t.Run("processes", func(t *testing.T) {
		self, err := os.Executable()
		must(t, self, err)
		dir := filepath.Join(t.TempDir(), "state")
		race(t, dir, 3, func() ([]byte, error) {
			c := exec.CommandContext(t.Context(), self)
			c.Env = append(os.Environ(), stateVariable+"="+dir)
			return c.Output()
		})
	})
}

// race starts instances at once and compares what each ends with.
func race(t *testing.T, dir string, instances int, start func() ([]byte, error)) {
	t.Helper()
	certificates, errs := make([][]byte, instances), make([]error, instances)
	var all sync.WaitGroup
	for i := range instances {
		all.Go(func() { certificates[i], errs[i] = start() })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want := selfMade(t, dir, time.Now()).Certificate.Raw
	for i, got := range certificates {
		if !bytes.Equal(want, got) {
			t.Errorf("instance %d has another identity", i)
		}
	}
	nothingElseIn(t, dir)
}

func TestSelfMadeNeverReplacesWhatItCannotUse(t *testing.T) {
	dir := t.TempDir()
	selfMade(t, dir, time.Now())
	file := filepath.Join(dir, certs.SelfMadeFile)
	whole, err := os.ReadFile(file)
	must(t, whole, err)
	for name, c := range map[string]struct {
		content []byte
		mode    os.FileMode
		kind    error
	}{
		"garbage":        {[]byte("garbage"), 0o600, certs.ErrFile},
		"nothing":        {nil, 0o600, certs.ErrFile},
		"cut short":      {whole[:len(whole)/2], 0o600, certs.ErrFile},
		"read by others": {whole, 0o644, certs.ErrReadable},
	} {
		t.Run(name, func(t *testing.T) {
			if c.mode != 0o600 && runtime.GOOS == "windows" {
				t.Skip("no such modes here")
			}
			if err := os.WriteFile(file, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, c.mode); err != nil {
				t.Fatal(err)
			}
			id, err := certs.SelfMade(dir, time.Now())
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), file) {
				t.Errorf("error %v, want one that wraps %q and names %s", err, c.kind, file)
			}
			if diff := cmp.Diff(certs.Identity{}, id); diff != "" {
				t.Errorf("an identity beside the error:\n%s", diff)
			}
			after, err := os.ReadFile(file)
			if !bytes.Equal(c.content, must(t, after, err)) {
				t.Error("the file was written")
			}
		})
	}
}

func TestSelfMadeNamesADirectoryThatCannotBeMade(t *testing.T) {
	file := write(t, "file")
	for name, dir := range map[string]string{"a file": file, "below a file": filepath.Join(file, "state")} {
		t.Run(name, func(t *testing.T) {
			_, err := certs.SelfMade(dir, time.Now())
			if err == nil || !strings.Contains(err.Error(), file) {
				t.Errorf("error %v, want one that names %s", err, file)
			}
		})
	}
}

func TestExpiredSelfMadeIdentityIsNotUsed(t *testing.T) {
	dir := t.TempDir()
	if _, err := certs.SelfMade(dir, time.Now().AddDate(-11, 0, 0)); err != nil {
		t.Fatal(err)
	}
	_, err := certs.SelfMade(dir, time.Now())
	if !errors.Is(err, certs.ErrExpired) || !strings.Contains(err.Error(), "remove it and "+certs.RootFile) {
		t.Errorf("got %v", err)
	}
}
