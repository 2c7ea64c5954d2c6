package providers_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/providers"
)

// configured is what an operator serves in the tests below. Its suffix rule
// is that of rr.com, with one name below it in a Setup of its own.
func configured(t testing.TB) *providers.Memory {
	pair := []string{"imaps://imap.example", "submissions://smtp.example"}
	return mustMemory(t, []providers.Provider{
		record("example.com",
			serves(t, "example.com example.net xn--bcher-kva.example mx:mx1.mail.hoster.example", pair...),
			serves(t, "example.org", "imaps://imap.example.org", "submissions://smtp.example")),
		record("other.example", serves(t, "other.example mx:mx.other-mail.example", pair...)),
		record("rr.example",
			serves(t, "rr.example *.rr.example", "imaps://imap.{domain}", "submissions://smtp.example"),
			serves(t, "bay.rr.example", "imaps://imap.bay.example", "submissions://smtp.example")),
		record("exact.example",
			serves(t, "exact.example", pair...),
			serves(t, "setup.exact.example *.exact.example", pair...)),
		record("one.example", serves(t, "one.example mx:mx.shared.example", pair...)),
		record("two.example", serves(t, "two.example mx:mx.shared.example", pair...)),
	}, providers.MustDomain("moved.example"), providers.MustDomain("moved.rr.example"))
}

// builtIn stands for the catalogue; it has a record for example.com too.
func builtIn(t testing.TB) *providers.Memory {
	pair := []string{"imaps://imap.big.example", "submissions://smtp.big.example"}
	return mustMemory(t, []providers.Provider{
		record("big.example", serves(t, "big.example example.com moved.example mx:mx.big.example", pair...)),
	})
}

// own are an instance's url and listeners, in spellings that a person writes.
var own = []string{"Setup.Waypost.example", "größe.example", "192.0.2.10", "2001:db8::5", "container_1"}

type selection struct {
	host    string
	address string
	want    string // the domain and the provider, or nothing when err is set
	err     error
	arrived string
}

func (row selection) check(t *testing.T, s providers.Selector) {
	t.Helper()
	r := providers.Request{Host: row.host}
	if row.address != "" {
		r.Address = mustAddress(t, row.address)
	}
	if row.arrived != "" {
		r.Arrived = netip.MustParseAddr(row.arrived)
	}
	m, err := s.Select(t.Context(), r)
	switch {
	case row.err != nil:
		if !errors.Is(err, row.err) {
			t.Errorf("Host %q, address %q: %+v, error %v, want %v", row.host, row.address, m, err, row.err)
		}
	case err != nil:
		t.Errorf("Host %q, address %q: %v, want %s", row.host, row.address, err, row.want)
	default:
		if got := m.Domain.String() + " of " + m.Provider.ID; got != row.want {
			t.Errorf("Host %q, address %q: %s, want %s", row.host, row.address, got, row.want)
		}
	}
}

func TestSelectAtAnOwnNameTheAddressDecides(t *testing.T) {
	s := providers.Selector{Configured: configured(t), Catalogue: builtIn(t), Own: own}
	for _, row := range []selection{
		{host: "setup.waypost.example"},
		{host: "SETUP.Waypost.Example"},
		{host: "setup.waypost.example."},
		{host: "setup.waypost.example:443"},
		{host: "setup.waypost.example.:443"},
		{host: "xn--gre-6ka8i.example"},
		{host: "container_1:8080"},
		{host: "localhost"},
		{host: "LOCALHOST:8080"},
		{host: "localhost."},
		{host: "127.0.0.1"},
		{host: "127.0.0.1:8080"},
		{host: "127.0.0.2"},
		{host: "[::1]"},
		{host: "[::1]:8080"},
		{host: "::1"},
		{host: "[::ffff:127.0.0.1]:8080"},
		{host: "192.0.2.10:8080"},
		{host: "[2001:db8::5]"},
		{host: "[2001:DB8:0::5]:443"},
		{host: "198.51.100.7", arrived: "198.51.100.7"},
		{host: "198.51.100.7:80", arrived: "::ffff:198.51.100.7"},
		{host: "[2001:db8::9]:80", arrived: "2001:db8::9"},
		{host: "[fe80::1]", arrived: "fe80::1%eth0"},
	} {
		for address, want := range map[string]string{
			"user@example.com":     "example.com of example.com", // configured wins over the catalogue
			"user@BÜCHER.example":  "xn--bcher-kva.example of example.com",
			"user@a.b.rr.example":  "a.b.rr.example of rr.example",
			"user@bay.rr.example":  "bay.rr.example of rr.example",
			"user+tag@big.example": "big.example of big.example",
		} {
			row.address, row.want = address, want
			row.check(t, s)
		}
		for address, want := range map[string]error{
			"user@nowhere.example":        providers.ErrNotHere,
			"user@autoconfig.example.com": providers.ErrNotHere,
			"user@moved.example":          providers.ErrElsewhere, // and the catalogue is not asked
			"user@moved.rr.example":       providers.ErrElsewhere,
			"":                            providers.ErrNoAddress,
		} {
			row.address, row.err = address, want
			row.check(t, s)
		}
	}
}

