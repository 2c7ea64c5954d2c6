package autodiscover_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/autodiscover"
	"waypost/providers"
	"waypost/providers/catalogue"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden compares bytes with a file in testdata, and gives the file.
func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s: -want +got\n%s", name, cmp.Diff(string(want), string(got)))
	}
	return want
}

// files reads what a pattern finds in testdata, by base name.
func files(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/" + pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("testdata has no %s", pattern)
	}
	found := map[string][]byte{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(path)] = b
	}
	return found
}

func address(t testing.TB, s string) providers.Address {
	t.Helper()
	a, err := providers.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// builtIn is the account of an address at a provider of the catalogue.
func builtIn(t testing.TB, text string) providers.Account {
	t.Helper()
	directory, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := address(t, text)
	m, err := directory.Lookup(t.Context(), a.Domain())
	if err != nil {
		t.Fatalf("%s: %v", a.Domain(), err)
	}
	return m.At(a)
}

// server takes the notation; it takes a password and the full address.
func server(t testing.TB, url string, auth ...providers.Auth) providers.Server {
	t.Helper()
	s, err := providers.ParseServer(url)
	if err != nil {
		t.Fatal(err)
	}
	if s.Auth = auth; auth == nil {
		s.Auth = []providers.Auth{providers.PasswordCleartext}
	}
	s.Username = providers.FullAddress
	return s
}

// configured is the account of an address at servers of its own.
func configured(t testing.TB, text string, incoming, outgoing []providers.Server) providers.Account {
	t.Helper()
	a := address(t, text)
	p := providers.Provider{ID: a.Domain().String(), Name: "Example Mail", Setups: []providers.Setup{{
		Domains: []providers.Domain{a.Domain()}, Incoming: incoming, Outgoing: outgoing,
	}}}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	directory, err := providers.NewMemory([]providers.Provider{p})
	if err != nil {
		t.Fatal(err)
	}
	m, err := directory.Lookup(t.Context(), a.Domain())
	if err != nil {
		t.Fatal(err)
	}
	return m.At(a)
}

// pairOf is an account with one server each way.
func pairOf(t testing.TB, incoming, outgoing string) providers.Account {
	t.Helper()
	return configured(t, "fred@example.com", []providers.Server{server(t, incoming)}, []providers.Server{server(t, outgoing)})
}

func answer(t testing.TB, a providers.Account) autodiscover.Answer {
	t.Helper()
	out, err := autodiscover.New(a)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func encode(t testing.TB, a autodiscover.Answer) []byte {
	t.Helper()
	b, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// written gives the bytes of every answer that these tests know of.
func written(t *testing.T) map[string][]byte {
	t.Helper()
	bodies := map[string][]byte{}
	for name, a := range goldenAnswers(t) {
		bodies[name] = encode(t, a)
	}
	return bodies
}

// with replaces one part of a text, which must be there.
func with(t testing.TB, text, old, replacement string) []byte {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q stands there %d times", old, strings.Count(text, old))
	}
	return []byte(strings.Replace(text, old, replacement, 1))
}
