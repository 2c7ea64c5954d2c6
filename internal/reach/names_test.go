package reach_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/miekg/dns"

	"waypost/internal/reach"
)

// names is a name server on 127.0.0.1, over UDP and TCP at one port.
type names struct {
	address string
	handle  func(*dns.Msg, dns.Question, bool) // fills the reply; the last: over TCP

	mu    sync.Mutex
	asked []string // "udp A name."
}

func (n *names) ServeDNS(w dns.ResponseWriter, m *dns.Msg) {
	reply := new(dns.Msg).SetReply(m)
	q := m.Question[0]
	network := w.LocalAddr().Network()
	n.mu.Lock()
	n.asked = append(n.asked, network+" "+dns.TypeToString[q.Qtype]+" "+q.Name)
	n.mu.Unlock()
	n.handle(reply, q, network == "tcp")
	_ = w.WriteMsg(reply) // who gets no answer asks again
}

func start(t *testing.T, handle func(*dns.Msg, dns.Question, bool)) *names {
	t.Helper()
	return startAt(t, "127.0.0.1:0", handle)
}

func startAt(t *testing.T, address string, handle func(*dns.Msg, dns.Question, bool)) *names {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	n := &names{address: ln.Addr().String(), handle: handle}
	for _, s := range []*dns.Server{{Listener: ln, Handler: n}, {PacketConn: pc, Handler: n}} {
		ready := make(chan struct{})
		s.NotifyStartedFunc = func() { close(ready) }
		go func() { _ = s.ActivateAndServe() }() // it ends with the test
		<-ready
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return n
}

// records makes a handler of records in zone form; a name without any does not
// exist, one below "broken.test." makes the server fail, and one below
// "refused.test." is none of its business.
func records(t *testing.T, lines ...string) func(*dns.Msg, dns.Question, bool) {
	t.Helper()
	var all []dns.RR
	for _, l := range lines {
		rr, err := dns.NewRR(l)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rr)
	}
	return func(reply *dns.Msg, q dns.Question, _ bool) {
		if strings.HasSuffix(q.Name, "broken.test.") {
			reply.Rcode = dns.RcodeServerFailure
			return
		}
		if strings.HasSuffix(q.Name, "refused.test.") {
			reply.Rcode = dns.RcodeRefused
			return
		}
		exists := false
		for name := q.Name; name != ""; {
			next := ""
			for _, rr := range all {
				if rr.Header().Name != name {
					continue
				}
				exists = true
				if alias, ok := rr.(*dns.CNAME); ok {
					reply.Answer = append(reply.Answer, rr)
					next = alias.Target
				} else if rr.Header().Rrtype == q.Qtype {
					reply.Answer = append(reply.Answer, rr)
				}
			}
			name = next
		}
		if !exists {
			reply.Rcode = dns.RcodeNameError
		}
	}
}

var addresses = cmpopts.EquateComparable(netip.Addr{})

