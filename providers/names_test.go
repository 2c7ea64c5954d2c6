package providers_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"waypost/providers"
	"waypost/providers/providertest"
)

// equalNames lets cmp compare the types whose fields are hidden.
var equalNames = cmpopts.EquateComparable(providers.Domain{}, providers.Address{})

// What directories are filled with and asked for.
var (
	serves      = providertest.Setup
	record      = providertest.Provider
	mustAddress = providertest.Address
)

func diff(want, got any) string { return cmp.Diff(want, got, equalNames) }

// domains draws names that ParseDomain takes.
func domains() *rapid.Generator[providers.Domain] {
	label := rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?|bücher|mañana|例え|шпб`)
	top := rapid.SampledFrom([]string{"com", "net", "co.uk", "example", "рф"})
	return rapid.Custom(func(t *rapid.T) providers.Domain {
		labels := rapid.SliceOfN(label, 1, 4).Draw(t, "labels")
		d, err := providers.ParseDomain(strings.Join(labels, ".") + "." + top.Draw(t, "top"))
		if err != nil {
			t.Skip("not a name: two hyphens at the third place, for one")
		}
		return d
	})
}

// addresses draws addresses that ParseAddress takes.
func addresses() *rapid.Generator[providers.Address] {
	local := rapid.StringMatching("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\\.[a-zé+{}]{1,8}){0,2}")
	return rapid.Custom(func(t *rapid.T) providers.Address {
		a, err := providers.ParseAddress(local.Draw(t, "local") + "@" + domains().Draw(t, "domain").String())
		if err != nil {
			t.Fatalf("drew %v", err)
		}
		return a
	})
}

// mustServer gives what the notation says and nothing else.
func mustServer(t testing.TB, s string) providers.Server {
	t.Helper()
	v, err := providers.ParseServer(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// clean reports a text that must not leave us.
func clean(t *testing.T, what, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsFunc(s, unicode.IsSpace) {
		t.Errorf("%s %q holds a space, a control character or broken UTF-8", what, s)
	}
}

// refused checks an error of the parsers: its kind, the reason that a person
// reads, and that it does not repeat what was typed.
func refused(t *testing.T, err, kind error, reason, input string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("error %v, want one that wraps %q", err, kind)
	}
	if !strings.Contains(err.Error(), reason) {
		t.Errorf("error %q does not say %q", err, reason)
	}
	if len(input) > 12 && strings.Contains(err.Error(), input) {
		t.Errorf("error %q repeats the input", err)
	}
}

func mustMemory(t testing.TB, records []providers.Provider, elsewhere ...providers.Domain) *providers.Memory {
	t.Helper()
	m, err := providers.NewMemory(records, elsewhere...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// longName makes a name of n octets below example.com.
func longName(n int) string {
	const base = "example.com"
	name := strings.Repeat("a.", (n-len(base))/2) + base
	if len(name) < n {
		name = "a" + name
	}
	return name
}

// unavailable is a directory that cannot tell.
type unavailable struct{}

func (unavailable) Lookup(context.Context, providers.Domain) (providers.Match, error) {
	return providers.Match{}, fmt.Errorf("asking the database: %w", providers.ErrUnavailable)
}

func (unavailable) LookupMX(context.Context, providers.Domain) (providers.Match, error) {
	return providers.Match{}, fmt.Errorf("asking the database: %w", providers.ErrUnavailable)
}
