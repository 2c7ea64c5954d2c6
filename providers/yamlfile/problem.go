package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Problem is one mistake in a file.
type Problem struct {
	File    string
	Line    int    // from 1; 0 when the file as a whole is meant
	Excerpt string // the line as it stands, without its indentation
	Text    string // what is wrong and what to write instead
}

func (p *Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where += fmt.Sprintf(":%d", p.Line)
	}
	if p.Excerpt == "" {
		return where + ": " + p.Text
	}
	return where + ": " + p.Text + "\n\t" + p.Excerpt
}

// maxFile bounds what is parsed, in bytes.
const maxFile = 1 << 20

// load decodes the one document of a file. The error joins a *Problem for
// each of the first mistakes; to an empty file it says what is needed.
func load(file string, data []byte, into any, needed string) error {
	f := newSource(file, data)
	switch {
	case len(data) > maxFile:
		return f.problem(0, fmt.Sprintf("the file is larger than %d bytes; spread it over several", maxFile))
	case !utf8.Valid(data):
		return f.problem(f.lineWith(func(s string) bool { return !utf8.ValidString(s) }), "this is not UTF-8 text; save the file as UTF-8")
	}
	if line := f.lineWith(func(s string) bool { return strings.ContainsFunc(s, isControl) }); line > 0 {
		return f.problem(line, "a control character stands here; take it out")
	}
	doc, err := f.document(needed)
	if err != nil {
		return err
	}
	if problems := f.controls(doc, nil); len(problems) > 0 {
		return f.join(problems)
	}
	return f.problems(doc.Load(into, yaml.WithKnownFields()))
}

// source is a file that is being read.
type source struct {
	file  string
	data  []byte
	lines []string
}

func newSource(file string, data []byte) source {
	return source{file, data, strings.Split(string(data), "\n")}
}

// document parses the file's one document. A second one would be dropped in
// silence by the decoder, so it is asked for.
func (f source) document(needed string) (*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(f.data))
	if err != nil {
		return nil, err
	}
	var doc, more yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return nil, f.problem(0, "the file is empty; it needs "+needed)
	case err != nil:
		return nil, f.problems(err)
	}
	switch err := loader.Load(&more); {
	case err == nil:
		return nil, f.problem(more.Line, "a second document begins here; put it into a file of its own")
	case !errors.Is(err, io.EOF):
		return nil, f.problems(err)
	}
	return &doc, nil
}

// controls finds what a value may hold only by way of escapes and must not:
// it would reach answers, pages and terminals.
func (f source) controls(n *yaml.Node, problems []error) []error {
	switch {
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!binary":
		problems = append(problems, f.problem(n.Line, "binary data stands where a text belongs"))
	case n.Kind == yaml.ScalarNode && strings.ContainsFunc(n.Value, isControl):
		problems = append(problems, f.problem(n.Line, "a value has a control character; take its escape out"))
	}
	for _, child := range n.Content {
		problems = f.controls(child, problems)
	}
	return problems
}

func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// lineWith gives the number of the first line that is so, or 0.
func (f source) lineWith(is func(string) bool) int {
	return 1 + slices.IndexFunc(f.lines, func(s string) bool { return is(strings.TrimSuffix(s, "\r")) })
}

// problems gives each of the decoder's complaints as a *Problem.
func (f source) problems(err error) error {
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
		problems := make([]error, len(many.Errors))
		for i, e := range many.Errors {
			problems[i] = f.problem(f.explain(e))
		}
		return f.join(problems)
	case errors.As(err, &one):
		return f.problem(f.explain(one))
	}
	return f.problem(0, err.Error())
}

// maxProblems bounds what one error holds.
const maxProblems = 20

func (f source) join(problems []error) error {
	if more := len(problems) - maxProblems; more > 0 {
		problems = append(problems[:maxProblems:maxProblems], f.problem(0, fmt.Sprintf("and %d more mistakes", more)))
	}
	return errors.Join(problems...)
}

