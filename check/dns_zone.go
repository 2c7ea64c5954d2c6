package check

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"waypost/dnsrecords"
	"waypost/internal/reach"
)

// zone is the closest one that a name is in.
type zone struct {
	name    string
	exists  bool // the name that the zone was looked for
	servers []nameServer
}

// nameServer is one of a zone's.
type nameServer struct {
	name    string
	address string // host:port; empty: it is not asked
	err     error  // why not
}

// findZone walks up from a name to where NS records are (RFC 1034, section
// 4.2.1).
func (a *asker) findZone(ctx context.Context, name string) (zone, error) {
	a.mu.Lock()
	find, ok := a.zones[name]
	if !ok {
		find = sync.OnceValues(func() (zone, error) { return a.walk(ctx, name) })
		a.zones[name] = find
	}
	a.mu.Unlock()
	return find()
}

func (a *asker) walk(ctx context.Context, name string) (zone, error) {
	exists := true
	at := name
	for i := range maxLabels {
		answer, err := a.ask(ctx, "", at, dns.TypeNS)
		if err != nil {
			return zone{}, err
		}
		if i == 0 {
			exists = answer.Exists
		}
		var names []string
		for _, rr := range answer.Records {
			if ns, ok := rr.(*dns.NS); ok && dns.CanonicalName(ns.Hdr.Name) == dns.CanonicalName(at) && len(names) < maxNS {
				names = append(names, strings.TrimSuffix(dns.CanonicalName(ns.Ns), "."))
			}
		}
		if len(names) > 0 {
			slices.Sort(names) // resolvers turn them round
			return zone{name: at, exists: exists, servers: a.nameServers(ctx, slices.Compact(names))}, nil
		}
		_, parent, ok := strings.Cut(at, ".")
		if !ok {
			break
		}
		at = parent
	}
	return zone{name: name, exists: exists}, nil
}

// nameServers looks at the addresses of name servers, and keeps those that may
// be asked: a delegation may lead anywhere.
func (a *asker) nameServers(ctx context.Context, names []string) []nameServer {
	servers := make([]nameServer, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { servers[i] = a.nameServer(ctx, name) })
	}
	wg.Wait()
	return servers
}

func (a *asker) nameServer(ctx context.Context, name string) nameServer {
	s := nameServer{name: visible(name)}
	p, err := a.addresses(ctx, name)
	if err != nil {
		s.err = err
		return s
	}
	s.err = reach.ErrNoName
	// IPv4 first: it is there more often where this program runs.
	slices.SortStableFunc(p.addresses, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	for _, ip := range p.addresses {
		s.err = reach.ErrForbidden
		if a.network.Allowed(ip) {
			s.address, s.err = netip.AddrPortFrom(ip, a.port).String(), nil
			break
		}
	}
	return s
}

// said is what one server, or the resolver, said to a question.
type said struct {
	server  string // its name; of the resolver empty
	address string // empty: the resolver
	answers []reach.Answer
	err     error
}

// look asks the zone's servers and the resolver.
func (v *verification) look(ctx context.Context, name string, kind dnsrecords.Type) (servers []said, resolver said) {
	kinds := []uint16{dns.StringToType[string(kind)]}
	if kind == dnsrecords.A {
		kinds = []uint16{dns.TypeAAAA, dns.TypeA}
	}
	var wg sync.WaitGroup
	wg.Go(func() { resolver = v.askAll(ctx, nameServer{}, name, kinds) })
	servers = v.askServers(ctx, v.zone, name, kinds)
	// A server that does not speak for the name may have given it away.
	if len(servers) > 0 && !slices.ContainsFunc(servers, func(s said) bool { return s.err == nil }) {
		if below, err := v.findZone(ctx, name); err == nil && below.name != v.zone.name {
			servers = v.askServers(ctx, below, name, kinds)
		}
	}
	wg.Wait()
	return servers, resolver
}

func (v *verification) askServers(ctx context.Context, z zone, name string, kinds []uint16) []said {
	list := z.reachable()
	all := make([]said, len(list))
	var wg sync.WaitGroup
	for i, s := range list {
		wg.Go(func() { all[i] = v.askAll(ctx, s, name, kinds) })
	}
	wg.Wait()
	return all
}

func (v *verification) askAll(ctx context.Context, s nameServer, name string, kinds []uint16) said {
	result := said{server: s.name, address: s.address}
	for _, kind := range kinds {
		answer, err := v.ask(ctx, s.address, name, kind)
		if err == nil && s.address != "" && !answer.Authoritative {
			err = errLame
		}
		if err != nil {
			result.err = err
			return result
		}
		result.answers = append(result.answers, answer)
	}
	return result
}

// records gives what was answered, exists whether there is such a name.
func (s said) records() (list []dns.RR, exists bool) {
	for _, a := range s.answers {
		list = append(list, a.Records...)
		exists = exists || a.Exists
	}
	return list, exists
}

// remaining tells how long an answer stays in the resolver.
func remaining(s said) string {
	records, _ := s.records()
	left := ^uint32(0)
	for _, rr := range records {
		left = min(left, rr.Header().Ttl)
	}
	if len(records) == 0 {
		return ", for as long as the zone's SOA record says"
	}
	return ", for another " + strconv.FormatUint(uint64(left), 10) + " seconds"
}

// servers tells which of the zone's servers could not be asked. The others
// show whether name servers can be reached from here.
func (v *verification) servers() (findings []Finding) {
	reachable := v.zone.reachable()
	failed := slices.DeleteFunc(slices.Clone(v.zone.servers), func(s nameServer) bool { return s.address != "" })
	answered := 0
	for _, s := range reachable {
		if s.err = v.failure(s.address); s.err == nil {
			answered++
		} else {
			failed = append(failed, s)
		}
	}
	for _, s := range failed {
		f := finding("DNS-SERVER-NO-ANSWER", Untested, s.name)
		f.Fix, f.Why = "", "The name server was not heard: "+reason(s.err)
		if answered > 0 && s.address != "" {
			f = finding("DNS-SERVER-NO-ANSWER", Warn, s.name)
			f.Seen = reason(s.err)
			f.Expected = "an answer, as other name servers of " + v.zone.name + " give"
		}
		findings = append(findings, f)
	}
	if len(v.zone.servers) == 0 {
		f := finding("DNS-SERVER-NO-ANSWER", Untested, v.domain)
		f.Fix, f.Why = "", "The resolver names no name server of the domain; what follows is by the resolver alone."
		findings = append(findings, f)
	}
	return findings
}

// reachable are the servers that are asked.
func (z zone) reachable() (list []nameServer) {
	for _, s := range z.servers {
		if s.address != "" && len(list) < maxServers {
			list = append(list, s)
		}
	}
	return list
}

// failure gives the error of a server that answered no question; nil for one
// that did. All questions have ended.
func (a *asker) failure(server string) (err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for q, answer := range a.asked {
		if q.server != server {
			continue
		}
		said, e := answer()
		if e == nil && said.Authoritative {
			return nil
		}
		if err = e; err == nil {
			err = errLame
		}
	}
	return err
}
