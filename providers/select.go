package providers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// ErrNoAddress says that the request came to the instance's own name and has
// no address, so nothing tells which domain is meant. Ask for the address.
var ErrNoAddress = errors.New("providers: no address was given")

// ErrForeignHost is the ErrNotHere of a Host that is neither ours nor
// configured: whatever the request asks for, nothing is answered there.
var ErrForeignHost = fmt.Errorf("%w: nor is the host of the request ours", ErrNotHere)

// Selector holds the rules that lead from a request to a Match: what is
// answered, and for whom. Nothing but the directories' own content is ever
// selected.
type Selector struct {
	Configured Directory // the operator's domains; nil when there are none
	Catalogue  Directory // answers addresses at an own name only; nil when it is off
	Own        []string  // host names and IP addresses of this instance: its url and listeners
}

// Request is what a request says of whom it is for.
type Request struct {
	Host    string     // the Host header, with or without a port
	Arrived netip.Addr // the address the connection came in at; zero when unknown
	Address Address    // zero when none was given
	Domain  Domain     // asked for without an address, as of the ISPDB; zero when none was
}

// asked gives the domain that the request is about; the zero Domain when it
// leaves that to the Host.
func (r Request) asked() Domain {
	if r.Address.IsZero() {
		return r.Domain
	}
	return r.Address.domain
}

// prefixes are what clients put before a domain; one is taken off, once.
var prefixes = []string{"autoconfig.", "autodiscover.", "setup.", "ua-auto-config."}

// Hosts are the names at which a domain is asked for: itself, and with each known
// prefix, in ASCII. A zero Domain has none.
func (d Domain) Hosts() []string {
	if d.IsZero() {
		return nil
	}
	names := []string{d.ascii}
	for _, prefix := range prefixes {
		names = append(names, prefix+d.ascii)
	}
	return names
}

// Select finds the Match for a request. At an own name, at loopback and at
// the address of the connection, the request's address or domain decides, or
// without one the Host, if it is a configured domain too. Everywhere else the
// Host must be a configured domain, with or without a known prefix, or a name
// that a configured mail exchanger leads to, and an address or domain must
// belong to the same provider. At an own name, a domain without an address
// may also be what a configured mail exchanger leads to: clients ask the
// ISPDB so (draft-ietf-mailmaint-autoconfig-06, steps 3.3 and 3.4). Errors
// are those of [Directory], [ErrForeignHost] and [ErrNoAddress].
func (s *Selector) Select(ctx context.Context, r Request) (Match, error) {
	host := bareHost(r.Host)
	own := s.own(host, r.Arrived)
	if own && !r.asked().IsZero() {
		m, err := s.all().Lookup(ctx, r.asked())
		if errors.Is(err, ErrNotHere) && r.Address.IsZero() && s.Configured != nil {
			return s.Configured.LookupMX(ctx, r.Domain)
		}
		return m, err
	}
	m, err := s.byHost(ctx, host, r.asked())
	if own && errors.Is(err, ErrNotHere) {
		return Match{}, ErrNoAddress
	}
	return m, err
}

func (s *Selector) all() Layered {
	var l Layered
	for _, d := range []Directory{s.Configured, s.Catalogue} {
		if d != nil {
			l = append(l, d)
		}
	}
	return l
}

// byHost lets the Host select among the configured domains. With an address
// of another domain, that domain must be configured too and be the same
// provider's.
func (s *Selector) byHost(ctx context.Context, host string, asked Domain) (Match, error) {
	if s.Configured == nil {
		return Match{}, ErrForeignHost
	}
	names := hostDomains(host)
	byName, err := s.byName(ctx, names)
	if err != nil && !errors.Is(err, ErrNotHere) {
		return Match{}, err
	}
	if asked.IsZero() || (err == nil && asked == byName.Domain) {
		if err == nil {
			return byName, nil
		}
		m, err := lookupFirst(names, func(d Domain) (Match, error) { return s.Configured.LookupMX(ctx, d) })
		if errors.Is(err, ErrNotHere) {
			err = ErrForeignHost
		}
		return m, err
	}
	m, errAsked := s.Configured.Lookup(ctx, asked)
	if errAsked != nil {
		return Match{}, errAsked
	}
	if err == nil && m.Provider.ID == byName.Provider.ID {
		return m, nil
	}
	if m.Provider.exchangesAt(names) {
		return m, nil
	}
	return Match{}, ErrNotHere
}

