package probe

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"waypost/providers"
)

// How long is waited, in parts of the whole time; the default is 15 s.
const (
	dialFor      = 3 // 5 s
	handshakeFor = 2 // 7.5 s, so that some is left to look for the reason
	listenFirst  = 7 // 2 s for a greeting, before TLS is tried

	slowAfter = 4 * time.Second
)

// visit is the measurement of one address.
type visit struct {
	server   providers.Server
	options  Options
	until    time.Time
	withheld string // as in measurement
	to       netip.AddrPort
	dialect  *dialect // nil: an https service
	full     bool     // else as far as the certificate
	login    bool
	conn     *counted // the first connection; nil: none came about

	steps         []Step
	also          []Cause
	security      providers.Security
	version       string
	certificate   *Certificate
	greeting      string
	before, after []string
	methods       []string
	redirect      string
	loginForm     providers.Username
	loginTried    int
}

func (v *visit) step(s Step) {
	s.Address = v.to
	v.steps = append(v.steps, s)
}

func (v *visit) trouble(name string, began time.Time, t *trouble) {
	v.step(Step{
		Name: name, Verdict: t.cause.Words().Verdict, Cause: t.cause,
		Seen: t.seen, Expected: t.expected, Took: time.Since(began),
	})
}

// wait gives a part of the whole time.
func (v *visit) wait(parts int) time.Duration { return v.options.Timeout / time.Duration(parts) }

func (v *visit) dial(ctx context.Context) (*counted, error) {
	ctx, cancel := context.WithTimeout(ctx, v.wait(dialFor))
	defer cancel()
	conn, err := v.options.Network.Dial(ctx, v.to)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(v.until) // a closed connection says so when it is used
	return &counted{Conn: conn}, nil
}

func (v *visit) redial(ctx context.Context) (*counted, *trouble) {
	conn, err := v.dial(ctx)
	if err != nil {
		return nil, connectTrouble(err)
	}
	return conn, nil
}

// run measures what stands at the address.
func (v *visit) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { _ = v.conn.Close() })
	defer stop()
	defer func() { _ = v.conn.Close() }()
	switch {
	case v.dialect == nil:
		v.runHTTPS(ctx)
	case v.server.Security == providers.TLS:
		v.runImplicit(ctx)
	default:
		v.runPlain(ctx)
	}
}

// runImplicit measures a port that is declared to begin with TLS.
func (v *visit) runImplicit(ctx context.Context) {
	t, trouble := v.implicit(ctx, v.conn)
	if trouble != nil || !v.full {
		return
	}
	defer func() { _ = t.Close() }()
	w := newWire(t, v.until)
	if list, ok := v.greet(w, nil); ok {
		v.inside(ctx, w, list, true)
	}
}

// runPlain measures a port that is declared to begin in plain text.
func (v *visit) runPlain(ctx context.Context) {
	w := newWire(v.conn, v.until)
	list, ok := v.greet(w, func() *trouble { return v.notPlain(ctx) })
	if !ok {
		return
	}
	v.security = providers.None
	began := time.Now()
	list, err := v.capabilities(w, list)
	if err != nil {
		v.trouble(StepCapabilities, began, understand(err))
		return
	}
	v.before = printableAll(list)
	offered := hasWord(list, v.dialect.startTLS)
	if offered {
		v.security = providers.STARTTLS
	}
	if v.server.Security == providers.None {
		v.before, v.after = nil, v.before
		seen := "STARTTLS is not offered"
		if offered {
			seen = "STARTTLS is offered"
		}
		v.trouble(StepTLS, began, &trouble{NoTLS, seen, "TLS"})
		v.auth(list)
		v.leave(w)
		return
	}
	if !offered {
		v.trouble(StepTLS, began, &trouble{StartTLSMissing, "offered is " + printable(strings.Join(list, ", ")), v.dialect.startTLS})
		v.leave(w)
		return
	}
	if v.full {
		v.beforeTLS(list)
	}
	if inner := v.upgrade(ctx, w); inner != nil {
		defer func() { _ = inner.conn.Close() }()
		if v.full {
			v.inside(ctx, inner, nil, false)
		} else {
			v.leave(inner)
		}
	}
}

