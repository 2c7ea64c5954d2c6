package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSecurityNamesTestsThatExist holds SECURITY.md to its word.
func TestSecurityNamesTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	exist := testNames(t, root)
	text, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(text), -1)
	for _, n := range names {
		if !slices.Contains(exist, n[1]) {
			t.Errorf("%s is not there", n[1])
		}
	}
	if len(names) < 15 {
		t.Errorf("only %d names were read", len(names))
	}
}

// maxLines is what a reader can take in of one file.
const maxLines = 400

// TestTree holds every Go file of the repository to a length that can be
// read, and every package to one package comment.
func TestTree(t *testing.T) {
	root := filepath.Join("..", "..")
	comments := map[string][]string{} // by directory, the files with one
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := bytes.Count(source, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines, more than %d", path, n, maxLines)
		}
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		with := comments[dir]
		if file.Doc.Text() != "" {
			with = append(with, d.Name())
		}
		comments[dir] = with // nil is an entry too
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(comments) < 10 {
		t.Errorf("only %d packages were read", len(comments))
	}
	for dir, files := range comments {
		if len(files) != 1 {
			t.Errorf("%s needs one package comment and has them in %q", dir, files)
		}
	}
}
