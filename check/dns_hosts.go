package check

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"waypost/dnsrecords"
	"waypost/providers"
)

// host is a name that records or settings lead to.
type host struct {
	name string
	mail bool // a mail server
	srv  bool // the target of an SRV record
}

// mailProtocols have ports that a proxy for the web does not forward.
var mailProtocols = []providers.Protocol{providers.IMAP, providers.POP3, providers.Submission, providers.ManageSieve}

// targets lists the hosts, each once: the instance, and the servers.
func (v *verification) targets() (hosts []host) {
	add := func(h host) {
		h.name = strings.ToLower(strings.TrimSuffix(h.name, "."))
		i := slices.IndexFunc(hosts, func(other host) bool { return other.name == h.name })
		if i < 0 {
			hosts = append(hosts, h)
			return
		}
		hosts[i].mail = hosts[i].mail || h.mail
		hosts[i].srv = hosts[i].srv || h.srv
	}
	if v.publication.Origin != nil {
		add(host{name: v.publication.Origin.Hostname()})
	}
	setup := v.publication.Match.Setup
	for _, s := range slices.Concat(setup.Incoming, setup.Outgoing, setup.Services) {
		add(host{name: s.Host, mail: slices.Contains(mailProtocols, s.Protocol)})
	}
	for _, r := range v.records {
		if srv := parseSRV(r.Data); r.Type == dnsrecords.SRV && !notOffered(srv) {
			add(host{name: srv.Target, srv: true})
		}
	}
	return hosts
}

// hosts looks for the addresses of all that records lead to.
func (v *verification) hosts(ctx context.Context) []Finding {
	list := v.targets()
	findings := make([]Finding, len(list))
	var wg sync.WaitGroup
	for i, h := range list {
		wg.Go(func() { findings[i] = v.host(ctx, h) })
	}
	wg.Wait()
	return findings
}

func (v *verification) host(ctx context.Context, h host) Finding {
	p, err := v.addresses(ctx, h.name)
	if err != nil {
		f := finding("DNS-NO-ANSWER", Untested, h.name)
		f.Fix, f.Why = "", "The resolver: "+reason(err)
		return f
	}
	code, verdict, expected := "DNS-HOST", Pass, ""
	switch {
	case !p.exists:
		code, verdict, expected = "DNS-NO-HOST", Fail, "a name with an address"
	case len(p.addresses) == 0:
		code, verdict, expected = "DNS-NO-ADDRESS", Fail, "an A or AAAA record"
	case h.mail && !slices.ContainsFunc(p.addresses, func(a netip.Addr) bool { return !behindCDN(a) }):
		code, verdict, expected = "DNS-CDN-PROXY", Warn, "the address of the mail server itself"
	case h.srv && len(p.aliases) > 0:
		code, verdict, expected = "DNS-SRV-ALIAS", Warn, "a name with an A or AAAA record of its own"
	}
	f := finding(code, verdict, h.name)
	f.Seen, f.Expected = p.text(), expected
	if !p.exists && len(p.aliases) == 0 {
		f.Seen = "the name does not exist"
	}
	return f
}

// certificates looks which authorities may issue for the names that need a
// certificate (CAA, RFC 8659); names with the same answer share a finding.
func (v *verification) certificates(ctx context.Context) (findings []Finding) {
	var names []string
	for _, g := range group(v.records) {
		if g.kind == dnsrecords.A {
			names = append(names, g.name)
		}
	}
	for _, h := range v.targets() {
		if _, err := netip.ParseAddr(h.name); err != nil && !slices.Contains(names, h.name) {
			names = append(names, h.name)
		}
	}
	all := make([]Finding, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { all[i] = v.authorities(ctx, name) })
	}
	wg.Wait()
	for _, f := range all {
		i := slices.IndexFunc(findings, func(other Finding) bool {
			return other.Code == f.Code && other.Seen == f.Seen && other.Why == f.Why
		})
		if i < 0 {
			f.About = "CAA for " + f.About
			findings = append(findings, f)
		} else {
			findings[i].About += ", " + f.About
		}
	}
	return findings
}

// authorities climbs from a name to the closest CAA records (RFC 8659, section
// 3). The alias of a name is the name server's to follow.
func (v *verification) authorities(ctx context.Context, name string) Finding {
	at := name
	for { // a name has at most 127 labels, and the questions are counted
		answer, err := v.ask(ctx, "", at, dns.TypeCAA)
		if err != nil {
			f := finding("DNS-NO-ANSWER", Untested, name)
			f.Fix, f.Why = "", "The resolver, asked for CAA: "+reason(err)
			return f
		}
		if len(answer.Records) > 0 {
			return judgeCAA(name, at, answer.Records)
		}
		_, parent, ok := strings.Cut(at, ".")
		if !ok {
			break
		}
		at = parent
	}
	f := finding("DNS-CAA", Pass, name)
	f.Seen = "no CAA record: any authority may issue"
	return f
}

// knownTags are those that do not stop an authority which knows the registry
// (IANA, "Certification Authority Restriction Properties").
var knownTags = []string{"issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail", "contactphone"}

func judgeCAA(name, at string, records []dns.RR) Finding {
	const critical = 128
	var may []string
	restricted := false
	for _, rr := range records[:min(len(records), 50)] {
		caa, ok := rr.(*dns.CAA)
		if !ok {
			continue
		}
		tag := strings.ToLower(caa.Tag)
		if caa.Flag&critical != 0 && !slices.Contains(knownTags, tag) {
			f := finding("DNS-CAA-NONE", Warn, name)
			f.Seen = "the CAA records of " + at + " hold " + visible(caa.Tag) + ", which is critical and which no authority knows"
			f.Expected = "only tags that are registered"
			return f
		}
		if tag != "issue" {
			continue
		}
		restricted = true
		if ca, _, _ := strings.Cut(caa.Value, ";"); strings.TrimSpace(ca) != "" {
			may = append(may, visible(strings.TrimSpace(ca)))
		}
	}
	slices.Sort(may)
	may = slices.Compact(may)
	switch {
	case !restricted:
		f := finding("DNS-CAA", Pass, name)
		f.Seen = "the CAA records of " + at + " let any authority issue"
		return f
	case len(may) == 0:
		f := finding("DNS-CAA-NONE", Warn, name)
		f.Seen = "the CAA records of " + at + " let no authority issue"
		f.Expected = "a record that names your certificate authority"
		return f
	}
	f := finding("DNS-CAA", Pass, name)
	f.Seen = "by the CAA records of " + at + " only these may issue: " + strings.Join(may[:min(len(may), maxShown)], ", ")
	return f
}
