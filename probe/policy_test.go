package probe_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"waypost/internal/testenv"
	"waypost/probe"
	"waypost/providers"
)

// contextThatEndsWhen gives a context that is cancelled once something is true.
func contextThatEndsWhen(t *testing.T, done func() bool) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for !done() {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
		cancel()
	}()
	return ctx, cancel
}

func TestForbiddenAddressesAreNotConnectedTo(t *testing.T) {
	leads := map[string]string{
		"loopback.test": "127.0.0.1", "metadata.test": "169.254.169.254", "mapped.test": "::ffff:127.0.0.1",
		"unique-local.test": "fd00::1", "any.test": "0.0.0.0", "any6.test": "::", "nat64.test": "64:ff9b::7f00:1",
		"loopback6.test": "::1", "private.test": "10.0.0.1", "carrier.test": "100.64.0.1", "6to4.test": "2002:7f00:1::1",
		"link-local.test": "fe80::1", "compatible.test": "::127.0.0.1",
	}
	names := testenv.StartNames(t, func(name string, _ int) []netip.Addr {
		if leads[name] == "" {
			return nil
		}
		return []netip.Addr{netip.MustParseAddr(leads[name])}
	})
	// All addresses of this machine that can be met by mistake end here.
	d := testenv.StartDouble(t, "", says("* OK ready\r\n"))
	for name, to := range leads {
		o := probe.Options{Timeout: 5 * time.Second}
		o.Network.Resolver = names.Address
		for _, url := range []string{"imap://%s:%d", "imaps://%s:%d", "submission://%s:%d"} {
			e := probe.Server(t.Context(), server(t, url, name, d.Port), o)
			if e.Verdict != probe.Untested || e.Cause != probe.AddressForbidden {
				t.Errorf("%s: %s", to, show(e))
			}
		}
		service, err := providers.ParseService(providers.CalDAV, fmt.Sprintf("https://%s:%d/", name, d.Port))
		if err != nil {
			t.Fatal(err)
		}
		if e := probe.Server(t.Context(), service, o); e.Verdict != probe.Untested {
			t.Errorf("%s: %s", to, show(e))
		}
	}
	if n := d.Accepted(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestANameThatRebindsGetsNowhere(t *testing.T) {
	allowed, inside := netip.MustParseAddr("127.0.0.9"), netip.MustParseAddr("127.0.0.1")
	names := testenv.StartNames(t, func(_ string, before int) []netip.Addr {
		if before == 0 {
			return []netip.Addr{allowed}
		}
		return []netip.Addr{inside}
	})
	// A port that says nothing makes the probe connect a second time.
	d := testenv.StartDouble(t, "127.0.0.9", says(""))
	hidden := listenAt(t, "127.0.0.1", d.Port)
	o := probe.Options{Timeout: 2 * time.Second}
	o.Network.Resolver = names.Address
	o.Network.Allow = func(a netip.Addr) bool { return a == allowed }
	e := probe.Server(t.Context(), server(t, "imap://rebinds.test:%d", d.Port), o)
	if e.Cause != probe.BannerMissing || d.Accepted() < 2 {
		t.Errorf("%d connections, %s", d.Accepted(), show(e))
	}
	if n := names.Asked("rebinds.test"); n != 2 {
		t.Errorf("the name was asked for %d times, not once for each family", n)
	}
	if n := hidden(); n != 0 {
		t.Errorf("%d connections went to the address inside", n)
	}
	if e := probe.Server(t.Context(), server(t, "imap://rebinds.test:%d", d.Port), o); e.Cause != probe.AddressForbidden {
		t.Errorf("asked again, it leads inside: %s", show(e))
	}
}

// listenAt counts the connections to an address and port.
func listenAt(t *testing.T, host string, port int) (count func() int) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("%s:%d", host, port))
	if err != nil {
		t.Skipf("the port is taken: %v", err)
	}
	n, ended := 0, make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := ln.Accept()
			if err != nil {
				return // it is closed
			}
			n++
			_ = c.Close()
		}
	}()
	return func() int {
		_ = ln.Close()
		<-ended
		return n
	}
}

func TestRedirectsOfAServiceAreToldAndNotFollowed(t *testing.T) {
	inside := testenv.StartDouble(t, "127.0.0.1", says(""))
	for _, to := range []string{
		fmt.Sprintf("http://127.0.0.1:%d/", inside.Port), fmt.Sprintf("https://127.0.0.1:%d/", inside.Port),
		fmt.Sprintf("https://localhost:%d/", inside.Port), fmt.Sprintf("//%s:%d/", smtpHost, inside.Port),
		fmt.Sprintf("https://user:secret@%s:%d/", smtpHost, inside.Port), "http://169.254.169.254/latest/meta-data",
		"gopher://x.test/\x01", "https://other.test/<script>",
	} {
		w := newWorld(t)
		url := w.web(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header()["Location"] = []string{to}
			rw.WriteHeader(http.StatusFound)
		}))
		e := probe.Server(t.Context(), service(t, providers.CalDAV, url, "/dav/"), w.options)
		if e.Verdict == probe.Pass || e.Cause != probe.Redirected && e.Cause != probe.NotThisProtocol {
			t.Errorf("%s: %s", to, show(e))
		}
		unescaped(t, e)
	}
	if n := inside.Accepted(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}
