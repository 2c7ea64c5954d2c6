package probe_test

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"waypost/internal/reach"
	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

const account = "ann@example.test"

// The names of the test world. Dovecot takes a connection from an address to
// itself for a safe one, so it is met at 127.0.0.2; Postfix is at 127.0.0.1.
const (
	mailHost  = "mail.example.test"
	smtpHost  = "smtp.example.test"
	bothHost  = "both.example.test" // the other family is dead
	twoHost   = "two.example.test"  // two addresses, of which one is dead
	otherHost = "other.example.test"
)

func addresses(name string, _ int) []netip.Addr {
	four, two, six := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("::1")
	return map[string][]netip.Addr{
		mailHost:       {two},
		smtpHost:       {four},
		otherHost:      {two},
		bothHost:       {two, six},
		twoHost:        {two, netip.MustParseAddr("127.0.0.3")},
		"six.test":     {six},
		"private.test": {netip.MustParseAddr("10.0.0.1")},
	}[name]
}

// world is what a test measures in: a name server, an authority, a password.
type world struct {
	*testenv.Authority

	names    *testenv.Names
	options  probe.Options
	password string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Authority: testenv.NewAuthority(t), names: testenv.StartNames(t, addresses), password: rand.Text()}
	w.options = probe.Options{
		Network: reach.Network{Resolver: w.names.Address, Allow: reach.All},
		Roots:   x509.NewCertPool(),
		Timeout: 15 * time.Second,
	}
	w.options.Roots.AddCert(w.Root)
	return w
}

// certificate gives a good one for every name but otherHost.
func (w *world) certificate(t *testing.T) (certificate, key string) {
	t.Helper()
	return w.Issue(t, time.Time{}, mailHost, smtpHost, bothHost, twoHost)
}

// server reads the notation; the declared method is the usual one.
func server(t *testing.T, format string, args ...any) providers.Server {
	t.Helper()
	s, err := providers.ParseServer(fmt.Sprintf(format, args...))
	if err != nil {
		t.Fatal(err)
	}
	s.Auth, s.Username = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress
	return s
}

func address(t *testing.T) providers.Address {
	t.Helper()
	a, err := providers.ParseAddress(account)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// show lists the steps of a measurement for a failed test.
func show(e probe.Evidence) string {
	text := fmt.Sprintf("%s: %s %s, also %v, in %v\n", e.Server.URL(), e.Verdict, e.Cause, e.Also, e.Took)
	for _, s := range e.Steps {
		text += fmt.Sprintf("  %-12s %-18s %-8s %-20s seen %q, expected %q, %v\n", s.Name, s.Address, s.Verdict, s.Cause, s.Seen, s.Expected, s.Took)
	}
	return text
}
