package measure

import (
	"context"
	"strings"
	"sync"

	"waypost/probe"
	"waypost/providers"
)

// Place is the list of a Setup in which a server stands, by its name in a
// record's file.
type Place string

// The places. What stands under claims is measured, and never served.
const (
	Incoming Place = "incoming"
	Outgoing Place = "outgoing"
	Services Place = "services"
	Claims   Place = "claims"
)

// Finding is what a measurement says of a server of a record.
type Finding struct {
	Setup    int // which of the record's Setups
	Place    Place
	Server   providers.Server // as the record has it
	Domain   providers.Domain // that was put into its host; zero where the host is complete
	Evidence probe.Evidence
	// Instead is the same server with the security that was measured, where the
	// record's is another one and that one passes; nil: there is none.
	Instead *probe.Evidence
}

// Record measures every server of a record, claims and partial Setups included,
// in the order of the record. At most parallel are measured at once, no host
// twice at the same time, and none twice in the same way. A host that holds
// {domain} is measured for the first domain of its Setup; where there is none,
// the Finding is untested and has no cause.
func Record(ctx context.Context, p *providers.Provider, parallel int, measure func(context.Context, providers.Server) probe.Evidence) []Finding {
	findings := places(p)
	hosts := map[string][]int{}
	var order []string
	for i, f := range findings {
		host := f.Evidence.Server.Host
		if strings.Contains(host, "{") {
			findings[i].Evidence.Verdict = probe.Untested
			continue
		}
		if hosts[host] == nil {
			order = append(order, host)
		}
		hosts[host] = append(hosts[host], i)
	}
	free := make(chan struct{}, max(parallel, 1))
	var running sync.WaitGroup
	for _, host := range order {
		free <- struct{}{}
		running.Go(func() {
			defer func() { <-free }()
			known := map[string]probe.Evidence{}
			once := func(s providers.Server) probe.Evidence {
				k := key(s)
				e, ok := known[k]
				if !ok {
					e = measure(ctx, s)
					known[k] = e
				}
				e.Server = s
				return e
			}
			for _, i := range hosts[host] {
				findings[i].take(once)
			}
		})
	}
	running.Wait()
	return findings
}

// take measures the server, and once more with the security that it turns out
// to have. Nobody is told to do without TLS.
func (f *Finding) take(once func(providers.Server) probe.Evidence) {
	s := f.Evidence.Server
	f.Evidence = once(s)
	seen := f.Evidence.Security
	if f.Place == Claims || f.Evidence.Verdict != probe.Fail || seen == s.Security || seen != providers.TLS && seen != providers.STARTTLS {
		return
	}
	s.Security = seen
	if e := once(s); e.Verdict == probe.Pass {
		f.Instead = &e
	}
}

// places lists the servers of a record with complete hosts, where that can be.
func places(p *providers.Provider) []Finding {
	var list []Finding
	for i := range p.Setups {
		s := &p.Setups[i]
		add := func(at Place, v providers.Server) {
			f := Finding{Setup: i, Place: at, Server: v}
			if strings.Contains(v.Host, "{") && len(s.Domains) > 0 {
				one := providers.Setup{Incoming: []providers.Server{v}}
				if m, err := providers.NewMatch(p, &one, s.Domains[0]); err == nil {
					f.Domain, v = s.Domains[0], m.Setup.Incoming[0]
				}
			}
			f.Evidence.Server = v
			list = append(list, f)
		}
		for _, v := range s.Incoming {
			add(Incoming, v)
		}
		for _, v := range s.Outgoing {
			add(Outgoing, v)
		}
		for _, v := range s.Services {
			add(Services, v)
		}
		for _, c := range s.Claims {
			add(Claims, c.Server)
		}
	}
	return list
}
