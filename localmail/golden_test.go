package localmail_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/localmail"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The files in testdata are outputs of Dovecot 2.3.19 and Postfix 3.7.11 from
// Debian 12, with the machine's name replaced; that of 2.4 was written by hand.
func TestWhatRealProgramsPrintIsRead(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.doveconf")
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs: ", err)
	}
	for _, input := range inputs {
		d, err := localmail.ParseDovecot(read(t, input))
		compare(t, input+".golden", describeDovecot(d, err))
	}
	inputs, err = filepath.Glob("testdata/*.postconf")
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs: ", err)
	}
	for _, input := range inputs {
		p, err := localmail.ParsePostfix(read(t, input), read(t, strings.TrimSuffix(input, "postconf")+"master"))
		compare(t, input+".golden", describePostfix(p, err))
	}
}

func describeDovecot(d localmail.Dovecot, err error) string {
	if err != nil {
		return fmt.Sprintf("error: %v\n", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Dovecot %s, passwords without TLS: %t\n", d.Version, d.Cleartext)
	describe(&b, d.Listeners, d.Certificates)
	fmt.Fprintf(&b, "login %q\n  because %s\n  %s\n", d.Login.Rule, d.Login.Why, d.Login.Origin)
	return b.String()
}

func describePostfix(p localmail.Postfix, err error) string {
	if err != nil {
		return fmt.Sprintf("error: %v\n", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Postfix at %q\n  %s\n", p.Host, p.HostOrigin)
	describe(&b, p.Listeners, p.Certificates)
	for _, d := range p.Domains {
		fmt.Fprintf(&b, "domain %s\n  %s\n", d.Name, d.Origin)
	}
	return b.String()
}

func describe(b *strings.Builder, listeners []localmail.Listener, certificates []localmail.Certificate) {
	for _, l := range listeners {
		fmt.Fprintf(b, "%s %d at %q security %q auth %q\n  %s\n", l.Protocol, l.Port, l.Address, l.Security, l.Auth, l.Origin)
	}
	for _, c := range certificates {
		fmt.Fprintf(b, "certificate %s\n  %s\n", c.File, c.Origin)
	}
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(string(read(t, file)), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}
