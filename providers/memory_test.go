package providers_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/providers"
)

func TestMemoryNamesBothRecordsOfADuplicate(t *testing.T) {
	pair := []string{"imaps://imap.example", "submissions://smtp.example"}
	one := func(names string) providers.Provider { return record("one.example", serves(t, names, pair...)) }
	two := func(names string) providers.Provider { return record("two.example", serves(t, names, pair...)) }
	for _, row := range []struct {
		records   []providers.Provider
		elsewhere []string
		want      string
	}{
		{[]providers.Provider{one("a.example b.example"), two("c.example b.example")}, nil, "b.example stands twice: in one.example and in two.example"},
		{[]providers.Provider{one("*.a.example"), two("*.a.example")}, nil, "*.a.example stands twice: in one.example and in two.example"},
		{[]providers.Provider{one("a.example a.example")}, nil, "a.example stands twice: in one.example and in one.example"},
		{[]providers.Provider{record("one.example", serves(t, "a.example", pair...), serves(t, "a.example", pair...))}, nil, "a.example stands twice: in one.example and in one.example"},
		{[]providers.Provider{one("a.example")}, []string{"a.example"}, "a.example is served by one.example and declared to be elsewhere"},
		{[]providers.Provider{one("a.example *.b.example"), two("b.example *.a.example")}, []string{"c.a.example"}, ""},
	} {
		var elsewhere []providers.Domain
		for _, name := range row.elsewhere {
			elsewhere = append(elsewhere, providers.MustDomain(name))
		}
		_, err := providers.NewMemory(row.records, elsewhere...)
		if row.want == "" {
			if err != nil {
				t.Error(err)
			}
		} else if err == nil || err.Error() != row.want {
			t.Errorf("error %v, want %s", err, row.want)
		}
	}
}

