package check_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"waypost/check"
	"waypost/internal/reach"
)

// nameServer runs a server on loopback that counts what reaches it.
func nameServer(t testing.TB, answer func(q dns.Question, m *dns.Msg) bool) (address netip.AddrPort, count *atomic.Int64) {
	t.Helper()
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	count = new(atomic.Int64)
	started := make(chan struct{})
	s := &dns.Server{PacketConn: pc, NotifyStartedFunc: func() { close(started) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		count.Add(1)
		m := new(dns.Msg).SetReply(r)
		m.Authoritative = true
		if answer(r.Question[0], m) {
			_ = w.WriteMsg(m) // who gets no answer, asks again
		}
	})}
	go func() { _ = s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() { _ = s.Shutdown() })
	return netip.MustParseAddrPort(pc.LocalAddr().String()), count
}

func record(t testing.TB, text string) dns.RR {
	t.Helper()
	rr, err := dns.NewRR(text)
	if err != nil {
		t.Fatal(err)
	}
	return rr
}

// delegated answers as every resolver does for the domain and its name server,
// and tells whether it did.
func delegated(t testing.TB, q dns.Question, m *dns.Msg, server string) bool {
	switch {
	case q.Name == "example.com." && q.Qtype == dns.TypeNS:
		m.Answer = []dns.RR{record(t, "example.com. 60 IN NS ns.example.net.")}
	case q.Name == "ns.example.net." && q.Qtype == dns.TypeA:
		m.Answer = []dns.RR{record(t, "ns.example.net. 60 IN A "+server)}
	case q.Name == "ns.example.net.":
	default:
		return false
	}
	return true
}

// hostile answers one question about the domain; false: it stays silent.
var hostile = []struct {
	name   string
	answer func(t testing.TB, q dns.Question, m *dns.Msg) bool
	want   check.Verdict
}{
	{"aliases without end", func(t testing.TB, q dns.Question, m *dns.Msg) bool {
		m.Answer = []dns.RR{record(t, q.Name+" 1 IN CNAME a"+q.Name)}
		return true
	}, check.Fail},
	{"an alias of itself", func(t testing.TB, q dns.Question, m *dns.Msg) bool {
		m.Answer = []dns.RR{record(t, q.Name+" 1 IN CNAME "+q.Name)}
		return true
	}, check.Fail},
	{"no name exists", func(t testing.TB, q dns.Question, m *dns.Msg) bool {
		m.Rcode = dns.RcodeNameError
		return true
	}, check.Fail},
	{"every answer is a failure", func(t testing.TB, q dns.Question, m *dns.Msg) bool {
		m.Rcode = dns.RcodeServerFailure
		return true
	}, check.Untested},
	{"silence", func(t testing.TB, q dns.Question, m *dns.Msg) bool { return false }, check.Untested},
	{"control characters", func(t testing.TB, q dns.Question, m *dns.Msg) bool {
		switch q.Qtype {
		case dns.TypeTXT:
			m.Answer = []dns.RR{
				record(t, q.Name+` 1 IN TXT "path=\027[2J\013\010<script>alert(1)</script>\226\128\174"`),
				record(t, q.Name+` 1 IN TXT "v=UAAC1; a=sha256; d=\027]0;title\007"`),
			}
		case dns.TypeSRV:
			m.Answer = []dns.RR{record(t, q.Name+` 1 IN SRV 0 0 993 \027[31m\010.example.com.`)}
		case dns.TypeCAA:
			m.Answer = []dns.RR{record(t, q.Name+` 1 IN CAA 0 issue "\027[2J\010.example"`)}
		case dns.TypeA:
			m.Answer = []dns.RR{record(t, q.Name+` 1 IN CNAME \027[31m\010.example.com.`)}
		}
		return true
	}, check.Fail},
	{"hundreds of records", func(t testing.TB, q dns.Question, m *dns.Msg) bool {
		for i := range 400 {
			if q.Qtype == dns.TypeSRV {
				m.Answer = append(m.Answer, &dns.SRV{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeSRV, Class: 1}, Port: uint16(i), Target: "m.example.com."})
			}
		}
		m.Compress = true
		return true
	}, check.Fail},
}

