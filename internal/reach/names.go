package reach

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// ErrNoName says that a name does not exist, or has no address.
var ErrNoName = errors.New("reach: the name has no address")

// ErrServFail says that a name server was asked and says that it failed
// (SERVFAIL): the zone's name servers or its DNSSEC are broken.
var ErrServFail = errors.New("reach: the name server could not find out")

// ErrNoAnswer says that the name server that was asked gave no answer, or would
// not: nothing was learnt of the name. Try again, or another resolver.
var ErrNoAnswer = errors.New("reach: no name server answered")

// Hosts gives the addresses of a name, IPv6 first, each once. An IP address is
// its own. Search domains are left alone. Errors wrap [ErrNoName],
// [ErrServFail] or [ErrNoAnswer].
func (n Network) Hosts(ctx context.Context, name string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	if n.Resolver == "" {
		return n.systemHosts(ctx, name)
	}
	var addrs []netip.Addr
	var failed error
	for _, kind := range []uint16{dns.TypeAAAA, dns.TypeA} {
		answer, err := n.Ask(ctx, name, kind)
		if err != nil { // some zones answer for one family and fail for the other
			failed = cmp.Or(failed, err)
			continue
		}
		for _, rr := range answer.Records {
			switch rr := rr.(type) {
			case *dns.A:
				addrs = appendIP(addrs, rr.A)
			case *dns.AAAA:
				addrs = appendIP(addrs, rr.AAAA)
			}
		}
	}
	switch {
	case len(addrs) > 0:
		return addrs, nil
	case failed != nil:
		return nil, failed
	}
	return nil, ErrNoName
}

func appendIP(addrs []netip.Addr, ip net.IP) []netip.Addr {
	a, ok := netip.AddrFromSlice(ip)
	if !ok || slices.Contains(addrs, a.Unmap()) {
		return addrs
	}
	return append(addrs, a.Unmap())
}

// system is Go's own resolver: it finds a name with a final dot in /etc/hosts
// too, which the C library's does not. Only a single label it finds there
// without the dot alone; that is asked of files, which sends nothing.
var (
	system = net.Resolver{PreferGo: true}
	files  = net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, ErrNoAnswer
	}}
)

// systemHosts puts a dot behind the name, so that the search domains of
// resolv.conf (man 5) cannot make another name of it.
func (n Network) systemHosts(ctx context.Context, name string) ([]netip.Addr, error) {
	name = strings.TrimSuffix(name, ".")
	var found []netip.Addr
	err := ErrNoName
	if !strings.Contains(name, ".") {
		found, err = files.LookupNetIP(ctx, "ip", name)
	}
	if err != nil {
		found, err = system.LookupNetIP(ctx, "ip", name+".")
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return nil, ErrNoName
	} else if err != nil {
		// That error does not tell a server that failed from one that is silent.
		if _, again := n.Ask(ctx, name, dns.TypeA); errors.Is(again, ErrServFail) {
			return nil, again
		}
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	var six, four []netip.Addr
	for _, a := range found {
		if a.Unmap().Is4() {
			four = appendIP(four, a.AsSlice())
		} else {
			six = appendIP(six, a.AsSlice())
		}
	}
	return append(six, four...), nil
}

// Answer is what a name server said.
type Answer struct {
	Exists        bool     // false: the name does not exist (NXDOMAIN)
	Authoritative bool     // the server speaks for the zone
	Authentic     bool     // the resolver has validated the answer by DNSSEC, as it says
	Records       []dns.RR // of the type that was asked for, aliases followed by the server
	Aliases       []string // the CNAME targets on the way, without the final dot
}

// Ask gives the records of one type (of miekg/dns's constants) at a name. A
// name without such records is no error; Exists tells the two apart. Errors
// wrap [ErrServFail] or [ErrNoAnswer].
func (n Network) Ask(ctx context.Context, name string, kind uint16) (Answer, error) {
	server := n.Resolver
	if server == "" {
		conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
		if err != nil || len(conf.Servers) == 0 {
			return Answer{}, fmt.Errorf("%w: none is configured", ErrNoAnswer)
		}
		server = net.JoinHostPort(conf.Servers[0], conf.Port)
	}
	return exchange(ctx, server, name, kind, true)
}

// AskServer asks one name server; recurse is for resolvers, not for
// authoritative servers. Over UDP, and over TCP where the answer does not fit.
// A server that is neither allowed nor the network's own resolver is not asked:
// the error wraps [ErrForbidden]; others are as those of [Network.Ask].
func (n Network) AskServer(ctx context.Context, server netip.AddrPort, name string, kind uint16, recurse bool) (Answer, error) {
	server = netip.AddrPortFrom(server.Addr().Unmap(), server.Port())
	own, err := netip.ParseAddrPort(n.Resolver)
	if isOwn := err == nil && netip.AddrPortFrom(own.Addr().Unmap(), own.Port()) == server; !isOwn && !n.Allowed(server.Addr()) {
		return Answer{}, fmt.Errorf("%w: %s", ErrForbidden, server.Addr())
	}
	return exchange(ctx, server.String(), name, kind, recurse)
}

func exchange(ctx context.Context, server, name string, kind uint16, recurse bool) (Answer, error) {
	m := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	m.RecursionDesired = recurse
	m.AuthenticatedData = true // asks for the bit (RFC 6840 section 5.7)
	m.SetEdns0(1232, false)
	reply, _, err := new(dns.Client).ExchangeContext(ctx, m, server)
	if err == nil && reply.Truncated {
		reply, _, err = (&dns.Client{Net: "tcp"}).ExchangeContext(ctx, m, server)
	}
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	switch reply.Rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
	case dns.RcodeServerFailure:
		return Answer{}, fmt.Errorf("%w: %s said SERVFAIL", ErrServFail, server)
	default: // REFUSED and its like are about who asks, and what
		return Answer{}, fmt.Errorf("%w: %s said %s", ErrNoAnswer, server, dns.RcodeToString[reply.Rcode])
	}
	a := Answer{Exists: reply.Rcode == dns.RcodeSuccess, Authoritative: reply.Authoritative, Authentic: reply.AuthenticatedData}
	for _, rr := range reply.Answer {
		switch alias, isAlias := rr.(*dns.CNAME); {
		case rr.Header().Rrtype == kind:
			a.Records = append(a.Records, rr)
		case isAlias:
			a.Aliases = append(a.Aliases, strings.TrimSuffix(alias.Target, "."))
		}
	}
	return a, nil
}
