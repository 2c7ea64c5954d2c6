package probe

import (
	"context"
	"crypto/x509"
	"time"

	"waypost/internal/reach"
	"waypost/providers"
)

// Options say how to measure. The zero value asks the system's resolver,
// reaches public addresses, trusts the system's roots and takes 15 seconds.
type Options struct {
	Network reach.Network
	Roots   *x509.CertPool   // nil: the system's
	Timeout time.Duration    // for the whole server; 0: 15 s
	Login   *Login           // nil: no log-in is tried
	Now     func() time.Time // for certificates; nil: time.Now

	// Control is a host:port that answers when this machine's way out is open;
	// empty: none. It is asked only where the server is silent: a control that
	// answers then, be it with a refusal, is the evidence for [Blocked], and one
	// that is silent too for [NoRoute].
	Control string
}

// Login is an account to log in with.
type Login struct {
	Address  providers.Address // the server's rule makes the user name of it
	Password string
	// TryForms goes on with the other forms of the name (the address, the local
	// part) where one is refused. Each is a failed log-in that a server may count.
	TryForms bool
}

// defaultTimeout bounds a measurement where the options do not.
const defaultTimeout = 15 * time.Second

// Server measures a server. It ends within the timeout of the options, or when
// the context does.
func Server(ctx context.Context, s providers.Server, o Options) Evidence {
	return measure(ctx, s, o, "")
}

// measure sends no password where one was refused elsewhere before.
func measure(ctx context.Context, s providers.Server, o Options, refusedAt string) Evidence {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	began := time.Now()
	own, cancel := context.WithDeadline(ctx, began.Add(o.Timeout))
	defer cancel()
	m := &measurement{server: s, options: o, until: began.Add(o.Timeout), withheld: refusedAt}
	m.evidence = Evidence{Server: s, Began: began.UTC().Round(0)}
	m.run(own)
	m.judge()
	if ctx.Err() != nil { // whatever was seen then may be our own doing
		m.evidence.Verdict, m.evidence.Cause = Untested, Interrupted
	}
	m.evidence.Took = time.Since(began)
	return m.evidence
}
