package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"waypost/internal/testenv"
	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
)

const measuredHost = "mail.example.test"

// forward listens on a port of loopback, and connects whoever comes to the port
// that to has at that moment.
func forward(t *testing.T, to *atomic.Int64) (port int) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			from, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = from.Close() }()
				server, err := new(net.Dialer).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", to.Load()))
				if err != nil {
					return
				}
				defer func() { _ = server.Close() }()
				go func() { _, _ = io.Copy(server, from) }()
				_, _ = io.Copy(from, server)
			}()
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port
}

func TestServeMeasuresDovecotAndTellsOfTheExpiredCertificate(t *testing.T) {
	if !testenv.OwnNetwork(t, measuredHost) {
		return
	}
	a := testenv.NewAuthority(t)
	dovecot := func(until time.Time) int64 {
		certificate, key := a.Issue(t, until, measuredHost)
		return int64(testenv.StartDovecot(t, testenv.DovecotOptions{Certificate: certificate, Key: key}).IMAPS)
	}
	healthy, expired := dovecot(time.Time{}), dovecot(time.Now().Add(-time.Hour))
	var behind atomic.Int64
	behind.Store(healthy)
	url := fmt.Sprintf("imaps://%s:%d", measuredHost, forward(t, &behind))
	file := write(t, "waypost.yaml", fmt.Sprintf(`measure: {private: [127.0.0.0/8], ca-file: ca.pem}
domains:
  example.test: {incoming: ["%s"], outgoing: ["submissions://nowhere.example.test"]}
`, url))
	ca := filepath.Join(filepath.Dir(file), "ca.pem")
	trust := func(a *testenv.Authority) {
		t.Helper()
		replace(t, ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw}))
	}
	trust(a)
	state := t.TempDir()
	s := startInstance(t, measuringOften(nil), "--config", file, "--listen", "127.0.0.1:0", "--state", state)

	server, err := providers.ParseServer(url)
	must(t, err)
	server.Auth = []providers.Auth{providers.PasswordCleartext}
	stored := func() measure.State {
		m, _ := measure.Read(measurementsDir(state), server)
		return m
	}
	await(t, "a stored pass", func() bool { return stored().Verdict == probe.Pass })
	passed := stored()
	behind.Store(expired)
	await(t, "a stored failure", func() bool { return stored().Verdict == probe.Fail })
	if m := stored(); m.Cause != probe.CertExpired || m.Passed.Before(passed.At) || !m.Since.After(m.Passed) {
		t.Errorf("stored is %+v after %+v", m, passed)
	}
	line := `level=WARN msg="a server does not work as it is configured" server=` + url + ` cause=CERT-EXPIRED`
	await(t, "the log", func() bool { return s.log.count(line) > 0 })
	if h := s.health(t); !strings.Contains(h, url+": CERT-EXPIRED since ") {
		t.Errorf("/healthz?verbose says\n%s", h)
	}
	behind.Store(healthy)
	await(t, "a stored pass", func() bool { return stored().Verdict == probe.Pass })
	if n := s.log.count(line); n != 1 {
		t.Errorf("the log tells it %d times:\n%s", n, s.log)
	}

	// Another authority in the same file, and then none, count at once.
	trust(testenv.NewAuthority(t))
	await(t, "a failure", func() bool {
		return stored().Cause == probe.CertChainIncomplete || stored().Cause == probe.CertUntrusted
	})
	refused := s.log.count("reload refused")
	replace(t, ca, []byte("no certificate"))
	await(t, "the refusal", func() bool { return s.log.count("reload refused") > refused })
	trust(a)
	await(t, "a stored pass", func() bool { return stored().Verdict == probe.Pass })
}

