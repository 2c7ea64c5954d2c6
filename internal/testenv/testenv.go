// Package testenv gives tests the real parts that they work with, and says
// which are missing.
//
// # Parts
//
// A part is a program of the system, such as openssl, that scripts/test.sh
// installs where it can. A test asks for it with [Need]:
//
//	openssl := testenv.Need(t, "openssl")
//	out, err := exec.CommandContext(t.Context(), openssl, "cms", "-verify", …).CombinedOutput()
//
// Where the part is missing, the test is skipped. It is never passed by
// default, and it never runs against an imitation.
//
// # Servers
//
// [StartDovecot] and [StartPostfix] run the mail servers that most of the world
// runs, on ports of their own, until the test ends. [NewAuthority] makes the
// certificates that they present. [StartBIND] runs a name server with the zones
// of the test; it needs no root. [StartChromium] runs a browser, and [Axe] gives
// the script that judges pages. The servers need Linux, and root, since both
// change to users of less rights.
//
// [StartDouble], [Proxy] and [SilentPort] are for what no real server can be made
// to do: what an enemy, a device on the way or a firewall does. [StartNames]
// answers for the names of a test, and for those that rebind.
//
// # Networks
//
// [OwnNetwork] runs a test with a network and names of its own, for clients that
// insist on port 443 or look names up by themselves. It needs Linux and root too.
//
// # Environment
//
// WAYPOST_REQUIRE=all makes a missing part a failure, as in continuous
// integration, where a skipped test would go unseen.
//
// WAYPOST_MISSING names a file that each missing part is appended to, one a
// line. The packages' tests are separate processes: through this file
// scripts/test.sh can name at the end what was not tested.
package testenv

import (
	"os"
	"os/exec"
	"testing"
)

// Need returns the path of a program. A test whose program is missing ends
// here: it is skipped, or fails where every part is required.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	lack(t, program, err)
	return ""
}

// lack ends a test for which a part is missing.
func lack(t testing.TB, part string, why error) {
	t.Helper()
	if err := report(part); err != nil {
		t.Errorf("testenv: the missing part %s could not be reported: %v", part, err)
	}
	if os.Getenv("WAYPOST_REQUIRE") == "all" {
		t.Fatalf("testenv: missing part %s, and WAYPOST_REQUIRE=all: %v", part, why)
	}
	t.Skipf("testenv: missing part %s: %v", part, why)
}

// report adds a part to the file of missing parts. One short write to a file
// opened for appending is not torn by the other test processes' writes.
func report(part string) error {
	name := os.Getenv("WAYPOST_MISSING")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(part + "\n"); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
