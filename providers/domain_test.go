package providers_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/providers"
)

func TestDomainTakesNamesInAnySpelling(t *testing.T) {
	for in, want := range map[string]string{
		"example.com":                   "example.com",
		"EXAMPLE.Com":                   "example.com",
		"a-b.c0m.example":               "a-b.c0m.example",
		"localhost":                     "localhost",
		"bücher.example":                "xn--bcher-kva.example",
		"BÜCHER.example":                "xn--bcher-kva.example",
		"xn--bcher-kva.example":         "xn--bcher-kva.example",
		"XN--BCHER-KVA.example":         "xn--bcher-kva.example",
		"faß.de":                        "xn--fa-hia.de",
		"例え。テスト":                        "xn--r8jz45g.xn--zckzah",
		"ｅｘａｍｐｌｅ．ｃｏｍ":                   "example.com",
		"0x.example":                    "0x.example",
		"1.example":                     "1.example",
		"x0x1":                          "x0x1",
		strings.Repeat("a", 63):         strings.Repeat("a", 63),
		strings.Repeat("a.", 126) + "b": strings.Repeat("a.", 126) + "b",
	} {
		d, err := providers.ParseDomain(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if d.String() != want {
			t.Errorf("%q gives %q, want %q", in, d, want)
		}
	}
}

func TestDomainRefusesAddressesAndTrailingDots(t *testing.T) {
	for in, reason := range map[string]string{
		"":                                "it is empty",
		"example.com.":                    "it ends in a dot",
		"example.com。":                    "it ends in a dot",
		".":                               "it ends in a dot",
		"192.0.2.1":                       "a number or an IP address",
		"１９２．０．２．１":                       "a number or an IP address",
		"127.1":                           "a number or an IP address",
		"2130706433":                      "a number or an IP address",
		"0x7f.1":                          "a number or an IP address",
		"a.0x7f":                          "a number or an IP address",
		"a.0X7F":                          "a number or an IP address",
		"a.0x":                            "a number or an IP address",
		"example.123":                     "a number or an IP address",
		"2001:db8::1":                     "IDNA",
		"[2001:db8::1]":                   "IDNA",
		"a..example":                      "IDNA",
		".example":                        "IDNA",
		"-a.example":                      "IDNA",
		"a-.example":                      "IDNA",
		"ab--cd.example":                  "IDNA",
		"xn--a.example":                   "IDNA",
		"אa.example":                      "IDNA",
		"under_score.example":             "IDNA",
		"spa ce.example.com":              "IDNA",
		"exam\x00ple.com":                 "IDNA",
		"exam\nple.com":                   "IDNA",
		"host.example/path":               "IDNA",
		"user@host.example":               "IDNA",
		"host.example:993":                "IDNA",
		"{domain}.example":                "IDNA",
		"%EMAILDOMAIN%":                   "IDNA",
		"broken\ufffd.example":            "IDNA",
		strings.Repeat("a", 64):           "IDNA",
		strings.Repeat("a.", 126) + "bc":  "longer than 253",
		"broken\xff.example":              "not valid UTF-8",
		strings.Repeat("ü.", 80) + "a.de": "IDNA",
	} {
		d, err := providers.ParseDomain(in)
		if !d.IsZero() {
			t.Errorf("%q gives %q", in, d)
			continue
		}
		refused(t, err, providers.ErrDomain, reason, in)
	}
}

func TestMustDomainPanicsOnWhatIsNoName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	providers.MustDomain("192.0.2.1")
}

func TestDomainForPeopleHasUnicode(t *testing.T) {
	for in, want := range map[string]string{
		"example.com":             "example.com",
		"xn--bcher-kva.example":   "bücher.example",
		"xn--fa-hia.de":           "faß.de",
		"xn--r8jz45g.xn--zckzah":  "例え.テスト",
		"autoconfig.xn--p1ai.com": "autoconfig.рф.com",
	} {
		if got := providers.MustDomain(in).Unicode(); got != want {
			t.Errorf("%s reads %q, want %q", in, got, want)
		}
	}
}

