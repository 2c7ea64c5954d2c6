package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waypost/probe"
	"waypost/providers"
)

// published says whether there is anything to compare with.
func published(t Target) []Finding {
	if t.Account.Provider == nil {
		f := finding("NOT-SERVED", Untested, t.Account.Address.Domain().String())
		f.Why = "no directory of this instance has the domain, so what clients find is measured and compared with nothing"
		return []Finding{f}
	}
	if t.Account.Setup.Partial != "" {
		f := finding("RECORD-PARTIAL", Untested, t.Account.Domain.String())
		f.Why = t.Account.Setup.Partial
		return []Finding{f}
	}
	return nil
}

// measured turns each measurement into a finding, and into one for each other
// thing that is not right with the server.
func measured(list []probe.Evidence) []Finding {
	var findings []Finding
	for _, e := range list {
		url := e.Server.URL()
		if e.Verdict == probe.Pass {
			f := finding("SERVER-PASS", Pass, url)
			f.Seen = summary(e)
			findings = append(findings, f)
			continue
		}
		for _, cause := range append([]probe.Cause{e.Cause}, e.Also...) {
			f := finding(string(cause), verdictOf(cause, e), url)
			f.Seen, f.Expected = seenOf(cause, e)
			if f.Verdict == Untested {
				f.Why = cause.Words().Meaning
			}
			findings = append(findings, f)
		}
	}
	return findings
}

// verdictOf is the evidence's own for what decided it, else the cause's.
func verdictOf(c probe.Cause, e probe.Evidence) Verdict {
	if c == e.Cause {
		return Verdict(e.Verdict)
	}
	return Verdict(c.Words().Verdict)
}

// seenOf finds the step that a cause is from.
func seenOf(c probe.Cause, e probe.Evidence) (seen, expected string) {
	for _, s := range e.Steps {
		if s.Cause == c {
			return s.Seen, s.Expected
		}
	}
	return "", ""
}

// summary is what a person wants to know of a server that works.
func summary(e probe.Evidence) string {
	parts := []string{e.Security.Words()}
	if e.TLS != "" {
		parts = append(parts, e.TLS)
	}
	if c := e.Certificate; c != nil {
		parts = append(parts, fmt.Sprintf("certificate good for %d days", c.DaysLeft))
	}
	if len(e.Methods) > 0 {
		parts = append(parts, "AUTH "+strings.Join(e.Methods, " "))
	}
	return strings.Join(parts, ", ")
}

// betweenPorts finds hosts that present different certificates on their ports,
// of which one is the newer: the other service was not reloaded after the
// renewal (Dovecot and Postfix keep the old one until then).
func betweenPorts(list []probe.Evidence) []Finding {
	newest := map[string]probe.Evidence{}
	for _, e := range list {
		if c := e.Certificate; c != nil {
			if n, ok := newest[e.Server.Host]; !ok || c.NotAfter.After(n.Certificate.NotAfter) {
				newest[e.Server.Host] = e
			}
		}
	}
	var findings []Finding
	for _, e := range list {
		n, ok := newest[e.Server.Host]
		if e.Certificate == nil || !ok || e.Certificate.Serial == n.Certificate.Serial ||
			n.Certificate.NotAfter.Sub(e.Certificate.NotAfter) < 24*time.Hour || // two of one day are meant so
			n.Certificate.Issuer != e.Certificate.Issuer || !slices.Equal(n.Certificate.Names, e.Certificate.Names) { // another one, not a renewal
			continue
		}
		f := finding("CERT-NOT-RELOADED", Fail, e.Server.URL())
		if e.Certificate.Verified || !n.Certificate.Verified {
			f.Verdict = Warn
			f.Who = []string{"Nobody yet; everybody on " + e.Certificate.NotAfter.Format("2006-01-02") + ", when it ends"}
		}
		f.Seen = certificateWords(e)
		f.Expected = certificateWords(n) + ", as on " + n.Server.URL()
		f.Fix = reloadOf(e.Server.Protocol) + " (and add it to what runs after each renewal)"
		findings = append(findings, f)
	}
	return findings
}

func certificateWords(e probe.Evidence) string {
	c := e.Certificate
	if c.DaysLeft < 0 {
		return fmt.Sprintf("serial %s, expired %d days ago", c.Serial, -c.DaysLeft)
	}
	return fmt.Sprintf("serial %s, good for %d days", c.Serial, c.DaysLeft)
}

// reloadOf is the command for the servers that nearly everybody runs.
func reloadOf(p providers.Protocol) string {
	switch p {
	case providers.IMAP, providers.POP3, providers.ManageSieve:
		return "doveadm reload"
	case providers.Submission:
		return "postfix reload"
	default:
		return "reload the web server"
	}
}

// undecided names what one vantage point, or no log-in, cannot decide, and what
// would.
func undecided(list []probe.Evidence, o probe.Options) []Finding {
	var findings []Finding
	if o.Login == nil && slices.ContainsFunc(list, func(e probe.Evidence) bool { return e.Verdict != probe.Fail }) {
		f := finding(string(probe.LoginUntested), Untested, "log-in")
		f.Title = "No log-in was tried"
		f.Why = "no account was given, so the user name's form and the password are not tested: add --user ADDRESS"
		findings = append(findings, f)
	}
	for _, e := range list {
		if e.Cause == probe.Silent && o.Control == "" {
			f := finding(string(probe.Blocked), Untested, e.Server.URL())
			f.Why = "one vantage point cannot tell a filter on the way from an outage: add --control HOST:PORT, or measure from another network"
			findings = append(findings, f)
		}
	}
	return findings
}
