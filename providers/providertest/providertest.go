// Package providertest is the one suite that every [providers.Directory]
// passes, whatever its records are kept in; and it makes the records and
// accounts that tests of the dialects are about. Only tests import it.
//
// # Use
//
// A directory's test hands over how it is filled:
//
//	func TestSuite(t *testing.T) {
//		providertest.Run(t, func(t *testing.T, records []providers.Provider, elsewhere []providers.Domain) providers.Directory {
//			return openDatabaseWith(t, records, elsewhere)
//		})
//	}
//
// A directory whose store can be out of reach also passes [RunUnavailable].
//
// # What is asked
//
//   - An exact name wins, then the longest suffix. A suffix does not serve its
//     own name, nor names that only end in the same letters. Case and script
//     make no difference.
//   - Each error is one of [providers.ErrNotHere], [providers.ErrElsewhere]
//     and [providers.ErrUnavailable], and comes with the zero Match.
//   - Hosts are complete: {domain} is put in. A domain for which that makes no
//     name is elsewhere.
//   - A Match has the servers, services, claims, notes and sources of the
//     record, the exchangers of all of the provider's Setups, and among its
//     Domains or Suffixes the one that led to it. It may leave out the others:
//     a Setup can have millions.
//   - LookupMX takes the names of [providers.MXNames], gives the main domain,
//     and knows nothing where two Setups share a name or where the Setup
//     waits for the customer's domain.
//   - Any number of goroutines may ask at once. A cancelled context gives the
//     right answer or ErrUnavailable, soon, and never ErrNotHere for a domain
//     that is here: the next directory would be asked.
//
// The records all pass [providers.Provider.Validate]. The suite opens the
// directory anew for each part and leaves closing to t.Cleanup.
package providertest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waypost/providers"
)

// Run puts a directory through the suite. It calls open with the records that
// the directory is to hold and the domains that are known to be elsewhere.
func Run(t *testing.T, open func(t *testing.T, records []providers.Provider, elsewhere []providers.Domain) providers.Directory) {
	t.Helper()
	part := func(name string, do func(*testing.T, asked)) {
		t.Helper()
		t.Run(name, func(t *testing.T) { do(t, asked{open(t, records(t), elsewhere)}) })
	}
	part("AnswersByTheRules", func(t *testing.T, dir asked) {
		for _, c := range cases {
			dir.lookup(t, c)
		}
	})
	part("LeadsFromExchangersToTheMainDomain", func(t *testing.T, dir asked) {
		for _, c := range mxCases {
			dir.lookupMX(t, c)
		}
	})
	part("CompletesHosts", completesHosts)
	part("KeepsWhatTheRecordSays", keepsTheRecord)
	part("AnswersManyAtOnce", answersManyAtOnce)
	part("DoesNotHangOnACancelledContext", cancelledContext)
	t.Run("HoldsNothing", func(t *testing.T) {
		dir := asked{open(t, nil, nil)}
		dir.lookup(t, ask{name: "example.com", err: providers.ErrNotHere})
		dir.lookupMX(t, ask{name: "mx.example.com", err: providers.ErrNotHere})
	})
}

// RunUnavailable asks a directory whose store goes out of reach when cut is
// called. It may then answer from what it remembers, rightly; everything else
// is [providers.ErrUnavailable].
func RunUnavailable(t *testing.T, open func(t *testing.T, records []providers.Provider, elsewhere []providers.Domain) (dir providers.Directory, cut func())) {
	t.Helper()
	dir, cut := open(t, records(t), elsewhere)
	a := asked{dir}
	a.lookup(t, ask{name: "example.com", id: "example.com"})
	a.lookup(t, ask{name: "moved.example", err: providers.ErrElsewhere})
	cut()
	for _, c := range []ask{{name: "example.com", id: "example.com"}, {name: "moved.example", err: providers.ErrElsewhere}} {
		c.orUnavailable = true
		a.lookup(t, c)
	}
	for _, name := range []string{"other.example", "nowhere.example", "a.suffix.example", "gone.suffix.example"} {
		a.lookup(t, ask{name: name, err: providers.ErrUnavailable})
	}
	a.lookupMX(t, ask{name: "mx.other-mail.example", err: providers.ErrUnavailable})
	a.lookupMX(t, ask{name: "mx.nowhere.example", err: providers.ErrUnavailable})
}

