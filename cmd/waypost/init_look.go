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

// maxHosts bounds how many names are measured, each at every port.
const maxHosts = 6

// addLocalCandidates makes a candidate of every name and every port of this
// machine. The name that clients shall use is in no configuration: it is one
// with which the server turns out to work.
func (s *survey) addLocalCandidates() {
	slices.SortStableFunc(s.hosts, func(a, b knownHost) int { return s.rank(a.name) - s.rank(b.name) })
	if len(s.hosts) > maxHosts {
		for _, h := range s.hosts[maxHosts:] {
			s.remark("%s is not measured: %d names come before it", h.name, maxHosts)
		}
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
