package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/internal/testenv"
)

// These tests give an unmodified Delta Chat an address, a password and nothing
// else, in a network where only this program can tell it the servers. No client
// guesses their names and ports. The checks of certificates are off, because
// Delta Chat cannot be told of another root; since core 2.51 that goes for its
// search too.

// incomingHost takes STARTTLS, outgoingHost implicit TLS; both at any port.
const (
	incomingHost = "pigeon.example.test"
	outgoingHost = "owl.example.test"
)

// webHosts are the names at which clients ask for the domain's servers.
var webHosts = []string{"autoconfig.example.test", "example.test", "autodiscover.example.test"}

func TestDeltaChatIsSetUpThroughAutoconfig(t *testing.T) {
	hosts := slices.Concat(webHosts, []string{incomingHost, outgoingHost})
	if !testenv.OwnNetwork(t, hosts...) {
		return
	}
	// A name to log in with that is not the address shows that it is taken over.
	m := newMailbox(t, "ann")
	w := servePublicly(t, m.record("example.test", "{local}"))
	m.mustBeSetUp(t, "starttls", "tls")
	if d := cmp.Diff([]string{"GET /mail/config-v1.1.xml 200"}, w.stop(t)); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
}

func TestDeltaChatIsSetUpThroughAutodiscoverAlone(t *testing.T) {
	// Where it would ask for autoconfig, there is no such host.
	if !testenv.OwnNetwork(t, "autodiscover.example.test", incomingHost, outgoingHost) {
		return
	}
	// What Autodiscover says of the name to log in with, it does not read, and
	// "SSL on" it takes for either kind (core 2.57, 2026-11-23).
	m := newMailbox(t, "ann@example.test")
	w := servePublicly(t, m.record("example.test", "{address}"))
	m.mustBeSetUp(t, "tls starttls", "tls starttls")
	if d := cmp.Diff([]string{"GET /autodiscover/autodiscover.xml 200"}, w.stop(t)); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
}

// Without this, the tests above could pass by a guess.
func TestDeltaChatIsNotSetUpWhereNothingIsAnswered(t *testing.T) {
	hosts := slices.Concat(webHosts, []string{incomingHost, outgoingHost})
	if !testenv.OwnNetwork(t, hosts...) {
		return
	}
	m := newMailbox(t, "ann@example.test")
	w := servePublicly(t, m.record("another.test", "{address}"))
	d := startDeltaChat(t)
	if err := d.setUp(t, "ann@example.test", m.password); err == nil {
		t.Errorf("it is set up: %s", d.settings(t))
	}
	// It searches once more after the failure, for what it logs (core 2.57).
	search := []string{
		"GET /mail/config-v1.1.xml 404",
		"GET /.well-known/autoconfig/mail/config-v1.1.xml 404",
		"GET /autodiscover/autodiscover.xml 404", // of example.test
		"GET /autodiscover/autodiscover.xml 404", // of autodiscover.example.test
	}
	if d := cmp.Diff(slices.Repeat(search, 2), w.stop(t)); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
	if log := m.dovecot.Log(); strings.Contains(log, "Login: ") {
		t.Errorf("it logged in:\n%s", log)
	}
}

// mailbox is an account on mail servers that run.
type mailbox struct {
	username, password string
	dovecot            *testenv.Dovecot
	postfix            *testenv.Postfix
}

func newMailbox(t *testing.T, username string) mailbox {
	t.Helper()
	certificate, key := testenv.NewAuthority(t).Issue(t, time.Time{}, incomingHost, outgoingHost)
	m := mailbox{username: username, password: rand.Text()}
	m.dovecot = testenv.StartDovecot(t, testenv.DovecotOptions{
		Certificate: certificate, Key: key, Users: map[string]string{username: m.password},
	})
	m.postfix = testenv.StartPostfix(t, testenv.PostfixOptions{
		Certificate: certificate, Key: key, AuthSocket: m.dovecot.AuthSocket,
	})
	return m
}

// record is the part of a configuration that tells a domain's servers.
func (m mailbox) record(domain, username string) string {
	return fmt.Sprintf(`domains:
  %s:
    name: Example Mail
    username: %q
    incoming: ["imap://%s:%d"]
    outgoing: ["submissions://%s:%d"]
`, domain, username, incomingHost, m.dovecot.IMAP, outgoingHost, m.postfix.Submissions)
}

// mustBeSetUp checks that Delta Chat needs nothing but the address and the
// password: that it has the record's servers, each with these kinds of TLS to
// try, and that they let it in.
func (m mailbox) mustBeSetUp(t *testing.T, incoming, outgoing string) {
	t.Helper()
	d := startDeltaChat(t)
	if err := d.setUp(t, "ann@example.test", m.password); err != nil {
		t.Fatal(err)
	}
	candidates := func(host string, port int, kinds string) string {
		var all []string
		for kind := range strings.FieldsSeq(kinds) {
			all = append(all, fmt.Sprintf("%s:%d:%s", host, port, kind))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	want := fmt.Sprintf("1: ***@example.test imap:%s smtp:%s cert_accept_invalid_certificates",
		candidates(incomingHost, m.dovecot.IMAP, incoming), candidates(outgoingHost, m.postfix.Submissions, outgoing))
	if got := d.settings(t); got != want {
		t.Errorf("it has\n%s, want\n%s", got, want)
	}
	for _, event := range []string{
		"ImapConnected: IMAP-LOGIN as " + m.username,
		"SmtpConnected: SMTP-LOGIN as " + m.username + " ok",
	} {
		if !slices.Contains(d.events, event) {
			t.Errorf("it does not report %q", event)
		}
	}
	await(t, "Dovecot to tell of the login", func() bool {
		return strings.Contains(m.dovecot.Log(), "Login: user=<"+m.username+">")
	})
	await(t, "Postfix to tell of the login", func() bool { return strings.Contains(m.postfix.Log(), " auth=1 ") })
}

// public is the built program, run as people run it.
type public struct {
	command *exec.Cmd
	access  bytes.Buffer // to be read once the program has ended
	log     logged
}

// servePublicly answers https for all web hosts at the port that clients ask.
func servePublicly(t *testing.T, domains string) *public {
	t.Helper()
	certificate, key := testenv.NewAuthority(t).Issue(t, time.Time{}, webHosts...)
	file := write(t, "waypost.yaml", fmt.Sprintf("tls: {listen: 127.0.0.1:443, certificate: %q, key: %q}\n%s", certificate, key, domains))
	w := &public{command: exec.CommandContext(t.Context(), "waypost", "serve", "--config", file, "--state", t.TempDir())}
	w.command.Stdout, w.command.Stderr = &w.access, &w.log
	must(t, w.command.Start())
	await(t, "the server to start", func() bool { return w.log.count("msg=serving ") > 0 })
	return w
}

var requestLine = regexp.MustCompile(`route=(\S+) method=(\S+) status=(\d+)`)

// stop ends the program, and gives the requests that it answered as "METHOD
// ROUTE STATUS". None of what it wrote may hold the address.
func (w *public) stop(t *testing.T) (requests []string) {
	t.Helper()
	must(t, w.command.Process.Signal(syscall.SIGTERM))
	if err := w.command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &w.log)
	}
	access := w.access.String()
	if log := w.log.String(); strings.Contains(log, "ann@") || strings.Contains(access, "ann@") {
		t.Errorf("the logs are\n%s\n%s", log, access)
	}
	for _, m := range requestLine.FindAllStringSubmatch(access, -1) {
		requests = append(requests, m[2]+" "+m[1]+" "+m[3])
	}
	return requests
}