func TestHostsGivesEveryAddressOnceIPv6First(t *testing.T) {
	n := start(t, records(t,
		"mail.example.test. A 192.0.2.1", "mail.example.test. A 192.0.2.2", "mail.example.test. A 192.0.2.1",
		"mail.example.test. AAAA 2001:db8::1", "four.example.test. A 192.0.2.3", "text.example.test. TXT x",
		"alias.example.test. CNAME next.example.test.", "next.example.test. CNAME four.example.test.",
		"lost.example.test. CNAME nowhere.example.test."))
	network := reach.Network{Resolver: n.address}
	for name, want := range map[string][]string{
		"mail.example.test":  {"2001:db8::1", "192.0.2.1", "192.0.2.2"},
		"four.example.test":  {"192.0.2.3"},
		"alias.example.test": {"192.0.2.3"},
		"192.0.2.9":          {"192.0.2.9"},
		"::ffff:192.0.2.9":   {"192.0.2.9"},
		"2001:db8::9":        {"2001:db8::9"},
	} {
		got, err := network.Hosts(t.Context(), name)
		var list []netip.Addr
		for _, a := range want {
			list = append(list, netip.MustParseAddr(a))
		}
		if diff := cmp.Diff(list, got, addresses); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	for name, want := range map[string]error{
		"nowhere.example.test": reach.ErrNoName,
		"text.example.test":    reach.ErrNoName,
		"lost.example.test":    reach.ErrNoName,
		"x.broken.test":        reach.ErrServFail,
		"x.refused.test":       reach.ErrNoAnswer,
	} {
		if got, err := network.Hosts(t.Context(), name); !errors.Is(err, want) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Zones that fail for AAAA and have an A record are reached over IPv4.
func TestOneFamilyThatFailsDoesNotHideTheOther(t *testing.T) {
	good := records(t, "mail.example.test. A 192.0.2.1")
	n := start(t, func(reply *dns.Msg, q dns.Question, tcp bool) {
		if q.Qtype == dns.TypeAAAA {
			reply.Rcode = dns.RcodeServerFailure
			return
		}
		good(reply, q, tcp)
	})
	got, err := reach.Network{Resolver: n.address}.Hosts(t.Context(), "mail.example.test")
	if want := []netip.Addr{netip.MustParseAddr("192.0.2.1")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestANameThatDoesNotExistIsNoNameWithoutRecords(t *testing.T) {
	n := start(t, records(t, "example.test. TXT x", "alias.example.test. CNAME one.example.test.", "one.example.test. CNAME two.example.test.", "two.example.test. MX 10 mail.example.test."))
	network := reach.Network{Resolver: n.address}
	for _, c := range []struct {
		name    string
		exists  bool
		found   int
		aliases []string
	}{
		{"example.test", true, 0, nil},
		{"nowhere.example.test", false, 0, nil},
		{"alias.example.test", true, 1, []string{"one.example.test", "two.example.test"}},
	} {
		a, err := network.Ask(t.Context(), c.name, dns.TypeMX)
		if err != nil || a.Exists != c.exists || len(a.Records) != c.found || !cmp.Equal(a.Aliases, c.aliases) {
			t.Errorf("%s: %+v, %v", c.name, a, err)
		}
	}
}

func TestWhatDoesNotFitIsAskedAgainOverTCP(t *testing.T) {
	n := start(t, func(reply *dns.Msg, q dns.Question, tcp bool) {
		if !tcp {
			reply.Truncated = true
			return
		}
		for i := range 200 {
			reply.Answer = append(reply.Answer, &dns.TXT{
				Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET},
				Txt: []string{fmt.Sprintf("record %d of many", i)},
			})
		}
	})
	a, err := reach.Network{Resolver: n.address}.Ask(t.Context(), "big.example.test", dns.TypeTXT)
	if err != nil || len(a.Records) != 200 {
		t.Fatalf("%d records, %v", len(a.Records), err)
	}
	if diff := cmp.Diff([]string{"udp TXT big.example.test.", "tcp TXT big.example.test."}, n.asked); diff != "" {
		t.Errorf("asked:\n%s", diff)
	}
}

func TestFlagsOfAnAnswerAreTold(t *testing.T) {
	n := start(t, func(reply *dns.Msg, _ dns.Question, _ bool) {
		reply.Authoritative, reply.AuthenticatedData = true, true
	})
	server := netip.MustParseAddrPort(n.address)
	a, err := reach.Network{Allow: reach.All}.AskServer(t.Context(), server, "example.test", dns.TypeSOA, false)
	if err != nil || !a.Authoritative || !a.Authentic || !a.Exists {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAServerThatIsNotAllowedIsAskedOnlyAsTheResolver(t *testing.T) {
	n := start(t, records(t, "example.test. TXT x"))
	server := netip.MustParseAddrPort(n.address)
	mapped := netip.AddrPortFrom(netip.AddrFrom16(server.Addr().As16()), server.Port())
	other := netip.AddrPortFrom(server.Addr(), 53).String()
	for _, network := range []reach.Network{{}, {Resolver: other}, {Resolver: "no address"}} {
		for _, to := range []netip.AddrPort{server, mapped, {}} {
			if _, err := network.AskServer(t.Context(), to, "example.test", dns.TypeTXT, false); !errors.Is(err, reach.ErrForbidden) {
				t.Errorf("%+v asks %s: %v", network, to, err)
			}
		}
	}
	n.mu.Lock()
	if len(n.asked) != 0 {
		t.Errorf("it was asked %v", n.asked)
	}
	n.mu.Unlock()
	a, err := reach.Network{Resolver: n.address}.AskServer(t.Context(), mapped, "example.test", dns.TypeTXT, true)
	if err != nil || len(a.Records) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAServerThatDoesNotAnswerIsNoFinding(t *testing.T) {
	for _, resolver := range []string{closedPort(t), "not an address"} {
		_, err := reach.Network{Resolver: resolver}.Ask(t.Context(), "example.test", dns.TypeA)
		if !errors.Is(err, reach.ErrNoAnswer) || errors.Is(err, reach.ErrNoName) || errors.Is(err, reach.ErrServFail) {
			t.Errorf("%s: %v", resolver, err)
		}
	}
}

func TestTheSystemKnowsItsOwnNames(t *testing.T) {
	got, err := reach.Network{}.Hosts(t.Context(), "localhost")
	if err != nil || len(got) == 0 {
		t.Fatalf("%v, %v", got, err)
	}
	for _, a := range got {
		if !a.IsLoopback() {
			t.Errorf("localhost leads to %v", got)
		}
	}
}

// closedPort gives an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	return pc.LocalAddr().String()
}