func TestSelectByTheHostAlone(t *testing.T) {
	s := providers.Selector{Configured: configured(t), Catalogue: builtIn(t), Own: own}
	for _, row := range []selection{
		{host: "example.com", want: "example.com of example.com"},
		{host: "Example.COM.:80", want: "example.com of example.com"},
		{host: "autoconfig.example.com", want: "example.com of example.com"},
		{host: "autodiscover.example.com", want: "example.com of example.com"},
		{host: "setup.example.com", want: "example.com of example.com"},
		{host: "ua-auto-config.example.com", want: "example.com of example.com"},
		{host: "AutoDiscover.Example.com.:443", want: "example.com of example.com"},
		{host: "autoconfig.bücher.example", want: "xn--bcher-kva.example of example.com"},
		{host: "autoconfig.example.org", want: "example.org of example.com"},

		{host: "autoconfig.autoconfig.example.com", err: providers.ErrNotHere},
		{host: "autodiscover.autoconfig.example.com", err: providers.ErrNotHere},
		{host: "mail.example.com", err: providers.ErrNotHere},
		{host: "autoconfig-example.com", err: providers.ErrNotHere},
		{host: "autoconfig.", err: providers.ErrNotHere},
		{host: "nowhere.example", err: providers.ErrNotHere},
		{host: "autoconfig.nowhere.example", err: providers.ErrNotHere},
		{host: "moved.example", err: providers.ErrElsewhere},
		{host: "autoconfig.moved.example", err: providers.ErrElsewhere},
		{host: "198.51.100.7", arrived: "198.51.100.8", err: providers.ErrNotHere},
		{host: "198.51.100.7", err: providers.ErrNotHere},

		// A suffix rule does not take autoconfig.D from D.
		{host: "rr.example", want: "rr.example of rr.example"},
		{host: "autoconfig.rr.example", want: "rr.example of rr.example"},
		{host: "bay.rr.example", want: "bay.rr.example of rr.example"},
		{host: "autoconfig.bay.rr.example", want: "bay.rr.example of rr.example"},
		{host: "autodiscover.a.b.rr.example", want: "a.b.rr.example of rr.example"},
		{host: "other.rr.example", want: "other.rr.example of rr.example"},
		{host: "autoconfig.moved.rr.example", err: providers.ErrElsewhere},

		// A name that stands exactly is not shortened.
		{host: "exact.example", want: "exact.example of exact.example"},
		{host: "setup.exact.example", want: "setup.exact.example of exact.example"},
		{host: "autoconfig.exact.example", want: "exact.example of exact.example"},
		{host: "setup.setup.exact.example", want: "setup.exact.example of exact.example"},

		// What an exchanger leads to.
		{host: "mx1.mail.hoster.example", want: "example.com of example.com"},
		{host: "autoconfig.mx1.mail.hoster.example", want: "example.com of example.com"},
		{host: "autoconfig.mail.hoster.example", want: "example.com of example.com"},
		{host: "autoconfig.hoster.example", want: "example.com of example.com"},
		{host: "autoconfig.other-mail.example:443", want: "other.example of other.example"},
		{host: "autoconfig.shared.example", err: providers.ErrNotHere}, // of two Setups

		// The Host alone never selects a record of the catalogue.
		{host: "big.example", err: providers.ErrNotHere},
		{host: "autoconfig.big.example", err: providers.ErrNotHere},
		{host: "mx.big.example", err: providers.ErrNotHere},
	} {
		row.check(t, s)
	}
}