func TestMemoryGivesItsRecordsInOrder(t *testing.T) {
	records := []providers.Provider{record("b.example"), record("a.example")}
	if d := diff(records, mustMemory(t, records).Providers()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// An exchanger that two Setups share says nothing; the others of the same
// Setup still do. The shared name is in the middle of those of two.example.
func TestSharedExchangerDoesNotHideTheOthers(t *testing.T) {
	pair := []string{"imaps://imap.example", "submissions://smtp.example"}
	m := mustMemory(t, []providers.Provider{
		record("one.example", serves(t, "one.example mx:mx.shared.example", pair...)),
		record("two.example", serves(t, "two.example mx:a.two.example mx:mx.shared.example mx:z.two.example", pair...)),
	})
	for name, want := range map[string]string{
		"a.two.example":     "two.example",
		"z.two.example":     "two.example",
		"two.example":       "two.example",
		"mx.shared.example": "",
		"shared.example":    "",
	} {
		got, err := m.LookupMX(t.Context(), providers.MustDomain(name))
		switch {
		case want == "" && !errors.Is(err, providers.ErrNotHere):
			t.Errorf("%s leads to %s, error %v", name, got.Domain, err)
		case want != "" && (err != nil || got.Domain.String() != want):
			t.Errorf("%s leads to %q, error %v, want %s", name, got.Domain, err, want)
		}
	}
}

func TestMatchCompletesHostsAndDropsClaimsThatCannotExist(t *testing.T) {
	s := serves(t, "*.example.com", "imaps://imap.{domain}", "submissions://smtp-{domain}")
	sieve := mustServer(t, "sieve://{domain}")
	s.Services = []providers.Server{sieve}
	// In front of a name of 253 characters only the claims do not fit.
	s.Claims = []providers.Claim{
		{Server: mustServer(t, "imaps://mail.{domain}")},
		{Server: mustServer(t, "imaps://a-long-word-of-thirty-letters.{domain}")},
	}
	p := record("example.com", s)
	m, err := providers.NewMatch(&p, &p.Setups[0], providers.MustDomain("a.example.com"))
	if err != nil {
		t.Fatal(err)
	}
	var hosts []string
	for _, v := range []providers.Server{m.Setup.Incoming[0], m.Setup.Outgoing[0], m.Setup.Services[0], m.Setup.Claims[0].Server} {
		hosts = append(hosts, v.Host)
	}
	want := []string{"imap.a.example.com", "smtp-a.example.com", "a.example.com", "mail.a.example.com"}
	if d := diff(want, hosts); d != "" {
		t.Errorf("hosts (-want +got):\n%s", d)
	}
	if p.Setups[0].Incoming[0].Host != "imap.{domain}" {
		t.Errorf("the record was changed to %s", p.Setups[0].Incoming[0].Host)
	}

	long := providers.MustDomain(longName(230))
	if m, err = providers.NewMatch(&p, &p.Setups[0], long); err != nil || len(m.Setup.Claims) != 1 {
		t.Errorf("%d claims, error %v, want the one that fits", len(m.Setup.Claims), err)
	}
	if _, err = providers.NewMatch(&p, &p.Setups[0], providers.MustDomain(longName(252))); !errors.Is(err, providers.ErrElsewhere) {
		t.Errorf("error %v where no host can exist", err)
	}
}

func TestAccountIsTheMatchAndTheAddress(t *testing.T) {
	m := match(serves(t, "example.com", "imaps://imap.example", "submissions://smtp.example"))
	a := mustAddress(t, "user@example.com")
	if got := m.At(a); got.Address != a || got.Setup != m.Setup || got.Domain != m.Domain {
		t.Errorf("account %+v", got)
	}
}

func TestLayersAreAskedInOrder(t *testing.T) {
	pair := []string{"imaps://imap.example", "submissions://smtp.example"}
	layers := providers.Layered{
		mustMemory(t, []providers.Provider{record("first.example", serves(t, "a.example mx:mx.a.example", pair...))}, providers.MustDomain("gone.example")),
		mustMemory(t, []providers.Provider{
			record("second.example", serves(t, "a.example b.example gone.example mx:mx.a.example mx:mx.b.example", pair...)),
		}),
		unavailable{},
		mustMemory(t, []providers.Provider{record("third.example", serves(t, "c.example", pair...))}),
	}
	for name, want := range map[string]string{"a.example": "first.example", "b.example": "second.example"} {
		if m, err := layers.Lookup(t.Context(), providers.MustDomain(name)); err != nil || m.Provider.ID != want {
			t.Errorf("%s: %+v, %v, want the record of %s", name, m.Provider, err, want)
		}
		if m, err := layers.LookupMX(t.Context(), providers.MustDomain("mx."+name)); err != nil || m.Provider.ID != want {
			t.Errorf("mx.%s: %+v, %v, want the record of %s", name, m.Provider, err, want)
		}
	}
	for name, want := range map[string]error{
		"gone.example": providers.ErrElsewhere,
		"c.example":    providers.ErrUnavailable,
	} {
		if m, err := layers.Lookup(t.Context(), providers.MustDomain(name)); !errors.Is(err, want) {
			t.Errorf("%s: %+v, %v, want %v", name, m.Provider, err, want)
		}
	}
	if _, err := layers.LookupMX(t.Context(), providers.MustDomain("mx.c.example")); !errors.Is(err, providers.ErrUnavailable) {
		t.Errorf("exchanger: %v, want %v", err, providers.ErrUnavailable)
	}
	for _, none := range []providers.Layered{nil, {mustMemory(t, nil)}} {
		if _, err := none.Lookup(t.Context(), providers.MustDomain("a.example")); !errors.Is(err, providers.ErrNotHere) {
			t.Errorf("no layers: %v", err)
		}
		if _, err := none.LookupMX(t.Context(), providers.MustDomain("a.example")); !errors.Is(err, providers.ErrNotHere) {
			t.Errorf("no layers: %v", err)
		}
	}
}

// The rules read plainly: an exact name, else the longest suffix that ends it.
func TestMemoryLookupAgreesWithTheRules(t *testing.T) {
	name := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab"}), 1, 4).Draw(t, "labels"), ".") + ".example"
	})
	names := rapid.SliceOfNDistinct(name, 0, 6, rapid.ID[string])
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]string{}
		var records []providers.Provider
		var elsewhere []providers.Domain
		add := func(pattern string) {
			want[pattern] = "p" + strconv.Itoa(len(records)) + ".example"
			d := providers.MustDomain(strings.TrimPrefix(pattern, "*."))
			if strings.HasPrefix(pattern, "*.") {
				records = append(records, record(want[pattern], providers.Setup{Suffixes: []providers.Domain{d}}))
			} else {
				records = append(records, record(want[pattern], providers.Setup{Domains: []providers.Domain{d}}))
			}
		}
		for i, n := range names.Draw(t, "exact") {
			if i%3 == 2 {
				want[n] = "elsewhere"
				elsewhere = append(elsewhere, providers.MustDomain(n))
			} else {
				add(n)
			}
		}
		for _, n := range names.Draw(t, "suffixes") {
			add("*." + n)
		}
		m, err := providers.NewMemory(records, elsewhere...)
		if err != nil {
			t.Fatal(err)
		}
		asked := name.Draw(t, "asked")
		expected, longest := want[asked], 0
		for pattern, id := range want {
			rest, isSuffix := strings.CutPrefix(pattern, "*")
			if want[asked] == "" && isSuffix && strings.HasSuffix(asked, rest) && len(rest) > longest {
				expected, longest = id, len(rest)
			}
		}
		got, err := m.Lookup(t.Context(), providers.MustDomain(asked))
		switch {
		case errors.Is(err, providers.ErrElsewhere):
			got.Provider = &providers.Provider{ID: "elsewhere"}
		case errors.Is(err, providers.ErrNotHere):
			got.Provider = &providers.Provider{}
		case err != nil:
			t.Fatal(err)
		}
		if got.Provider.ID != expected {
			t.Fatalf("%s leads to %q, want %q among %v", asked, got.Provider.ID, expected, want)
		}
	})
}
