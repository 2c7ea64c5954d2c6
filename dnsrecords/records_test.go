package dnsrecords_test

import (
	"errors"
	"flag"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"waypost/dnsrecords"
	"waypost/pacc"
	"waypost/providers"
	"waypost/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite golden files")

var instance = &url.URL{Scheme: "https", Host: "setup.hoster.example"}

// What the records are made of.
var (
	builtIn = providertest.BuiltIn
	server  = providertest.Server
	service = providertest.Service
)

// own is a domain with everything.
func own(t testing.TB, change func(*providers.Setup)) providers.Match {
	t.Helper()
	p := &providers.Provider{ID: "example.com", Name: "Example", Setups: []providers.Setup{{
		Domains: []providers.Domain{providers.MustDomain("example.com")},
		Incoming: []providers.Server{
			server(t, "imaps://imap.example.com"), server(t, "imaps://imap2.example.com"), server(t, "imap://imap.example.com"),
			server(t, "pop3://pop.example.com"), service(t, providers.JMAP, "https://jmap.example.com/session"),
		},
		Outgoing: []providers.Server{server(t, "submissions://smtp.example.com"), server(t, "submission://smtp.example.com")},
		Services: []providers.Server{
			service(t, providers.CalDAV, "https://dav.example.com/cal/"), service(t, providers.CardDAV, "https://dav.example.com:8443/"),
			server(t, "sieve://imap.example.com"),
		},
	}}}
	if change != nil {
		change(&p.Setups[0])
	}
	return providertest.Match(t, p, providers.MustDomain("example.com"))
}

func records(t testing.TB, p dnsrecords.Publication) ([]dnsrecords.Record, []string) {
	t.Helper()
	r, gaps, err := p.Records()
	if err != nil {
		t.Fatal(err)
	}
	return r, gaps
}

// data gives the data of the records of a name and type.
func data(records []dnsrecords.Record, name string, kind dnsrecords.Type) (found []string) {
	for _, r := range records {
		if r.Name == name && r.Type == kind {
			found = append(found, r.Data)
		}
	}
	return found
}

func TestZonesAreTheGoldenText(t *testing.T) {
	for name, p := range map[string]dnsrecords.Publication{
		"everything":       {Match: own(t, nil), Origin: instance},
		"charter.net":      {Match: builtIn(t, "charter.net"), Origin: instance},
		"rr.com":           {Match: builtIn(t, "rr.com"), Origin: instance},
		"gmx.net":          {Match: builtIn(t, "gmx.net")},
		"address":          {Match: own(t, nil), Origin: &url.URL{Scheme: "https", Host: "[2001:db8::1]"}},
		"other port":       {Match: own(t, nil), Origin: &url.URL{Scheme: "https", Host: "setup.hoster.example:8443"}},
		"instance in zone": {Match: own(t, nil), Origin: &url.URL{Scheme: "https", Host: "autoconfig.example.com"}},
	} {
		r, gaps := records(t, p)
		file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".golden.zone")
		providertest.Golden(t, file, []byte(dnsrecords.Zone(r, gaps)), *update)
	}
}

