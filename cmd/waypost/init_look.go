package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"waypost/localmail"
	"waypost/probe"
	"waypost/providers"
)

// findings are what a survey found before anything was decided.
type findings struct {
	machine    localmail.Found
	hosts      []knownHost  // names that this machine could have for its clients
	candidates []*candidate // each server once
	hostname   string       // the system's name for this machine; empty: unknown
	url        string       // where this instance will be; empty: nobody can tell
	published  []string     // MX names
	answered   bool         // the name servers did
	remarks    []string     // what could not be looked at, and what was left out

	here      string // what says that the domain's mail is on this machine; empty: nothing does
	name      string // of the provider for people; empty: unknown
	nameFrom  string
	usernames []knownUsername // that are published
}

type knownHost struct{ name, how string }

type knownUsername struct {
	rule providers.Username
	how  string
}

// candidate is a server that somebody or something names.
type candidate struct {
	server    providers.Server
	here      bool     // this machine is configured to offer it
	published bool     // the domain names it
	how       []string // who names it, and where
	refused   string   // why it is not measured; empty: it is
	evidence  probe.Evidence
	note      string // on what was measured
}

// works tells whether it was measured to work.
func (c *candidate) works() bool {
	return c.evidence.Verdict == probe.Pass || c.evidence.Verdict == probe.Warn
}

// add keeps a server once, with all that name it.
func (f *findings) add(c candidate) {
	for _, known := range f.candidates {
		if known.server.Protocol == c.server.Protocol && known.server.URL() == c.server.URL() {
			known.here = known.here || c.here
			known.published = known.published || c.published
			known.how = append(known.how, c.how...)
			return
		}
	}
	f.candidates = append(f.candidates, &c)
}

func (f *findings) remark(format string, args ...any) {
	f.remarks = append(f.remarks, comment(fmt.Sprintf(format, args...)))
}

// lookHere reads the configuration of this machine's servers.
func (s *survey) lookHere(ctx context.Context) {
	s.say("Looking at this machine ...")
	s.machine = localmail.Look(ctx)
	s.remarks = append(s.remarks, s.machine.Remarks...)
	if d := s.machine.Dovecot; d != nil {
		s.say("  found Dovecot %s (%s)", d.Version, listeners(d.Listeners))
		s.addNames(d.Certificates)
	}
	if p := s.machine.Postfix; p != nil {
		s.say("  found Postfix (%s)", listeners(p.Listeners))
		s.addNames(p.Certificates)
		if p.Host != "" {
			s.addHost(p.Host, p.HostOrigin.String())
		}
		for _, d := range p.Domains {
			if d.Name == s.domain && s.here == "" {
				s.here = d.Origin.String()
			}
		}
	}
}

func listeners(all []localmail.Listener) string {
	var words []string
	for _, l := range all {
		words = append(words, fmt.Sprintf("%s %d %s", l.Protocol.Words(), l.Port, l.Security.Words()))
	}
	if len(words) == 0 {
		return "no port to log in at"
	}
	return strings.Join(words, ", ")
}

func (s *survey) addNames(certificates []localmail.Certificate) {
	for _, c := range certificates {
		names, err := c.Names()
		if err != nil {
			s.remark("the certificate of %s could not be read: %v", c.Origin, err)
		}
		for _, name := range names {
			s.addHost(name, "certificate "+c.File+", "+c.Origin.Place())
		}
	}
}

// addHost keeps a name once. A wildcard is no name to connect to.
func (s *survey) addHost(name, how string) {
	host, err := providers.ParseHost(name)
	if err != nil || strings.Contains(host, "{") || !strings.Contains(host, ".") {
		return
	}
	if !slices.ContainsFunc(s.hosts, func(h knownHost) bool { return h.name == host }) {
		s.hosts = append(s.hosts, knownHost{host, comment(how)})
	}
}

// otherRoles are first labels of names that lead to web servers for the most
// part. They are the last choice for a mail server's name.
var otherRoles = []string{"autoconfig", "autodiscover", "mta-sts", "ua-auto-config", "setup", "www", "webmail"}

