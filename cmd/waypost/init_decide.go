package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"waypost/probe"
	"waypost/providers"
)

// measuredAtOnce is how many servers are measured at the same time.
const measuredAtOnce = 8

// measure measures every candidate that may be published, and prints those that
// work.
func (s *survey) measure(ctx context.Context) {
	var measuring sync.WaitGroup
	slots := make(chan struct{}, measuredAtOnce)
	for _, c := range s.candidates {
		if c.refused != "" {
			continue
		}
		measuring.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c.evidence = probe.Server(ctx, c.server, probe.Options{Network: s.network, Roots: s.roots, Timeout: s.timeout})
			c.note = s.note(c)
		})
	}
	measuring.Wait()
	if len(s.candidates) == 0 {
		return
	}
	s.say("Measured, not guessed:")
	for _, c := range s.candidates {
		s.say("  %s", measurement(c))
	}
}

// note tells that Dovecot takes a connection from its own machine for a safe
// one, and takes passwords there without TLS, as it does nowhere else.
func (s *survey) note(c *candidate) string {
	d := s.machine.Dovecot
	if d == nil || d.Cleartext || !c.here || c.server.Protocol == providers.Submission || c.evidence.Cause != probe.AuthBeforeTLS {
		return ""
	}
	if slices.ContainsFunc(c.evidence.Addresses, func(a probe.Address) bool { return !s.mine(a.Address) }) {
		return ""
	}
	return "Dovecot does so for its own machine alone, where this was measured"
}

// decision is what goes into the file.
type decision struct {
	incoming, outgoing, services []*candidate
	username                     providers.Username
	usernameHow                  []string // also why it is unknown
	name, nameHow                string
	gaps                         []string
}

// decide chooses among what works, and asks where that leaves a choice.
func (s *survey) decide(ctx context.Context) decision {
	var d decision
	s.findHere(ctx)
	fromHere := s.fromHere()
	hosts := map[bool]string{}
	if fromHere {
		hosts = s.chooseHosts()
	}
	for _, c := range s.candidates {
		outgoing := c.server.Protocol == providers.Submission
		switch {
		case !c.works(), fromHere && !c.here && !isService(c.server.Protocol), !fromHere && !c.published:
		case fromHere && c.here && c.server.Host != hosts[outgoing]:
		case isService(c.server.Protocol):
			if !slices.ContainsFunc(d.services, func(o *candidate) bool { return o.server.Protocol == c.server.Protocol }) {
				d.services = append(d.services, c)
			}
		case outgoing:
			d.outgoing = append(d.outgoing, c)
		default:
			d.incoming = append(d.incoming, c)
		}
	}
	for _, list := range [][]*candidate{d.incoming, d.outgoing} {
		slices.SortStableFunc(list, func(a, b *candidate) int { return preference(a.server) - preference(b.server) })
	}
	s.decideUsername(&d, fromHere)
	d.name, d.nameHow = s.name, s.nameFrom
	if answer, ok := s.ask.forName(s.domain, d.name); ok {
		d.name, d.nameHow = answer, "asked on "+s.today
	}
	if len(d.outgoing) == 0 {
		d.gaps = append([]string{"outgoing"}, d.gaps...)
	}
	if len(d.incoming) == 0 {
		d.gaps = append([]string{"incoming"}, d.gaps...)
	}
	return d
}

// preference orders the servers of a direction: IMAP before the others, implicit
// TLS before STARTTLS (RFC 8314 section 3), the registered port before others.
func preference(s providers.Server) (p int) {
	if s.Protocol == providers.POP3 || s.Protocol == providers.JMAP {
		p += 4
	}
	if !s.ImplicitTLS() {
		p += 2
	}
	if !s.StandardPort() {
		p++
	}
	return p
}

func isService(p providers.Protocol) bool {
	switch p {
	case providers.IMAP, providers.POP3, providers.JMAP, providers.Submission:
		return false
	default:
		return true
	}
}

