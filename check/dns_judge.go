package check

import (
	"context"
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"waypost/dnsrecords"
)

// judge compares the records of a group with what one server said.
func (v *verification) judge(ctx context.Context, g groupOf, s said) groupResult {
	r := groupResult{groupOf: g}
	switch g.kind {
	case dnsrecords.SRV:
		return v.judgeSRV(ctx, g, s)
	case dnsrecords.TXT:
		r.findings = v.judgeText(ctx, g, s)
	default:
		for _, record := range g.records {
			r.findings = append(r.findings, v.judgeHost(ctx, record, s))
		}
	}
	return r
}

// judgeHost looks where a name leads. An alias or addresses, both are right
// where they come to the instance.
func (v *verification) judgeHost(ctx context.Context, r dnsrecords.Record, s said) Finding {
	p, err := v.follow(ctx, s)
	if err != nil {
		return unheard(r, err)
	}
	instance := strings.TrimSuffix(r.Data, ".")
	right, err := v.addresses(ctx, instance)
	if err != nil {
		return unheard(r, err)
	}
	switch {
	case hasName(p.aliases, instance), leadsInto(p.addresses, right.addresses):
		f := about(r, "DNS-PUBLISHED", Pass)
		f.Seen = p.text()
		return f
	case len(p.addresses)+len(p.aliases) == 0:
		return v.missing(ctx, r, s)
	}
	code := "DNS-WRONG-TARGET"
	if v.doubled(p.aliases, instance) {
		code = "DNS-DOUBLED-NAME"
	} else if v.isWildcard(ctx, r.Name, s, p) {
		code = "DNS-WILDCARD"
	}
	f := about(r, code, Fail)
	f.Seen = p.text()
	switch {
	case code == "DNS-WILDCARD":
		f.Seen = "the wildcard *" + strings.TrimPrefix(r.Name, firstLabel(r.Name)) + " answers: " + f.Seen
	case len(p.aliases) > 0:
		f = f.instead(r.Name, dnsrecords.CNAME, visible(p.aliases[0])+".")
	default:
		kind := dnsrecords.A
		if p.addresses[0].Is6() {
			kind = dnsrecords.AAAA
		}
		f = f.instead(r.Name, kind, p.addresses[0].String())
	}
	return f
}

func unheard(r dnsrecords.Record, err error) Finding {
	f := about(r, "DNS-NO-ANSWER", Untested)
	f.Why = "The resolver: " + reason(err)
	return f
}

// follow gives the place that a server's answers lead to. A server of the
// zone may not know where an alias leads; the resolver does.
func (v *verification) follow(ctx context.Context, s said) (place, error) {
	var p place
	for _, a := range s.answers {
		p.add(a)
	}
	if len(p.addresses) > 0 || len(p.aliases) == 0 || s.address == "" {
		return p, nil
	}
	end, err := v.addresses(ctx, p.aliases[len(p.aliases)-1])
	p.addresses, p.aliases = end.addresses, append(slices.Clone(p.aliases), end.aliases...)
	return p, err
}

// text shows a place.
func (p place) text() string {
	var b strings.Builder
	if len(p.aliases) > 0 {
		b.WriteString("alias of " + visible(p.aliases[len(p.aliases)-1]) + ": ")
	}
	for i, a := range p.addresses[:min(len(p.addresses), maxShown)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.String())
	}
	if len(p.addresses) == 0 {
		b.WriteString("no address")
	}
	return b.String()
}

// maxShown bounds what is shown of a stranger's list.
const maxShown = 6

// leadsInto tells whether all addresses are among the right ones: a name may
// have fewer.
func leadsInto(found, right []netip.Addr) bool {
	return len(found) > 0 && !slices.ContainsFunc(found, func(a netip.Addr) bool { return !slices.Contains(right, a) })
}

func hasName(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return sameName(n, name) })
}

func sameName(a, b string) bool { return dns.CanonicalName(a) == dns.CanonicalName(b) }

// doubled tells whether a target lacks its final dot in the zone, so that the
// zone's name was put behind it.
func (v *verification) doubled(names []string, right string) bool {
	return len(names) > 0 && sameName(names[0], strings.TrimSuffix(right, ".")+"."+v.zone.name)
}

func firstLabel(name string) string {
	label, _, _ := strings.Cut(name, ".")
	return label
}