// leave says good-bye, and waits a moment for the answer. Many take a client that
// just goes for one that guesses passwords: fail2ban's filter for Postfix counts
// "lost connection after EHLO" in its aggressive mode.
func (v *visit) leave(w *wire) {
	if w.send("%s", v.dialect.bye) == nil {
		_ = w.speaks(time.Second) // the answer does not matter
	}
}

// capabilities asks for the capabilities unless the greeting brought them.
func (v *visit) capabilities(w *wire, told []string) ([]string, error) {
	if v.dialect == &sieve && told != nil {
		return told, nil
	}
	return v.dialect.ask(w)
}

// greet reads the greeting. A port that is silent is asked what it is by the
// function, if there is one, and then by the protocol's first command.
func (v *visit) greet(w *wire, otherwise func() *trouble) ([]string, bool) {
	began := time.Now()
	err := w.speaks(v.wait(listenFirst))
	if err != nil && timedOut(err) {
		if otherwise != nil {
			if t := otherwise(); t != nil {
				v.trouble(StepGreeting, began, t)
				return nil, false
			}
		}
		if err = w.speaks(max(0, time.Until(began.Add(v.options.Timeout*6/10)))); err != nil && timedOut(err) {
			err = v.nudge(w)
		}
	}
	var list []string
	if err == nil {
		v.greeting, list, err = v.dialect.greet(w)
	}
	v.greeting = printable(v.greeting)
	if err != nil {
		t := understand(err)
		if t.expected == "" {
			t.expected = "a greeting in " + v.dialect.name
		}
		v.trouble(StepGreeting, began, t)
		return nil, false
	}
	s := Step{Name: StepGreeting, Verdict: Pass, Seen: v.greeting, Took: time.Since(began)}
	if s.Took > slowAfter {
		s.Verdict, s.Cause, s.Expected = Warn, Slow, "a greeting within 4 seconds"
	}
	v.step(s)
	return list, true
}

// nudge says the protocol's first command to a server that does not greet, and
// gives the trouble that its silence or its answer is.
func (v *visit) nudge(w *wire) error {
	silent := &trouble{BannerMissing, "no greeting", "a greeting in " + v.dialect.name}
	if err := w.send("%s\r\n", v.dialect.nudge); err != nil {
		return silent
	}
	if err := w.speaks(v.wait(listenFirst)); err != nil {
		return silent
	}
	line, err := w.line()
	if err != nil && line == "" {
		return silent
	}
	if other := foreign(line); other == "HTTP" || other == "SSH" {
		return notThis(line, v.dialect.name)
	}
	silent.seen += ", and to a command it says " + printable(line)
	return silent
}

// notPlain asks a port that does not greet whether it speaks TLS.
func (v *visit) notPlain(ctx context.Context) *trouble {
	isTLS, text := v.tlsAnswers(ctx)
	switch {
	case isTLS:
		v.security = providers.TLS
		return &trouble{PlainExpectedTLSSeen, "no greeting, and TLS from the first byte", "a greeting in " + v.dialect.name + ", and STARTTLS"}
	case foreign(text) == "HTTP":
		return notThis(text, v.dialect.name)
	default:
		return nil
	}
}

// upgrade does STARTTLS and gives the conversation inside.
func (v *visit) upgrade(ctx context.Context, w *wire) *wire {
	began := time.Now()
	if err := v.dialect.upgrade(w); err != nil {
		t := understand(err)
		t.expected = "the beginning of TLS"
		v.trouble(StepTLS, began, t)
		return nil
	}
	injected := func(text string) *wire {
		v.trouble(StepTLS, began, &trouble{StartTLSInjected, "before the handshake came " + printable(text), "nothing before the handshake"})
		return nil
	}
	// What is already here came before the handshake: it is not the server's
	// answer inside TLS, whatever it says (RFC 3207 section 6, RFC 9051 6.2.1).
	if n := w.lines.Buffered(); n > 0 {
		b, _ := w.lines.Peek(n)
		return injected(string(b))
	}
	v.conn.in = 0
	t, err := handshake(ctx, v.conn, v.server.Host, false)
	if err == nil {
		v.agreed(t, began)
		return newWire(t, v.until)
	}
	if text, ok := plainBytes(err); ok {
		return injected(text)
	}
	cause := tlsTrouble(err, v.conn.in)
	if version := v.speaksOld(ctx, func() (*counted, *trouble) { return v.toUpgrade(ctx) }); version != "" {
		cause = troublef(TLSOld, "%s", version)
	}
	cause.expected = "TLS 1.2 or 1.3"
	v.trouble(StepTLS, began, cause)
	return nil
}

