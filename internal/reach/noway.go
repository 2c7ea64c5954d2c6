package reach

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"
)

// ErrNoWay says that this machine cannot reach such an address, so nothing was
// learnt of whoever is there: say "could not test".
var ErrNoWay = errors.New("reach: this machine has no way to that address")

// noWay tells whether a connection attempt failed because of this machine. One
// without a public IPv6 address gets no answer over IPv6, or its own router's
// that the host cannot be reached.
func noWay(err error, to netip.Addr) bool {
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case slices.ContainsFunc([]error{
		syscall.ENETUNREACH, syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, syscall.EACCES, syscall.EPERM,
	}, is):
		return true
	case slices.ContainsFunc([]error{syscall.EHOSTUNREACH, os.ErrDeadlineExceeded, context.DeadlineExceeded}, is), isTimeout(err):
		to = to.Unmap()
		return to.Is6() && Public(to) && !publicIPv6()
	default:
		return false
	}
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// publicIPv6 tells whether this machine has an address with which an answer can
// come back. Containers often have a private one and a route that leads nowhere.
func publicIPv6() bool {
	own, err := net.InterfaceAddrs()
	return err != nil || slices.ContainsFunc(own, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		if !ok {
			return false
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		return ok && ip.Unmap().Is6() && Public(ip)
	})
}