// ask is a name and what is to be said of it: the provider and, where it is
// not the name itself, the Match's domain; or an error.
type ask struct {
	name          string
	id            string
	imap          string // the host of the first incoming server; empty: not looked at
	domain        string
	err           error
	orUnavailable bool
}

var cases = []ask{
	{name: "example.com", id: "example.com", imap: "imap.example.com"},
	{name: "EXAMPLE.Com", id: "example.com", domain: "example.com"},
	{name: "example.net", id: "example.com", imap: "imap.example.com"},
	{name: "second.example", id: "example.com", imap: "imap.second.example"},
	{name: "bücher.example", id: "other.example", domain: "xn--bcher-kva.example"},
	{name: "BÜCHER.EXAMPLE", id: "other.example", domain: "xn--bcher-kva.example"},
	{name: "xn--bcher-kva.example", id: "other.example"},
	{name: "partial.example", id: "partial.example"},

	{name: "suffix.example", err: providers.ErrNotHere},
	{name: "a.suffix.example", id: "suffix.example", imap: "imap.suffix.example"},
	{name: "a.b.c.suffix.example", id: "suffix.example", imap: "imap.suffix.example"},
	{name: "A.Suffix.Example", id: "suffix.example", domain: "a.suffix.example"},
	{name: "bücher.suffix.example", id: "suffix.example", domain: "xn--bcher-kva.suffix.example"},
	{name: "exact.suffix.example", id: "exact.example", imap: "imap.exact.example"},
	{name: "a.exact.suffix.example", id: "suffix.example", imap: "imap.suffix.example"},
	{name: "long.suffix.example", id: "suffix.example", imap: "imap.suffix.example"},
	{name: "a.long.suffix.example", id: "exact.example", imap: "imap.long.example"},
	{name: "a.b.long.suffix.example", id: "exact.example", imap: "imap.long.example"},
	{name: "notsuffix.example", err: providers.ErrNotHere},
	{name: "a.notsuffix.example", err: providers.ErrNotHere},
	{name: "suffix.example.com", err: providers.ErrNotHere},

	{name: "nowhere.example", err: providers.ErrNotHere},
	{name: "localhost", err: providers.ErrNotHere},
	{name: "com", err: providers.ErrNotHere},
	{name: "example", err: providers.ErrNotHere},
	{name: "mail.example.com", err: providers.ErrNotHere},
	{name: "autoconfig.example.com", err: providers.ErrNotHere},
	{name: "imap.example.com", err: providers.ErrNotHere},
	{name: "mx1.mail.hoster.example", err: providers.ErrNotHere},
	{name: "hoster.example", err: providers.ErrNotHere},

	{name: "moved.example", err: providers.ErrElsewhere},
	{name: "Moved.Example", err: providers.ErrElsewhere},
	{name: "xn--vergngt-r2a.example", err: providers.ErrElsewhere},
	{name: "gone.suffix.example", err: providers.ErrElsewhere},
	{name: "a.gone.suffix.example", id: "suffix.example"},
	{name: "a.moved.example", err: providers.ErrNotHere},
}

