package probe

import (
	"context"
	"crypto/tls"
	"slices"
	"strings"
	"time"

	"waypost/providers"
)

// refusal is the trouble of a log-in that failed. judged tells whether it was the
// user name and the password that the server did not take; else nothing was
// learnt of them.
func refusal(line string, judged bool) *trouble {
	lower := strings.ToLower(line)
	for _, words := range []string{"application-specific password", "app-specific password", "app password", "application password"} {
		if strings.Contains(lower, words) {
			return troublef(LoginAppPassword, "%s", printable(line))
		}
	}
	if !judged {
		return troublef(LoginUntested, "%s", printable(line))
	}
	return troublef(LoginRefused, "%s", printable(line))
}

// name is a user name to try, with the rule that makes it.
type name struct {
	rule providers.Username
	text string
}

// names lists the forms of the user name: the declared one, and with TryForms
// the others, each once.
func (v *visit) names() []name {
	l := v.options.Login
	rule := v.server.Username
	if rule == "" {
		rule = providers.FullAddress
	}
	list := []name{{rule, rule.For(l.Address)}}
	if l.TryForms {
		for _, r := range []providers.Username{rule, providers.FullAddress, providers.LocalPart} {
			n := name{r, r.For(l.Address)}
			if !slices.ContainsFunc(list, func(o name) bool { return o.text == n.text }) {
				list = append(list, n)
			}
		}
	}
	return list
}

// method gives the method that a password is sent with: the first that hands it
// over as it is, PLAIN before others. Empty: there is none.
func (v *visit) method() string {
	for _, m := range v.methods {
		if strings.EqualFold(m, "PLAIN") {
			return m
		}
	}
	for _, m := range v.methods {
		if cleartext(m) && (v.dialect != &sieve) {
			return m
		}
	}
	return ""
}

// mayLogin tells whether a password may be sent, and why not: only inside TLS
// with a certificate that verified.
func (v *visit) mayLogin() *trouble {
	l := v.options.Login
	switch {
	case v.withheld != "":
		return troublef(LoginUntested, "not tried: the password was refused at %s", printable(v.withheld))
	case v.certificate == nil || !v.certificate.Verified:
		return troublef(LoginUntested, "no password is sent without verified TLS")
	case l.Address.IsZero(), strings.ContainsAny(l.Password, "\r\n\x00"):
		return troublef(LoginUntested, "the user name or the password cannot be sent")
	case v.dialect == nil && !slices.Contains(v.methods, basicHTTP), v.dialect != nil && v.method() == "":
		return troublef(LoginUntested, "no method is offered that takes a password as it is")
	default:
		return nil
	}
}

// logins tries to log in, on the conversation that is there and, for other forms
// of the name, on new ones.
func (v *visit) logins(ctx context.Context, w *wire) {
	if v.options.Login == nil || !v.login {
		v.untestedLogin()
		return
	}
	v.tryNames(func(i int, n name) error {
		if i == 0 {
			return v.dialect.login(w, v.method(), n.text, v.options.Login.Password)
		}
		again, err := v.reopen(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = again.conn.Close() }()
		return v.dialect.login(again, v.method(), n.text, v.options.Login.Password)
	})
}

func (v *visit) untestedLogin() {
	if v.options.Login == nil {
		v.step(Step{Name: StepLogin, Verdict: Untested, Seen: "no account was given"})
	}
}

// tryNames goes through the forms of the user name until one is taken. What is
// no refusal ends it too.
func (v *visit) tryNames(try func(int, name) error) {
	began := time.Now()
	if t := v.mayLogin(); t != nil {
		v.trouble(StepLogin, began, t)
		return
	}
	var refused *trouble
	for i, n := range v.names() {
		v.loginTried++
		err := try(i, n)
		if err == nil {
			v.loginForm = n.rule
			if i == 0 {
				v.step(Step{Name: StepLogin, Verdict: Pass, Seen: "logged in", Took: time.Since(began)})
			} else {
				v.trouble(StepLogin, began, &trouble{LoginOtherForm, "logged in as " + string(n.rule), "as " + string(v.names()[0].rule)})
			}
			return
		}
		t := understand(err)
		if t.cause != LoginRefused {
			if t.cause != LoginAppPassword {
				t = troublef(LoginUntested, "%s", t.seen)
			}
			v.trouble(StepLogin, began, t)
			return
		}
		if refused == nil {
			refused = t
		}
	}
	refused.expected = "the log-in to succeed"
	v.trouble(StepLogin, began, refused)
}

// reopen gives a new conversation inside TLS whose certificate verifies too.
func (v *visit) reopen(ctx context.Context) (*wire, error) {
	implicit := v.server.Security == providers.TLS
	begin := v.toUpgrade
	if implicit {
		begin = v.redial
	}
	conn, t := begin(ctx)
	if t != nil {
		return nil, t
	}
	c, err := handshake(ctx, conn, v.server.Host, false)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	w := newWire(c, v.until)
	if err = v.verified(c); err == nil && implicit {
		_, _, err = v.dialect.greet(w)
	}
	if err == nil && (!implicit || v.dialect != &sieve) {
		_, err = v.again(w)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return w, nil
}

// again lists the capabilities of a reopened conversation: SMTP asks for EHLO
// before AUTH (RFC 4954 section 4), ManageSieve lists them after STARTTLS.
func (v *visit) again(w *wire) ([]string, error) {
	if v.dialect.again {
		return sieveList(w, "")
	}
	return v.dialect.ask(w)
}

func (v *visit) verified(c *tls.Conn) error {
	found, _ := inspect(c.ConnectionState().PeerCertificates, v.server.Host, v.options.Roots, v.options.Now())
	if !found.Verified {
		return troublef(LoginUntested, "another certificate is presented, which does not verify")
	}
	return nil
}
