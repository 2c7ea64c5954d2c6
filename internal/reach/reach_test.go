package reach_test

import (
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"waypost/internal/reach"
)

func TestPublicAddressesAreTheInternets(t *testing.T) {
	for _, s := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
		"100.63.255.255", "100.128.0.0", "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450:4001::8",
		"2620:fe::fe", "2003::1",
	} {
		if !reach.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is not taken for public", s)
		}
	}
	for _, s := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0.0.0.0", "64:ff9b::7f00:1",
		"64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1",
		"fd00::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "2606:4700::1111%eth0",
	} {
		if reach.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for public", s)
		}
	}
	if reach.Public(netip.Addr{}) || (reach.Network{Allow: reach.All}).Allowed(netip.Addr{}) {
		t.Error("no address at all is let pass")
	}
}

// counting is a listener on every address of this machine.
func counting(t *testing.T) (port uint16, count func() int64) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := ln.Accept()
			if err != nil {
				return // it is closed
			}
			n.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-ended
	})
	return uint16(ln.Addr().(*net.TCPAddr).Port), func() int64 {
		_ = ln.Close()
		<-ended
		return n.Load()
	}
}

func TestForbiddenAddressesGetNoConnection(t *testing.T) {
	port, count := counting(t)
	n := start(t, records(t, "inside.test. A 127.0.0.1", "inside.test. AAAA ::1", "metadata.test. A 169.254.169.254", "any.test. A 0.0.0.0", "alias.test. CNAME inside.test."))
	network := reach.Network{Resolver: n.address}
	for _, s := range []string{"127.0.0.1", "::ffff:127.0.0.1", "::1", "0.0.0.0", "::", "169.254.169.254", "fd00::1", "64:ff9b::7f00:1"} {
		if c, err := network.Dial(t.Context(), netip.AddrPortFrom(netip.MustParseAddr(s), port)); !errors.Is(err, reach.ErrForbidden) {
			t.Errorf("%s: %v, %v", s, c, err)
		}
	}
	for _, name := range []string{"inside.test", "metadata.test", "any.test", "alias.test", "127.0.0.1", "::1"} {
		if c, err := network.DialName(t.Context(), name, port); !errors.Is(err, reach.ErrForbidden) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	// Spellings that some resolvers take for an address are names here.
	for _, name := range []string{"2130706433", "0x7f000001", "127.1", "0177.0.0.1"} {
		if c, err := network.DialName(t.Context(), name, port); err == nil {
			t.Errorf("%s leads to %v", name, c.RemoteAddr())
		}
	}
	if got := count(); got != 0 {
		t.Errorf("%d connections were made", got)
	}
}

func TestAllowedAddressesAreConnectedTo(t *testing.T) {
	port, count := counting(t)
	n := start(t, records(t, "two.test. AAAA fd00::1", "two.test. A 127.0.0.1"))
	network := reach.Network{Resolver: n.address, Allow: func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") }}
	for _, dial := range []func() (net.Conn, error){
		func() (net.Conn, error) { return network.DialName(t.Context(), "two.test", port) },
		func() (net.Conn, error) {
			return network.Dial(t.Context(), netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), port))
		},
	} {
		c, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap(); got != netip.MustParseAddr("127.0.0.1") {
			t.Errorf("connected to %s", got)
		}
		if _, err := c.Read(make([]byte, 1)); err == nil { // until it was accepted and closed
			t.Error("somebody spoke")
		}
		_ = c.Close()
	}
	if got := count(); got != 2 {
		t.Errorf("%d connections were made", got)
	}
}

// A name that leads outside when it is asked for first, and inside afterwards,
// must not be asked for twice on one way.
func TestANameIsResolvedOnceForAConnection(t *testing.T) {
	port, count := counting(t)
	asked := map[uint16]int{}
	n := start(t, func(reply *dns.Msg, q dns.Question, _ bool) {
		asked[q.Qtype]++
		if q.Qtype != dns.TypeA {
			return
		}
		address := "127.0.0.9"
		if asked[q.Qtype] > 1 {
			address = "127.0.0.1"
		}
		rr, err := dns.NewRR(q.Name + " 0 A " + address)
		if err == nil {
			reply.Answer = append(reply.Answer, rr)
		}
	})
	network := reach.Network{Resolver: n.address, Allow: func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.9") }}
	c, err := network.DialName(t.Context(), "rebinds.test", port)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr(); got != netip.MustParseAddr("127.0.0.9") {
		t.Errorf("connected to %s", got)
	}
	_, _ = c.Read(make([]byte, 1)) // until it was accepted and closed
	_ = c.Close()
	if _, err := network.DialName(t.Context(), "rebinds.test", port); !errors.Is(err, reach.ErrForbidden) {
		t.Errorf("led inside: %v", err)
	}
	if got := count(); got != 1 {
		t.Errorf("%d connections were made", got)
	}
}
