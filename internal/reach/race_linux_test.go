package reach_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"waypost/internal/reach"
	"waypost/internal/testenv"
)

func TestASilentAddressDoesNotHideTheNextOne(t *testing.T) {
	port := uint16(testenv.SilentPort(t))
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.2:%d", port))
	if err != nil {
		t.Skipf("the port is taken: %v", err)
	}
	defer func() { _ = ln.Close() }()
	n := start(t, records(t, "two.test. A 127.0.0.1", "two.test. A 127.0.0.2"))
	network := reach.Network{Resolver: n.address, Allow: reach.All}
	// It is given less than one silent attempt may take.
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	c, err := network.DialName(ctx, "two.test", port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if got := c.RemoteAddr().String(); got != ln.Addr().String() {
		t.Errorf("connected to %s", got)
	}
	const mine = "created by waypost/internal/reach."
	for stacks := mine; strings.Contains(stacks, mine); runtime.Gosched() {
		if ctx.Err() != nil {
			t.Fatalf("an attempt goes on:\n%s", stacks)
		}
		all := make([]byte, 1<<20)
		stacks = string(all[:runtime.Stack(all, true)])
	}
}

func TestFamiliesTakeTurnsAndNotEveryAddressIsTried(t *testing.T) {
	var zone []string
	for i := range 6 {
		zone = append(zone, fmt.Sprintf("many.test. A 10.0.0.%d", i), fmt.Sprintf("many.test. AAAA fd00::%d", i), fmt.Sprintf("four.test. A 10.0.0.%d", i))
	}
	n := start(t, records(t, zone...))
	for name, want := range map[string]string{
		"many.test": "fd00:: 10.0.0.0 fd00::1 10.0.0.1 fd00::2 10.0.0.2 fd00::3 10.0.0.3",
		"four.test": "10.0.0.0 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5",
	} {
		var mu sync.Mutex
		var tried []string
		network := reach.Network{Resolver: n.address, Allow: func(a netip.Addr) bool {
			mu.Lock()
			defer mu.Unlock()
			tried = append(tried, a.String())
			return false
		}}
		if _, err := network.DialName(t.Context(), name, 993); !errors.Is(err, reach.ErrForbidden) {
			t.Errorf("%s: %v", name, err)
		}
		if got := strings.Join(tried, " "); got != want {
			t.Errorf("%s: tried were %s, not %s", name, got, want)
		}
	}
}

func TestTheErrorThatTellsMostIsGiven(t *testing.T) {
	port := netip.MustParseAddrPort(closedPort(t)).Port()
	for _, zone := range [][]string{
		{"some.test. A 127.0.0.1", "some.test. A 10.0.0.1"},
		{"some.test. A 10.0.0.1", "some.test. A 127.0.0.1"},
	} {
		n := start(t, records(t, zone...))
		network := reach.Network{Resolver: n.address, Allow: func(a netip.Addr) bool { return a.IsLoopback() }}
		if _, err := network.DialName(t.Context(), "some.test", port); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v", zone, err)
		}
	}
}