func TestSelectWantsHostAndAddressOfOneProvider(t *testing.T) {
	s := providers.Selector{Configured: configured(t), Catalogue: builtIn(t), Own: own}
	for _, row := range []selection{
		{host: "example.com", address: "user@example.com", want: "example.com of example.com"},
		{host: "autoconfig.example.com", address: "user@EXAMPLE.com", want: "example.com of example.com"},
		{host: "autoconfig.example.com", address: "user@example.net", want: "example.net of example.com"},
		{host: "autoconfig.example.com", address: "user@example.org", want: "example.org of example.com"},
		{host: "autoconfig.rr.example", address: "user@rr.example", want: "rr.example of rr.example"},
		{host: "autoconfig.rr.example", address: "user@bay.rr.example", want: "bay.rr.example of rr.example"},
		{host: "autoconfig.bay.rr.example", address: "user@a.rr.example", want: "a.rr.example of rr.example"},

		{host: "autoconfig.hoster.example", address: "user@example.net", want: "example.net of example.com"},
		{host: "autoconfig.mail.hoster.example", address: "user@example.com", want: "example.com of example.com"},
		{host: "autoconfig.hoster.example", address: "user@example.org", want: "example.org of example.com"}, // the Setup without exchangers
		{host: "autoconfig.shared.example", address: "user@one.example", want: "one.example of one.example"},
		{host: "autoconfig.shared.example", address: "user@two.example", want: "two.example of two.example"},

		{host: "autoconfig.example.com", address: "user@other.example", err: providers.ErrNotHere},
		{host: "autoconfig.other.example", address: "user@example.com", err: providers.ErrNotHere},
		{host: "autoconfig.hoster.example", address: "user@other.example", err: providers.ErrNotHere},
		{host: "autoconfig.shared.example", address: "user@other.example", err: providers.ErrNotHere},
		{host: "autoconfig.example.com", address: "user@nowhere.example", err: providers.ErrNotHere},
		{host: "autoconfig.example.com", address: "user@big.example", err: providers.ErrNotHere},
		{host: "nowhere.example", address: "user@example.com", err: providers.ErrNotHere},
		{host: "attacker.example", address: "user@big.example", err: providers.ErrNotHere},
		{host: "autoconfig.big.example", address: "user@big.example", err: providers.ErrNotHere},
		{host: "autoconfig.example.com", address: "user@moved.example", err: providers.ErrElsewhere},
		{host: "autoconfig.moved.example", address: "user@example.com", err: providers.ErrElsewhere},
	} {
		row.check(t, s)
	}
}

// Whatever is no host selects nothing, with an address and without.
func TestSelectRefusesForgedHosts(t *testing.T) {
	s := providers.Selector{Configured: configured(t), Catalogue: builtIn(t), Own: append([]string{""}, own...)}
	for _, host := range []string{
		"",
		".",
		":80",
		"..",
		"example.com..",
		"autoconfig..example.com",
		"user@example.com",
		"user:secret@example.com",
		"user@localhost:80",
		"example.com:80@nowhere.example",
		"localhost:80@nowhere.example",
		"localhost:http",
		"example.com:port",
		"example.com/path",
		"http://example.com",
		"example.com, localhost",
		"example.com localhost",
		"example.com\x00",
		"example.com\r\nX-Forwarded-Host: localhost",
		"exa\tmple.com",
		"localhost\x00",
		"localhost.example.net",
		"setup.waypost.example.nowhere.example",
		"127.0.0.1.nowhere.example",
		"2130706433",
		"0x7f.1",
		"[::1",
		"::1]",
		"[127.0.0.1]",
		"[localhost]",
		"[example.com]",
		"*.rr.example",
		"*",
		"{domain}",
		"%EMAILDOMAIN%",
		"exam\xffple.com",
		strings.Repeat("a", 300),
		strings.Repeat("autoconfig.", 30) + "example.com",
		strings.Repeat("a.", 150) + "rr.example",
	} {
		for _, address := range []string{"", "user@example.com", "user@big.example"} {
			selection{host: host, address: address, err: providers.ErrNotHere}.check(t, s)
		}
	}
}