// toUpgrade gives a new connection on which the handshake is due.
func (v *visit) toUpgrade(ctx context.Context) (*counted, *trouble) {
	conn, t := v.redial(ctx)
	if t != nil {
		return nil, t
	}
	w := newWire(conn, v.until)
	_, _, err := v.dialect.greet(w)
	if err == nil && v.dialect != &sieve {
		_, err = v.dialect.ask(w)
	}
	if err == nil {
		err = v.dialect.upgrade(w)
	}
	if err == nil && w.lines.Buffered() > 0 {
		err = troublef(StartTLSInjected, "bytes before the handshake")
	}
	if err != nil {
		_ = conn.Close()
		return nil, understand(err)
	}
	return conn, nil
}

// beforeTLS warns where passwords are taken in plain text.
func (v *visit) beforeTLS(list []string) {
	methods := v.dialect.methods(v.greeting, list)
	methods = slices.DeleteFunc(methods, func(m string) bool { return !cleartext(m) })
	if len(methods) == 0 {
		return
	}
	v.step(Step{
		Name: StepAuth, Verdict: Warn, Cause: AuthBeforeTLS,
		Seen: "before TLS: " + printable(strings.Join(methods, ", ")), Expected: "no such method before TLS",
	})
}

// inside goes on within TLS: capabilities, methods, log-in. After STARTTLS what
// was said before counts for nothing (RFC 3207 section 4.2).
func (v *visit) inside(ctx context.Context, w *wire, told []string, greeted bool) {
	defer v.leave(w)
	began := time.Now()
	var list []string
	var err error
	if v.dialect.again && !greeted {
		list, err = sieveList(w, "")
	} else {
		list, err = v.capabilities(w, told)
	}
	if err != nil {
		v.trouble(StepCapabilities, began, understand(err))
		return
	}
	v.after = printableAll(list)
	v.step(Step{Name: StepCapabilities, Verdict: Pass, Seen: printable(strings.Join(list, ", ")), Took: time.Since(began)})
	if v.auth(list) {
		v.logins(ctx, w)
	}
}

// auth judges the ways to log in.
func (v *visit) auth(list []string) bool {
	v.methods = printableAll(v.dialect.methods(v.greeting, list))
	return v.judgeAuth(list != nil)
}

// judgeAuth tells whether one of the methods can be used; told is false where the
// server does not say which it has.
func (v *visit) judgeAuth(told bool) bool {
	usable := slices.DeleteFunc(model(v.methods), func(a providers.Auth) bool { return a == providers.NoAuth })
	s := Step{Name: StepAuth, Verdict: Pass, Seen: "offered is " + strings.Join(v.methods, ", ")}
	if len(v.methods) == 0 {
		s.Seen = "none is offered"
	}
	var declared []string
	for _, a := range v.server.Auth {
		declared = append(declared, string(a))
	}
	switch {
	case len(v.methods) == 0 && !told:
		s.Cause, s.Expected = AuthUnknown, "a list of methods"
	case len(usable) == 0:
		s.Cause, s.Expected = AuthMissing, "a method to log in with"
	case len(v.server.Auth) > 0 && !slices.ContainsFunc(usable, func(a providers.Auth) bool { return v.server.Accepts(a) }):
		s.Cause, s.Expected = AuthNotDeclared, strings.Join(declared, " or ")
	}
	if s.Cause != "" {
		s.Verdict = s.Cause.Words().Verdict
	}
	v.step(s)
	return s.Cause == ""
}
