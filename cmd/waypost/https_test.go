package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waypost/mobileconfig"
)

// secured is a server with a certificate for https and one to sign with.
type secured struct {
	*started

	tlsCert, tlsKey, signCert, signKey string
}

func startSecured(t *testing.T, poll time.Duration, https, signing identity) *secured {
	t.Helper()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	s := &secured{nil, in("tls.pem"), in("tls.key"), in("signing.pem"), in("signing.key")}
	for file, content := range map[string][]byte{
		s.tlsCert: https.certificate, s.tlsKey: https.key, s.signCert: signing.certificate, s.signKey: signing.key,
		in("waypost.yaml"): []byte(`listen: 127.0.0.1:0
rate-limit: 0
catalogue: true
tls: {listen: "localhost:0", certificate: tls.pem, key: tls.key}
signing: {certificate: signing.pem, key: signing.key}
`),
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.started = start(t, poll, "--config", in("waypost.yaml"), "--state", t.TempDir())
	return s
}

// shake asks once over a new connection that trusts the identities, and gives
// the name of the certificate that was presented.
func shake(ctx context.Context, base string, trusted ...identity) (name string, err error) {
	pool := x509.NewCertPool()
	for _, id := range trusted {
		pool.AppendCertsFromPEM(id.certificate)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return "", err
	}
	response, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK || response.ProtoMajor != 2 {
		return "", fmt.Errorf("status %d over %s", response.StatusCode, response.Proto)
	}
	return response.TLS.PeerCertificates[0].Subject.CommonName, nil
}

// presented is what one new connection is shown.
func (s *secured) presented(t *testing.T, trusted ...identity) string {
	t.Helper()
	name, err := shake(t.Context(), s.secure, trusted...)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// The interval is the one that serve has: the delay is what operators see.
func TestNoHandshakeFailsWhileTheCertificateIsSwapped(t *testing.T) {
	before, after := newIdentity(t, "before"), newIdentity(t, "after")
	s := startSecured(t, pollInterval, before, newIdentity(t, "signer"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var running sync.WaitGroup
	var shaken atomic.Int64
	for range 4 {
		running.Go(func() {
			for ctx.Err() == nil {
				name, err := shake(context.WithoutCancel(ctx), s.secure, before, after)
				if err != nil || name != "before" && name != "after" {
					t.Errorf("%q, %v", name, err)
				}
				shaken.Add(1)
			}
		})
	}
	await(t, "the load", func() bool { return shaken.Load() > 20 })
	replace(t, s.tlsCert, after.certificate)
	replace(t, s.tlsKey, after.key)
	swapped := time.Now()
	await(t, "the new certificate", func() bool { return s.presented(t, before, after) == "after" })
	t.Logf("served %v after the swap, with %d handshakes and none failed", time.Since(swapped).Round(time.Millisecond), shaken.Load())
	cancel()
	running.Wait()
}

func TestCertificateWithoutItsKeyKeepsTheOldOne(t *testing.T) {
	before, after := newIdentity(t, "before"), newIdentity(t, "after")
	s := startSecured(t, quick, before, newIdentity(t, "signer"))
	replace(t, s.tlsCert, after.certificate)
	await(t, "the refusal", func() bool { return s.log.count("the key does not fit the certificate") > 0 })
	if got := s.presented(t, before, after); got != "before" {
		t.Errorf("%s is presented", got)
	}
	if h := s.health(t); !strings.Contains(h, "the last reload was refused") {
		t.Errorf("/healthz?verbose does not tell of it:\n%s", h)
	}
	replace(t, s.tlsKey, after.key)
	await(t, "the new certificate", func() bool { return s.presented(t, before, after) == "after" })
	if h := s.health(t); strings.Contains(h, "refused") {
		t.Errorf("/healthz?verbose still tells of it:\n%s", h)
	}
}

func TestKeyThatOthersCanReadKeepsTheOldOne(t *testing.T) {
	before, after := newIdentity(t, "before"), newIdentity(t, "after")
	s := startSecured(t, quick, before, newIdentity(t, "signer"))
	replace(t, s.tlsCert, after.certificate)
	replace(t, s.tlsKey, after.key)
	if err := os.Chmod(s.tlsKey, 0o644); err != nil {
		t.Fatal(err)
	}
	await(t, "the refusal", func() bool { return s.log.count("run: chmod 600 "+s.tlsKey) > 0 })
	if err := os.Chmod(s.tlsKey, 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, "the new certificate", func() bool { return s.presented(t, before, after) == "after" })
}

func TestSwappedSigningFilesSignTheNextProfile(t *testing.T) {
	before, after := newIdentity(t, "before"), newIdentity(t, "after")
	s := startSecured(t, quick, newIdentity(t, "https"), before)
	signer := func() string {
		profile := fetch(t, http.MethodGet, s.plain+"/profile.mobileconfig?email=ann%40charter.net", "", mobileconfig.ContentType)
		signed, err := mobileconfig.Open(profile)
		if err != nil {
			t.Fatal(err)
		}
		return signed.Certificate.Subject.CommonName
	}
	if got := signer(); got != "before" {
		t.Errorf("signed by %s", got)
	}
	replace(t, s.signCert, after.certificate)
	replace(t, s.signKey, after.key)
	await(t, "the new signer", func() bool { return signer() == "after" })
}

func TestDaysLeftAreToldAndFewAreWarnedOf(t *testing.T) {
	short, err := makeIdentity("short", 5*24*time.Hour+time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ended, err := makeIdentity("ended", -time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		https, signing identity
		health, log    []string
		warnings       int
	}{
		{
			newIdentity(t, "https"), newIdentity(t, "signer"),
			[]string{"signing certificate: 30 days left", "https certificate: 30 days left"},
			[]string{"signer=signer self_made=false days_left=30", "certificate=https", "days_left=30"},
			0,
		},
		{
			short, newIdentity(t, "signer"),
			[]string{"https certificate: 5 days left"},
			[]string{`level=WARN msg=certificate warning="the https certificate ends on `},
			1,
		},
		{
			short, ended,
			[]string{"signing certificate: ended " + time.Now().UTC().Add(-time.Minute).Format(time.DateOnly)},
			[]string{`level=WARN msg=certificate warning="the signing certificate ended on `},
			2,
		},
	} {
		s := startSecured(t, quick, c.https, c.signing)
		health := s.health(t)
		for _, line := range c.health {
			if !strings.Contains(health, line+"\n") {
				t.Errorf("/healthz?verbose lacks %q:\n%s", line, health)
			}
		}
		for _, text := range c.log {
			if s.log.count(text) == 0 {
				t.Errorf("the log lacks %s:\n%s", text, s.log)
			}
		}
		if got := s.log.count("msg=certificate "); got != c.warnings {
			t.Errorf("%d warnings, want %d", got, c.warnings)
		}
	}
}
