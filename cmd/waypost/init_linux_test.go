package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/config"
	"waypost/internal/reach"
	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

// mailServer is a machine with Dovecot and Postfix at the usual ports of
// mail.example.test, which has a second name.
type mailServer struct {
	authority *testenv.Authority
	dovecot   *testenv.Dovecot
	caFile    string
}

const (
	mailName   = "mail.example.test"
	secondName = "server.example.org"
)

func startMailServer(t *testing.T, dovecotSettings string) *mailServer {
	t.Helper()
	m := &mailServer{authority: testenv.NewAuthority(t)}
	certificate, key := m.authority.Issue(t, time.Time{}, secondName, mailName, "*.example.net")
	m.dovecot = testenv.StartDovecot(t, testenv.DovecotOptions{
		Certificate: certificate, Key: key, IMAP: 143, IMAPS: 993, POP3: 110, POP3S: 995, Settings: dovecotSettings,
	})
	testenv.StartPostfix(t, testenv.PostfixOptions{
		Certificate: certificate, Key: key, AuthSocket: m.dovecot.AuthSocket, Submission: 587, Submissions: 465,
		Settings: "myhostname = " + secondName + "\nvirtual_mailbox_domains = example.test",
	})
	m.caFile = write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.authority.Root.Raw})))
	// The programs would read /etc; these find the servers of the test.
	bin := t.TempDir()
	for name, configuration := range map[string]string{"doveconf": m.dovecotFile(), "postconf": m.postfixDir(t)} {
		script := "#!/bin/sh\nexec " + testenv.Need(t, name) + " -c " + configuration + " \"$@\"\n"
		must(t, os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755))
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return m
}

func (m *mailServer) dovecotFile() string {
	return filepath.Join(filepath.Dir(m.dovecot.AuthSocket), "dovecot.conf")
}

// postfixDir finds the configuration that names Dovecot's socket.
func (m *mailServer) postfixDir(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.TempDir(), "waypost*", "etc", "main.cf"))
	must(t, err)
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil && bytes.Contains(text, []byte(m.dovecot.AuthSocket)) {
			return filepath.Dir(f)
		}
	}
	t.Fatal("Postfix's configuration was not found")
	return ""
}

// init runs the command without a terminal, and gives the file that it writes.
func (m *mailServer) init(t *testing.T, domain string, flags ...string) (code int, file, text, stderr string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "waypost.yaml")
	var out, complaint bytes.Buffer
	args := append([]string{"init", domain, "-o", file, "--ca-file", m.caFile}, flags...)
	code = run(t.Context(), args, strings.NewReader(""), &out, &complaint)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, &out, &complaint)
	}
	t.Logf("%s\n%s\n%s", &out, &complaint, data)
	return code, file, string(data), complaint.String()
}

// served gives the servers of the file as the program reads it.
func served(t *testing.T, file string) (urls []string, all []providers.Server) {
	t.Helper()
	c, err := config.Load(file)
	must(t, err)
	setup := c.Domains[0].Setups[0]
	all = slices.Concat(setup.Incoming, setup.Outgoing)
	for _, s := range all {
		urls = append(urls, s.URL()+" "+string(s.Username))
	}
	return urls, all
}

