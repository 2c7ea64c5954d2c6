package config_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"waypost/providers"
)

// docs/configuration.md is made from the tags of the structs that a
// configuration is decoded into, and from what the notation means to the code.
func TestReferenceIsFresh(t *testing.T) {
	structs := map[string]*ast.StructType{}
	for _, file := range []string{"file.go", "../providers/yamlfile/domains.go", "../providers/yamlfile/record.go", "../providers/yamlfile/brand.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = s
				}
			}
			return true
		})
	}
	sample := func() (string, error) {
		data, err := os.ReadFile("testdata/valid.yaml")
		return string(data), err
	}
	page, err := template.New("configuration.md.tmpl").
		Funcs(template.FuncMap{"sample": sample, "notation": notation, "table": func(name string) (string, error) { return keyTable(structs[name]) }}).
		ParseFiles("testdata/configuration.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var made strings.Builder
	if err := page.Execute(&made, nil); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "docs", "configuration.md")
	if *update {
		if err := os.WriteFile(file, []byte(made.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if made.String() != string(committed) {
		t.Errorf("%s is not what the code says; make golden writes it anew", file)
	}
}

// keyTable gives a row for each key of a struct: a key without words is an
// error.
func keyTable(s *ast.StructType) (string, error) {
	var b strings.Builder
	b.WriteString("| key | what it says | default |\n| --- | --- | --- |\n")
	for _, field := range s.Fields.List {
		tag := ""
		if field.Tag != nil {
			tag, _ = strconv.Unquote(field.Tag.Value) // the compiler has read it
		}
		key, doc := reflect.StructTag(tag).Get("yaml"), reflect.StructTag(tag).Get("doc")
		if key == "" || doc == "" {
			return "", fmt.Errorf("the field %v has no words", field.Names)
		}
		what, byDefault, _ := strings.Cut(doc, "; default: ")
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", key, what, cmp.Or(byDefault, "–"))
	}
	return b.String(), nil
}

// notation gives what each scheme means to the code.
func notation() (string, error) {
	var b strings.Builder
	b.WriteString("| written | is | port | security |\n| --- | --- | --- | --- |\n")
	for _, scheme := range []string{"imaps", "imap", "pop3s", "pop3", "submissions", "submission", "smtp", "sieve"} {
		s, err := providers.ParseServer(scheme + "://mail.example.com")
		if err != nil {
			return "", err
		}
		security := map[providers.Security]string{providers.TLS: "implicit TLS", providers.STARTTLS: "STARTTLS"}[s.Security]
		fmt.Fprintf(&b, "| `%s://mail.example.com` | %s | %d | %s |\n", scheme, s.Protocol.Words(), s.Port, security)
	}
	return b.String(), nil
}
