package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"waypost/check"
	"waypost/internal/testenv"
)

const mailHost = "mail.example.test"

// hosted is a domain whose every part is real: Dovecot and Postfix at their own
// ports, BIND with the zone that `waypost dns` prints, and this program at 443.
type hosted struct {
	authority *testenv.Authority
	config    string
}

// host starts all of it, with certificates of the mail servers as given.
func host(t *testing.T, incoming, outgoing func(*testenv.Authority) (certificate, key string)) hosted {
	t.Helper()
	h := hosted{authority: testenv.NewAuthority(t)}
	certificate, key := incoming(h.authority)
	dovecot := testenv.StartDovecot(t, testenv.DovecotOptions{
		Certificate: certificate, Key: key, Users: map[string]string{"ann@example.test": "secret"}, IMAPS: 993,
	})
	certificate, key = outgoing(h.authority)
	testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: dovecot.AuthSocket, Submissions: 465})

	names := []string{"example.test"}
	for _, label := range []string{"setup", "autoconfig", "autodiscover", "ua-auto-config"} {
		names = append(names, label+".example.test")
	}
	certificate, key = h.authority.Issue(t, time.Now().AddDate(0, 0, 60), names...)
	h.config = write(t, "waypost.yaml", fmt.Sprintf(`url: https://setup.example.test
tls: {listen: "127.0.0.1:443", certificate: %q, key: %q}
domains:
  example.test:
    name: Example Mail
    incoming: ["imaps://%[3]s"]
    outgoing: ["submissions://%[3]s"]
`, certificate, key, mailHost))
	served := &public{command: exec.CommandContext(t.Context(), "waypost", "serve", "--config", h.config, "--state", t.TempDir())}
	served.command.Stderr = &served.log
	must(t, served.command.Start())
	await(t, "the server to start", func() bool { return served.log.count("msg=serving ") > 0 })

	// BIND listens at addresses that a device has, and at no others.
	must(t, exec.CommandContext(t.Context(), "ip", "address", "add", nameServer+"/32", "dev", "lo").Run())
	zone, err := exec.CommandContext(t.Context(), "waypost", "dns", "example.test", "--format", "zone", "--config", h.config).Output()
	must(t, err)
	testenv.StartBIND(t, testenv.BINDOptions{Address: nameServer, Port: 53, Zones: map[string]string{"example.test": `$TTL 3600
example.test. IN SOA ns.example.test. hostmaster.example.test. 1 3600 600 86400 3600
example.test. IN NS ns.example.test.
ns.example.test. IN A ` + nameServer + `
example.test. IN A 127.0.0.1
setup.example.test. IN A 127.0.0.1
` + mailHost + `. IN A 127.0.0.1
` + string(zone)}})
	return h
}

// nameServer is free of the one that every network of the tests has.
const nameServer = "127.0.0.2"

// good makes a certificate that holds.
func good(t *testing.T) func(*testenv.Authority) (string, string) {
	return func(a *testenv.Authority) (string, string) { return a.Issue(t, time.Now().AddDate(0, 0, 60), mailHost) }
}

// check runs the program, and gives its exit code and its report.
func (h hosted) check(t *testing.T, args ...string) (int, check.Report, string) {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	must(t, os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.authority.Root.Raw}), 0o600))
	return h.run(t, append([]string{"--config", h.config, "--ca-file", roots}, args...)...)
}

