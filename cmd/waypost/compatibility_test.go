package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCompatibilityNamesTestsThatExist holds COMPATIBILITY.md to its word:
// each row names tests, each test that it names is there, and none of the sixty
// traps is missing.
func TestCompatibilityNamesTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	exist := testNames(t, root)
	table, err := os.ReadFile(filepath.Join(root, "COMPATIBILITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	traps := map[string]bool{}
	rows := 0
	for line := range strings.Lines(string(table)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.Contains(line, "guarded by") {
			continue
		}
		rows++
		number, _, _ := strings.Cut(line[len("| "):], " ")
		traps[number] = true
		names := named.FindAllStringSubmatch(line, -1)
		if len(names) == 0 {
			t.Errorf("no test guards: %s", line)
		}
		for _, n := range names {
			if !slices.Contains(exist, n[1]) {
				t.Errorf("%s is not there", n[1])
			}
		}
	}
	for trap := range 60 {
		if n := strconv.Itoa(trap + 1); !traps[n] {
			t.Errorf("trap %s has no row", n)
		}
	}
	if rows < 80 {
		t.Errorf("only %d rows were read", rows)
	}
}

func testNames(t *testing.T, root string) []string {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	var names []string
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(data, -1) {
			names = append(names, string(m[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