func TestHostileNameServersAreBoundedAndNeverPass(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			server, count := nameServer(t, func(q dns.Question, m *dns.Msg) bool {
				return delegated(t, q, m, "127.0.0.1") || h.answer(t, q, m)
			})
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			findings, err := check.VerifyDNS(ctx, published(t, "example.com"), reach.Network{Resolver: server.String(), Allow: reach.All}, server.Port())
			if err != nil {
				t.Fatal(err)
			}
			if got := check.Worst(findings); got != h.want {
				t.Errorf("the worst is %s, want %s: %q", got, h.want, bad(findings))
			}
			if n := count.Load(); n > 900 {
				t.Errorf("%d questions", n)
			}
			for _, f := range findings {
				if f.Code == "DNS-PUBLISHED" {
					t.Errorf("passed: %+v", f)
				}
				if strings.HasPrefix(string(f.Verdict), "untested") && f.Why == "" {
					t.Errorf("untested, and no word why: %+v", f)
				}
				mustBePlain(t, f.About, f.Seen, f.Expected, strings.ReplaceAll(f.Fix, "\n", " "), f.Why)
			}
			var b strings.Builder
			if err := check.Write(&b, findings); err != nil {
				t.Fatal(err)
			}
			mustBePlain(t, strings.ReplaceAll(b.String(), "\n", " "))
		})
	}
}

// mustBePlain finds what could move a terminal's cursor.
func mustBePlain(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
			t.Errorf("control characters in %q", text)
		}
	}
}

// T2: a delegation leads to an address inside. Nothing is sent there.
func TestADelegationToTheMachineItselfIsNotAsked(t *testing.T) {
	inside, asked := nameServer(t, func(dns.Question, *dns.Msg) bool { return true })
	resolver, _ := nameServer(t, func(q dns.Question, m *dns.Msg) bool {
		return delegated(t, q, m, inside.Addr().String()) || true
	})
	findings, err := check.VerifyDNS(t.Context(), published(t, "example.com"), reach.Network{Resolver: resolver.String()}, inside.Port())
	if err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d questions reached it", n)
	}
	i := slices.IndexFunc(findings, func(f check.Finding) bool { return f.Code == "DNS-SERVER-NO-ANSWER" })
	if i < 0 || findings[i].Verdict != check.Untested || !strings.Contains(findings[i].Why, "--allow-private") {
		t.Errorf("%+v", findings)
	}
}

// Where port 53 is closed on the way, the resolver's answers are all there is.
func TestRecordsAreComparedWithTheResolverWhereServersAreSilent(t *testing.T) {
	resolver, _ := nameServer(t, func(q dns.Question, m *dns.Msg) bool {
		if !delegated(t, q, m, "127.0.0.1") && q.Name == "_imaps._tcp.example.com." && q.Qtype == dns.TypeSRV {
			m.Answer = []dns.RR{record(t, q.Name+" 60 IN SRV 0 0 993 mail.example.com.")}
		}
		return true
	})
	// At this port of the name server's address nobody listens any more.
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = pc.Close()
	findings := ask(t, published(t, "example.com"), resolver.String(), pc.LocalAddr().String())
	if f := findings[0]; f.Code != "DNS-SERVER-NO-ANSWER" || f.Verdict != check.Untested {
		t.Errorf("%+v", f)
	}
	if !slices.ContainsFunc(findings, func(f check.Finding) bool {
		return f.Verdict == check.Pass && f.About == "_imaps._tcp.example.com SRV"
	}) {
		t.Errorf("%q", bad(findings))
	}
}

