package providers_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"waypost/providers"
)

func TestAddressKeepsTheLocalPartAsItWasTyped(t *testing.T) {
	for _, row := range []struct{ in, local, domain string }{
		{"user@example.com", "user", "example.com"},
		{"First.Last+tag@EXAMPLE.com", "First.Last+tag", "example.com"},
		{"0049170@example.com", "0049170", "example.com"},
		{"!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", "example.com"},
		{"user@bücher.example", "user", "xn--bcher-kva.example"},
		{"jürgen@example.com", "jürgen", "example.com"},
		{"ju\u0308rgen@example.com", "jürgen", "example.com"}, // NFC: both are one address
		{"ユーザー@例え.テスト", "ユーザー", "xn--r8jz45g.xn--zckzah"},
		{"user@localhost", "user", "localhost"},
		{strings.Repeat("l", 64) + "@example.com", strings.Repeat("l", 64), "example.com"},
	} {
		a, err := providers.ParseAddress(row.in)
		if err != nil {
			t.Errorf("%q: %v", row.in, err)
			continue
		}
		if a.Local() != row.local || a.Domain().String() != row.domain || a.String() != row.local+"@"+row.domain {
			t.Errorf("%q gives %q at %q", row.in, a.Local(), a.Domain())
		}
	}
}

func TestAddressRefusesWhatIsNoDotAtom(t *testing.T) {
	for in, reason := range map[string]string{
		"":                                            "it is empty",
		"user.example.com":                            "it has no @",
		"@example.com":                                "nothing stands before the @",
		"user@":                                       "not a domain name: it is empty",
		"user@example.com.":                           "it ends in a dot",
		"user@192.0.2.1":                              "an IP address",
		"user@[192.0.2.1]":                            "not a domain name",
		"user@[IPv6:2001:db8::1]":                     "not a domain name",
		"user@exa mple.com":                           "not a domain name",
		"user@example.com\r\nBcc: x@y.de":             "a character that an address cannot have",
		`"quoted user"@example.com`:                   "quoted local parts are not supported",
		"user(comment)@example.com":                   "a character that an address cannot have",
		"a@b@example.com":                             "a character that an address cannot have",
		"two words@example.com":                       "a character that an address cannot have",
		"<user@example.com":                           "a character that an address cannot have",
		"user;x@example.com":                          "a character that an address cannot have",
		"user\u037ex@example.com":                     "a character that an address cannot have", // NFC makes it a semicolon
		"user\x00@example.com":                        "a character that an address cannot have",
		"user\u0085@example.com":                      "a character that an address cannot have",
		"user\u00a0x@example.com":                     "a character that an address cannot have",
		"user\u200dx@example.com":                     "a character that an address cannot have",
		"user\u202ex@example.com":                     "a character that an address cannot have",
		"user\u2028x@example.com":                     "a character that an address cannot have",
		".user@example.com":                           "a dot stands at the wrong place",
		"user.@example.com":                           "a dot stands at the wrong place",
		"us..er@example.com":                          "a dot stands at the wrong place",
		"us\xffer@example.com":                        "not valid UTF-8",
		"user@exam\xffple.com":                        "not a domain name",
		strings.Repeat("l", 65) + "@a.de":             "longer than 64",
		"user@" + strings.Repeat("a.", 124) + "de":    "longer than 254",
		"users@ü." + strings.Repeat("a.", 121) + "de": "longer than 254",
	} {
		a, err := providers.ParseAddress(in)
		if !a.IsZero() {
			t.Errorf("%q gives %q", in, a)
			continue
		}
		refused(t, err, providers.ErrAddress, reason, in)
	}
}

func TestZeroAddressPrintsNothing(t *testing.T) {
	var a providers.Address
	if !a.IsZero() || a.String() != "" {
		t.Errorf("zero address prints %q", a)
	}
}

func TestAddressReadsBackFromItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := addresses().Draw(t, "address")
		if got, err := providers.ParseAddress(a.String()); err != nil || got != a {
			t.Fatalf("%v from %q: %v, %v", a, a.String(), got, err)
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"user@example.com", "First.Last+tag@EXAMPLE.com", "ju\u0308rgen@bücher.example", `"q"@example.com`,
		"a@b@example.com", "user@[192.0.2.1]", "user\u037e@example.com", "\u212a@example.com",
		"user@example.com。", "user\r\n@example.com",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := providers.ParseAddress(s)
		if err != nil {
			refused(t, err, providers.ErrAddress, "not an e-mail address: ", "")
			return
		}
		text := a.String()
		clean(t, "address", text)
		if len(text) > 254 || len(a.Local()) > 64 || strings.Count(text, "@") != 1 {
			t.Errorf("%q gives %q", s, text)
		}
		if typed := s[:strings.LastIndexByte(s, '@')]; utf8.RuneCountInString(typed) == len(typed) && typed != a.Local() {
			t.Errorf("%q was changed to %q", typed, a.Local())
		}
		if again, err := providers.ParseAddress(text); err != nil || again != a {
			t.Errorf("%q gives %q, and that gives %q, %v", s, a, again, err)
		}
	})
}