var mxCases = []ask{
	{name: "mx1.mail.hoster.example", id: "example.com", domain: "example.com"},
	{name: "MX1.Mail.Hoster.Example", id: "example.com", domain: "example.com"},
	{name: "mail.hoster.example", id: "example.com", domain: "example.com"},
	{name: "hoster.example", id: "example.com", domain: "example.com"},
	{name: "mx2.hoster.example", id: "example.com", domain: "example.com"},
	{name: "second-mail.example", id: "example.com", domain: "second.example"},
	{name: "mx.other-mail.example", id: "other.example", domain: "other.example"},
	{name: "other-mail.example", id: "other.example", domain: "other.example"},

	{name: "mx3.mail.hoster.example", err: providers.ErrNotHere},
	{name: "a.mx1.mail.hoster.example", err: providers.ErrNotHere},
	{name: "example", err: providers.ErrNotHere},
	{name: "example.com", err: providers.ErrNotHere},
	{name: "nowhere.example", err: providers.ErrNotHere},
	{name: "moved.example", err: providers.ErrNotHere},

	// Two Setups share the first two; one of them has the third for itself.
	{name: "mx.shared.example", err: providers.ErrNotHere},
	{name: "shared.example", err: providers.ErrNotHere},
	{name: "mx.zone.example", id: "other.example", domain: "other.example"},
	// The Setup has no main domain, or waits for the customer's.
	{name: "mx.suffix-mail.example", err: providers.ErrNotHere},
	{name: "mx.template-mail.example", err: providers.ErrNotHere},
}

// asked is a directory under test.
type asked struct{ providers.Directory }

func (a asked) lookup(t *testing.T, c ask) providers.Match {
	t.Helper()
	return c.check(t, "Lookup", a.Lookup)
}

func (a asked) lookupMX(t *testing.T, c ask) {
	t.Helper()
	c.check(t, "LookupMX", a.LookupMX)
}

func (c ask) check(t *testing.T, method string, do func(context.Context, providers.Domain) (providers.Match, error)) providers.Match {
	t.Helper()
	m, err := do(t.Context(), providers.MustDomain(c.name))
	c.judge(t, method, m, err)
	return m
}

func (c ask) judge(t *testing.T, method string, m providers.Match, err error) {
	t.Helper()
	kinds := 0
	for _, kind := range []error{providers.ErrNotHere, providers.ErrElsewhere, providers.ErrUnavailable} {
		if errors.Is(err, kind) {
			kinds++
		}
	}
	switch {
	case err != nil && kinds != 1:
		t.Errorf("%s(%s): error %q is not one of the three", method, c.name, err)
	case err != nil && m != providers.Match{}:
		t.Errorf("%s(%s): error %q and a Match", method, c.name, err)
	case c.orUnavailable && errors.Is(err, providers.ErrUnavailable):
	case c.err != nil && err == nil:
		t.Errorf("%s(%s): %s of %s, want error %q", method, c.name, m.Domain, m.Provider.ID, c.err)
	case c.err != nil && !errors.Is(err, c.err), c.err == nil && err != nil:
		t.Errorf("%s(%s): error %v, want %v", method, c.name, err, c.err)
	case err == nil:
		c.judgeMatch(t, method, m)
	}
}

func (c ask) judgeMatch(t *testing.T, method string, m providers.Match) {
	t.Helper()
	if m.Provider == nil || m.Setup == nil {
		t.Errorf("%s(%s): a Match without provider or setup", method, c.name)
		return
	}
	domain := c.domain
	if domain == "" {
		domain = c.name
	}
	if m.Domain.String() != domain || m.Provider.ID != c.id {
		t.Errorf("%s(%s): %s of %s, want %s of %s", method, c.name, m.Domain, m.Provider.ID, domain, c.id)
	}
	if c.imap != "" && m.Setup.Incoming[0].Host != c.imap {
		t.Errorf("%s(%s): %s, want %s", method, c.name, m.Setup.Incoming[0].Host, c.imap)
	}
	for _, host := range hosts(m.Setup) {
		if d, err := providers.ParseDomain(host); err != nil || d.String() != host {
			t.Errorf("%s(%s): host %q is no complete name", method, c.name, host)
		}
	}
	for d := m.Domain; !slices.Contains(m.Setup.Suffixes, d) || d == m.Domain; d = d.Parent() {
		if d == m.Domain && slices.Contains(m.Setup.Domains, d) {
			return
		}
		if d.IsZero() {
			t.Errorf("%s(%s): neither the Setup's domains %v nor its suffixes %v lead to it", method, c.name, m.Setup.Domains, m.Setup.Suffixes)
			return
		}
	}
}