func TestInitWritesWhatThisMachineOffersAndWhatWorks(t *testing.T) {
	if !testenv.OwnNetwork(t, mailName, secondName) {
		return
	}
	m := startMailServer(t, "auth_username_format = %Ln")
	code, file, text, stderr := m.init(t, "example.test")
	if code != exitPass || stderr != "" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	urls, servers := served(t, file)
	want := []string{
		"imaps://mail.example.test {address}", "imap://mail.example.test {address}",
		"pop3s://mail.example.test {address}", "pop3://mail.example.test {address}",
		"submissions://mail.example.test {address}", "submission://mail.example.test {address}",
	}
	if d := cmp.Diff(want, urls); d != "" {
		t.Errorf("servers (-want +got):\n%s", d)
	}
	roots := x509.NewCertPool()
	roots.AddCert(m.authority.Root)
	for _, s := range servers {
		e := probe.Server(t.Context(), s, probe.Options{Network: reach.Network{Allow: reach.All}, Roots: roots})
		if !slices.Contains([]probe.Verdict{probe.Pass, probe.Warn}, e.Verdict) {
			t.Errorf("%s: %s %s", s.URL(), e.Verdict, e.Cause)
		}
	}
	for _, how := range []string{
		"# its mail is on this machine: postconf -n, line ",
		": virtual_mailbox_domains = example.test\n",
		": auth_username_format = %Ln\n",
		"# measured " + time.Now().Format(time.DateOnly) + ": ",
		"implicit TLS, TLS 1.3, certificate for mail.example.test, ",
		"AUTH-BEFORE-TLS: The server takes passwords before TLS. (Dovecot does so for its own machine alone, ",
		"service imap-login, inet_listener imaps: port = 993\n      - imaps://mail.example.test\n",
		" inet smtpd -o smtpd_tls_wrappermode=yes\n      - submissions://mail.example.test\n",
		"# the name mail.example.test: certificate ",
		"# imaps://server.example.org\n    #   works too, and is not taken beside the ones above\n",
	} {
		if !strings.Contains(text, how) {
			t.Errorf("the file does not say %q", how)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if out, err := exec.CommandContext(t.Context(), "waypost", "config", "check", "--config", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The configuration was changed and Dovecot not reloaded: what it says is not so.
func TestInitLeavesOutWhatIsConfiguredAndDoesNotWork(t *testing.T) {
	if !testenv.OwnNetwork(t, mailName) {
		return
	}
	m := startMailServer(t, "auth_username_format = %Ln")
	f, err := os.OpenFile(m.dovecotFile(), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString("service imap-login {\n inet_listener imaps {\n port = 994\n }\n}\n")
	must(t, err)
	must(t, f.Close())
	code, file, text, stderr := m.init(t, "example.test")
	if code != exitPass {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	urls, _ := served(t, file)
	if d := cmp.Diff([]string{"imap://mail.example.test {address}", "pop3s://mail.example.test {address}"}, urls[:2]); d != "" {
		t.Errorf("servers (-want +got):\n%s", d)
	}
	for _, how := range []string{
		"    # imaps://mail.example.test:994\n    #   fail, REFUSED: Nothing listens on this port",
		"    # imaps://server.example.org:994\n    #   fail, NAME-NOT-FOUND: ",
	} {
		if !strings.Contains(text, how) {
			t.Errorf("the file does not say %q", how)
		}
	}
}

// The certificate is for a name that leads nowhere, and the password database
// shows no form of user names.
func TestInitMarksGapsWhereNothingWasMeasuredToWork(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	code, file, text, stderr := startMailServer(t, "").init(t, "example.test")
	if code != exitWarning || !strings.Contains(stderr, "3 gaps: incoming, outgoing, username") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, gap := range []string{"incoming", "outgoing", "username"} {
		if strings.Count(text, "# GAP: "+gap+":") != 1 {
			t.Errorf("there is no gap for %s", gap)
		}
	}
	if c, err := config.Load(file); err == nil {
		t.Errorf("it was read as %+v", c)
	}
}

// The mail of this domain runs elsewhere: DNS and autoconfig say where, and one
// of the records leads to a port where nothing listens.
func TestInitTakesWhatTheDomainPublishesAndWhatWorks(t *testing.T) {
	const domain, provider = "published.test", "mail.provider.test"
	if !testenv.OwnNetwork(t) {
		return
	}
	a := testenv.NewAuthority(t)
	certificate, key := a.Issue(t, time.Time{}, provider, "autoconfig."+domain)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Certificate: certificate, Key: key, IMAPS: 993})
	testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket, Submission: 587})
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<clientConfig version="1.1"><emailProvider id=%q><domain>%s</domain><displayName>Published &amp; Co</displayName>
			<incomingServer type="imap"><hostname>%s</hostname><port>993</port><socketType>SSL</socketType><authentication>password-cleartext</authentication><username>%%EMAILLOCALPART%%</username></incomingServer>
			<incomingServer type="pop3"><hostname>%s</hostname><port>110</port><socketType>plain</socketType><authentication>password-cleartext</authentication><username>%%EMAILLOCALPART%%</username></incomingServer>
			<outgoingServer type="smtp"><hostname>%s</hostname><port>587</port><socketType>STARTTLS</socketType><authentication>password-cleartext</authentication><username>%%EMAILLOCALPART%%</username></outgoingServer>
			</emailProvider></clientConfig>`, domain, domain, provider, provider, provider)
	}))
	listen, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:443")
	must(t, err)
	pair, err := tls.LoadX509KeyPair(certificate, key)
	must(t, err)
	web.Listener, web.TLS = listen, &tls.Config{Certificates: []tls.Certificate{pair}}
	web.StartTLS()
	t.Cleanup(web.Close)
	zone := func(name, records string) string {
		return "$TTL 60\n@ SOA ns." + name + ". a." + name + ". 1 60 60 60 60\n@ NS ns." + name + ".\nns A 127.0.0.1\n" + records
	}
	b := testenv.StartBIND(t, testenv.BINDOptions{Zones: map[string]string{
		domain: zone(domain, `@ MX 10 mx.provider.test.
@ MX 5 mx
_imaps._tcp SRV 0 1 993 mail.provider.test.
_imap._tcp SRV 0 1 144 mail.provider.test.
_pop3s._tcp SRV 0 0 0 .
_submission._tcp SRV 0 1 587 mail.provider.test.
autoconfig A 127.0.0.1
`),
		"provider.test": zone("provider.test", "mail A 127.0.0.1\nmx A 192.0.2.1\n"),
	}})
	m := &mailServer{caFile: write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw})))}
	t.Setenv("PATH", t.TempDir())
	code, file, text, stderr := m.init(t, domain, "--resolver", b.Address)
	if code != exitPass {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	urls, _ := served(t, file)
	if d := cmp.Diff([]string{"imaps://mail.provider.test {local}", "submission://mail.provider.test {local}"}, urls); d != "" {
		t.Errorf("servers (-want +got):\n%s", d)
	}
	for _, how := range []string{
		"# https://autoconfig.published.test/mail/config-v1.1.xml\n    name: \"Published & Co\"\n",
		"# user name: https://autoconfig.published.test/mail/config-v1.1.xml\n    username: \"{local}\"\n",
		"# SRV _imaps._tcp.published.test\n      # https://autoconfig.published.test/mail/config-v1.1.xml\n      - imaps://mail.provider.test\n",
		"# imap://mail.provider.test:144\n    #   fail, REFUSED: ",
		"# pop3://mail.provider.test?security=none\n    #   not measured: it is published without TLS",
		"# MX in DNS on " + time.Now().Format(time.DateOnly) + ", and not a name of this domain: mx.provider.test\n",
		"    mx: [mx.published.test]\n",
	} {
		if !strings.Contains(text, how) {
			t.Errorf("the file does not say %q", how)
		}
	}
}
