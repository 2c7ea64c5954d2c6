package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// limiter bounds how often one client asks: an IPv4 address, or an IPv6 /64,
// which is what one household or machine has.
type limiter struct {
	perSecond rate.Limit
	clients   *otter.Cache[netip.Prefix, *rate.Limiter]
}

// burst is how many seconds' worth a client may ask at once: clients race many
// addresses, and an office shares one.
const burst = 10

// maxClients bounds memory, at about 10 MB: the clients that ask least are
// forgotten, and begin anew with a full budget.
const maxClients = 50_000

// newLimiter makes a limiter; nil, which limits nothing, when perSecond is 0.
func newLimiter(perSecond int) *limiter {
	if perSecond <= 0 {
		return nil
	}
	return &limiter{
		rate.Limit(perSecond),
		otter.Must(&otter.Options[netip.Prefix, *rate.Limiter]{MaximumSize: maxClients}),
	}
}

// allow takes one request of a client from its budget. Loopback is a proxy of
// the operator's own that was not declared: limiting it would limit everybody.
func (l *limiter) allow(client netip.Addr, now time.Time) bool {
	if l == nil || !client.IsValid() || client.IsLoopback() {
		return true
	}
	bits := 32
	if client.Is6() {
		bits = 64
	}
	key := netip.PrefixFrom(client, bits).Masked()
	budget, ok := l.clients.GetIfPresent(key)
	if !ok {
		budget, _ = l.clients.SetIfAbsent(key, rate.NewLimiter(l.perSecond, burst*int(l.perSecond)))
	}
	return budget.AllowN(now, 1)
}

// client gives the address that a request comes from: the peer's, or what
// trusted proxies say of it. Of X-Forwarded-For, the last address that is not
// a trusted proxy's own counts; what stands before it is anybody's claim.
func (s *server) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap()
	if !s.trusts(client) {
		return client
	}
	for _, forwarded := range slices.Backward(r.Header["X-Forwarded-For"]) {
		for rest := forwarded; rest != ""; {
			comma := strings.LastIndexByte(rest, ',')
			hop, err := parseHop(strings.TrimSpace(rest[comma+1:]))
			if err != nil {
				return client
			}
			if client = hop.Unmap(); !s.trusts(client) {
				return client
			}
			rest = rest[:max(comma, 0)]
		}
	}
	return client
}

// parseHop takes an address as proxies write it; some add the port.
func parseHop(s string) (netip.Addr, error) {
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr(), nil
	}
	return netip.ParseAddr(s)
}

func (s *server) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
