package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"waypost/internal/testenv"
	"waypost/probe"
)

// probing runs the program against Dovecot at mail.example.test.
type probing struct {
	url  string
	args []string
	port int
}

func startProbing(t *testing.T, password string) probing {
	t.Helper()
	a := testenv.NewAuthority(t)
	certificate, key := a.Issue(t, time.Time{}, "mail.example.test")
	d := testenv.StartDovecot(t, testenv.DovecotOptions{
		Certificate: certificate, Key: key, Users: map[string]string{"ann@example.test": password},
	})
	names := testenv.StartNames(t, func(name string, _ int) []netip.Addr {
		if name != "mail.example.test" {
			return nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.2")}
	})
	root := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return probing{
		url:  fmt.Sprintf("imaps://mail.example.test:%d", d.IMAPS),
		args: []string{"probe", "--resolver", names.Address, "--ca-file", root, "--allow-private"},
		port: d.IMAP,
	}
}

func (p probing) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append(p.args, args...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// withPassword gives the flag for a password, through a pipe. The descriptor is
// the program's to close: an os.File would close it a second time.
func withPassword(t *testing.T, password string) string {
	t.Helper()
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	if _, err := syscall.Write(ends[1], []byte(password+"\n")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Close(ends[1]); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("--password-fd=%d", ends[0])
}

func TestProbeShowsAHealthyServer(t *testing.T) {
	p := startProbing(t, "secret")
	code, stdout, stderr := p.run(t, p.url, fmt.Sprintf("imap://mail.example.test:%d", p.port))
	if code != exitPass || stderr != "" {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
	for _, want := range []string{"✓ " + p.url + "  pass in ", "SSL/TLS, TLS 1.3, certificate 0 days, log-in PLAIN", "STARTTLS, TLS 1.3", "– login"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in\n%s", want, stdout)
		}
	}
	code, stdout, _ = p.run(t, "--json", p.url)
	var report struct {
		Schema  string
		Verdict probe.Verdict
		Servers []probe.Evidence
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != exitPass {
		t.Fatalf("code %d, %v", code, err)
	}
	if report.Schema != "waypost.probe/1" || report.Verdict != probe.Pass || len(report.Servers) != 1 || report.Servers[0].TLS != "TLS 1.3" {
		t.Errorf("%+v", report)
	}
}

func TestProbeLogsInWithAPasswordThatNoFlagHolds(t *testing.T) {
	p := startProbing(t, "secret word")
	code, stdout, stderr := p.run(t, p.url, "--user", "ann@example.test", withPassword(t, "secret word"))
	if code != exitPass || !strings.Contains(stdout, "logged in") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = p.run(t, p.url, p.url, "--user", "ann@example.test", withPassword(t, "another word"))
	if code != exitFailure || strings.Count(stdout, "LOGIN-REFUSED") != 1 || !strings.Contains(stderr, "the password goes to no other server") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
	if strings.Contains(stdout+stderr, " word") {
		t.Errorf("the password is shown: %s%s", stdout, stderr)
	}
}

func TestProbeShowsBannersEscaped(t *testing.T) {
	d := testenv.StartDouble(t, "127.0.0.1", func(c net.Conn) {
		_, _ = c.Write([]byte("* BYE \x1b[2J\x07\u009b31m <b>go away</b>\r\n")) // who has gone needs none
	})
	for _, form := range [][]string{nil, {"--json"}} {
		var out, errs bytes.Buffer
		args := append([]string{"probe", "--allow-private", fmt.Sprintf("imap://localhost:%d", d.Port)}, form...)
		code := run(t.Context(), args, strings.NewReader(""), &out, &errs)
		if code != exitFailure || strings.ContainsAny(out.String()+errs.String(), "\x1b\x07\u009b") || !strings.Contains(out.String(), "BUSY") {
			t.Errorf("code %d, %q", code, out.String()+errs.String())
		}
		if form != nil && strings.Contains(out.String(), "<b>") {
			t.Errorf("JSON holds HTML: %s", out.String())
		}
	}
}
