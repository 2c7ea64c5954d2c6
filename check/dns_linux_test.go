package check_test

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/check"
	"waypost/dnsrecords"
	"waypost/internal/reach"
	"waypost/internal/testenv"
	"waypost/providers"
)

var instance = &url.URL{Scheme: "https", Host: "setup.hoster.example"}

// published gives a domain with mail and a calendar.
func published(t testing.TB, domain string) dnsrecords.Publication {
	t.Helper()
	server := func(text string) providers.Server {
		s, err := providers.ParseServer(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Auth, s.Username = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress
		return s
	}
	calendar, err := providers.ParseService(providers.CalDAV, "https://dav."+domain+"/cal/")
	if err != nil {
		t.Fatal(err)
	}
	calendar.Auth, calendar.Username = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress
	return dnsrecords.Publication{
		Match: providers.Match{
			Domain:   providers.MustDomain(domain),
			Provider: &providers.Provider{ID: domain, Name: "Example"},
			Setup: &providers.Setup{
				Incoming: []providers.Server{server("imaps://mail." + domain), server("pop3s://mail." + domain)},
				Outgoing: []providers.Server{server("submissions://mail." + domain)},
				Services: []providers.Server{calendar},
			},
		},
		Origin: instance,
	}
}

// zoneOf gives the zone of a domain as it should be: the text of waypost dns,
// and the hosts.
func zoneOf(t testing.TB, p dnsrecords.Publication) string {
	t.Helper()
	records, gaps, err := p.Records()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(`$TTL 3600
DOMAIN. IN SOA ns.DOMAIN. hostmaster.DOMAIN. 1 3600 600 86400 3600
DOMAIN. IN NS ns.DOMAIN.
DOMAIN. IN TXT "v=spf1 mx -all"
ns.DOMAIN. IN A 127.0.0.1
mail.DOMAIN. IN A 192.0.2.25
mail.DOMAIN. IN AAAA 2001:db8::25
dav.DOMAIN. IN A 192.0.2.26
`, "DOMAIN", p.Match.Domain.String()) + dnsrecords.Zone(records, gaps)
}

// root is the zone above all of them, and the instance's.
func root(domains []string) map[string]string {
	zone := `$TTL 3600
example. IN SOA ns.hoster.example. hostmaster.hoster.example. 1 3600 600 86400 3600
example. IN NS ns.hoster.example.
hoster.example. IN NS ns.hoster.example.
ns.hoster.example. IN A 127.0.0.1
`
	for _, d := range domains {
		zone += d + ". IN NS ns." + d + ".\nns." + d + ". IN A 127.0.0.1\n"
	}
	return map[string]string{"example": zone, "hoster.example": `$TTL 3600
hoster.example. IN SOA ns.hoster.example. hostmaster.hoster.example. 1 3600 600 86400 3600
hoster.example. IN NS ns.hoster.example.
ns.hoster.example. IN A 127.0.0.1
setup.hoster.example. IN A 192.0.2.80
setup.hoster.example. IN AAAA 2001:db8::80
web.hoster.example. IN A 198.51.100.9
shop.hoster.example. IN CNAME web.hoster.example.
`}
}

// ask verifies a domain, with a name server that is resolver too.
func ask(t testing.TB, p dnsrecords.Publication, resolver, servers string) []check.Finding {
	t.Helper()
	findings, err := check.VerifyDNS(t.Context(), p, reach.Network{Resolver: resolver, Allow: reach.All}, netip.MustParseAddrPort(servers).Port())
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// bad lists what did not pass.
func bad(findings []check.Finding) (list []string) {
	for _, f := range findings {
		if f.Verdict != check.Pass {
			list = append(list, fmt.Sprintf("%s %s %s", f.Verdict, f.Code, f.About))
		}
	}
	return list
}

// mistake is one change of a zone, and all that may be said of it. DOMAIN is
// the domain.
type mistake struct {
	name    string
	replace []string // patterns and what they become
	add     string
	want    []string
	fix     string // of the first finding; a part of it
}

var mistakes = []mistake{
	{
		name: "nothing is wrong",
	},
	{
		name:    "address records in the place of an alias",
		replace: []string{`(?m)^(autoconfig.*) CNAME .*$`, "$1 A 192.0.2.80", `(?m)^(autodiscover.*) CNAME .*$`, "$1 AAAA 2001:db8::80"},
	},
	{
		name: "a wildcard beside records of their own",
		add:  "*.DOMAIN. IN A 198.51.100.9\n",
	},
	{
		name:    "other weights and priorities in the same order",
		replace: []string{`0 0 993`, "5 1 993", `20 0 995`, "10 1 995"},
	},
	{
		name:    "autoconfig is missing",
		replace: []string{`(?m)^autoconfig\..*\n`, ""},
		want:    []string{"fail DNS-MISSING autoconfig.DOMAIN CNAME"},
		fix:     "autoconfig.DOMAIN. 3600 IN CNAME setup.hoster.example.",
	},
	{
		name:    "autoconfig leads to the web host",
		replace: []string{`(autoconfig.* CNAME) .*`, "$1 web.hoster.example."},
		want:    []string{"fail DNS-WRONG-TARGET autoconfig.DOMAIN CNAME"},
		fix:     "; instead of autoconfig.DOMAIN. CNAME web.hoster.example.\nautoconfig.DOMAIN. 3600 IN CNAME setup.hoster.example.",
	},
	{
		name:    "autodiscover has the address of another machine",
		replace: []string{`(autodiscover.*) CNAME .*`, "$1 A 198.51.100.9"},
		want:    []string{"fail DNS-WRONG-TARGET autodiscover.DOMAIN CNAME"},
		fix:     "; instead of autodiscover.DOMAIN. A 198.51.100.9\n",
	},
	{
		name:    "a wildcard catches autodiscover",
		replace: []string{`(?m)^autodiscover\..*\n`, ""},
		add:     "*.DOMAIN. IN A 198.51.100.9\n",
		want:    []string{"fail DNS-WILDCARD autodiscover.DOMAIN CNAME"},
		fix:     "autodiscover.DOMAIN. 3600 IN CNAME setup.hoster.example.",
	},
	{
		name:    "a wildcard alias catches autodiscover",
		replace: []string{`(?m)^autodiscover\..*\n`, ""},
		add:     "*.DOMAIN. IN CNAME web.hoster.example.\n",
		want:    []string{"fail DNS-WILDCARD autodiscover.DOMAIN CNAME"},
	},
	{
		name:    "the final dot of an owner is forgotten",
		replace: []string{`autoconfig.DOMAIN\.`, "autoconfig.DOMAIN"},
		want:    []string{"fail DNS-DOUBLED-NAME autoconfig.DOMAIN CNAME"},
		fix:     "; instead of autoconfig.DOMAIN.DOMAIN. CNAME",
	},
	{
		name:    "the final dot of an SRV record's owner is forgotten",
		replace: []string{`_imaps._tcp.DOMAIN\.`, "_imaps._tcp.DOMAIN"},
		want:    []string{"fail DNS-DOUBLED-NAME _imaps._tcp.DOMAIN SRV"},
	},
	{
		name:    "the final dot of an alias's target is forgotten",
		replace: []string{`(autoconfig.* CNAME) .*`, "$1 setup.hoster.example"},
		want:    []string{"fail DNS-DOUBLED-NAME autoconfig.DOMAIN CNAME"},
	},
	{
		name:    "the final dot of an SRV target is forgotten",
		replace: []string{`993 mail.DOMAIN\.`, "993 mail.DOMAIN"},
		want:    []string{"fail DNS-DOUBLED-NAME _imaps._tcp.DOMAIN SRV"},
	},
	{
		name:    "IMAPS leads to the port of POP3S",
		replace: []string{`0 0 993`, "0 0 995"},
		want:    []string{"fail DNS-WRONG-PORT _imaps._tcp.DOMAIN SRV"},
		fix:     "; instead of _imaps._tcp.DOMAIN. SRV 0 0 995 mail.DOMAIN.\n_imaps._tcp.DOMAIN. 3600 IN SRV 0 0 993 mail.DOMAIN.",
	},
	{
		name:    "IMAPS leads to another machine",
		replace: []string{`993 mail.DOMAIN\.`, "993 web.hoster.example."},
		want:    []string{"fail DNS-WRONG-TARGET _imaps._tcp.DOMAIN SRV"},
	},
	{
		name:    "IMAPS leads to an alias of the mail host",
		replace: []string{`993 mail.DOMAIN\.`, "993 imap.DOMAIN."},
		add:     "imap.DOMAIN. IN CNAME mail.DOMAIN.\n",
		want:    []string{"warn DNS-SRV-ALIAS _imaps._tcp.DOMAIN SRV"},
	},
	{
		name:    "IMAPS has another name of the mail host",
		replace: []string{`993 mail.DOMAIN\.`, "993 imap.DOMAIN."},
		add:     "imap.DOMAIN. IN A 192.0.2.25\n",
		want:    []string{"warn DNS-OTHER-NAME _imaps._tcp.DOMAIN SRV"},
	},
	{
		name:    "the mail host is an alias",
		replace: []string{`(?m)^mail\..*\n`, ""},
		add:     "mail.DOMAIN. IN CNAME dav.DOMAIN.\n",
		want:    []string{"warn DNS-SRV-ALIAS mail.DOMAIN"},
	},
	{
		name:    "the mail host does not exist",
		replace: []string{`(?m)^mail\..*\n`, ""},
		want:    []string{"fail DNS-NO-HOST mail.DOMAIN"},
	},
	{
		name:    "the mail host has no address",
		replace: []string{`(?m)^mail\..*\n`, ""},
		add:     "mail.DOMAIN. IN TXT \"here was a server\"\n",
		want:    []string{"fail DNS-NO-ADDRESS mail.DOMAIN"},
	},
	{
		name:    "the mail host is behind a proxy for the web",
		replace: []string{`192.0.2.25`, "104.21.5.5", `2001:db8::25`, "2606:4700:3033::1"},
		want:    []string{"warn DNS-CDN-PROXY mail.DOMAIN"},
	},
	{
		name:    "only one address of the mail host is a proxy's",
		replace: []string{`192.0.2.25`, "104.21.5.5"},
	},
	{
		name: "two _autodiscover records, and the other has the lower weight",
		replace: []string{
			`0 0 443 setup`, "0 10 443 setup",
		},
		add:  "_autodiscover._tcp.DOMAIN. IN SRV 10 5 443 web.hoster.example.\n",
		want: []string{"fail DNS-EXTRA-SRV _autodiscover._tcp.DOMAIN SRV"},
		fix:  "; remove _autodiscover._tcp.DOMAIN. SRV 10 5 443 web.hoster.example.",
	},
	{
		name: "another SRV record that comes later",
		add:  "_imaps._tcp.DOMAIN. IN SRV 50 0 993 web.hoster.example.\n",
		want: []string{"warn DNS-EXTRA-SRV _imaps._tcp.DOMAIN SRV"},
	},
	{
		name:    "POP3 is preferred to IMAP",
		replace: []string{`0 0 993`, "30 0 993"},
		want:    []string{"warn DNS-SRV-ORDER _imaps._tcp.DOMAIN SRV"},
	},
	{
		name:    "what is offered is said not to be",
		replace: []string{`(_submissions.*) 0 0 465 .*`, "$1 0 0 0 ."},
		want:    []string{"fail DNS-DENIED _submissions._tcp.DOMAIN SRV"},
	},
	{
		name:    "what is not offered is not denied",
		replace: []string{`(?m)^_pop3\._tcp.*\n`, ""},
		want:    []string{"warn DNS-DOT-MISSING _pop3._tcp.DOMAIN SRV"},
	},
	{
		name:    "what is not configured is offered",
		replace: []string{`(_imap\._tcp.*) 0 0 0 \.`, "$1 0 0 143 mail.DOMAIN."},
		want:    []string{"warn DNS-NOT-CONFIGURED _imap._tcp.DOMAIN SRV"},
	},
	{
		name:    "the path is missing",
		replace: []string{`(?m)^.*path=.*\n`, ""},
		want:    []string{"warn DNS-PATH-MISSING _caldavs._tcp.DOMAIN TXT"},
		fix:     `_caldavs._tcp.DOMAIN. 3600 IN TXT "path=/cal/"`,
	},
	{
		name:    "the path is another one",
		replace: []string{`path=/cal/`, "path=/dav/"},
		want:    []string{"fail DNS-PATH-WRONG _caldavs._tcp.DOMAIN TXT"},
		fix:     `; instead of _caldavs._tcp.DOMAIN. TXT "path=/dav/"`,
	},
	{
		name: "a second path",
		add:  "_caldavs._tcp.DOMAIN. IN TXT \"path=/dav/\"\n",
		want: []string{"warn DNS-EXTRA-TEXT _caldavs._tcp.DOMAIN TXT"},
	},
	{
		name:    "the digest is of other bytes",
		replace: []string{`d=[^"]*"`, `d=b08uazFtLlg6VY068NAF4MnuibuA3isRJBnTaLrkTdQ="`},
		want:    []string{"fail DNS-DIGEST-STALE _ua-auto-config.DOMAIN TXT"},
	},
	{
		name:    "the digest is missing, and a wildcard has other text",
		replace: []string{`(?m)^_ua-auto-config.*\n`, ""},
		add:     "*.DOMAIN. IN TXT \"v=spf1 -all\"\n",
		want:    []string{"warn DNS-MISSING _ua-auto-config.DOMAIN TXT"},
	},
	{
		name:    "records stand under the host",
		replace: []string{`_(imaps|submissions)\._tcp\.DOMAIN`, "_$1._tcp.mail.DOMAIN"},
		want:    []string{"fail DNS-UNDER-HOST _imaps._tcp.DOMAIN SRV", "fail DNS-UNDER-HOST _submissions._tcp.DOMAIN SRV"},
		fix:     "; instead of _imaps._tcp.mail.DOMAIN. SRV 0 0 993 mail.DOMAIN.\n",
	},
	{
		name: "no authority may issue",
		add:  "DOMAIN. IN CAA 0 issue \";\"\n",
		want: []string{"warn DNS-CAA-NONE CAA for autoconfig.DOMAIN, autodiscover.DOMAIN, setup.DOMAIN, ua-auto-config.DOMAIN, mail.DOMAIN, dav.DOMAIN"},
	},
	{
		name: "one authority may issue",
		add:  "DOMAIN. IN CAA 0 issue \"ca.example; validationmethods=dns-01\"\n",
	},
	{
		name:    "a name server that nobody runs",
		replace: []string{`IN NS ns.DOMAIN`, "IN NS gone.hoster.example"},
		want:    []string{"untested DNS-SERVER-NO-ANSWER gone.hoster.example"},
	},
}

func TestEachMistakeInAZoneIsFoundAndNamed(t *testing.T) {
	zones := map[string]string{}
	domain := func(i int) string { return fmt.Sprintf("d%d.example", i) }
	for i, m := range mistakes {
		of := func(text string) string { return strings.ReplaceAll(text, "DOMAIN", domain(i)) }
		zone := zoneOf(t, published(t, domain(i)))
		for j := 0; j < len(m.replace); j += 2 {
			changed := regexp.MustCompile(of(m.replace[j])).ReplaceAllString(zone, strings.ReplaceAll(of(m.replace[j+1]), "$1", "${1}"))
			if changed == zone {
				t.Fatalf("%s: %s changes nothing", m.name, m.replace[j])
			}
			zone = changed
		}
		zones[domain(i)] = zone + of(m.add)
	}
	maps.Copy(zones, root(slices.Sorted(maps.Keys(zones))))
	bind := testenv.StartBIND(t, testenv.BINDOptions{Zones: zones})
	for i, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			of := func(text string) string { return strings.ReplaceAll(text, "DOMAIN", domain(i)) }
			findings := ask(t, published(t, domain(i)), bind.Address, bind.Address)
			want := slices.Clone(m.want)
			for i := range want {
				want[i] = of(want[i])
			}
			if d := cmp.Diff(want, bad(findings)); d != "" {
				t.Errorf("-want +found\n%s\n%+v", d, findings)
			}
			if len(m.want) == 0 {
				everyRecordPassed(t, published(t, domain(i)), findings)
			}
			check.Sort(findings)
			if m.fix != "" && !strings.Contains(findings[0].Fix, of(m.fix)) {
				t.Errorf("the fix is\n%s", findings[0].Fix)
			}
			for _, f := range findings {
				if _, ok := check.Explain(f.Code); !ok || f.Title == "" {
					t.Errorf("nobody explains %q", f.Code)
				}
				if f.Verdict == check.Fail && (f.Seen == "" || f.Fix == "" || len(f.Who) == 0) {
					t.Errorf("a failure without seen, who or fix: %+v", f)
				}
			}
		})
	}
}

// everyRecordPassed finds records of which nothing was said.
func everyRecordPassed(t testing.TB, p dnsrecords.Publication, findings []check.Finding) {
	t.Helper()
	records, _, err := p.Records()
	if err != nil {
		t.Fatal(err)
	}
	var want, passed []string
	for _, r := range records {
		want = append(want, r.Name+" "+string(r.Type))
	}
	for _, f := range findings {
		if f.Code == "DNS-PUBLISHED" {
			passed = append(passed, f.About)
		}
	}
	if d := cmp.Diff(want, passed); d != "" {
		t.Errorf("-want +passed\n%s", d)
	}
}
