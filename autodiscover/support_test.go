package autodiscover_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waypost/autodiscover"
	"waypost/providers"
	"waypost/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// What the answers are made of.
var (
	builtIn    = providertest.Account
	configured = providertest.Configured
	server     = providertest.Server
	service    = providertest.Service
	address    = providertest.Address
)

// golden compares bytes with a file in testdata, and gives the file.
func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	return providertest.Golden(t, filepath.Join("testdata", name), got, *update)
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
