package check

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"waypost/discover"
	"waypost/dnsrecords"
	"waypost/probe"
	"waypost/providers"
)

// Target is what is checked.
type Target struct {
	Account providers.Account // Match is zero where no directory has the domain; Address may be invented
	// Publication is what DNS should hold; nil: DNS is not compared.
	Publication *dnsrecords.Publication
}

// Options say how to check.
type Options struct {
	Probe    probe.Options
	Discover discover.Options
	// Earlier gives what was measured of a server before, in words; nil: nothing
	// was.
	Earlier func(providers.Server) string
	// Own tells whether an address is this machine's; nil: none is.
	Own func(netip.Addr) bool
	// Progress is told what is done, for people who wait; nil: nobody is told.
	// It is called from several goroutines.
	Progress func(what string)
}

// Report is what a check found.
type Report struct {
	Domain   string           `json:"domain"`
	Began    time.Time        `json:"began"`
	Took     time.Duration    `json:"took_ns"`
	Findings []Finding        `json:"findings"` // worst first
	Servers  []probe.Evidence `json:"servers"`
	Clients  []discover.Trace `json:"clients"`
}

// dnsTimeout bounds the comparison of DNS where the options do not.
const dnsTimeout = 15 * time.Second

// atOnce is how many clients act at the same time.
const atOnce = 4

// Run acts as each client, measures every server that the record names or a
// client finds, and compares.
func Run(ctx context.Context, t Target, o Options) Report {
	began := time.Now()
	r := Report{Domain: t.Account.Address.Domain().String(), Began: began}
	var dns []Finding
	var wait sync.WaitGroup
	if t.Publication != nil {
		wait.Go(func() {
			own, cancel := context.WithTimeout(ctx, cmp.Or(o.Probe.Timeout, dnsTimeout))
			defer cancel()
			dns, _ = DNS(own, *t.Publication, o.Probe.Network) // a partial record is a finding of its own
			o.tell("DNS")
		})
	}
	r.Clients = o.act(ctx, t.Account.Address)
	r.Servers = o.measure(ctx, t, r.Clients)
	wait.Wait()

	r.Findings = slices.Concat(compare(t, r.Clients, r.Servers), undecided(r.Servers, o.Probe), dns)
	depend(t, r.Clients, r.Findings)
	o.complete(r.Findings, r.Servers)
	Sort(r.Findings)
	r.Took = time.Since(began)
	return r
}

// compare puts the record, what clients found and what was measured side by
// side. It asks nobody.
func compare(t Target, clients []discover.Trace, servers []probe.Evidence) []Finding {
	findings := slices.Concat(published(t), silentInstance(t, clients), measured(servers), betweenPorts(servers))
	for _, trace := range clients {
		findings = append(findings, client(t, trace, servers)...)
	}
	Sort(findings)
	return findings
}

// complete adds to the findings on servers what only the options know.
func (o Options) complete(findings []Finding, servers []probe.Evidence) {
	for i := range findings {
		f := &findings[i]
		at := slices.IndexFunc(servers, func(e probe.Evidence) bool { return e.Server.URL() == f.About })
		if at < 0 {
			continue
		}
		e := servers[at]
		if o.Earlier != nil {
			f.Earlier = o.Earlier(e.Server)
		}
		if f.Code == string(probe.AuthBeforeTLS) && o.Own != nil && e.Server.Protocol != providers.Submission && len(e.Addresses) > 0 &&
			!slices.ContainsFunc(e.Addresses, func(a probe.Address) bool { return !o.Own(a.Address) }) {
			f.Verdict = Untested
			f.Why = "Dovecot takes its own machine's connections for safe ones, and this is that machine: check from another one"
		}
	}
}

func (o Options) tell(what string) {
	if o.Progress != nil {
		o.Progress(what)
	}
}

// act lets every client search, a few at once, and gives the traces in the
// clients' order.
func (o Options) act(ctx context.Context, a providers.Address) []discover.Trace {
	clients := discover.Clients()
	traces := make([]discover.Trace, len(clients))
	slots := make(chan struct{}, atOnce)
	var wait sync.WaitGroup
	for i, c := range clients {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			traces[i], _ = discover.Run(ctx, c.Name, a, o.Discover) // fails only for names that are not its own
			o.tell(c.Title)
		})
	}
	wait.Wait()
	return traces
}

// measure measures what the record names, and what clients find beside it. The
// password goes to the record's own servers alone.
func (o Options) measure(ctx context.Context, t Target, traces []discover.Trace) []probe.Evidence {
	done := func(e probe.Evidence) { o.tell(e.Server.URL()) }
	own := recorded(t)
	evidence := probe.Servers(ctx, own, o.Probe, done)
	without := o.Probe
	without.Login = nil
	return append(evidence, probe.Servers(ctx, beside(own, traces), without, done)...)
}

// recorded gives the record's servers, each once.
func recorded(t Target) []providers.Server {
	if t.Account.Setup == nil {
		return nil
	}
	s := t.Account.Setup
	return appendOnce(nil, slices.Concat(s.Incoming, s.Outgoing, s.Services)...)
}

// beside gives the servers that clients find and the record does not name.
func beside(own []providers.Server, traces []discover.Trace) []providers.Server {
	all := slices.Clone(own)
	for _, trace := range traces {
		for _, found := range trace.Result.Servers {
			if s, ok := measurable(found); ok {
				all = appendOnce(all, s)
			}
		}
	}
	return all[len(own):]
}

// appendOnce leaves out what stands there already, and servers of which nobody
// says how they are encrypted.
func appendOnce(list []providers.Server, more ...providers.Server) []providers.Server {
	for _, s := range more {
		if s.Security != "" && !slices.ContainsFunc(list, func(o providers.Server) bool { return o.URL() == s.URL() }) {
			list = append(list, s)
		}
	}
	return list
}

// measurable gives the server that a client found in the model's form; false
// when it has no name that can be, or the client leaves the TLS mode open.
func measurable(found discover.Server) (providers.Server, bool) {
	if found.URL != "" {
		s, err := providers.ParseService(found.Protocol, found.URL)
		return s, err == nil
	}
	host, err := providers.ParseHost(found.Host)
	if err != nil || strings.Contains(host, "{") || found.Security == "" || found.Port < 1 || found.Port > 65535 {
		return providers.Server{}, false
	}
	s := providers.Server{Protocol: found.Protocol, Host: host, Port: found.Port, Security: found.Security}
	if found.Auth != "" {
		s.Auth = []providers.Auth{found.Auth}
	}
	return s, true
}
