package measure

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"waypost/providers"
)

// MaxTargets bounds what one instance measures: with the default budget, each
// server about every four days.
const MaxTargets = 100_000

// Targets gives the servers of the records' Setups in their order, each that
// would be measured in the same way once. Hosts that hold {domain} are expanded
// for each exact domain of their Setup; which names exist below a suffix nobody
// knows. At most [MaxTargets] are given, and left counts those that are not.
func Targets(records []providers.Provider) (servers []providers.Server, left int) {
	seen := map[string]bool{}
	for i := range records {
		for j := range records[i].Setups {
			for s := range hostsOf(&records[i], &records[i].Setups[j]) {
				k := key(s)
				switch {
				case seen[k]:
					continue
				case len(servers) == MaxTargets:
					left++
				default:
					servers = append(servers, s)
				}
				seen[k] = true
			}
		}
	}
	return servers, left
}

// hostsOf gives the servers of a Setup with complete host names.
func hostsOf(p *providers.Provider, s *providers.Setup) iter.Seq[providers.Server] {
	return func(yield func(providers.Server) bool) {
		waiting := false
		for _, v := range all(s) {
			if strings.Contains(v.Host, "{") {
				waiting = true
			} else if !yield(v) {
				return
			}
		}
		if !waiting {
			return
		}
		for _, d := range s.Domains {
			m, err := providers.NewMatch(p, s, d)
			if err != nil {
				continue // such a host cannot exist, so nothing is served either
			}
			for _, v := range all(m.Setup) {
				if !yield(v) {
					return
				}
			}
		}
	}
}

func all(s *providers.Setup) []providers.Server {
	return slices.Concat(s.Incoming, s.Outgoing, s.Services)
}

// key tells what is measured: what differs in it has a result of its own. The
// methods count, because the verdict depends on what is declared.
func key(s providers.Server) string {
	return fmt.Sprintf("%s\n%s\n%d\n%s\n%s\n%q", s.Protocol, s.Host, s.Port, s.Security, s.Path, s.Auth)
}
