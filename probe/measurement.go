package probe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"waypost/internal/reach"
	"waypost/providers"
)

// maxAddresses bounds how many addresses of one name are measured.
const maxAddresses = 8

// measurement is one call of [Server].
type measurement struct {
	server   providers.Server
	options  Options
	until    time.Time
	withheld string // where the password was refused before; empty: nowhere
	evidence Evidence
}

// run takes the steps: the name, every address, and the visits to those that
// answer.
func (m *measurement) run(ctx context.Context) {
	addrs := m.resolve(ctx)
	visits := make([]*visit, len(addrs))
	parallel(len(addrs), func(i int) {
		visits[i] = m.open(ctx, netip.AddrPortFrom(addrs[i], uint16(m.server.Port))) //nolint:gosec // a parsed port
	})
	choose(visits, m.options.Login != nil)
	parallel(len(visits), func(i int) {
		if visits[i].conn != nil {
			visits[i].run(ctx)
		}
	})
	m.collect(visits)
	m.control(ctx)
	m.differing()
}

func (m *measurement) step(s Step) { m.evidence.Steps = append(m.evidence.Steps, s) }

func (m *measurement) fail(name string, began time.Time, t *trouble) {
	m.step(Step{
		Name: name, Verdict: t.cause.Words().Verdict, Cause: t.cause,
		Seen: t.seen, Expected: t.expected, Took: time.Since(began),
	})
}

// resolve asks for the addresses, once; from here on they stay the same.
func (m *measurement) resolve(ctx context.Context) []netip.Addr {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, m.options.Timeout/3)
	defer cancel()
	addrs, err := m.options.Network.Hosts(ctx, m.server.Host)
	switch {
	case errors.Is(err, reach.ErrNoName):
		m.fail(StepResolve, began, &trouble{NameNotFound, "no address", "an address of " + m.server.Host})
		return nil
	case errors.Is(err, reach.ErrServFail):
		m.fail(StepResolve, began, &trouble{NameBroken, m.resolver() + " says that it failed (SERVFAIL)", "an address of " + m.server.Host})
		return nil
	case err != nil:
		seen := m.resolver() + " did not answer the question"
		switch {
		case timedOut(err):
			seen += " in time"
		case errors.Is(err, syscall.ECONNREFUSED):
			seen += ": the connection was refused"
		}
		m.fail(StepResolve, began, &trouble{NameNoAnswer, seen, "an answer of a name server"})
		return nil
	}
	more := len(addrs) - maxAddresses
	addrs = addrs[:min(len(addrs), maxAddresses)]
	seen := strings.Trim(fmt.Sprint(addrs), "[]")
	if more > 0 {
		seen += fmt.Sprintf(" and %d more, which are not measured", more)
	}
	m.step(Step{Name: StepResolve, Verdict: Pass, Seen: seen, Took: time.Since(began)})
	return addrs
}

// resolver says in words which name server was asked.
func (m *measurement) resolver() string {
	if own := m.options.Network.Resolver; own != "" {
		return "the name server at " + printable(own)
	}
	return "this machine's name server"
}

// choose takes the first address of each family that answers for a full visit,
// and the first of all for the log-in.
func choose(visits []*visit, login bool) {
	var four, six bool
	for _, v := range visits {
		if v.conn == nil {
			continue
		}
		first := &six
		if v.to.Addr().Is4() {
			first = &four
		}
		v.full, *first = !*first, true
		v.login, login = login, false
	}
}

