package reach

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Network is what may be asked and reached. The zero Network asks the
// system's resolvers and reaches public addresses.
type Network struct {
	// Resolver is the host:port of the name server to ask, an IP address; empty:
	// the system's.
	Resolver string
	// Allow tells whether an address that is not public may be connected to; nil:
	// none may.
	Allow func(netip.Addr) bool
}

// All is an Allow that lets every address pass.
func All(netip.Addr) bool { return true }

// Allowed tells whether an address may be connected to.
func (n Network) Allowed(a netip.Addr) bool {
	return a.IsValid() && (Public(a) || n.Allow != nil && n.Allow(a.Unmap()))
}

// dialTimeout bounds a connection attempt where the context does not.
const dialTimeout = 10 * time.Second

// Dial connects to an address over TCP. An address that is not allowed gives
// an error that wraps [ErrForbidden], and no packet; one that cannot be reached
// because of this machine, an error that wraps [ErrNoWay].
func (n Network) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	if !n.Allowed(to.Addr()) {
		return nil, fmt.Errorf("%w: %s", ErrForbidden, to.Addr())
	}
	d := net.Dialer{Timeout: dialTimeout}
	c, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(to.Addr().Unmap(), to.Port()).String())
	if noWay(err, to.Addr()) {
		return nil, fmt.Errorf("%w: %w", ErrNoWay, err)
	}
	return c, err
}