func hosts(s *providers.Setup) []string {
	var all []string
	for _, v := range slices.Concat(s.Incoming, s.Outgoing, s.Services) {
		all = append(all, v.Host)
	}
	for _, c := range s.Claims {
		all = append(all, c.Server.Host)
	}
	return all
}

func completesHosts(t *testing.T, dir asked) {
	for name, domain := range map[string]string{
		"template.example":                             "template.example",
		"b.template.example":                           "b.template.example",
		"bücher.template.example":                      "xn--bcher-kva.template.example",
		"a.b.c.template.example":                       "a.b.c.template.example",
		strings.Repeat("t.", 100) + "template.example": strings.Repeat("t.", 100) + "template.example",
	} {
		// Twice: what was put in for one domain must not stay for the next.
		for range 2 {
			m := dir.lookup(t, ask{name: name, id: "template.example", domain: domain})
			if m.Setup == nil {
				continue
			}
			want := []string{"imap." + domain, domain, "smtp-" + domain, "dav." + domain, "old." + domain}
			if d := cmp.Diff(want, hosts(m.Setup)); d != "" {
				t.Errorf("%s (-want +got):\n%s", name, d)
			}
		}
	}
	// In front of this name no host fits.
	dir.lookup(t, ask{name: strings.Repeat("t.", 117) + "template.example", err: providers.ErrElsewhere})
}

func keepsTheRecord(t *testing.T, dir asked) {
	want := records(t)[0]
	m := dir.lookup(t, ask{name: "example.com", id: want.ID})
	if m.Setup == nil {
		return
	}
	options := cmp.Options{
		cmpopts.EquateEmpty(),
		cmpopts.EquateComparable(providers.Domain{}),
		cmpopts.IgnoreFields(providers.Setup{}, "Domains", "Suffixes"),
		cmpopts.IgnoreFields(providers.Provider{}, "Setups"),
	}
	if d := cmp.Diff(want, *m.Provider, options); d != "" {
		t.Errorf("provider (-want +got):\n%s", d)
	}
	if d := cmp.Diff(want.Setups[0], *m.Setup, options); d != "" {
		t.Errorf("setup (-want +got):\n%s", d)
	}
	if d := cmp.Diff(exchangers(want), exchangers(*m.Provider), options); d != "" {
		t.Errorf("exchangers (-want +got):\n%s", d)
	}
	partial := dir.lookup(t, ask{name: "partial.example", id: "partial.example"})
	if partial.Setup != nil && partial.Setup.Partial == "" {
		t.Error("a partial record is served as a whole one")
	}
}

func exchangers(p providers.Provider) []string {
	var names []string
	for _, s := range p.Setups {
		for _, d := range s.MX {
			names = append(names, d.String())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func answersManyAtOnce(t *testing.T, dir asked) {
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for j := range cases {
				if t.Failed() {
					return
				}
				dir.lookup(t, cases[(i+j)%len(cases)])
			}
			for j := range mxCases {
				dir.lookupMX(t, mxCases[(i+j)%len(mxCases)])
			}
			dir.lookup(t, ask{name: "a.template.example", id: "template.example", imap: "imap.a.template.example"})
			dir.lookup(t, ask{name: "b.template.example", id: "template.example", imap: "imap.b.template.example"})
		})
	}
	wg.Wait()
}

// The limit on how long this takes is that of go test.
func cancelledContext(t *testing.T, dir asked) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range cases {
		c.orUnavailable = true
		m, err := dir.Lookup(ctx, providers.MustDomain(c.name))
		c.judge(t, "Lookup", m, err)
	}
	for _, c := range mxCases {
		c.orUnavailable = true
		m, err := dir.LookupMX(ctx, providers.MustDomain(c.name))
		c.judge(t, "LookupMX", m, err)
	}
	// It was the context and not the directory that ended.
	dir.lookup(t, cases[0])
}