func (f source) problem(line int, text string) *Problem {
	return &Problem{File: f.file, Line: line, Excerpt: f.excerpt(line), Text: text}
}

var (
	unknownField = regexp.MustCompile(`^field (.*) not found in type (\S+)$`)
	wrongType    = regexp.MustCompile("(?s)^cannot construct (\\S+)(?: `.*`)? into (\\S+)$")
	doubleKey    = regexp.MustCompile(`^mapping key (.*) already defined at line (\d+)$`)
)

// explain puts the decoder's complaint into words that name the file's own
// terms and say what to write instead.
func (f source) explain(e *yaml.LoadError) (line int, text string) {
	line, text = e.Mark.Line, strings.TrimPrefix(e.Message, "yaml: ")
	switch opened := e.ContextMark.Line; {
	case strings.Contains(text, "excessive aliasing"):
		return line, "the aliases multiply what stands here too often; write the values out"
	case strings.ContainsRune(f.indentation(line), '\t'):
		return line, "a tab stands in the indentation; indent with spaces"
	case strings.HasPrefix(text, "mapping values are not allowed"):
		return line, "a second colon stands here; put a value that holds one in quotes, or mend the indentation"
	case strings.Contains(e.ContextMsg, "quoted scalar"):
		return opened, "a quote opens here and is not closed, or holds an escape that YAML does not know"
	case strings.Contains(e.ContextMsg, "flow sequence"), strings.Contains(e.ContextMsg, "flow mapping"):
		return opened, "a bracket or brace opens here and is not closed, or a comma is missing in it"
	case e.Stage != yaml.ConstructorStage:
		return line, "this cannot be read as YAML: " + text
	}
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return line, fmt.Sprintf("the key %q is not known here; the keys are %s", m[1], keys[m[2]])
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		return line, found(m[1]) + " stands where " + wanted(m[2])
	}
	if m := doubleKey.FindStringSubmatch(text); m != nil {
		return line, fmt.Sprintf("the key %s stands twice, first in line %s; keep one", m[1], m[2])
	}
	return line, text
}

func found(tag string) string {
	switch tag {
	case "!!seq":
		return "a list"
	case "!!map":
		return "a block of keys"
	}
	return "a single value"
}

func wanted(goType string) string {
	switch known := keys[goType]; {
	case known != "":
		return "these keys belong: " + known
	case strings.HasPrefix(goType, "[]"):
		return "a list belongs; put it in brackets, or begin each entry with a dash"
	case strings.HasPrefix(goType, "map["):
		return "names with keys below them belong"
	}
	return "a text belongs"
}

// keys are the keys of each part of a file, by the name under which the
// decoder speaks of it.
var keys = func() map[string]string {
	all := map[string]string{}
	for _, part := range []any{record{}, help{}, link{}, appPassword{}, oauth2{}, sourceIn{}, setup{}, serverIn{}, claim{}} {
		t := reflect.TypeOf(part)
		all[t.String()] = strings.Join(keysOf(t), ", ")
	}
	return all
}()

func keysOf(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		if tag := field.Tag.Get("yaml"); tag == ",inline" {
			names = append(names, keysOf(field.Type)...)
		} else {
			names = append(names, tag)
		}
	}
	return names
}

// maxExcerpt bounds what an error shows of a line, in characters.
const maxExcerpt = 120

func (f source) excerpt(line int) string {
	text := []rune(strings.TrimSpace(strings.ToValidUTF8(f.line(line), "�")))
	for i, r := range text {
		if unicode.IsControl(r) {
			text[i] = '�'
		}
	}
	if len(text) > maxExcerpt {
		return string(text[:maxExcerpt]) + "…"
	}
	return string(text)
}

func (f source) indentation(line int) string {
	text := f.line(line)
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))]
}

func (f source) line(line int) string {
	if line < 1 || line > len(f.lines) {
		return ""
	}
	return f.lines[line-1]
}