// run does so with a configuration and roots among the arguments.
func (h hosted) run(t *testing.T, args ...string) (int, check.Report, string) {
	t.Helper()
	args = append([]string{"check", "--allow-private", "--resolver", nameServer}, args...)
	c := exec.CommandContext(t.Context(), "waypost", args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var report check.Report
	if slices.Contains(args, "--json") {
		if err := json.Unmarshal(out, &report); err != nil {
			t.Fatalf("%v\n%s\n%s", err, out, &stderr)
		}
	}
	return c.ProcessState.ExitCode(), report, string(out)
}

// notPassed gives what did not pass, as VERDICT CODE ABOUT.
func notPassed(r check.Report) (list []string) {
	for _, f := range r.Findings {
		if f.Verdict != check.Pass {
			list = append(list, string(f.Verdict)+" "+f.Code+" "+f.About)
		}
	}
	return list
}

func TestCheckIsGreenWhereEverythingWorks(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	h := host(t, good(t), good(t))
	code, report, out := h.check(t, "ann@example.test", "--json")
	for _, f := range report.Findings {
		if f.Verdict == check.Fail || f.Verdict == check.Warn {
			t.Errorf("%+v", f)
		}
	}
	if code != exitPass {
		t.Errorf("exit code %d: %q\n%s", code, notPassed(report), out)
	}
	for _, about := range []string{"imaps://" + mailHost, "submissions://" + mailHost, "Thunderbird", "Delta Chat", "Evolution", "Geary"} {
		if !slices.ContainsFunc(report.Findings, func(f check.Finding) bool { return f.About == about && f.Verdict == check.Pass }) {
			t.Errorf("%s did not pass: %q", about, notPassed(report))
		}
	}
	if t.Failed() {
		t.Log(out)
	}
	page := filepath.Join(t.TempDir(), "report.html")
	code, _, out = h.check(t, "example.test", "--html", page)
	if code != exitPass || !strings.Contains(out, "Result: ") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if html, err := os.ReadFile(page); err != nil || !strings.Contains(string(html), "Mail settings of example.test") {
		t.Errorf("%v\n%s", err, html)
	}
	// The authority may stand in the configuration, for measurements and for this.
	text, err := os.ReadFile(h.config)
	must(t, err)
	roots := write(t, "roots.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.authority.Root.Raw})))
	code, _, out = h.run(t, "example.test", "--config", write(t, "waypost.yaml", string(text)+"measure: {ca-file: "+roots+"}\n"))
	if code != exitPass {
		t.Errorf("exit code %d\n%s", code, out)
	}
	code, _, out = h.check(t, "ann@example.test", "--client", "thunderbird")
	if code != exitPass || !strings.Contains(out, "https://autoconfig.example.test/mail/config-v1.1.xml") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// The certificate was renewed, and one of the two services has not seen it.
func TestCheckNamesTheServiceThatWasNotReloaded(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	h := host(t, func(a *testenv.Authority) (string, string) { return a.Issue(t, time.Now().AddDate(0, 0, -2), mailHost) }, good(t))
	code, report, out := h.check(t, "ann@example.test", "--json")
	if code != exitFailure {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"fail CERT-EXPIRED imaps://" + mailHost, "fail CERT-NOT-RELOADED imaps://" + mailHost, "untested CLIENT-BROKEN-SERVER Thunderbird"} {
		if !slices.Contains(notPassed(report), want) {
			t.Errorf("there is no %s in %q", want, notPassed(report))
		}
	}
	if len(report.Findings) == 0 || report.Findings[0].Code != "CERT-EXPIRED" || report.Findings[0].Verdict != check.Fail {
		t.Errorf("first: %+v", report.Findings)
	}
	if t.Failed() {
		t.Log(out)
	}
}

// One certificate for everything, and it has expired: that is one thing to mend.
func TestCheckTellsOneBrokenThingOnce(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	var certificate, key string
	expired := func(a *testenv.Authority) (string, string) {
		if certificate == "" {
			certificate, key = a.Issue(t, time.Now().AddDate(0, 0, -2), mailHost)
		}
		return certificate, key
	}
	h := host(t, expired, expired)
	code, _, out := h.check(t, "ann@example.test")
	const both = "imaps://" + mailHost + ", submissions://" + mailHost + "\n"
	for _, want := range []string{
		"Fix this first\n✗ CERT-EXPIRED  ", "    about     " + both,
		"– CLIENT-BROKEN-SERVER  ", "    why       not tested, because these fail: ",
	} {
		if strings.Count(out, want) != 1 {
			t.Errorf("%q stands there %d times", want, strings.Count(out, want))
		}
	}
	if code != exitFailure || strings.Count(out, "✗ ") != 1 || !strings.Contains(out, ", 2 fail, ") {
		t.Errorf("exit code %d", code)
	}
	if t.Failed() {
		t.Log(out)
	}
}
