package testenv

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BINDOptions says how BIND is to run.
type BINDOptions struct {
	// Zones are the texts of zone files (RFC 1035, section 5) by the zone's name,
	// each with its SOA and NS records. Hosts without an address and targets that
	// are aliases are let pass: a zone may be as wrong as a zone can be.
	Zones map[string]string

	Address string // of this machine; empty: 127.0.0.1
	Port    int    // for UDP and TCP; 0 chooses a free one
}

// BIND is a running name server. It speaks for its zones, follows aliases in
// them, and refuses what is about other names.
type BIND struct {
	Address string // with the port

	running *daemon
}

// Log gives what the server has logged until now.
func (b *BIND) Log() string { return b.running.output.String() }

// StartBIND runs BIND 9.18 (Debian 12: bind9) until the test ends. The test is
// skipped where the part is missing, and fails where the server does not start
// or cannot read a zone.
func StartBIND(t testing.TB, o BINDOptions) *BIND {
	t.Helper()
	program := Need(t, "named")
	choosePorts(t, &o.Port)
	if o.Address == "" {
		o.Address = "127.0.0.1"
	}
	dir := room(t)
	var zones strings.Builder
	for name, content := range o.Zones {
		fmt.Fprintf(&zones, "zone %q { type primary; file %q; };\n", name, write(t, filepath.Join(dir, name+".zone"), content))
	}
	configuration := strings.NewReplacer(
		"DIR", dir, "PORT", strconv.Itoa(o.Port), "ADDRESS", o.Address, "ZONES", zones.String(),
	).Replace(namedConf)
	b := &BIND{Address: net.JoinHostPort(o.Address, strconv.Itoa(o.Port))}
	// It has opened its sockets before it reads the zones.
	b.running = start(t, "all zones loaded", program, "-g", "-n", "1", "-c", write(t, filepath.Join(dir, "named.conf"), configuration))
	for line := range strings.Lines(b.Log()) {
		if strings.Contains(line, "not loaded due to errors") || strings.Contains(line, "could not listen") {
			t.Fatalf("testenv: BIND: %s", line)
		}
	}
	return b
}

// namedConf keeps all files in one directory, has no control channel, and asks
// nobody.
const namedConf = `options {
  directory "DIR";
  pid-file none;
  session-keyfile "DIR/session.key";
  listen-on port PORT { ADDRESS; };
  listen-on-v6 { none; };
  recursion no;
  allow-query { any; };
  dnssec-validation no;
  notify no;
  check-integrity no;
  check-names primary ignore;
  empty-zones-enable no;
};
controls { };
ZONES`
