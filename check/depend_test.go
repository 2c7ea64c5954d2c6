package check_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"waypost/check"
	"waypost/discover"
	"waypost/dnsrecords"
	"waypost/probe"
)

// asksInVain is the trace of a client that asked at a host and got no answer.
func asksInVain(title, host string) discover.Trace {
	return discover.Trace{
		Client: discover.Client{Name: strings.ToLower(title), Title: title}, Result: discover.Result{Outcome: discover.ByHand, Certain: true},
		Steps: []discover.Step{{Method: "GET", Target: "https://" + host + "/", Verdict: discover.Lost, Error: "no such host"}},
	}
}

func failed(code, about string) check.Finding {
	return check.Finding{Code: code, Verdict: check.Fail, About: about}
}

// One broken thing is one failure, and what follows from it says so.
func TestWhatFollowsFromAFailureIsNotAnotherOne(t *testing.T) {
	own := target(t)
	own.Publication = &dnsrecords.Publication{Match: own.Account.Match, Origin: &url.URL{Scheme: "https", Host: "setup.example.com"}}
	in, out := server(t, "imaps://mail.example.com"), server(t, "submissions://mail.example.com")
	const autoconfig = "autoconfig.example.com"
	for name, row := range map[string]struct {
		target  check.Target
		clients []discover.Trace
		servers []probe.Evidence
		dns     []check.Finding
		want    []string // VERDICT CODE ABOUT: WHY
	}{
		"two servers fail": {
			target(t),
			[]discover.Trace{finds("Thunderbird", as(in), as(out)), finds("Geary", as(in))},
			[]probe.Evidence{good(in, fails(probe.Refused)), good(out, fails(probe.CertName))},
			nil,
			[]string{
				"fail REFUSED imaps://mail.example.com",
				"fail CERT-NAME submissions://mail.example.com",
				"untested CLIENT-BROKEN-SERVER Thunderbird: not tested, because these fail: imaps://mail.example.com (REFUSED), submissions://mail.example.com (CERT-NAME)",
				"untested CLIENT-BROKEN-SERVER Geary: not tested, because imaps://mail.example.com fails: REFUSED",
			},
		},
		"what a client finds besides": {
			target(t),
			[]discover.Trace{finds("Geary", as(in, func(s *discover.Server) { s.Username = "ann" }))},
			[]probe.Evidence{good(in, fails(probe.Refused))},
			nil,
			[]string{
				"fail REFUSED imaps://mail.example.com",
				"fail CLIENT-USERNAME Geary",
				"untested CLIENT-BROKEN-SERVER Geary: not tested, because imaps://mail.example.com fails: REFUSED",
			},
		},
		"the host of the servers does not exist": {
			own, nil,
			[]probe.Evidence{good(in, fails(probe.NameNotFound)), good(out, fails(probe.NameNotFound))},
			[]check.Finding{failed("DNS-NO-HOST", "mail.example.com")},
			[]string{
				"fail DNS-NO-HOST mail.example.com",
				"untested NAME-NOT-FOUND imaps://mail.example.com: not tested, because mail.example.com fails: DNS-NO-HOST",
				"untested NAME-NOT-FOUND submissions://mail.example.com: not tested, because mail.example.com fails: DNS-NO-HOST",
			},
		},
		"nor does the domain": {
			own,
			[]discover.Trace{asksInVain("Thunderbird", autoconfig)},
			[]probe.Evidence{good(in, fails(probe.NameNotFound))},
			[]check.Finding{failed("DNS-NO-DOMAIN", "example.com")},
			[]string{
				"fail DNS-NO-DOMAIN example.com",
				"untested INSTANCE-SILENT https://autoconfig.example.com/: not tested, because example.com fails: DNS-NO-DOMAIN",
				"untested NAME-NOT-FOUND imaps://mail.example.com: not tested, because example.com fails: DNS-NO-DOMAIN",
				"untested CLIENT-FINDS-NOTHING Thunderbird: not tested, because example.com fails: DNS-NO-DOMAIN",
			},
		},
		"the names for clients are not published": {
			own,
			[]discover.Trace{asksInVain("Thunderbird", autoconfig), asksInVain("Outlook", "autodiscover.example.com"), asksInVain("Mutt", "mutt.example.com")},
			nil,
			[]check.Finding{failed("DNS-MISSING", autoconfig+" CNAME"), failed("DNS-MISSING", "autodiscover.example.com CNAME")},
			[]string{
				"fail DNS-MISSING autoconfig.example.com CNAME", "fail DNS-MISSING autodiscover.example.com CNAME",
				"warn CLIENT-FINDS-NOTHING Mutt",
				"untested INSTANCE-SILENT https://autoconfig.example.com/: not tested, because autoconfig.example.com CNAME fails: DNS-MISSING",
				"untested CLIENT-FINDS-NOTHING Thunderbird: not tested, because autoconfig.example.com CNAME fails: DNS-MISSING",
				"untested CLIENT-FINDS-NOTHING Outlook: not tested, because autodiscover.example.com CNAME fails: DNS-MISSING",
			},
		},
		"a name for clients leads to another machine, which answers": {
			own,
			[]discover.Trace{func() discover.Trace {
				c := asksInVain("Thunderbird", autoconfig)
				c.Steps[0].Status, c.Steps[0].Error = 404, ""
				return c
			}()},
			nil,
			[]check.Finding{failed("DNS-WRONG-TARGET", autoconfig+" CNAME")},
			[]string{
				"fail DNS-WRONG-TARGET autoconfig.example.com CNAME",
				"untested CLIENT-FINDS-NOTHING Thunderbird: not tested, because autoconfig.example.com CNAME fails: DNS-WRONG-TARGET",
			},
		},
		"the instance's own name does not exist": {
			own,
			[]discover.Trace{asksInVain("Thunderbird", autoconfig)},
			nil,
			[]check.Finding{failed("DNS-NO-HOST", "setup.example.com")},
			[]string{
				"fail DNS-NO-HOST setup.example.com",
				"untested INSTANCE-SILENT https://autoconfig.example.com/: not tested, because setup.example.com fails: DNS-NO-HOST",
				"untested CLIENT-FINDS-NOTHING Thunderbird: not tested, because setup.example.com fails: DNS-NO-HOST",
			},
		},
		"the instance is silent": {
			own,
			[]discover.Trace{asksInVain("Thunderbird", autoconfig)},
			nil, nil,
			[]string{
				"fail INSTANCE-SILENT https://autoconfig.example.com/",
				"untested CLIENT-FINDS-NOTHING Thunderbird: not tested, because https://autoconfig.example.com/ fails: INSTANCE-SILENT",
			},
		},
	} {
		findings := slices.Concat(row.dns, check.Compare(row.target, row.clients, row.servers))
		check.Depend(row.target, row.clients, findings)
		var got []string
		for _, f := range findings {
			line := string(f.Verdict) + " " + f.Code + " " + f.About
			if f.Why != "" {
				line += ": " + f.Why
			}
			got = append(got, line)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(row.want, "\n"))
		}
	}
}