// A broken signature at one name: its servers answer, and no resolver believes
// them.
func TestAResolverThatFailsAtOneNameIsTold(t *testing.T) {
	answer := func(q dns.Question, m *dns.Msg) bool {
		if !delegated(t, q, m, "127.0.0.1") && q.Name == "_imaps._tcp.example.com." && q.Qtype == dns.TypeSRV {
			m.Answer = []dns.RR{record(t, q.Name+" 60 IN SRV 0 0 993 mail.example.com.")}
		}
		return true
	}
	server, _ := nameServer(t, answer)
	resolver, _ := nameServer(t, func(q dns.Question, m *dns.Msg) bool {
		if strings.HasPrefix(q.Name, "_imaps.") {
			m.Rcode = dns.RcodeServerFailure
			return true
		}
		return answer(q, m)
	})
	var found []string
	for _, f := range ask(t, published(t, "example.com"), resolver.String(), server.String()) {
		if strings.HasPrefix(f.About, "_imaps.") {
			found = append(found, string(f.Verdict)+" "+f.Code)
			if f.Verdict == check.Untested && !strings.Contains(f.Why, "DNSSEC") {
				t.Errorf("why: %q", f.Why)
			}
		}
	}
	if d := cmp.Diff([]string{"pass DNS-PUBLISHED", "untested DNS-NO-ANSWER"}, found); d != "" {
		t.Errorf("-want +found\n%s", d)
	}
}

func TestADomainThatDoesNotExistEndsTheVerification(t *testing.T) {
	server, _ := nameServer(t, func(_ dns.Question, m *dns.Msg) bool {
		m.Rcode = dns.RcodeNameError
		return true
	})
	findings := ask(t, published(t, "example.com"), server.String(), server.String())
	if findings[0].Code != "DNS-NO-DOMAIN" || check.Count(findings, check.Untested) != len(findings)-1 || len(findings) < 10 {
		t.Errorf("%q", bad(findings))
	}
}

// Two servers of a zone, one of which did not fetch it again.
func TestServersThatDifferAreTold(t *testing.T) {
	addresses := map[string]string{"a.ns.example.": "127.0.0.1", "b.ns.example.": "127.0.0.2"}
	answer := func(q dns.Question, m *dns.Msg, target string) {
		switch {
		case q.Name == "example.com." && q.Qtype == dns.TypeNS:
			m.Answer = []dns.RR{record(t, "example.com. 60 IN NS a.ns.example."), record(t, "example.com. 60 IN NS b.ns.example.")}
		case addresses[q.Name] != "" && q.Qtype == dns.TypeA:
			m.Answer = []dns.RR{record(t, q.Name+" 60 IN A "+addresses[q.Name])}
		case q.Name == "_imaps._tcp.example.com." && q.Qtype == dns.TypeSRV:
			m.Answer = []dns.RR{record(t, q.Name+" 60 IN SRV 0 0 993 "+target)}
		}
	}
	first, _ := nameServer(t, func(q dns.Question, m *dns.Msg) bool { answer(q, m, "mail.example.com."); return true })
	second := &dns.Server{Net: "udp", Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), first.Port()).String(), Handler: dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg).SetReply(r)
		m.Authoritative = true
		answer(r.Question[0], m, "old.example.com.")
		_ = w.WriteMsg(m) // who gets no answer, asks again
	})}
	started := make(chan struct{})
	second.NotifyStartedFunc = func() { close(started) }
	go func() { _ = second.ListenAndServe() }()
	<-started
	t.Cleanup(func() { _ = second.Shutdown() })

	var found []string
	for _, f := range ask(t, published(t, "example.com"), first.String(), first.String()) {
		if strings.HasPrefix(f.About, "_imaps.") {
			found = append(found, string(f.Verdict)+" "+f.Code+" "+f.Seen)
		}
	}
	want := []string{"pass DNS-PUBLISHED 0 0 993 mail.example.com.", "warn DNS-SERVERS-DIFFER b.ns.example gives 0 0 993 old.example.com."}
	if d := cmp.Diff(want, found); d != "" {
		t.Errorf("-want +found\n%s", d)
	}
}