// findHere looks whether a published server is one of this machine's.
func (s *survey) findHere(ctx context.Context) {
	for _, c := range s.candidates {
		if s.here == "" && c.published && c.here {
			s.here = "the domain names " + c.server.URL() + ", which this machine offers"
		}
		if s.here == "" && c.published && !isService(c.server.Protocol) && len(s.hosts) > 0 && s.leadsHere(ctx, c.server.Host) {
			s.here = "the domain names " + c.server.URL() + ", which leads to this machine"
		}
	}
}

// fromHere tells whether the servers are taken from this machine or from what is
// published. Never from both: the accounts of the one are not those of the other.
func (s *survey) fromHere() bool {
	var here, published bool
	for _, c := range s.candidates {
		here = here || c.here && c.works()
		published = published || c.published && c.works() && !isService(c.server.Protocol)
	}
	switch {
	case !published:
		return true // what this machine says is all there is
	case !here || s.here != "":
		return here
	case s.ask == nil:
		s.remark("servers work here and where the domain says; nothing says that the mail of %s is here, so the published ones are taken", s.domain)
		return false
	}
	return s.ask.yes("Servers work on this machine and where " + s.domain.String() + " says. Is its mail on this machine?")
}

// chooseHosts gives the name for each direction, outgoing under true: one and
// the same where one works for both.
func (s *survey) chooseHosts() map[bool]string {
	var working [2][]string
	for _, h := range s.hosts { // sorted by rank
		for i, outgoing := range []bool{false, true} {
			if slices.ContainsFunc(s.candidates, func(c *candidate) bool {
				return c.here && c.works() && c.server.Host == h.name &&
					!isService(c.server.Protocol) && (c.server.Protocol == providers.Submission) == outgoing
			}) {
				working[i] = append(working[i], h.name)
			}
		}
	}
	both := slices.DeleteFunc(slices.Clone(working[0]), func(h string) bool { return !slices.Contains(working[1], h) })
	if len(both) > 0 {
		host := s.ask.choose("Several names work. Which one shall clients of "+s.domain.String()+" use?", both)
		return map[bool]string{false: host, true: host}
	}
	return map[bool]string{
		false: s.ask.choose("Several names work. Which one shall clients use for receiving?", working[0]),
		true:  s.ask.choose("Several names work. Which one shall clients use for sending?", working[1]),
	}
}

// decideUsername takes the form of user names that all sources agree on. The
// sources are the password database here, and what is published.
func (s *survey) decideUsername(d *decision, fromHere bool) {
	var known []knownUsername
	var why []string
	if m := s.machine.Dovecot; fromHere && m != nil {
		how := strings.TrimSuffix(m.Login.Why+": "+m.Login.Origin.String(), ": ")
		if m.Login.Rule != "" {
			known = append(known, knownUsername{m.Login.Rule, how})
		}
		why = append(why, how)
	}
	for _, k := range s.usernames {
		known = append(known, k)
		why = append(why, string(k.rule)+" "+k.how)
	}
	agreed := len(known) > 0
	for _, k := range known {
		agreed = agreed && k.rule == known[0].rule
	}
	if agreed {
		d.username = known[0].rule
		for _, k := range known {
			d.usernameHow = append(d.usernameHow, k.how)
		}
		return
	}
	if rule := s.ask.forUsername(why); rule != "" {
		d.username, d.usernameHow = rule, []string{"asked on " + s.today}
		return
	}
	if len(why) == 0 {
		why = []string{"nothing here says it"}
	}
	d.usernameHow = why
	d.gaps = append(d.gaps, "username")
}

// authOf gives the ways to log in that are worth writing; nil where the
// configuration's default, a password inside TLS, is among what was offered.
func authOf(e probe.Evidence) []providers.Auth {
	auths := slices.DeleteFunc(slices.Clone(e.Auth), func(a providers.Auth) bool { return a == providers.NoAuth })
	if slices.Contains(auths, providers.PasswordCleartext) {
		return nil
	}
	// OAuth2 is of use only where clients know the issuer, so it never is first.
	slices.SortStableFunc(auths, func(a, b providers.Auth) int { return cmp.Compare(late(a), late(b)) })
	return auths
}

func late(a providers.Auth) int {
	if a == providers.OAuth2 {
		return 1
	}
	return 0
}
