package yamlfile_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"waypost/providers"
	"waypost/providers/yamlfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The golden file beside each mistake has what the person who made it reads.
func TestEveryMistakeIsNamedWithLineAndRemedy(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid-*.yaml")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = yamlfile.ParseRecord("example.com", name, data, nil)
			if err == nil {
				t.Fatal("it was read without an error")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err2 := os.ReadFile(golden)
			if err2 != nil {
				t.Fatal(err2)
			}
			if d := cmp.Diff(string(want), err.Error()+"\n"); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			checkProblems(t, err, name)
			for _, inside := range []string{"yamlfile.", "construct", "!!str", "!!seq", "!!map", "go-yaml"} {
				if strings.Contains(err.Error(), inside) {
					t.Errorf("it speaks of the program's insides: %s", inside)
				}
			}
		})
	}
}

// checkProblems looks at an error as a caller and a terminal would.
func checkProblems(t *testing.T, err error, file string) {
	t.Helper()
	all := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		all = many.Unwrap()
	}
	for _, err := range all {
		var p *yamlfile.Problem
		if !errors.As(err, &p) || p.File != file || p.Line < 0 || p.Text == "" {
			t.Errorf("%q is no Problem of %s", err, file)
			continue
		}
		if strings.ContainsFunc(p.Excerpt, unicode.IsControl) {
			t.Errorf("excerpt %q has a control character", p.Excerpt)
		}
		if len([]rune(p.Excerpt)) > 121 {
			t.Errorf("excerpt of %d characters", len([]rune(p.Excerpt)))
		}
	}
}

func TestSourcesAreReadAsStrictlyAsRecords(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "sources.yaml: the file is empty; it needs the names of sources with kind and name below them",
		"a: {kind: article}\na: {}\n":      "sources.yaml:2: the key \"a\" stands twice, first in line 1; keep one\n\ta: {}",
		"a: {kind: article, title: x}\n":   "sources.yaml:1: the key \"title\" is not known here; the keys are kind, name, url, date\n\ta: {kind: article, title: x}",
		"a: {kind: blog}\n":                "sources.yaml:1: \"blog\" is none of first-party, catalogue, measurement, article\n\ta: {kind: blog}",
		"- {kind: article}\n":              "sources.yaml:1: a list stands where names with keys below them belong\n\t- {kind: article}",
		"a: a blog\n":                      "sources.yaml:1: a single value stands where these keys belong: kind, name, url, date\n\ta: a blog",
		"a: {kind: article}\n---\nb: {}\n": "sources.yaml:2: a second document begins here; put it into a file of its own\n\t---",
	} {
		_, err := yamlfile.ParseSources("sources.yaml", []byte(in))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", in, err, want)
		}
	}
	got, err := yamlfile.ParseSources("sources.yaml", []byte("a: {kind: article, name: a blog, url: https://example.com/, date: 2026-03}\nb: {}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := yamlfile.Sources{"a": {Kind: providers.Article, Name: "a blog", URL: "https://example.com/", Date: "2026-03"}, "b": {}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestFileThatIsTooLargeIsNotParsed(t *testing.T) {
	_, err := yamlfile.ParseRecord("example.com", "big.yaml", []byte(strings.Repeat("#", 16<<20)+"\n"), nil)
	if want := "big.yaml: the file is larger than 16777216 bytes; spread it over several"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A file of nothing but mistakes must not make an error of megabytes.
func TestOnlyTheFirstMistakesAreNamed(t *testing.T) {
	var text strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&text, "unknown-%d: %s\n", i, strings.Repeat("x", 30))
	}
	_, err := yamlfile.ParseRecord("example.com", "f.yaml", []byte(text.String()), nil)
	if err == nil {
		t.Fatal("it was read without an error")
	}
	if lines := strings.Count(err.Error(), "f.yaml"); lines != 21 || !strings.HasSuffix(err.Error(), "f.yaml: and 1980 more mistakes") {
		t.Errorf("%d mistakes, the last: %s", lines, err.Error()[strings.LastIndex(err.Error(), "f.yaml"):])
	}
}

func TestLongLinesAreCutInExcerpts(t *testing.T) {
	_, err := yamlfile.ParseRecord("example.com", "f.yaml", []byte("nick-name: "+strings.Repeat("ü", 1000)), nil)
	var p *yamlfile.Problem
	if !errors.As(err, &p) || p.Line != 1 || p.Excerpt != "nick-name: "+strings.Repeat("ü", 109)+"…" {
		t.Errorf("%v", err)
	}
}

func TestMisspeltKeysAreRecognised(t *testing.T) {
	for key, want := range map[string]string{
		"color": "colour", "Colour": "colour", "help-page": "", "hepl": "help", "log": "logo", "loogo": "logo", "x": "", "kolor": "colour",
		"colours": "colour", "LOGO": "logo", "path": "", strings.Repeat("colour", 9): "",
	} {
		if got := yamlfile.Nearest(key, []string{"colour", "logo", "help"}); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}