// byName looks up a host that stands exactly in a record, else what is left
// of it without its prefix, else the host as a name below a suffix. The
// suffix comes last so that *.rr.com does not take autoconfig.rr.com, nor
// autoconfig.tampabay.rr.com where tampabay.rr.com is another Setup's.
func (s *Selector) byName(ctx context.Context, names []Domain) (Match, error) {
	if len(names) < 2 {
		return lookupFirst(names, func(d Domain) (Match, error) { return s.Configured.Lookup(ctx, d) })
	}
	whole, err := s.Configured.Lookup(ctx, names[0])
	if (err != nil && !errors.Is(err, ErrNotHere)) || (err == nil && !whole.bySuffix()) {
		return whole, err
	}
	rest, errRest := s.Configured.Lookup(ctx, names[1])
	if errors.Is(errRest, ErrNotHere) {
		return whole, err
	}
	return rest, errRest
}

// bySuffix tells whether only a suffix rule led to the Match.
func (m Match) bySuffix() bool {
	for parent := m.Domain.Parent(); !parent.IsZero(); parent = parent.Parent() {
		if slices.Contains(m.Setup.Suffixes, parent) {
			return !slices.Contains(m.Setup.Domains, m.Domain)
		}
	}
	return false
}

// exchangesAt tells whether a mail exchanger of the provider leads to one of
// the names.
func (p *Provider) exchangesAt(names []Domain) bool {
	return slices.ContainsFunc(p.Setups, func(s Setup) bool {
		return slices.ContainsFunc(s.MX, func(mx Domain) bool {
			return slices.ContainsFunc(MXNames(mx), func(d Domain) bool { return slices.Contains(names, d) })
		})
	})
}

func lookupFirst(names []Domain, ask func(Domain) (Match, error)) (Match, error) {
	for _, d := range names {
		if m, err := ask(d); !errors.Is(err, ErrNotHere) {
			return m, err
		}
	}
	return Match{}, ErrNotHere
}

// hostDomains gives the names that a host can stand for: itself, and what is
// left when one known prefix is taken off.
func hostDomains(host string) []Domain {
	d, err := ParseDomain(host)
	if err != nil {
		return nil
	}
	names := []Domain{d}
	host = d.ascii
	for _, prefix := range prefixes {
		if rest, ok := strings.CutPrefix(host, prefix); ok {
			if d, err := ParseDomain(rest); err == nil {
				names = append(names, d)
			}
		}
	}
	return names
}

// bareHost takes port, trailing dot and case off a Host header. What cannot
// be a host is returned as something that no rule matches.
func bareHost(s string) string {
	if !strings.Contains(s, ":") { // nearly always; an error of SplitHostPort costs
		return strings.ToLower(strings.TrimSuffix(s, "."))
	}
	if host, port, err := net.SplitHostPort(s); err == nil && strings.Trim(port, "0123456789") == "" {
		s = host
	}
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

// own tells whether the host is the instance itself.
func (s *Selector) own(host string, arrived netip.Addr) bool {
	if ip, ok := hostIP(host); ok {
		return ip.IsLoopback() || ip == plainIP(arrived) || slices.ContainsFunc(s.Own, func(name string) bool {
			own, ok := hostIP(name)
			return ok && own == ip
		})
	}
	return host == "localhost" || host != "" && slices.ContainsFunc(s.Own, func(name string) bool {
		if !strings.ContainsFunc(name, nonASCII) {
			return strings.EqualFold(name, host)
		}
		own, err := ParseDomain(name)
		return err == nil && own.ascii == host
	})
}
