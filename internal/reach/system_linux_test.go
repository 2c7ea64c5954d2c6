package reach_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/internal/reach"
	"waypost/internal/testenv"
)

func TestTheSystemsFilesCountAndItsSearchDomainsDoNot(t *testing.T) {
	if !testenv.OwnNetwork(t, "own.test") {
		return
	}
	startAt(t, "127.0.0.2:53", records(t, "inside.search.test. A 10.0.0.1", "gone.example.test.search.test. A 10.0.0.2", "alone.test. A 10.0.0.3"))
	hosts := "127.0.0.1 localhost own.test twice.test\n127.0.0.2 twice.test\n::1 twice.test\n127.0.0.1 twice.test\n"
	for file, content := range map[string]string{
		"/etc/hosts":       hosts,
		"/etc/resolv.conf": "nameserver 127.0.0.2\nsearch search.test\noptions ndots:3\n",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil { // they are this network's own
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]string{
		"localhost": {"127.0.0.1"}, "own.test": {"127.0.0.1"}, "own.test.": {"127.0.0.1"},
		"twice.test": {"::1", "127.0.0.1", "127.0.0.2"}, "alone.test": {"10.0.0.3"},
	} {
		got, err := reach.Network{}.Hosts(t.Context(), name)
		var list []netip.Addr
		for _, a := range want {
			list = append(list, netip.MustParseAddr(a))
		}
		if diff := cmp.Diff(list, got, addresses); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	for name, want := range map[string]error{
		"inside": reach.ErrNoName, "gone.example.test": reach.ErrNoName, "": reach.ErrNoName,
		"x.broken.test": reach.ErrServFail, "x.refused.test": reach.ErrNoAnswer,
	} {
		if got, err := (reach.Network{}).Hosts(t.Context(), name); !errors.Is(err, want) {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
}

func TestThisMachinesOwnTroubleIsToldFromTheServers(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	four, six, inside := netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("2606:4700::1111"), netip.MustParseAddr("fd00::1")
	for _, to := range []netip.Addr{four, six} {
		if _, err := (reach.Network{}).Dial(t.Context(), netip.AddrPortFrom(to, 993)); !errors.Is(err, reach.ErrNoWay) {
			t.Errorf("%s: %v", to, err)
		}
	}
	for _, c := range []struct {
		err  error
		to   netip.Addr
		want bool
	}{
		{syscall.ENETUNREACH, four, true},
		{syscall.EADDRNOTAVAIL, four, true},
		{syscall.EAFNOSUPPORT, six, true},
		{syscall.EACCES, four, true},
		{syscall.EPERM, four, true},
		{syscall.EHOSTUNREACH, four, false},
		{syscall.EHOSTUNREACH, inside, false},
		{syscall.EHOSTUNREACH, six, true}, // here is no public IPv6 address
		{os.ErrDeadlineExceeded, six, true},
		{os.ErrDeadlineExceeded, four, false},
		{syscall.ECONNREFUSED, six, false},
		{syscall.ECONNRESET, four, false},
		{nil, four, false},
	} {
		err := c.err
		if err != nil {
			err = fmt.Errorf("wrapped: %w", &net.OpError{Op: "dial", Err: err})
		}
		if got := reach.NoWay(err, c.to); got != c.want {
			t.Errorf("%v, %s: %v", c.err, c.to, got)
		}
	}
}
