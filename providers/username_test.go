package providers_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/providers"
)

func TestUsernameRuleGivesTheLogInName(t *testing.T) {
	a := mustAddress(t, "First.Last+tag@bücher.example")
	for rule, want := range map[string]string{
		"{address}":              "First.Last+tag@xn--bcher-kva.example",
		"{local}":                "First.Last+tag",
		"{local}@{domain}":       "First.Last+tag@xn--bcher-kva.example",
		"{local}%{domain}":       "First.Last+tag%xn--bcher-kva.example",
		"EXAMPLE\\{local}":       "EXAMPLE\\First.Last+tag",
		"{local}.{local}":        "First.Last+tag.First.Last+tag",
		"mail-{address}-{local}": "mail-First.Last+tag@xn--bcher-kva.example-First.Last+tag",
	} {
		u, err := providers.ParseUsername(rule)
		if err != nil {
			t.Errorf("%q: %v", rule, err)
		} else if got := u.For(a); got != want {
			t.Errorf("%q gives %q, want %q", rule, got, want)
		}
	}
}

func TestUsernameRefusesOneNameForEverybody(t *testing.T) {
	for rule, reason := range map[string]string{
		"":                                   "it needs {address} or {local}",
		"0049170":                            "it needs {address} or {local}",
		"postmaster":                         "it needs {address} or {local}",
		"{domain}":                           "it needs {address} or {local}",
		"%EMAILADDRESS%":                     "it needs {address} or {local}",
		"{email}":                            "the placeholders are",
		"{ADDRESS}":                          "the placeholders are",
		"{address":                           "the placeholders are",
		"{local}}":                           "the placeholders are",
		"{lo{local}cal}":                     "the placeholders are",
		"{local} x":                          "not printable ASCII",
		"{local}\n":                          "not printable ASCII",
		"{local}\x00":                        "not printable ASCII",
		"{local}\x7f":                        "not printable ASCII",
		"{local}ü":                           "not printable ASCII",
		"{local}\xff":                        "not printable ASCII",
		"{local}\u202e":                      "not printable ASCII",
		"{local}" + strings.Repeat("x", 122): "longer than 128",
	} {
		u, err := providers.ParseUsername(rule)
		if u != "" {
			t.Errorf("%q gives %q", rule, u)
			continue
		}
		refused(t, err, providers.ErrUsername, reason, "")
	}
}

func TestRenderPutsTheDialectsWords(t *testing.T) {
	for rule, want := range map[providers.Username]string{
		providers.FullAddress: "%EMAILADDRESS%",
		providers.LocalPart:   "%EMAILLOCALPART%",
		"{local}@{domain}":    "%EMAILLOCALPART%@%EMAILDOMAIN%",
	} {
		if got := rule.Render("%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%"); got != want {
			t.Errorf("%s gives %q, want %q", rule, got, want)
		}
	}
}

// Braces are allowed in a local part; they must not be read as placeholders.
func TestAddressIsNeverReadAsARule(t *testing.T) {
	a := mustAddress(t, "{domain}{local}@example.com")
	for rule, want := range map[providers.Username]string{
		providers.LocalPart: "{domain}{local}",
		"{local}+{domain}":  "{domain}{local}+example.com",
	} {
		if got := rule.For(a); got != want {
			t.Errorf("%s gives %q, want %q", rule, got, want)
		}
	}
}

func TestUsernameOfPiecesIsTheNamesOfThePieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := addresses().Draw(t, "address")
		var rule, want strings.Builder
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"{address}", "{local}", "{domain}", "-", "x%", "\\"}), 0, 8).Draw(t, "pieces")
		for _, piece := range append(pieces, "{local}") {
			rule.WriteString(piece)
			switch piece {
			case "{address}":
				piece = a.String()
			case "{local}":
				piece = a.Local()
			case "{domain}":
				piece = a.Domain().String()
			}
			want.WriteString(piece)
		}
		u, err := providers.ParseUsername(rule.String())
		if err != nil {
			t.Fatalf("%q: %v", rule.String(), err)
		}
		if got := u.For(a); got != want.String() {
			t.Fatalf("%q gives %q, want %q", u, got, want.String())
		}
	})
}

func FuzzParseUsername(f *testing.F) {
	for _, s := range []string{"{address}", "{local}", "{local}@{domain}", "{lo{local}cal}", "X\\{local}", "{local}\u0085"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := providers.ParseUsername(s)
		if err != nil {
			refused(t, err, providers.ErrUsername, "not a rule for user names: ", "")
			return
		}
		if again, err := providers.ParseUsername(string(u)); err != nil || again != u || string(u) != s {
			t.Errorf("%q gives %q, and that gives %q, %v", s, u, again, err)
		}
		a, b := mustAddress(t, "one@example.com"), mustAddress(t, "another@example.com")
		clean(t, "user name", u.For(a))
		if u.For(a) == u.For(b) {
			t.Errorf("%q gives %q to everybody", s, u.For(a))
		}
		if strings.ContainsAny(u.For(a), "{}") {
			t.Errorf("%q leaves a placeholder: %q", s, u.For(a))
		}
	})
}
