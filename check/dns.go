package check

import (
	"context"
	"slices"
	"strings"
	"sync"

	"waypost/dnsrecords"
	"waypost/internal/reach"
)

// dnsPort is where name servers listen.
const dnsPort = 53

// DNS compares the records that a domain should publish with those that its
// authoritative name servers and the resolver give: one finding for each
// record, in their order, after those on the zone and on the hosts that the
// records lead to, and before those on certificates (CAA).
//
// Without an Origin, the records that lead to the instance are untested in one
// finding.
//
// ctx bounds it; what had no time left is untested, as is what no server
// answered and what the network's rules forbid to ask. No more than a few
// hundred questions are asked. The error is that of [dnsrecords.Publication]'s
// Records.
func DNS(ctx context.Context, p dnsrecords.Publication, n reach.Network) ([]Finding, error) {
	return verifyDNS(ctx, p, n, dnsPort)
}

func verifyDNS(ctx context.Context, p dnsrecords.Publication, n reach.Network, port uint16) ([]Finding, error) {
	records, _, err := p.Records()
	if err != nil {
		return nil, err
	}
	v := &verification{asker: newAsker(n, port), publication: p, domain: p.Match.Domain.String(), records: records}
	return append(v.run(ctx), v.withoutURL()...), nil
}

// withoutURL tells of the records that nobody can name: those that lead to the
// instance, where its name is not configured.
func (v *verification) withoutURL() []Finding {
	if v.publication.Origin != nil {
		return nil
	}
	var names []string
	for _, label := range []string{"autoconfig", "autodiscover", "ua-auto-config"} {
		names = append(names, label+"."+v.domain)
	}
	f := finding("DNS-NO-URL", Untested, strings.Join(names, ", "))
	f.Why = "not tested, because the configuration does not say where this instance is reached: set the key url"
	return []Finding{f}
}

// verification is one run.
type verification struct {
	*asker

	publication dnsrecords.Publication
	domain      string
	records     []dnsrecords.Record
	zone        zone // that the domain is in
}

func (v *verification) run(ctx context.Context) []Finding {
	var err error
	if v.zone, err = v.findZone(ctx, v.domain); err != nil {
		return v.allUntested("The domain's name servers could not be found: " + reason(err))
	}
	if !v.zone.exists {
		f := finding("DNS-NO-DOMAIN", Fail, v.domain)
		f.Seen = "the name does not exist"
		return append([]Finding{f}, v.allUntested("The domain does not exist.")...)
	}
	groups := group(v.records)
	found := make([]groupResult, len(groups))
	var hosts, caught, certificates []Finding
	var wg sync.WaitGroup
	for i, g := range groups {
		wg.Go(func() { found[i] = v.verify(ctx, g) })
	}
	wg.Go(func() { hosts = v.hosts(ctx) })
	wg.Go(func() { caught = v.caught(ctx) })
	wg.Go(func() { certificates = v.certificates(ctx) })
	wg.Wait()

	findings := slices.Concat(v.servers(), hosts)
	for _, r := range found {
		findings = append(findings, r.findings...)
	}
	return slices.Concat(findings, order(found), caught, certificates)
}

// allUntested is for a parent that failed: no record was asked for.
func (v *verification) allUntested(why string) (findings []Finding) {
	for _, r := range v.records {
		f := about(r, "DNS-NO-ANSWER", Untested)
		f.Why = why
		findings = append(findings, f)
	}
	return findings
}

// groupOf is the records that one question is about: those of a name and a
// type, where A, AAAA and CNAME are one.
type groupOf struct {
	name    string
	kind    dnsrecords.Type // A for what leads to addresses
	records []dnsrecords.Record
}

func group(records []dnsrecords.Record) (groups []groupOf) {
	for _, r := range records {
		kind := r.Type
		if kind == dnsrecords.AAAA || kind == dnsrecords.CNAME {
			kind = dnsrecords.A
		}
		i := slices.IndexFunc(groups, func(g groupOf) bool { return g.name == r.Name && g.kind == kind })
		if i < 0 {
			i = len(groups)
			groups = append(groups, groupOf{name: r.Name, kind: kind})
		}
		groups[i].records = append(groups[i].records, r)
	}
	return groups
}