// What is on loopback and not listed is not measured, and counts as unknown.
func TestLoopbackIsNotMeasuredUnlessItIsListed(t *testing.T) {
	if !testenv.OwnNetwork(t, measuredHost) {
		return
	}
	var connected atomic.Int64
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = ln.Close() }()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			connected.Add(1)
			_ = c.Close()
		}
	}()
	file := write(t, "waypost.yaml", fmt.Sprintf(`measure: {private: [10.0.0.0/8]}
domains:
  example.test: {incoming: ["imaps://%[1]s:%[2]d"], outgoing: ["submissions://%[1]s:%[2]d"]}
`, measuredHost, ln.Addr().(*net.TCPAddr).Port))
	s := startInstance(t, measuringOften(nil), "--config", file, "--listen", "127.0.0.1:0", "--state", t.TempDir())
	await(t, "the results", func() bool { return strings.Contains(s.health(t), "servers: 2 untested (") })
	if h := s.health(t); strings.Count(h, "ADDRESS-FORBIDDEN") != 2 || connected.Load() != 0 {
		t.Errorf("%d connections; /healthz?verbose says\n%s", connected.Load(), h)
	}
}

const measuredRecordText = `name: Example Mail
sources:
  page: {kind: first-party, name: help page, url: "https://example.test/help"}
  blog: {kind: article, name: a blog}
setups:
  - domains: [example.test]
    username: "{address}"
    auth: [password-cleartext]
    incoming:
      - {server: imaps://mail.example.test, sources: [page]}
      - {server: pop3s://mail.example.test, sources: [page]}
    outgoing:
      - {server: submission://mail.example.test, sources: [page]}
    claims:
      - {server: "pop3s://mail.example.test:1995", sources: [blog]}
`

// The servers speak implicit TLS on 587, as Spectrum's do, and no POP3 where the
// record has it, but where a blog does.
func TestProvidersMeasureProposesWhatPatchApplies(t *testing.T) {
	if !testenv.OwnNetwork(t, measuredHost) {
		return
	}
	patch := testenv.Need(t, "patch")
	certificate, key := testenv.NewAuthority(t).Issue(t, time.Time{}, measuredHost)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Certificate: certificate, Key: key, IMAPS: 993, POP3S: 1995})
	testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket, Submissions: 587})
	dir := t.TempDir()
	t.Chdir(dir)
	must(t, exec.CommandContext(t.Context(), "mkdir", "records").Run())
	replace(t, "records/example.test.yaml", []byte(measuredRecordText))
	args := []string{"providers", "measure", "example.test", "--records", "records", "--ca-file", certificate, "--allow-private", "--timeout", "10s"}

	out := command(t, exitFailure, args...)
	_, diff, found := strings.Cut(out, "Proposed, for review:\n\n")
	if !found {
		t.Fatalf("nothing is proposed:\n%s", out)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for _, text := range []string{
		"--- a/records/example.test.yaml\n+++ b/records/example.test.yaml\n",
		"+  measured: {kind: measurement, name: Waypost, date: " + today + "}\n",
		"-      - {server: submission://mail.example.test, sources: [page]}\n+      - {server: \"submissions://mail.example.test:587\", sources: [page, measured]}\n",
		"+      # Measured " + today + ": this passes, and pop3s://mail.example.test fails (REFUSED). Read the provider's page again.\n",
	} {
		if !strings.Contains(diff, text) {
			t.Errorf("the diff lacks\n%s\n%s", text, out)
		}
	}
	c := exec.CommandContext(t.Context(), patch, "-p1", "-F0")
	c.Stdin = strings.NewReader(diff)
	if output, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, output, diff)
	}
	out = command(t, exitFailure, args...) // POP3 fails as before
	if strings.Contains(out, "Proposed") {
		t.Errorf("a second run proposes more:\n%s", out)
	}
	asJSON := command(t, exitFailure, append(args, "--json")...)
	if !strings.Contains(asJSON, `"schema": "waypost.providers-measure/1"`) || strings.Count(asJSON, `"verdict": "pass"`) < 3 {
		t.Errorf("got\n%s", asJSON)
	}
	// Without leave nothing on loopback is reached.
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"providers", "measure", "--records", "records"}, strings.NewReader(""), &stdout, &stderr); code != exitUntested || !strings.Contains(stdout.String(), "ADDRESS-FORBIDDEN") {
		t.Errorf("exit code %d\n%s%s", code, &stdout, &stderr)
	}
}
