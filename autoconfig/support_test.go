package autoconfig_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waypost/autoconfig"
	"waypost/providers"
	"waypost/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// What the documents are made of.
var (
	builtIn = providertest.BuiltIn
	server  = providertest.Server
	service = providertest.Service
	address = providertest.Address
)

func diff(want, got any) string {
	return cmp.Diff(want, got, cmpopts.EquateComparable(providers.Domain{}))
}

// configured finds a domain in a record that serves it alone.
func configured(t testing.TB, domain string, change func(*providers.Provider)) providers.Match {
	t.Helper()
	d := providers.MustDomain(domain)
	p := &providers.Provider{
		ID:   d.String(),
		Name: "Example Mail",
		Setups: []providers.Setup{{
			Domains:  []providers.Domain{d},
			Incoming: []providers.Server{server(t, "imaps://imap.example.com")},
			Outgoing: []providers.Server{server(t, "submissions://smtp.example.com")},
		}},
	}
	if change != nil {
		change(p)
	}
	return providertest.Match(t, p, d)
}

func document(t testing.TB, m providers.Match) autoconfig.Document {
	t.Helper()
	d, err := autoconfig.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func wholeOf(t testing.TB, m providers.Match) autoconfig.Document {
	t.Helper()
	d, err := autoconfig.All(m)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func encode(t testing.TB, d autoconfig.Document) []byte {
	t.Helper()
	b, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t testing.TB, b []byte) autoconfig.Document {
	t.Helper()
	d, err := autoconfig.Decode(b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return d
}

// catalogueMatches finds every domain and one name below every suffix in the
// catalogue.
func catalogueMatches(t testing.TB) map[string]providers.Match {
	t.Helper()
	directory := providertest.Catalogue(t)
	var names []string
	for _, p := range directory.Providers() {
		for _, s := range p.Setups {
			if s.Partial != "" {
				continue
			}
			for _, d := range s.Domains {
				names = append(names, d.String())
			}
			for _, d := range s.Suffixes {
				names = append(names, "below."+d.String())
			}
		}
	}
	matches := map[string]providers.Match{}
	for _, name := range names {
		m, err := directory.Lookup(t.Context(), providers.MustDomain(name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		matches[name] = m
	}
	if len(matches) == 0 {
		t.Fatal("the catalogue is empty")
	}
	return matches
}

// catalogueDocuments makes the documents of the catalogueMatches.
func catalogueDocuments(t testing.TB) map[string]autoconfig.Document {
	t.Helper()
	documents := map[string]autoconfig.Document{}
	for name, m := range catalogueMatches(t) {
		documents[name] = document(t, m)
	}
	return documents
}

// goldens gives the golden files of a folder by name.
func goldens(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	files := read(t, filepath.Join(folder, "*.golden.xml"))
	if len(files) == 0 {
		t.Fatal("there are no golden files; run with -update")
	}
	return files
}

// read gives files by name.
func read(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = b
	}
	return files
}

// changed is the whole document with one part replaced, which must be there.
func changed(t testing.TB, old, replacement string) []byte {
	t.Helper()
	if strings.Count(whole, old) != 1 {
		t.Fatalf("%q stands there %d times", old, strings.Count(whole, old))
	}
	return []byte(strings.Replace(whole, old, replacement, 1))
}