// RFC 6186 section 3.4: a client takes the service with the lowest priority.
func TestPrioritiesAreTheOrderOfTheSetup(t *testing.T) {
	r, _ := records(t, dnsrecords.Publication{Match: own(t, nil)})
	for name, want := range map[string][]string{
		"_imaps._tcp.example.com":       {"0 0 993 imap.example.com.", "1 0 993 imap2.example.com."},
		"_imap._tcp.example.com":        {"10 0 143 imap.example.com."},
		"_pop3s._tcp.example.com":       {"0 0 0 ."},
		"_pop3._tcp.example.com":        {"30 0 110 pop.example.com."},
		"_submissions._tcp.example.com": {"0 0 465 smtp.example.com."},
		"_submission._tcp.example.com":  {"10 0 587 smtp.example.com."},
	} {
		if got := data(r, name, dnsrecords.SRV); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestWhatIsNotOfferedHasTheTargetDot(t *testing.T) {
	m := own(t, func(s *providers.Setup) {
		s.Incoming, s.Outgoing, s.Services = s.Incoming[:1], s.Outgoing[:1], nil
	})
	r, _ := records(t, dnsrecords.Publication{Match: m})
	for _, name := range []string{"_imap", "_pop3s", "_pop3", "_submission", "_caldavs", "_caldav", "_carddavs", "_carddav"} {
		if got := data(r, name+"._tcp.example.com", dnsrecords.SRV); !slices.Equal(got, []string{"0 0 0 ."}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"_jmap", "_sieve"} {
		if got := data(r, name+"._tcp.example.com", dnsrecords.SRV); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A password must not go where nothing encrypts it, and SRV cannot warn.
func TestPlaintextServersAreNotPublished(t *testing.T) {
	m := own(t, func(s *providers.Setup) {
		s.Incoming = append(s.Incoming, server(t, "imap://plain.example.com?security=none"))
		s.Services = append(s.Services, server(t, "sieve://plain.example.com?security=none"))
	})
	r, _ := records(t, dnsrecords.Publication{Match: m})
	for _, x := range r {
		if strings.Contains(x.Data, "plain") {
			t.Errorf("%+v", x)
		}
	}
}

// RFC 6764 section 4.
func TestPathOfADAVServiceIsATXTRecordAtTheSameName(t *testing.T) {
	r, _ := records(t, dnsrecords.Publication{Match: own(t, nil)})
	for name, want := range map[string][2]string{
		"_caldavs._tcp.example.com":  {"0 0 443 dav.example.com.", "path=/cal/"},
		"_carddavs._tcp.example.com": {"0 0 8443 dav.example.com.", "path=/"},
	} {
		if got := data(r, name, dnsrecords.SRV); !slices.Equal(got, want[:1]) {
			t.Errorf("%s: %q", name, got)
		}
		if got := data(r, name, dnsrecords.TXT); !slices.Equal(got, want[1:]) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Outlook and Thunderbird ignore the port, and Thunderbird takes the record
// with the lowest weight (wide range of versions, 2026-08).
func TestAutodiscoverSRVIsOneRecordAtPort443(t *testing.T) {
	r, _ := records(t, dnsrecords.Publication{Match: own(t, nil), Origin: instance})
	if got := data(r, "_autodiscover._tcp.example.com", dnsrecords.SRV); !slices.Equal(got, []string{"0 0 443 setup.hoster.example."}) {
		t.Errorf("%q", got)
	}
	for _, origin := range []*url.URL{{Scheme: "https", Host: "setup.hoster.example:8443"}, {Scheme: "http", Host: "setup.hoster.example"}} {
		r, gaps := records(t, dnsrecords.Publication{Match: own(t, nil), Origin: origin})
		if got := data(r, "_autodiscover._tcp.example.com", dnsrecords.SRV); got != nil || len(gaps) == 0 {
			t.Errorf("%s: %q, %q", origin, got, gaps)
		}
	}
}

func TestBothDigestsStandSideBySideDuringAChange(t *testing.T) {
	before := own(t, nil)
	now := own(t, func(s *providers.Setup) { s.Incoming[0] = server(t, "imaps://new.example.com") })
	digest := func(m providers.Match) string {
		d, err := pacc.New(m)
		if err != nil {
			t.Fatal(err)
		}
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return pacc.Digest(body)
	}
	const name = "_ua-auto-config.example.com"
	r, _ := records(t, dnsrecords.Publication{Match: now, Before: &before})
	if got := data(r, name, dnsrecords.TXT); !slices.Equal(got, []string{digest(now), digest(before)}) || digest(now) == digest(before) {
		t.Errorf("%q", got)
	}
	same := before
	if r, _ = records(t, dnsrecords.Publication{Match: before, Before: &same}); len(data(r, name, dnsrecords.TXT)) != 1 {
		t.Errorf("a change of nothing: %q", data(r, name, dnsrecords.TXT))
	}
	// What PACC cannot say any more stays bound until the change.
	gone := own(t, func(s *providers.Setup) { s.Outgoing = s.Outgoing[1:] })
	r, gaps := records(t, dnsrecords.Publication{Match: gone, Before: &before, Origin: instance})
	if got := data(r, name, dnsrecords.TXT); !slices.Equal(got, []string{digest(before)}) || len(gaps) != 1 {
		t.Errorf("%q, %q", got, gaps)
	}
}

func TestWhatIsNotServedHasNoRecords(t *testing.T) {
	p := dnsrecords.Publication{Match: builtIn(t, "optonline.net"), Origin: instance}
	r, _, err := p.Records()
	if _, ok := errors.AsType[*providers.Inexpressible](err); !ok || r != nil {
		t.Errorf("%v, %v", r, err)
	}
}
