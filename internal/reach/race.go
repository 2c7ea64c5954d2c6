package reach

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// How several addresses of a name are tried (RFC 8305).
const (
	maxAddresses = 8
	headStart    = 250 * time.Millisecond // section 5: before the next one is tried too
)

// DialName resolves a name once and connects to the first of its addresses
// that answers; for HTTP clients, whose own dialling it replaces. The families
// take turns, IPv6 first, at most eight addresses; a silent one holds up the
// next for a quarter of a second. Where none answers, the error is the one that
// tells most: it wraps [ErrForbidden] where every address is forbidden, and
// [ErrNoWay] where this machine has no way to those that are not. Errors of
// [Network.Hosts] come as they are.
func (n Network) DialName(ctx context.Context, host string, port uint16) (net.Conn, error) {
	addrs, err := n.Hosts(ctx, host)
	if err != nil {
		return nil, err
	}
	return n.race(ctx, inTurns(addrs), port)
}

type attempt struct {
	conn net.Conn
	err  error
}

// race gives the first connection that comes about. It returns when every other
// attempt has ended, which cancelling does at once.
func (n Network) race(ctx context.Context, addrs []netip.Addr, port uint16) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan attempt)
	var won net.Conn
	var failed error
	next := time.NewTimer(0)
	defer next.Stop()
	for running := 0; running > 0 || won == nil && len(addrs) > 0; {
		var start <-chan time.Time
		if won == nil && len(addrs) > 0 {
			start = next.C
		}
		select {
		case <-start:
			to := netip.AddrPortFrom(addrs[0], port)
			addrs = addrs[1:]
			running++
			go func() {
				c, err := n.Dial(ctx, to)
				ended <- attempt{c, err}
			}()
			next.Reset(headStart)
		case a := <-ended:
			running--
			switch {
			case a.err != nil:
				if failed == nil || telling(a.err) < telling(failed) {
					failed = a.err
				}
				next.Reset(0)
			case won != nil: // it came too late
				_ = a.conn.Close()
			default:
				won = a.conn
				cancel()
			}
		}
	}
	if won != nil {
		return won, nil
	}
	return nil, cmp.Or(failed, ErrNoName)
}

// telling orders errors: those that come from the other end before those that
// come from here.
func telling(err error) int {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return 0
	case errors.Is(err, ErrForbidden):
		return 3
	case errors.Is(err, ErrNoWay):
		return 2
	default:
		return 1
	}
}

// inTurns lets the families alternate, IPv6 first (RFC 8305 section 4).
func inTurns(addrs []netip.Addr) []netip.Addr {
	var four, six []netip.Addr
	for _, a := range addrs {
		if a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	turns := slices.Clone(six)
	for i, a := range four {
		turns = slices.Insert(turns, min(2*i+1, len(turns)), a)
	}
	return turns[:min(len(turns), maxAddresses)]
}
