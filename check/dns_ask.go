package check

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"waypost/internal/reach"
)

// Bounds of one verification.
const (
	maxQuestions = 400
	maxAtOnce    = 8
	maxSilence   = 3 // questions in a row without an answer, after which a server is left alone
	maxServers   = 4 // authoritative servers that are asked
	maxNS        = 8 // NS records that are read
	maxLabels    = 10
)

var (
	errTooMany = errors.New("too many questions would be needed")
	errSilent  = errors.New("it has not answered")
	errLame    = errors.New("it does not speak for the zone")
)

// asker asks every question once.
type asker struct {
	network reach.Network
	port    uint16 // of authoritative servers
	slots   chan struct{}

	mu      sync.Mutex
	asked   map[question]func() (reach.Answer, error)
	silence map[string]int // questions in a row without an answer, by server
	zones   map[string]func() (zone, error)
}

type question struct {
	server string // host:port; empty: the resolver
	name   string
	kind   uint16
}

func newAsker(n reach.Network, port uint16) *asker {
	return &asker{
		network: n, port: port, slots: make(chan struct{}, maxAtOnce),
		asked: map[question]func() (reach.Answer, error){}, silence: map[string]int{}, zones: map[string]func() (zone, error){},
	}
}

// ask gives a server's answer, or the resolver's where server is empty.
func (a *asker) ask(ctx context.Context, server, name string, kind uint16) (reach.Answer, error) {
	q := question{server, strings.ToLower(strings.TrimSuffix(name, ".")), kind}
	a.mu.Lock()
	answer, ok := a.asked[q]
	if !ok {
		if len(a.asked) >= maxQuestions {
			a.mu.Unlock()
			return reach.Answer{}, errTooMany
		}
		answer = sync.OnceValues(func() (reach.Answer, error) { return a.send(ctx, q) })
		a.asked[q] = answer
	}
	a.mu.Unlock()
	return answer()
}

// send asks twice: one lost packet says nothing.
func (a *asker) send(ctx context.Context, q question) (answer reach.Answer, err error) {
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return reach.Answer{}, ctx.Err()
	}
	for range 2 {
		if a.isSilent(q.server) {
			return reach.Answer{}, errSilent
		}
		if q.server == "" {
			answer, err = a.network.Ask(ctx, q.name, q.kind)
		} else {
			answer, err = a.askServer(ctx, q)
		}
		var timeout net.Error
		silent := errors.As(err, &timeout) && timeout.Timeout()
		a.count(q.server, silent)
		if !silent || ctx.Err() != nil {
			break
		}
	}
	if ctx.Err() != nil && err != nil {
		err = ctx.Err()
	}
	return answer, err
}

func (a *asker) askServer(ctx context.Context, q question) (reach.Answer, error) {
	server, err := netip.ParseAddrPort(q.server)
	if err != nil {
		return reach.Answer{}, err
	}
	return a.network.AskServer(ctx, server, q.name, q.kind, false)
}

func (a *asker) isSilent(server string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.silence[server] >= maxSilence
}

func (a *asker) count(server string, silent bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if silent {
		a.silence[server]++
	} else {
		a.silence[server] = 0
	}
}

// place is where a name leads, by the resolver.
type place struct {
	exists    bool
	addresses []netip.Addr // IPv6 first
	aliases   []string     // on the way
}

// addresses follows a name. An IP address leads to itself.
func (a *asker) addresses(ctx context.Context, name string) (place, error) {
	if ip, err := netip.ParseAddr(name); err == nil {
		return place{exists: true, addresses: []netip.Addr{ip.Unmap()}}, nil
	}
	var p place
	for _, kind := range []uint16{dns.TypeAAAA, dns.TypeA} {
		answer, err := a.ask(ctx, "", name, kind)
		if err != nil {
			return place{}, err
		}
		p.add(answer)
	}
	return p, nil
}

func (p *place) add(answer reach.Answer) {
	p.exists = p.exists || answer.Exists
	if len(p.aliases) == 0 {
		p.aliases = answer.Aliases
	}
	for _, rr := range answer.Records {
		var ip net.IP
		switch rr := rr.(type) {
		case *dns.A:
			ip = rr.A
		case *dns.AAAA:
			ip = rr.AAAA
		}
		if addr, ok := netip.AddrFromSlice(ip); ok {
			p.addresses = append(p.addresses, addr.Unmap())
		}
	}
}

// reason makes a sentence of an error of asking.
func reason(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "there was no time left; give more with --timeout."
	case errors.Is(err, reach.ErrForbidden):
		return "its address is not public, and was not asked; --allow-private allows it."
	case errors.Is(err, errSilent):
		return "it does not answer."
	case errors.Is(err, errTooMany), errors.Is(err, errLame):
		return err.Error() + "."
	}
	said := strings.TrimPrefix(visible(err.Error()), "reach: ") + "."
	if strings.Contains(said, "SERVFAIL") {
		said += " From a resolver that often means a broken DNSSEC signature."
	}
	return said
}
