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
// an error that wraps [ErrForbidden], and no packet.
func (n Network) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	if !n.Allowed(to.Addr()) {
		return nil, fmt.Errorf("%w: %s", ErrForbidden, to.Addr())
	}
	d := net.Dialer{Timeout: dialTimeout}
	return d.DialContext(ctx, "tcp", netip.AddrPortFrom(to.Addr().Unmap(), to.Port()).String())
}

// DialName resolves a name once and connects to the first of its addresses
// that answers; for HTTP clients, whose own dialling it replaces. Where every
// address is forbidden, the error wraps [ErrForbidden].
func (n Network) DialName(ctx context.Context, host string, port uint16) (net.Conn, error) {
	addrs, err := n.Hosts(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addrs {
		var c net.Conn
		if c, err = n.Dial(ctx, netip.AddrPortFrom(a, port)); err == nil {
			return c, nil
		}
	}
	return nil, err
}
