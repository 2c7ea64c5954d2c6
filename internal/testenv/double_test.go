package testenv_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"waypost/internal/testenv"
)

func TestNamesAnswersForWhatItKnows(t *testing.T) {
	four, six := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	n := testenv.StartNames(t, func(name string, before int) []netip.Addr {
		switch {
		case name == "mail.example.test" && before == 0:
			return []netip.Addr{six, four}
		case name == "mail.example.test":
			return []netip.Addr{}
		default:
			return nil
		}
	})
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.Address)
	}}
	found, err := r.LookupNetIP(t.Context(), "ip", "mail.example.test.")
	for i := range found {
		found[i] = found[i].Unmap()
	}
	if err != nil || !slices.Contains(found, four) || !slices.Contains(found, six) || len(found) != 2 {
		t.Errorf("%v, %v", found, err)
	}
	for _, name := range []string{"mail.example.test.", "nowhere.example.test."} {
		if found, err := r.LookupNetIP(t.Context(), "ip", name); err == nil {
			t.Errorf("%s leads to %v", name, found)
		}
	}
	if n.Asked("mail.example.test") < 4 || n.Asked("other.test") != 0 {
		t.Errorf("asked %d times", n.Asked("mail.example.test"))
	}
}

func TestDoublesCountAndProxiesChange(t *testing.T) {
	echo := testenv.StartDouble(t, "127.0.0.1", func(c net.Conn) { _, _ = io.Copy(c, c) })
	proxy := testenv.StartDouble(t, "127.0.0.1", testenv.Proxy(fmt.Sprintf("127.0.0.1:%d", echo.Port), bytes.ToUpper))
	c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", proxy.Port))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "HELLO" {
		t.Errorf("%q, %v", got, err)
	}
	if echo.Accepted() != 1 || proxy.Accepted() != 1 {
		t.Errorf("%d and %d connections", echo.Accepted(), proxy.Accepted())
	}
}