func TestSelectWithOneDirectoryOnly(t *testing.T) {
	catalogueOnly := providers.Selector{Catalogue: builtIn(t), Own: own}
	for _, row := range []selection{
		{host: "localhost:8080", address: "user@big.example", want: "big.example of big.example"},
		{host: "localhost:8080", err: providers.ErrNoAddress},
		{host: "localhost:8080", address: "user@other.example", err: providers.ErrNotHere},
		{host: "autoconfig.big.example", address: "user@big.example", err: providers.ErrNotHere},
		{host: "autoconfig.big.example", err: providers.ErrNotHere},
	} {
		row.check(t, catalogueOnly)
	}
	catalogueOff := providers.Selector{Configured: configured(t), Own: own}
	for _, row := range []selection{
		{host: "localhost:8080", address: "user@big.example", err: providers.ErrNotHere},
		{host: "localhost:8080", address: "user@example.com", want: "example.com of example.com"},
	} {
		row.check(t, catalogueOff)
	}
	selection{host: "localhost", address: "user@example.com", err: providers.ErrNotHere}.check(t, providers.Selector{})
	selection{host: "example.com", err: providers.ErrNotHere}.check(t, providers.Selector{})
}

// An own name may be a configured domain too, or one with a prefix before it.
func TestSelectAtAnOwnNameThatIsServed(t *testing.T) {
	s := providers.Selector{Configured: configured(t), Own: []string{"setup.example.com"}}
	selection{host: "setup.example.com", want: "example.com of example.com"}.check(t, s)
	selection{host: "setup.example.com", address: "user@other.example", want: "other.example of other.example"}.check(t, s)
	s.Own = []string{"moved.example"}
	selection{host: "moved.example", err: providers.ErrElsewhere}.check(t, s)
}

func TestSelectStopsWhereADirectoryIsUnavailable(t *testing.T) {
	for _, row := range []struct {
		name string
		providers.Selector
		rows []selection
	}{
		{"configured", providers.Selector{Configured: unavailable{}, Catalogue: builtIn(t)}, []selection{
			{host: "localhost", address: "user@big.example"},
			{host: "localhost"}, // may be a configured domain: nobody can tell now
			{host: "autoconfig.example.com"},
			{host: "autoconfig.example.com", address: "user@example.com"},
			{host: "nowhere.example", address: "user@example.com"},
		}},
		{"the second of two", providers.Selector{Configured: providers.Layered{configured(t), unavailable{}}}, []selection{
			{host: "localhost", address: "user@nowhere.example"},
			{host: "autoconfig.nowhere.example"},
			{host: "autoconfig.example.com", address: "user@nowhere.example"},
		}},
		{"catalogue", providers.Selector{Configured: configured(t), Catalogue: unavailable{}}, []selection{
			{host: "localhost", address: "user@nowhere.example"},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, r := range row.rows {
				r.err = providers.ErrUnavailable
				r.check(t, row.Selector)
			}
		})
	}
}

// Whatever the Host, what is selected is a configured domain or, at an own
// name, the address's: never a name out of the request.
func TestSelectNeverInventsADomain(t *testing.T) {
	s := providers.Selector{Configured: configured(t), Catalogue: builtIn(t), Own: own}
	names := []string{"example.com", "mx1.mail.hoster.example", "hoster.example", "bay.rr.example", "big.example", "localhost", "127.0.0.1", "nowhere.example"}
	pieces := []string{"autoconfig.", "autodiscover.", "setup.", "x.", "..", "@", "[", "]", ":80", ".", "A", "\x00", "{domain}"}
	rapid.Check(t, func(t *rapid.T) {
		host := strings.Join(rapid.SliceOfN(rapid.SampledFrom(append(names, pieces...)), 1, 4).Draw(t, "host"), "")
		m, err := s.Select(t.Context(), providers.Request{Host: host})
		if err != nil {
			return
		}
		_, err = s.Configured.Lookup(t.Context(), m.Domain)
		if err != nil || m.Provider.ID == "big.example" {
			t.Fatalf("Host %q selects %s of %s, %v", host, m.Domain, m.Provider.ID, err)
		}
		if short := strings.TrimSuffix(strings.ToLower(host), "."); !strings.Contains(short, "hoster") && !strings.Contains(short, m.Domain.String()) {
			t.Fatalf("Host %q selects %s", host, m.Domain)
		}
	})
}
