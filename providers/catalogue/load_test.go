package catalogue

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoadNamesTheFilesThatAreBroken(t *testing.T) {
	const record = "name: A\nsetups:\n  - {domains: [ID], username: \"{local}\", auth: [NTLM], incoming: [{server: imaps://a.example, sources: [S]}], outgoing: [{server: smtp://b.example}]}\n"
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	tree := fstest.MapFS{
		"sources.yaml":               file("S: {kind: article, name: a blog}\n"),
		"records/a.example.yaml":     file(strings.ReplaceAll(record, "ID", "a.example")),
		"records/b.example.yaml":     file(strings.ReplaceAll(record, "ID", "b.example")),
		"records/notes.txt":          file("not a record"),
		"records/old/c.example.yaml": file("not read"),
	}
	records, err := load(tree)
	if err != nil || len(records) != 2 || records[0].ID != "a.example" || records[1].Setups[0].Incoming[0].Sources[0].Name != "a blog" {
		t.Fatalf("%+v, %v", records, err)
	}

	tree["records/a.example.yaml"] = file("nam: A\n")
	tree["records/not a name.yaml"] = file(strings.ReplaceAll(record, "ID", "d.example"))
	_, err = load(tree)
	for _, want := range []string{"records/a.example.yaml:1: ", `records/not a name.yaml: id "not a name": not a domain name`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}

	tree["sources.yaml"] = file("S: {kind: blog}\n")
	if _, err = load(tree); err == nil || !strings.HasPrefix(err.Error(), "sources.yaml:1: ") {
		t.Errorf("error %v does not name sources.yaml", err)
	}
	delete(tree, "sources.yaml")
	if _, err = load(tree); err == nil {
		t.Error("loaded without sources.yaml")
	}
}
