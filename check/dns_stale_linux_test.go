package check_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/check"
	"waypost/internal/testenv"
	"waypost/providers"
)

// A second BIND with the zone of yesterday is a resolver that has kept it.
func TestAResolverWithOldRecordsIsToldFromAWrongZone(t *testing.T) {
	p := published(t, "example.example")
	zone := zoneOf(t, p)
	start := func(zone string) string {
		zones := map[string]string{"example.example": zone}
		maps.Copy(zones, root([]string{"example.example"}))
		return testenv.StartBIND(t, testenv.BINDOptions{Zones: zones}).Address
	}
	old := strings.NewReplacer(
		"3600 IN SRV 0 0 993 mail", "1800 IN SRV 0 0 993 old", "autodiscover.example.example. 3600 IN CNAME setup", "autodiscover.example.example. 3600 IN CNAME web",
	).Replace(zone)
	if old == zone {
		t.Fatal("nothing is changed")
	}
	now, before := start(zone), start(old)
	findings := ask(t, p, before, now)
	want := []string{"warn DNS-STALE autodiscover.example.example CNAME", "warn DNS-STALE _imaps._tcp.example.example SRV"}
	if d := cmp.Diff(want, bad(findings)); d != "" {
		t.Errorf("-want +found\n%s", d)
	}
	for _, f := range findings {
		if f.Code == "DNS-STALE" && strings.Contains(f.About, "_imaps") {
			want := "the resolver gives 0 0 993 old.example.example., for another 1800 seconds"
			if f.Seen != want || f.Expected != "what the zone's own servers give: 0 0 993 mail.example.example." {
				t.Errorf("seen %q, expected %q", f.Seen, f.Expected)
			}
		}
	}
	// The other way round the zone is wrong, and the resolver has what was right.
	findings = ask(t, p, now, before)
	if check.Worst(findings) != check.Fail || check.Count(findings, check.Fail) != 2 || check.Count(findings, check.Warn) != 2 {
		t.Errorf("%v", bad(findings))
	}
}

// During a change both digests are published; either one alone is told.
func TestBothDigestsAreExpectedDuringAChange(t *testing.T) {
	was, will := published(t, "change.example"), published(t, "change.example")
	will.Match.Provider = &providers.Provider{ID: "change.example", Name: "New name"}
	during := will
	during.Before = &was.Match
	zones := root([]string{"change.example"})
	zones["change.example"] = zoneOf(t, was)
	bind := testenv.StartBIND(t, testenv.BINDOptions{Zones: zones})

	want := []string{"warn DNS-MISSING _ua-auto-config.change.example TXT"}
	if d := cmp.Diff(want, bad(ask(t, during, bind.Address, bind.Address))); d != "" {
		t.Errorf("-want +found\n%s", d)
	}
	want = []string{"fail DNS-DIGEST-STALE _ua-auto-config.change.example TXT"}
	if d := cmp.Diff(want, bad(ask(t, will, bind.Address, bind.Address))); d != "" {
		t.Errorf("-want +found\n%s", d)
	}
}

func TestWithoutAnInstanceAWildcardIsToldAllTheSame(t *testing.T) {
	p := published(t, "alone.example")
	p.Origin = nil
	zones := root([]string{"alone.example"})
	zones["alone.example"] = zoneOf(t, p) + "*.alone.example. IN A 198.51.100.9\n"
	bind := testenv.StartBIND(t, testenv.BINDOptions{Zones: zones})
	want := []string{
		"warn DNS-WILDCARD autoconfig.alone.example",
		"warn DNS-WILDCARD autodiscover.alone.example",
		"warn DNS-WILDCARD ua-auto-config.alone.example",
		"untested DNS-NO-URL autoconfig.alone.example, autodiscover.alone.example, ua-auto-config.alone.example",
	}
	if d := cmp.Diff(want, bad(ask(t, p, bind.Address, bind.Address))); d != "" {
		t.Errorf("-want +found\n%s", d)
	}
}

// An instance that is reached by its address has address records, and no
// _autodiscover record.
func TestAnInstanceWithoutANameIsComparedByItsAddress(t *testing.T) {
	p := published(t, "address.example")
	p.Origin = &url.URL{Scheme: "https", Host: "192.0.2.80"}
	zones := root([]string{"address.example"})
	zones["address.example"] = zoneOf(t, p)
	bind := testenv.StartBIND(t, testenv.BINDOptions{Zones: zones})
	if found := bad(ask(t, p, bind.Address, bind.Address)); len(found) > 0 {
		t.Errorf("%q", found)
	}
}

// Name servers that speak for a zone below, as where _tcp is delegated, are
// asked for what is in it.
func TestAZoneBelowIsFollowed(t *testing.T) {
	p := published(t, "above.example")
	var above, below strings.Builder
	below.WriteString("$TTL 3600\n_tcp.above.example. IN SOA ns.above.example. a.above.example. 1 3600 600 86400 3600\n_tcp.above.example. IN NS ns.above.example.\n")
	for line := range strings.Lines(zoneOf(t, p)) {
		if name, _, _ := strings.Cut(line, " "); strings.HasSuffix(name, "._tcp.above.example.") {
			below.WriteString(line)
		} else {
			above.WriteString(line)
		}
	}
	zones := root([]string{"above.example"})
	zones["above.example"] = above.String() + "_tcp.above.example. IN NS ns.above.example.\n"
	zones["_tcp.above.example"] = below.String()
	bind := testenv.StartBIND(t, testenv.BINDOptions{Zones: zones})
	if found := bad(ask(t, p, bind.Address, bind.Address)); len(found) > 0 {
		t.Errorf("%q", found)
	}
}
