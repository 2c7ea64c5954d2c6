package testenv_test

import (
	"errors"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"

	"waypost/internal/testenv"
)

func TestOwnNetworkHasItsNamesAndNoOthers(t *testing.T) {
	if !testenv.OwnNetwork(t, "autoconfig.example.test", "mail.example.test") {
		return
	}
	for _, name := range []string{"autoconfig.example.test", "mail.example.test", "localhost"} {
		found, err := net.DefaultResolver.LookupHost(t.Context(), name)
		if err != nil || !slices.Equal(found, []string{"127.0.0.1"}) {
			t.Errorf("%s leads to %v, %v", name, found, err)
		}
	}
	_, err := net.DefaultResolver.LookupHost(t.Context(), "autodiscover.example.test")
	if e := (*net.DNSError)(nil); !errors.As(err, &e) || !e.IsNotFound {
		t.Errorf("another name: %v", err)
	}
}

func TestOwnNetworkHasAllPortsAndNoWayOut(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	for _, port := range []string{"25", "80", "143", "443", "465", "587", "993"} {
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ln.Close() }()
	}
	if _, err := new(net.Dialer).DialContext(t.Context(), "tcp", "192.0.2.1:443"); !errors.Is(err, syscall.ENETUNREACH) {
		t.Errorf("a way out: %v", err)
	}
}

func TestOwnNetworkLeavesTheMachineAlone(t *testing.T) {
	read := func() string {
		hosts, err := os.ReadFile("/etc/hosts")
		if err != nil {
			t.Fatal(err)
		}
		return string(hosts)
	}
	before := read()
	if testenv.OwnNetwork(t, "autoconfig.example.test") {
		if read() == before {
			t.Error("the hosts file is the machine's")
		}
		return
	}
	if got := read(); got != before {
		t.Errorf("the machine's hosts file is now\n%s", got)
	}
}