// parallel runs a few functions at once, and waits for all.
func parallel(n int, f func(int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

// open makes the first connection to an address.
func (m *measurement) open(ctx context.Context, to netip.AddrPort) *visit {
	v := &visit{server: m.server, options: m.options, until: m.until, withheld: m.withheld, to: to, dialect: dialects[m.server.Protocol]}
	began := time.Now()
	conn, t := v.redial(ctx)
	if t != nil {
		if t.cause == Refused {
			t.expected = "a connection to " + to.String()
		}
		v.trouble(StepConnect, began, t)
		return v
	}
	v.conn = conn
	v.step(Step{Name: StepConnect, Verdict: Pass, Seen: "a connection", Took: time.Since(began)})
	return v
}

// connectTrouble says why no connection came about.
func connectTrouble(err error) *trouble {
	switch {
	case errors.Is(err, reach.ErrForbidden):
		return troublef(AddressForbidden, "an address that is not public; nothing was sent")
	case errors.Is(err, syscall.ECONNREFUSED):
		return troublef(Refused, "the connection was refused")
	case errors.Is(err, reach.ErrNoWay):
		return troublef(NoRoute, "this machine has no way there")
	case errors.Is(err, syscall.EHOSTUNREACH):
		return troublef(Unreachable, "the network says that the host cannot be reached")
	case timedOut(err):
		return troublef(Silent, "no answer to the connection attempt")
	case errors.Is(err, syscall.ECONNRESET):
		return troublef(Reset, "the connection was reset")
	default:
		return troublef(Unreachable, "%s", printable(err.Error()))
	}
}

// collect brings what the visits found into the evidence.
func (m *measurement) collect(visits []*visit) {
	e := &m.evidence
	var main *visit
	for _, v := range visits {
		a := Address{Address: v.to.Addr(), Reached: v.conn != nil}
		if !a.Reached {
			a.Cause = v.steps[0].Cause
		}
		if v.certificate != nil {
			a.Serial = v.certificate.Serial
		}
		e.Addresses = append(e.Addresses, a)
		e.Steps = append(e.Steps, v.steps...)
		e.Also = append(e.Also, v.also...)
		if main == nil && v.full {
			main = v
		}
	}
	if main == nil {
		return
	}
	e.Security, e.TLS, e.Certificate = main.security, main.version, main.certificate
	e.Greeting, e.Before, e.After = main.greeting, main.before, main.after
	e.Methods, e.Auth, e.Redirect = main.methods, model(main.methods), main.redirect
	e.LoginForm, e.LoginTried = main.loginForm, main.loginTried
}

// differing says that the addresses present different certificates.
func (m *measurement) differing() {
	var seen, serials []string
	for _, a := range m.evidence.Addresses {
		if a.Serial == "" {
			continue
		}
		seen = append(seen, a.Address.String()+" "+a.Serial)
		if !slices.Contains(serials, a.Serial) {
			serials = append(serials, a.Serial)
		}
	}
	if len(serials) > 1 {
		m.step(Step{
			Name: StepCertificate, Verdict: Warn, Cause: CertDiffers,
			Seen: "serials " + strings.Join(seen, ", "), Expected: "the same certificate at every address",
		})
	}
}

// judge gives the verdict: the worst step's, where an address that is dead
// beside a living one counts as what it is.
func (m *measurement) judge() {
	e := &m.evidence
	living := slices.ContainsFunc(e.Addresses, func(a Address) bool { return a.Reached })
	worst := Pass
	for i := range e.Steps {
		s := &e.Steps[i]
		if living && s.Name == StepConnect && s.Verdict != Pass {
			if s.Verdict == Untested {
				continue // nobody is to blame, and another address is measured
			}
			s.Seen = string(s.Cause) + ": " + s.Seen
			s.Cause = m.deadBesideLiving(s.Address.Addr())
			s.Verdict = s.Cause.Words().Verdict
		}
		if s.Name == StepLogin && s.Verdict == Untested && m.options.Login == nil {
			continue // it was not asked for
		}
		if s.Verdict.rank() > worst.rank() {
			worst, e.Cause = s.Verdict, s.Cause
		}
	}
	e.Verdict = worst
	for _, s := range e.Steps {
		e.Also = append(e.Also, s.Cause)
	}
	e.Also = slices.DeleteFunc(e.Also, func(c Cause) bool { return c == "" || c == e.Cause })
	slices.Sort(e.Also)
	e.Also = slices.Compact(e.Also)
}

func (m *measurement) deadBesideLiving(dead netip.Addr) Cause {
	for _, a := range m.evidence.Addresses {
		if a.Reached && a.Address.Is4() == dead.Is4() {
			return AddressDead
		}
	}
	if dead.Is4() {
		return IPv4Dead
	}
	return IPv6Dead
}