// isWildcard tells whether a name that nobody has made leads to the same place
// (RFC 4592).
func (v *verification) isWildcard(ctx context.Context, name string, s said, p place) bool {
	nobody := strings.ToLower("waypost-" + rand.Text()[:12])
	other := v.askAll(ctx, nameServer{name: s.server, address: s.address}, nobody+strings.TrimPrefix(name, firstLabel(name)),
		[]uint16{dns.TypeAAAA, dns.TypeA})
	if other.err != nil {
		return false
	}
	q, err := v.follow(ctx, other)
	if err != nil || !q.exists {
		return false
	}
	if len(p.aliases) > 0 && len(q.aliases) > 0 {
		return sameName(p.aliases[0], q.aliases[0])
	}
	return len(p.aliases) == len(q.aliases) && leadsInto(q.addresses, p.addresses)
}

// caught looks for wildcards that answer for names which clients ask for, and
// for which there is no record to compare with.
func (v *verification) caught(ctx context.Context) (findings []Finding) {
	for _, label := range []string{"autoconfig", "autodiscover", "ua-auto-config"} {
		name := label + "." + v.domain
		ours := slices.ContainsFunc(v.records, func(r dnsrecords.Record) bool { return r.Name == name })
		if ours || v.publication.Origin != nil && v.publication.Origin.Hostname() == name {
			continue
		}
		servers, resolver := v.look(ctx, name, dnsrecords.A)
		for _, s := range append(servers, resolver) {
			if s.err != nil {
				continue
			}
			if p, err := v.follow(ctx, s); err == nil && len(p.addresses)+len(p.aliases) > 0 && v.isWildcard(ctx, name, s, p) {
				f := finding("DNS-WILDCARD", Warn, name)
				f.Seen = "the wildcard *." + v.domain + " answers: " + p.text()
				f.Expected = "no answer"
				findings = append(findings, f)
			}
			break // the best that there is
		}
	}
	return findings
}

// missing looks for a record in the places where it is put by mistake.
func (v *verification) missing(ctx context.Context, r dnsrecords.Record, s said) Finding {
	for _, wrong := range v.misplacements(r) {
		answer, err := v.ask(ctx, wrong.server(s), wrong.name, dns.StringToType[string(r.Type)])
		if err != nil || !holds(answer.Records, answer.Aliases, r) {
			continue
		}
		f := about(r, wrong.code, Fail)
		f.Seen = "the record stands at " + wrong.name
		return f.instead(wrong.name, r.Type, r.Data)
	}
	f := about(r, "DNS-MISSING", Warn)
	if label, _, _ := strings.Cut(r.Name, "."); label == "autoconfig" || label == "autodiscover" {
		f.Verdict = Fail // what nearly every client asks for; the others help some
	}
	f.Seen = "no such record"
	if _, exists := s.records(); !exists {
		f.Seen = "the name does not exist"
	}
	return f
}

// misplacement is a name at which a record is found by mistake.
type misplacement struct {
	code, name string
	inZone     bool
}

// server gives where to ask: what is in the zone, there.
func (m misplacement) server(s said) string {
	if m.inZone {
		return s.address
	}
	return ""
}

func (v *verification) misplacements(r dnsrecords.Record) []misplacement {
	list := []misplacement{{"DNS-DOUBLED-NAME", r.Name + "." + v.zone.name, true}}
	fields := strings.Fields(r.Data)
	if r.Type != dnsrecords.SRV || fields[3] == "." {
		return list
	}
	if host := strings.TrimSuffix(fields[3], "."); host != v.domain {
		list = append(list, misplacement{"DNS-UNDER-HOST", strings.TrimSuffix(r.Name, v.domain) + host, false})
	}
	return list
}

// holds tells whether an answer has what a record should say, and not what a
// wildcard says to all.
func holds(records []dns.RR, aliases []string, r dnsrecords.Record) bool {
	if r.Type == dnsrecords.CNAME {
		return hasName(aliases[:min(1, len(aliases))], r.Data) || hasCNAME(records, r.Data)
	}
	return slices.ContainsFunc(records, func(rr dns.RR) bool {
		switch rr := rr.(type) {
		case *dns.SRV:
			want := parseSRV(r.Data)
			return rr.Port == want.Port && sameName(rr.Target, want.Target)
		case *dns.TXT:
			return text(rr) == r.Data
		case *dns.A:
			return rr.A.String() == r.Data
		case *dns.AAAA:
			return rr.AAAA.String() == r.Data
		}
		return false
	})
}

func hasCNAME(records []dns.RR, target string) bool {
	return slices.ContainsFunc(records, func(rr dns.RR) bool {
		alias, ok := rr.(*dns.CNAME)
		return ok && sameName(alias.Target, target)
	})
}