// rank sorts names: first those of the domain, so that a later move of the mail
// changes no client; then the machine's own.
func (s *survey) rank(host string) int {
	label, rest, _ := strings.Cut(host, ".")
	switch {
	case host == s.domain.String(), slices.Contains(otherRoles, label):
		return 3
	case rest == s.domain.String(), strings.HasSuffix(host, "."+s.domain.String()):
		return 0
	case s.machine.Postfix != nil && host == s.machine.Postfix.Host:
		return 1
	}
	return 2
}

const (
	maxHosts     = 4  // names that are measured, each at every port
	maxLooked    = 20 // names that are looked up
	maxElsewhere = 2  // names that are measured though they lead elsewhere
)

// keepOwnNames leaves the names that can be this machine's: those that lead to
// it, and what it calls itself. A certificate may hold a hundred names of other
// machines. Where no name leads here, as behind address translation, where a
// machine does not know the address that the world sees, the likeliest are kept.
func (s *survey) keepOwnNames(ctx context.Context) {
	s.sortHosts()
	var own, others []knownHost
	leads := false
	for i, h := range s.hosts {
		here := s.answered && i < maxLooked && s.leadsHere(ctx, h.name)
		leads = leads || here
		if here || s.callsItself(h.name) {
			own = append(own, h)
		} else {
			others = append(others, h)
		}
	}
	if !leads {
		n := min(maxElsewhere, len(others))
		own, others = append(own, others[:n]...), others[n:]
	}
	s.hosts = own
	s.leaveOut(others, "they do not lead to this machine")
}

// leaveOut tells of names that are not measured, in one line.
func (s *survey) leaveOut(hosts []knownHost, why string) {
	const told = 5
	if len(hosts) == 0 {
		return
	}
	var names []string
	for _, h := range hosts[:min(told, len(hosts))] {
		names = append(names, h.name)
	}
	text := strings.Join(names, ", ")
	if more := len(hosts) - told; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	s.remark("these names are not measured, because %s: %s", why, text)
}

// callsItself tells whether a name is the system's, or the one that Postfix
// greets with.
func (s *survey) callsItself(host string) bool {
	return host == s.hostname || s.machine.Postfix != nil && host == s.machine.Postfix.Host
}

func (s *survey) sortHosts() {
	slices.SortStableFunc(s.hosts, func(a, b knownHost) int { return s.rank(a.name) - s.rank(b.name) })
}

// addLocalCandidates makes a candidate of every name and every port of this
// machine. The name that clients shall use is in no configuration: it is one
// with which the server turns out to work.
func (s *survey) addLocalCandidates() {
	s.sortHosts()
	if len(s.hosts) > maxHosts {
		s.leaveOut(s.hosts[maxHosts:], fmt.Sprintf("%d come before them", maxHosts))
		s.hosts = s.hosts[:maxHosts]
	}
	var all []localmail.Listener
	if d := s.machine.Dovecot; d != nil {
		all = append(all, d.Listeners...)
	}
	if p := s.machine.Postfix; p != nil {
		all = append(all, p.Listeners...)
	}
	if len(all) > 0 && len(s.hosts) == 0 {
		s.remark("no name is known under which this machine could be reached: no certificate, no myhostname")
	}
	for _, l := range all {
		for _, h := range s.hosts {
			c := candidate{here: true, how: []string{l.Origin.String()}}
			c.server = providers.Server{Protocol: l.Protocol, Host: h.name, Port: l.Port, Security: l.Security}
			switch l.Security {
			case providers.None:
				c.refused = "no TLS is configured, so passwords would be readable on the way"
			case "":
				c.server.Security = providers.STARTTLS // if it is another mode, the measurement says so
			default:
			}
			if l.Protocol == providers.Submission && l.Port == 25 {
				c.refused = "port 25 is where servers bring mail; many networks block it for clients"
			}
			if c.server.URL() == "" {
				s.remark("%s on port %d has a TLS mode that clients do not know", l.Protocol.Words(), l.Port)
				break
			}
			s.add(c)
		}
	}
}
