package catalogue_test

import (
	"slices"
	"strings"
	"testing"

	"waypost/providers"
)

// What the catalogue is made of. A change here changes what people are told,
// so it is made by hand.
func TestComposition(t *testing.T) {
	records := load(t).Providers()
	setups, domains, servers, claims := 0, 0, 0, 0
	for _, p := range records {
		setups += len(p.Setups)
		for _, s := range p.Setups {
			domains += len(s.Domains) + len(s.Suffixes)
			servers += len(s.Incoming) + len(s.Outgoing) + len(s.Services)
			claims += len(s.Claims)
		}
	}
	got := [...]int{len(records), setups, domains, servers, claims}
	if want := [...]int{109, 111, 147, 335, 90}; got != want {
		t.Errorf("records, setups, domains, servers and claims are %v, want %v", got, want)
	}

	for _, row := range []struct {
		name string
		is   func(*providers.Provider, *providers.Setup) bool
		want string
	}{
		{
			"partial",
			func(_ *providers.Provider, s *providers.Setup) bool { return s.Partial != "" },
			`aliyun.com autistici.org bbox.fr disroot.org ewe.net fastmail.com freenet.de gazeta.pl hushmail.com
			iinet.net.au ik.me interia.pl mailbox.org mailfence.com migadu.com nifty.com optimum.net optonline.net
			riseup.net rogers.com runbox.com shaw.ca startmail.com suddenlink.net systemli.org talktalk.net
			telefonica.net telenet.be telia.com ukr.net vodafone.de`,
		},
		{
			"without any server",
			func(_ *providers.Provider, s *providers.Setup) bool { return len(s.Incoming)+len(s.Outgoing) == 0 },
			"nifty.com telefonica.net",
		},
		{
			"POP3 only",
			func(_ *providers.Provider, s *providers.Setup) bool {
				return speaks(s, providers.POP3) && !speaks(s, providers.IMAP)
			},
			"rediffmail.com yahoo.co.jp",
		},
		{
			"OAuth2 only",
			func(_ *providers.Provider, s *providers.Setup) bool {
				return some(s, func(v providers.Server) bool { return v.Accepts(providers.OAuth2) }) && !some(s, providers.Server.AcceptsPassword)
			},
			"outlook.com",
		},
		{
			"STARTTLS only",
			func(_ *providers.Provider, s *providers.Setup) bool {
				return some(s, providers.Server.Encrypted) && !some(s, providers.Server.ImplicitTLS)
			},
			"alice.it tim.it",
		},
		{
			"on a port of their own",
			func(_ *providers.Provider, s *providers.Setup) bool {
				return some(s, func(v providers.Server) bool { return !v.StandardPort() })
			},
			"arubapec.it charter.net hushmail.com rediffmail.com",
		},
		{
			"with app passwords",
			func(p *providers.Provider, _ *providers.Setup) bool { return p.Help.AppPassword.Need != "" },
			`aol.com charter.net fastmail.com gmail.com gmx.com gmx.net icloud.com seznam.cz verizon.net web.de
			yahoo.com yandex.ru zoho.com zohomail.com`,
		},
		{
			"with app passwords even without two-step sign-in",
			func(p *providers.Provider, _ *providers.Setup) bool {
				return p.Help.AppPassword.Need == providers.AppPasswordAlways
			},
			"aol.com fastmail.com gmail.com icloud.com verizon.net yahoo.com yandex.ru",
		},
		{
			"with access to be switched on",
			func(p *providers.Provider, _ *providers.Setup) bool { return len(p.Help.Enable) > 0 },
			"gmx.net inbox.lv mail.ee t-online.de web.de zoho.com zohomail.com",
		},
		{
			"claimed without encryption",
			func(_ *providers.Provider, s *providers.Setup) bool {
				return slices.ContainsFunc(s.Claims, func(c providers.Claim) bool { return !c.Server.Encrypted() })
			},
			"charter.net nifty.com rediffmail.com",
		},
		{
			"found through mail exchangers",
			func(_ *providers.Provider, s *providers.Setup) bool { return len(s.MX) > 0 },
			"",
		},
	} {
		var found []string
		for i := range records {
			p := &records[i]
			if slices.ContainsFunc(p.Setups, func(s providers.Setup) bool { return row.is(p, &s) }) {
				found = append(found, p.ID)
			}
		}
		if want := strings.Join(strings.Fields(row.want), " "); strings.Join(found, " ") != want {
			t.Errorf("%s: %s\nwant %s", row.name, strings.Join(found, " "), want)
		}
	}
}

func some(s *providers.Setup, is func(providers.Server) bool) bool {
	return slices.ContainsFunc(slices.Concat(s.Incoming, s.Outgoing), is)
}

func speaks(s *providers.Setup, p providers.Protocol) bool {
	return some(s, func(v providers.Server) bool { return v.Protocol == p })
}

// People read records from top to bottom: every word that is not a server's
// notation is for them.
func TestTextsReadWell(t *testing.T) {
	for _, p := range load(t).Providers() {
		for _, s := range p.Setups {
			for _, n := range s.Notes {
				if !strings.HasSuffix(n, ".") || strings.Contains(n, "  ") {
					t.Errorf("%s: %q is not a sentence", p.ID, n)
				}
			}
			for _, c := range s.Claims {
				if strings.HasSuffix(c.Note, ".") {
					t.Errorf("%s: %q follows a but, so it has no full stop", p.ID, c.Note)
				}
			}
		}
	}
}