// groupResult is what is said of a group.
type groupResult struct {
	groupOf

	findings   []Finding
	priorities []int // of SRV: the found one of each expected record; -1: none
}

// verify asks the zone's servers and the resolver, and lets the servers decide.
func (v *verification) verify(ctx context.Context, g groupOf) groupResult {
	servers, resolver := v.look(ctx, g.name, g.kind)
	var judged []groupResult // of the servers that answered
	var who []string
	for _, s := range servers {
		if s.err == nil {
			judged = append(judged, v.judge(ctx, g, s))
			who = append(who, s.server)
		}
	}
	cached, isCached := groupResult{}, resolver.err == nil
	if isCached {
		cached = v.judge(ctx, g, resolver)
	}
	if len(judged) == 0 && !isCached {
		r := groupResult{groupOf: g}
		for _, rec := range g.records {
			f := about(rec, "DNS-NO-ANSWER", Untested)
			f.Why = "The resolver: " + reason(resolver.err)
			r.findings = append(r.findings, f)
		}
		return r
	} else if len(judged) == 0 {
		return cached
	}
	// Where the servers differ, the best answer is what was meant to be said.
	best := max(0, slices.IndexFunc(judged, func(r groupResult) bool { return Worst(r.findings) == Pass }))
	result, right := judged[best], judged[best].findings
	for i, other := range judged {
		if !sameCodes(right, other.findings) {
			f := finding("DNS-SERVERS-DIFFER", Warn, g.title())
			f.Seen = who[i] + " gives " + seen(other.findings)
			f.Expected = "the answer of " + who[best] + ": " + seen(right)
			result.findings = append(result.findings, f)
			break
		}
	}
	if !isCached {
		f := finding("DNS-NO-ANSWER", Untested, g.title())
		f.Fix, f.Why = "", "The zone's own servers answer. The resolver: "+reason(resolver.err)
		result.findings = append(result.findings, f)
	} else if !sameCodes(right, cached.findings) {
		f := finding("DNS-STALE", Warn, g.title())
		f.Seen = "the resolver gives " + seen(cached.findings) + remaining(resolver)
		f.Expected = "what the zone's own servers give: " + seen(right)
		result.findings = append(result.findings, f)
	}
	return result
}

func (g groupOf) title() string { return g.name + " " + string(g.records[0].Type) }

// sameCodes tells whether two answers come to the same. Addresses may differ
// from question to question, as may the order.
func sameCodes(a, b []Finding) bool {
	return slices.EqualFunc(a, b, func(a, b Finding) bool { return a.Code == b.Code && a.Verdict == b.Verdict })
}

// seen joins what findings have seen, each once.
func seen(findings []Finding) string {
	var list []string
	for _, f := range findings {
		if !slices.Contains(list, f.Seen) {
			list = append(list, f.Seen)
		}
	}
	return strings.Join(list, ", ")
}

// about begins a finding on a record; its fix is the line for the zone.
func about(r dnsrecords.Record, code string, verdict Verdict) Finding {
	f := finding(code, verdict, r.Name+" "+string(r.Type))
	f.Expected = r.Data
	if verdict == Pass || verdict == Untested {
		f.Fix = ""
		return f
	}
	f.Who, f.Fix = []string{r.For}, zoneLine(r)
	return f
}

func zoneLine(r dnsrecords.Record) string {
	return strings.TrimSuffix(dnsrecords.Zone([]dnsrecords.Record{r}, nil), "\n")
}

// instead puts the line that is wrong before the right one, as a comment.
func (f Finding) instead(name string, kind dnsrecords.Type, data string) Finding {
	f.Fix = "; instead of " + name + ". " + string(kind) + " " + data + "\n" + f.Fix
	return f
}
