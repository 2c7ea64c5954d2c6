package catalogue_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"waypost/providers"
)

func lookup(t testing.TB, m *providers.Memory, name string) providers.Match {
	t.Helper()
	match, err := m.Lookup(t.Context(), providers.MustDomain(name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return match
}

func urls(servers []providers.Server) string {
	var all []string
	for _, v := range servers {
		all = append(all, v.URL())
	}
	return strings.Join(all, " ")
}

// The founding case: one brand, three families of servers, told apart by the
// domain alone.
func TestSpectrumFamilies(t *testing.T) {
	m := load(t)
	for _, family := range []struct {
		domains            string
		incoming, outgoing string
	}{
		{
			"charter.net spectrum.net bresnan.net",
			"imaps://mobile.charter.net pop3s://mobile.charter.net", "submissions://mobile.charter.net:587",
		},
		{
			"brighthouse.com bak.rr.com bham.rr.com cfl.rr.com emore.rr.com eufala.rr.com indy.rr.com mi.rr.com panhandle.rr.com tampabay.rr.com",
			"imaps://mail.brighthouse.com pop3s://mail.brighthouse.com", "submissions://mail.brighthouse.com:587",
		},
		{
			"rr.com roadrunner.com twc.com other.rr.com a.b.rr.com nyc.rr.com a.tampabay.rr.com",
			"imaps://mail.twc.com pop3s://mail.twc.com", "submission://mail.twc.com",
		},
	} {
		for name := range strings.FieldsSeq(family.domains) {
			match := lookup(t, m, name)
			if match.Provider.Name != "Spectrum" {
				t.Errorf("%s is %s", name, match.Provider.Name)
			}
			if in, out := urls(match.Setup.Incoming), urls(match.Setup.Outgoing); in != family.incoming || out != family.outgoing {
				t.Errorf("%s has %s and %s, want %s and %s", name, in, out, family.incoming, family.outgoing)
			}
			for _, v := range slices.Concat(match.Setup.Incoming, match.Setup.Outgoing) {
				if v.Username != providers.FullAddress || !v.AcceptsPassword() {
					t.Errorf("%s: %s logs in as %q with %v", name, v.URL(), v.Username, v.Auth)
				}
			}
		}
	}
	for _, name := range []string{"mail.charter.net", "mobile.charter.net", "a.roadrunner.com", "twc.co", "brr.com"} {
		if match, err := m.Lookup(t.Context(), providers.MustDomain(name)); !errors.Is(err, providers.ErrNotHere) {
			t.Errorf("%s: %+v, %v", name, match.Provider, err)
		}
	}
}

// All of the domains have Charter's exchangers, so no exchanger may lead to
// one of the families.
func TestSpectrumIsNeverDerivedFromExchangers(t *testing.T) {
	for _, s := range lookup(t, load(t), "charter.net").Provider.Setups {
		if len(s.MX) > 0 {
			t.Errorf("exchangers %v lead to the setup of %s", s.MX, s.Domains[0])
		}
	}
}

func TestArticleHostsAreClaimedAndNeverServed(t *testing.T) {
	m := load(t)
	articles := []string{"imap.charter.net", "smtp.charter.net"}
	for _, p := range m.Providers() {
		for _, s := range p.Setups {
			for _, v := range slices.Concat(s.Incoming, s.Outgoing, s.Services) {
				for _, host := range articles {
					if v.Host == host {
						t.Errorf("%s serves %s", p.ID, v.URL())
					}
				}
			}
		}
	}
	for _, name := range []string{"charter.net", "rr.com"} {
		claimed := map[string]bool{}
		for _, c := range lookup(t, m, name).Setup.Claims {
			claimed[c.Server.Host] = true
			for _, host := range articles {
				if c.Server.Host == host && c.Note == "" {
					t.Errorf("%s: the claim %s does not say why it is not served", name, c.Server.URL())
				}
			}
		}
		for _, host := range articles {
			if !claimed[host] {
				t.Errorf("%s: the claim %s is not kept", name, host)
			}
		}
	}
}
