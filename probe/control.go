package probe

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"syscall"

	"waypost/internal/reach"
)

// control tells a silent port from a machine that cannot reach anything.
func (m *measurement) control(ctx context.Context) {
	host, port, err := net.SplitHostPort(m.options.Control)
	if err != nil {
		return
	}
	number, err := strconv.ParseUint(port, 10, 16)
	silent := func(s Step) bool { return s.Name == StepConnect && s.Cause == Silent }
	if err != nil || !slices.ContainsFunc(m.evidence.Steps, silent) || slices.ContainsFunc(m.evidence.Addresses, func(a Address) bool { return a.Reached }) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, m.options.Timeout/3)
	defer cancel()
	conn, err := m.options.Network.DialName(ctx, host, uint16(number))
	if err == nil {
		_ = conn.Close()
	}
	cause, seen := controlled(err, m.options.Control)
	m.evidence.ControlOpen = cause == Blocked
	for i := range m.evidence.Steps {
		if s := &m.evidence.Steps[i]; silent(*s) {
			s.Cause, s.Verdict = cause, cause.Words().Verdict
			s.Seen += seen
		}
	}
	for i := range m.evidence.Addresses {
		if a := &m.evidence.Addresses[i]; a.Cause == Silent {
			a.Cause = cause
		}
	}
}

// controlled says what silence is worth beside what came of the control
// connection. A refusal is an answer: the line works. A name that leads nowhere
// says nothing of the line.
func controlled(err error, control string) (cause Cause, seen string) {
	control = printable(control)
	switch {
	case err == nil:
		return Blocked, ", while " + control + " answers"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return Blocked, ", while " + control + " answers with a refusal"
	case errors.Is(err, reach.ErrNoName), errors.Is(err, reach.ErrServFail), errors.Is(err, reach.ErrNoAnswer):
		return Silent, "; the control could not be used: no address was found for " + control
	case errors.Is(err, reach.ErrForbidden):
		return Silent, "; the control could not be used: " + control + " leads to an address that is not public"
	case errors.Is(err, reach.ErrNoWay), errors.Is(err, syscall.EHOSTUNREACH), connectTrouble(err).cause == Silent:
		return NoRoute, ", nor from " + control
	default:
		return Silent, "; the control could not be used: " + connectTrouble(err).seen
	}
}
