package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/config"
	"waypost/probe"
	"waypost/providers"
)

// runInit runs the command with these programs alone, and a name server that
// does not answer.
func runInit(t *testing.T, programs map[string]string, args ...string) (code int, text, stderr string) {
	t.Helper()
	bin, file := t.TempDir(), filepath.Join(t.TempDir(), "waypost.yaml")
	for name, script := range programs {
		must(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script), 0o755))
	}
	t.Setenv("PATH", bin)
	var out, complaint bytes.Buffer
	args = append([]string{"init", "example.com", "-o", file, "--resolver", "127.0.0.1:1"}, args...)
	code = run(t.Context(), args, strings.NewReader(""), &out, &complaint)
	data, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return code, string(data), complaint.String()
}

func TestInitInventsNothing(t *testing.T) {
	code, text, stderr := runInit(t, map[string]string{"doveconf": "", "postconf": ""})
	if code != exitFailure || !strings.Contains(stderr, "no server was found for example.com") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	var said []string
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimSpace(line); trimmed != "" && trimmed[0] != '#' {
			said = append(said, trimmed)
		}
	}
	if got := strings.Join(said, " "); got != "domains: example.com:" {
		t.Errorf("the file says %q", got)
	}
	if strings.Count(text, "# GAP: ") != 3 {
		t.Errorf("the gaps are not three:\n%s", text)
	}
}

func TestInitWithNowhereToLookWritesNothing(t *testing.T) {
	code, text, stderr := runInit(t, nil)
	if code != exitUntested || text != "" || !strings.Contains(stderr, "there was nowhere to look") {
		t.Errorf("exit code %d: %s%s", code, text, stderr)
	}
}

// Ports that are configured and names that nobody knows: nothing is measured to
// work, so nothing is served.
func TestInitDoesNotBelieveAConfiguration(t *testing.T) {
	code, text, stderr := runInit(t, map[string]string{
		"doveconf": "echo '# 2.3.19.1 (x): /etc/d.conf'; echo 'auth_username_format = %n'",
		"postconf": `case $1 in -n) echo myhostname = mail.example.com; echo smtpd_sasl_auth_enable = yes;; -M) echo 587 inet n - y - - smtpd; echo 25 inet n - y - - smtpd;; esac`,
	})
	if code != exitWarning || !strings.Contains(stderr, "2 gaps: incoming, outgoing") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{
		"# imaps://mail.example.com\n    #   untested, NAME-NO-ANSWER: ",
		"# submission://mail.example.com?security=none\n    #   not measured: no TLS is configured",
		"# smtp://mail.example.com?security=none\n    #   not measured: port 25 is where",
		"# configured: doveconf -n: protocols = imap pop3; imaps has its default port 993",
	} {
		if !strings.Contains(text, strings.TrimPrefix(want, "# configured: ")) {
			t.Errorf("the file does not say %q:\n%s", want, text)
		}
	}
}

// What servers, names and configurations say stays in its comment.
func TestWhatOthersSayCannotLeaveItsComment(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		foreign := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a\nurl: https://x.example", "\u2028b: c", "\x85d: e", "# \x00", "\r\n- f"}))
		server, _ := providers.ParseServer("imaps://mail.example.com")
		out, _ := providers.ParseServer("submissions://mail.example.com")
		candidateOf := func(s providers.Server, v probe.Verdict) *candidate {
			return &candidate{
				server: s, how: []string{foreign.Draw(t, "how")},
				evidence: probe.Evidence{Verdict: v, TLS: foreign.Draw(t, "TLS"), Methods: []string{foreign.Draw(t, "method")}, Cause: probe.Cause(foreign.Draw(t, "cause"))},
			}
		}
		in, sub, failed := candidateOf(server, probe.Pass), candidateOf(out, probe.Warn), candidateOf(server, probe.Fail)
		name := personalName(foreign.Draw(t, "name"))
		d := decision{
			incoming: []*candidate{in}, outgoing: []*candidate{sub}, username: providers.LocalPart,
			usernameHow: []string{foreign.Draw(t, "user")}, name: name, nameHow: foreign.Draw(t, "from"),
		}
		s := &survey{domain: providers.MustDomain("example.com"), today: "2026-11-23"}
		s.candidates, s.here = []*candidate{in, sub, failed}, foreign.Draw(t, "here")
		s.remark("%s", foreign.Draw(t, "remark"))
		file, err := os.CreateTemp(dir, "waypost-*.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(d.document(s)); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		c, err := config.Load(file.Name())
		if err != nil {
			t.Fatalf("%v\n%s", err, d.document(s))
		}
		p := c.Domains[0]
		if c.URL != nil || len(p.Setups[0].Incoming) != 1 || len(p.Setups[0].Outgoing) != 1 || name != "" && p.Name != name {
			t.Fatalf("it was read as %+v", p)
		}
	})
}
