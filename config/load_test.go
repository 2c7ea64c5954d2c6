package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"waypost/config"
	"waypost/providers/yamlfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The golden file beside each mistake has what the person who made it reads.
func TestEveryMistakeIsNamedWithLineAndRemedy(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid-*.yaml")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	t.Chdir("testdata")
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			c, err := config.Load(name)
			if err == nil {
				t.Fatalf("it was read without an error: %+v", c)
			}
			golden := strings.TrimSuffix(name, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, errGolden := os.ReadFile(golden)
			if errGolden != nil {
				t.Fatal(errGolden)
			}
			if d := cmp.Diff(string(want), err.Error()+"\n"); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if !cmp.Equal(c, config.Config{}) {
				t.Errorf("an error and a configuration: %+v", c)
			}
			wholeFile := []string{"invalid-empty.yaml", "invalid-only-comments.yaml", "invalid-nothing-served.yaml"}
			checkProblems(t, err, name, slices.Contains(wholeFile, name))
			for _, inside := range []string{"yamlfile.", "config.", "construct", "!!str", "!!seq", "!!map", "go-yaml"} {
				if strings.Contains(err.Error(), inside) {
					t.Errorf("it speaks of the program's insides: %s", inside)
				}
			}
		})
	}
}

// checkProblems looks at an error as a caller and a terminal would: each part
// names the file, and a line with what stands in it.
func checkProblems(t *testing.T, err error, file string, wholeFile bool) {
	t.Helper()
	all := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		all = many.Unwrap()
	}
	data, errRead := os.ReadFile(file)
	if errRead != nil {
		t.Fatal(errRead)
	}
	lines := strings.Split(strings.ToValidUTF8(string(data), "�"), "\n")
	for _, err := range all {
		p, ok := errors.AsType[*yamlfile.Problem](err)
		switch {
		case !ok || p.File != file || p.Text == "":
			t.Errorf("%q is no Problem of %s", err, file)
		case p.Line == 0 && (wholeFile || strings.HasSuffix(p.Text, "more mistakes")):
		case p.Line < 1 || p.Line > len(lines):
			t.Errorf("%q is in no line", err)
		case !sameLine(lines[p.Line-1], p.Excerpt):
			t.Errorf("%q shows %q, and not the line %q", err, p.Excerpt, lines[p.Line-1])
		}
	}
}

// sameLine compares a line with its excerpt, which may be cut.
func sameLine(line, excerpt string) bool {
	line = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) {
			return '�'
		}
		return r
	}, strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", " ")))
	start, cut := strings.CutSuffix(excerpt, "…")
	return excerpt != "" && (line == excerpt || cut && strings.HasPrefix(line, start))
}
