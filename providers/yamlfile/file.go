package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxFile bounds what is parsed, in bytes.
const maxFile = 16 << 20

// File is a YAML file that is being read, and knows its lines.
type File struct {
	name  string
	data  []byte
	lines []string
}

// NewFile takes a file's name, for messages, and its content.
func NewFile(name string, data []byte) *File {
	return &File{name, data, strings.Split(string(data), "\n")}
}

// Load decodes the one document of the file, strictly. The error joins a
// *Problem for each of the first mistakes; to an empty file it says what is
// needed.
func (f *File) Load(into any, needed string) error {
	switch {
	case len(f.data) > maxFile:
		return f.Problem(0, fmt.Sprintf("the file is larger than %d bytes; spread it over several", maxFile))
	case !utf8.Valid(f.data):
		return f.Problem(f.lineWith(func(s string) bool { return !utf8.ValidString(s) }), "this is not UTF-8 text; save the file as UTF-8")
	}
	if line := f.lineWith(func(s string) bool { return strings.ContainsFunc(s, isControl) }); line > 0 {
		return f.Problem(line, "a control character stands here; take it out")
	}
	doc, err := f.document(needed)
	if err != nil {
		return err
	}
	if problems := f.unfit(doc, nil); len(problems) > 0 {
		return f.join(problems)
	}
	return f.decode(doc, into)
}

// decode is strict about keys.
func (f *File) decode(n *yaml.Node, into any) error {
	err := n.Load(into, yaml.WithKnownFields())
	if err == nil {
		return nil
	}
	return f.problems(err, keysIn(reflect.TypeOf(into)))
}

// document parses the file's one document. A second one would be dropped in
// silence by the decoder, so it is asked for.
func (f *File) document(needed string) (*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(f.data))
	if err != nil {
		return nil, err
	}
	var doc, more yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return nil, f.Problem(0, "the file is empty; it needs "+needed)
	case err != nil:
		return nil, f.problems(err, nil)
	}
	switch err := loader.Load(&more); {
	case err == nil:
		return nil, f.Problem(more.Line, "a second document begins here; put it into a file of its own")
	case !errors.Is(err, io.EOF):
		return nil, f.problems(err, nil)
	}
	return &doc, nil
}

// unfit finds values that no key can have: none at all, which the decoder
// would take for an absent key, and what only escapes can write and must not
// reach answers, pages and terminals.
func (f *File) unfit(n *yaml.Node, problems []error) []error {
	switch {
	case n.Kind != yaml.ScalarNode:
	case n.ShortTag() == "!!binary":
		problems = append(problems, f.Problem(n.Line, "binary data stands where a text belongs"))
	case strings.ContainsFunc(n.Value, isControl):
		problems = append(problems, f.Problem(n.Line, "a value has a control character; take its escape out"))
	}
	for i, child := range n.Content {
		switch isNull := child.Kind == yaml.ScalarNode && child.ShortTag() == "!!null"; {
		case isNull && n.Kind == yaml.MappingNode && i%2 == 1:
			key := n.Content[i-1]
			if slices.Contains([]string{"address", "local", "domain"}, key.Value) {
				problems = append(problems, f.Problem(key.Line, fmt.Sprintf("a text that begins with a brace is put in quotes, such as \"{%s}\"", key.Value)))
				continue
			}
			problems = append(problems, f.Problem(key.Line, fmt.Sprintf("the key %q has no value; write one, or take the key out", key.Value)))
		case isNull && n.Kind == yaml.SequenceNode:
			problems = append(problems, f.Problem(child.Line, "an entry of the list is empty; write a value, or take the entry out"))
		}
		problems = f.unfit(child, problems)
	}
	return problems
}

func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// lineWith gives the number of the first line that is so, or 0.
func (f *File) lineWith(is func(string) bool) int {
	return 1 + slices.IndexFunc(f.lines, func(s string) bool { return is(strings.TrimSuffix(s, "\r")) })
}
