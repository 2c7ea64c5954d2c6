package providertest

import (
	"sync"
	"testing"

	"waypost/providers"
	"waypost/providers/catalogue"
)

// loaded is read once for all tests: it takes long, and nobody changes it.
var loaded = sync.OnceValues(catalogue.Load)

// Catalogue gives the built-in records, which are shared: read them only.
func Catalogue(t testing.TB) *providers.Memory {
	t.Helper()
	directory, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// BuiltIn finds a domain in the [Catalogue], which has to serve it.
func BuiltIn(t testing.TB, domain string) providers.Match {
	t.Helper()
	m, err := Catalogue(t).Lookup(t.Context(), providers.MustDomain(domain))
	if err != nil {
		t.Fatalf("%s: %v", domain, err)
	}
	return m
}

// Account gives the account of an address whose domain is [BuiltIn].
func Account(t testing.TB, address string) providers.Account {
	t.Helper()
	a := Address(t, address)
	return BuiltIn(t, a.Domain().String()).At(a)
}
