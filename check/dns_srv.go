package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"waypost/dnsrecords"
)

// parseSRV reads the data of a record of ours.
func parseSRV(data string) *dns.SRV {
	s := new(dns.SRV)
	// What dnsrecords writes has these four fields.
	_, _ = fmt.Sscan(data, &s.Priority, &s.Weight, &s.Port, &s.Target)
	return s
}

// srvData shows a record that was found, as it stands in a zone.
func srvData(s *dns.SRV) string {
	return fmt.Sprintf("%d %d %d %s", s.Priority, s.Weight, s.Port, visible(s.Target))
}

func notOffered(s *dns.SRV) bool { return s.Target == "." }

// judgeSRV finds for each expected record the one that was meant to be it, by
// port and target; priorities and weights may be others in the same order.
func (v *verification) judgeSRV(ctx context.Context, g groupOf, s said) groupResult {
	result := groupResult{groupOf: g, priorities: make([]int, len(g.records))}
	var found []*dns.SRV
	records, _ := s.records()
	for _, rr := range records {
		if srv, ok := rr.(*dns.SRV); ok {
			found = append(found, srv)
		}
	}
	slices.SortFunc(found, func(a, b *dns.SRV) int { return cmp.Compare(srvData(a), srvData(b)) })
	// take removes the first that fits.
	take := func(fits func(*dns.SRV) bool) *dns.SRV {
		i := slices.IndexFunc(found, fits)
		if i < 0 {
			return nil
		}
		srv := found[i]
		found = slices.Delete(found, i, i+1)
		return srv
	}
	right := make([]*dns.SRV, len(g.records))
	for i, r := range g.records {
		want := parseSRV(r.Data)
		if right[i] = take(func(s *dns.SRV) bool {
			return sameName(s.Target, want.Target) && (s.Port == want.Port || notOffered(s))
		}); right[i] != nil {
			continue
		}
		// What is most like it is what was meant.
		right[i] = take(func(s *dns.SRV) bool { return sameName(s.Target, want.Target) })
	}
	for i, r := range g.records {
		if right[i] == nil && !notOffered(parseSRV(r.Data)) {
			right[i] = take(func(s *dns.SRV) bool { return !notOffered(s) && s.Port == parseSRV(r.Data).Port })
		}
		if right[i] == nil {
			right[i] = take(func(*dns.SRV) bool { return true })
		}
	}
	for i, r := range g.records {
		result.priorities[i] = -1
		f := v.judgeOne(ctx, r, right[i], s)
		if f.Verdict == Pass {
			result.priorities[i] = int(right[i].Priority)
		}
		result.findings = append(result.findings, f)
	}
	for _, extra := range found[:min(len(found), maxShown)] {
		result.findings = append(result.findings, v.extra(g, right[0], extra))
	}
	return result
}

// judgeOne compares a record with the one that stands in its place; nil: none
// does.
func (v *verification) judgeOne(ctx context.Context, r dnsrecords.Record, found *dns.SRV, s said) Finding {
	want := parseSRV(r.Data)
	if found == nil {
		f := v.missing(ctx, r, s)
		if f.Code == "DNS-MISSING" && notOffered(want) {
			f = about(r, "DNS-DOT-MISSING", Warn)
			f.Seen = "no such record"
		}
		return f
	}
	verdict, code := Fail, ""
	switch {
	case notOffered(want) && notOffered(found):
		verdict, code = Pass, "DNS-PUBLISHED"
	case notOffered(want):
		verdict, code = Warn, "DNS-NOT-CONFIGURED"
	case notOffered(found):
		code = "DNS-DENIED"
	case !sameName(found.Target, want.Target):
		verdict, code = v.otherTarget(ctx, found, want)
	case found.Port != want.Port:
		code = "DNS-WRONG-PORT"
	default:
		verdict, code = Pass, "DNS-PUBLISHED"
	}
	f := about(r, code, verdict)
	f.Seen = srvData(found)
	if verdict == Untested {
		f.Why = "the resolver did not say where one of the two targets leads, so they may be one machine"
	}
	if verdict != Pass {
		f = f.instead(r.Name, r.Type, f.Seen)
	}
	return f
}

// otherTarget tells what is the case with a record that has another target. A
// name that leads to the same machine works where the certificate has it too.
func (v *verification) otherTarget(ctx context.Context, found, want *dns.SRV) (Verdict, string) {
	if v.doubled([]string{found.Target}, want.Target) {
		return Fail, "DNS-DOUBLED-NAME"
	}
	if found.Port != want.Port {
		return Fail, "DNS-WRONG-TARGET"
	}
	there, errThere := v.addresses(ctx, found.Target)
	here, errHere := v.addresses(ctx, want.Target)
	switch {
	case errThere != nil, errHere != nil: // whether they are one machine is not known
		return Untested, "DNS-WRONG-TARGET"
	case !leadsInto(there.addresses, here.addresses):
		return Fail, "DNS-WRONG-TARGET"
	}
	if len(there.aliases) > 0 {
		return Warn, "DNS-SRV-ALIAS"
	}
	return Warn, "DNS-OTHER-NAME"
}

// extra is a record beside the right ones. It is a failure where clients take
// it for the better one, or for as good.
func (v *verification) extra(g groupOf, right, extra *dns.SRV) Finding {
	f := finding("DNS-EXTRA-SRV", Warn, g.title())
	switch {
	case right == nil, notOffered(right), notOffered(extra):
	case strings.HasPrefix(g.name, "_autodiscover."):
		// Thunderbird sorts by weight alone, the lowest first.
		if extra.Weight <= right.Weight || extra.Priority <= right.Priority {
			f.Verdict = Fail
		}
	case extra.Priority <= right.Priority && !notOffered(right):
		f.Verdict = Fail
	}
	f.Who = []string{g.records[0].For}
	f.Seen = srvData(extra)
	var others []string
	for _, r := range g.records {
		others = append(others, r.Data)
	}
	f.Expected = "only " + strings.Join(others, " and ")
	f.Fix = "; remove " + g.name + ". SRV " + f.Seen
	return f
}

// families are services among which the priorities choose (RFC 6186, section
// 3.4; RFC 8314, section 5.1).
var families = [][]string{
	{"_imaps._tcp.", "_imap._tcp.", "_pop3s._tcp.", "_pop3._tcp."},
	{"_submissions._tcp.", "_submission._tcp."},
}

// order looks whether priorities say the opposite of what was meant.
func order(groups []groupResult) (findings []Finding) {
	type step struct {
		record   dnsrecords.Record
		priority int
	}
	for _, services := range families {
		var steps []step
		for _, g := range groups {
			if !slices.ContainsFunc(services, func(s string) bool { return strings.HasPrefix(g.name, s) }) {
				continue
			}
			for i, r := range g.records {
				if i < len(g.priorities) && g.priorities[i] >= 0 && !notOffered(parseSRV(r.Data)) {
					steps = append(steps, step{r, g.priorities[i]})
				}
			}
		}
		slices.SortStableFunc(steps, func(a, b step) int {
			return cmp.Compare(parseSRV(a.record.Data).Priority, parseSRV(b.record.Data).Priority)
		})
		for i := 1; i < len(steps); i++ {
			a, b := steps[i-1], steps[i]
			if a.priority <= b.priority {
				continue
			}
			f := about(a.record, "DNS-SRV-ORDER", Warn)
			f.Seen = "priority " + strconv.Itoa(a.priority) + ", after " + b.record.Name + " with " + strconv.Itoa(b.priority)
			f.Fix += "\n" + zoneLine(b.record)
			findings = append(findings, f)
		}
	}
	return findings
}