func TestParentAndRegistrableStopAtTheTop(t *testing.T) {
	for _, row := range []struct{ in, parent, registrable string }{
		{"a.b.example.co.uk", "b.example.co.uk", "example.co.uk"},
		{"example.co.uk", "co.uk", "example.co.uk"},
		{"co.uk", "uk", ""},
		{"github.io", "io", ""}, // the list's private part: other people's names too
		{"user.github.io", "github.io", "user.github.io"},
		{"localhost", "", ""},
		{"mail.example.invalid", "example.invalid", "example.invalid"},
	} {
		d := providers.MustDomain(row.in)
		if got := d.Parent().String(); got != row.parent {
			t.Errorf("parent of %s is %q, want %q", d, got, row.parent)
		}
		if got := d.Registrable().String(); got != row.registrable {
			t.Errorf("registrable part of %s is %q, want %q", d, got, row.registrable)
		}
	}
}

func TestMXNamesAreThoseThatClientsDerive(t *testing.T) {
	for mx, want := range map[string]string{
		"mx1.example.com":             "mx1.example.com example.com",
		"mx1.mail.example.co.uk":      "mx1.mail.example.co.uk mail.example.co.uk example.co.uk",
		"a.b.c.example.com":           "a.b.c.example.com b.c.example.com example.com",
		"example.com":                 "example.com",
		"co.uk":                       "co.uk",
		"localhost":                   "localhost",
		"customer.github.io":          "customer.github.io",
		"mx.customer.github.io":       "mx.customer.github.io customer.github.io",
		"mx.xn--bcher-kva.xn--p1ai":   "mx.xn--bcher-kva.xn--p1ai xn--bcher-kva.xn--p1ai",
		"de.mx.mail.protection.local": "de.mx.mail.protection.local mx.mail.protection.local protection.local",
	} {
		var got []string
		for _, d := range providers.MXNames(providers.MustDomain(mx)) {
			got = append(got, d.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s leads to %q, want %q", mx, got, want)
		}
	}
}

func TestMXNamesNeverReachAPublicSuffix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mx := domains().Draw(t, "mx")
		names := providers.MXNames(mx)
		if names[0] != mx {
			t.Fatalf("first is %s", names[0])
		}
		for i, d := range names[1:] {
			if d.Registrable().IsZero() || !strings.HasSuffix(mx.String(), "."+d.String()) || slices.Contains(names[:i+1], d) {
				t.Fatalf("%s leads to %v", mx, names)
			}
		}
	})
}

func TestDomainReadsBackFromEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := domains().Draw(t, "domain")
		for _, form := range []string{d.String(), d.Unicode(), strings.ToUpper(d.String())} {
			if got, err := providers.ParseDomain(form); err != nil || got != d {
				t.Fatalf("%s from %q: %v, %v", d, form, got, err)
			}
		}
	})
}

func FuzzParseDomain(f *testing.F) {
	for _, s := range []string{
		"example.com", "EXAMPLE.com", "bücher.example", "xn--bcher-kva.example", "example.com。", "192.0.2.1",
		"a.0x7f", "ab--cd.example", "faß.de", "xn--.example", "\u00ad.example", "Ⓡ.example", "א1.example",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := providers.ParseDomain(s)
		if err != nil {
			refused(t, err, providers.ErrDomain, "not a domain name: ", "")
			return
		}
		name := d.String()
		clean(t, "name", name)
		if name == "" || len(name) > 253 || strings.ToLower(name) != name || strings.HasSuffix(name, ".") {
			t.Errorf("%q gives %q", s, name)
		}
		for label := range strings.SplitSeq(name, ".") {
			if len(label) < 1 || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
				t.Errorf("%q gives %q", s, name)
			}
		}
		if _, err := netip.ParseAddr(name); err == nil {
			t.Errorf("%q gives the IP address %q", s, name)
		}
		if again, err := providers.ParseDomain(name); err != nil || again != d {
			t.Errorf("%q gives %q, and that gives %q, %v", s, d, again, err)
		}
		// U-labels may take more room than ParseDomain gives to a name.
		if u := d.Unicode(); len(u) <= 253 {
			if again, err := providers.ParseDomain(u); err != nil || again != d {
				t.Errorf("%q gives %q, its Unicode form %q gives %q, %v", s, d, u, again, err)
			}
		}
	})
}
