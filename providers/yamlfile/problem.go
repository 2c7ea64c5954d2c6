package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"

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

// problems gives each of the decoder's complaints as a *Problem. keys are
// those that may stand in each part of the file.
func (f *File) problems(err error, keys map[string]string) error {
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &many):
		problems := make([]error, len(many.Errors))
		for i, e := range many.Errors {
			problems[i] = f.Problem(f.explain(e, keys))
		}
		return f.join(problems)
	case errors.As(err, &one):
		return f.Problem(f.explain(one, keys))
	}
	return f.Problem(0, err.Error())
}

// maxProblems bounds what one error holds.
const maxProblems = 20

func (f *File) join(problems []error) error {
	if more := len(problems) - maxProblems; more > 0 {
		problems = append(problems[:maxProblems:maxProblems], f.Problem(0, fmt.Sprintf("and %d more mistakes", more)))
	}
	return errors.Join(problems...)
}

// parts takes apart what join has put together.
func parts(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// Problem makes a Problem of a line of the file; 0 is the file as a whole. A
// line that shows nothing gives way to the last one before it that does: what
// is not closed is missed at the end of the file.
func (f *File) Problem(line int, text string) *Problem {
	for line > 1 && strings.Trim(strings.TrimSuffix(f.line(line), "\r"), " \t") == "" {
		line--
	}
	return &Problem{File: f.name, Line: line, Excerpt: f.excerpt(line), Text: text}
}

var (
	unknownField = regexp.MustCompile(`^field (.*) not found in type (\S+)$`)
	wrongType    = regexp.MustCompile("(?s)^cannot construct (\\S+)(?: `.*`)? into (\\S+)$")
	doubleKey    = regexp.MustCompile(`^mapping key (.*) already defined at line (\d+)$`)
)

// explain puts the decoder's complaint into words that name the file's own
// terms and say what to write instead.
func (f *File) explain(e *yaml.LoadError, keys map[string]string) (line int, text string) {
	line, text = e.Mark.Line, strings.TrimPrefix(e.Message, "yaml: ")
	switch opened := e.ContextMark.Line; {
	case strings.Contains(text, "excessive aliasing"):
		return line, "the aliases multiply what stands here too often; write the values out"
	case strings.ContainsRune(f.indentation(line), '\t'):
		return line, "a tab stands in the indentation; indent with spaces"
	case strings.HasPrefix(text, "unknown anchor"):
		return line, text + "; a text that begins with an asterisk is put in quotes, such as \"*.example.com\""
	case strings.HasPrefix(text, "mapping values are not allowed"):
		return line, "a second colon stands here; put a value that holds one in quotes, or mend the indentation"
	case strings.Contains(e.ContextMsg, "quoted scalar"):
		return opened, "a quote opens here and is not closed, or holds an escape that YAML does not know"
	case strings.Contains(e.ContextMsg, "flow sequence"), strings.Contains(e.ContextMsg, "flow mapping"):
		return opened, "a bracket or brace opens here and is not closed, or a comma is missing in it"
	case strings.Contains(text, "could not find expected ':'"):
		return line, "a key without a colon stands here; write it as key: value"
	case strings.Contains(text, "did not find expected key"):
		return line, "the indentation does not fit the lines above, or a quote above is not closed; begin the keys of one block in one column"
	case e.Stage != yaml.ConstructorStage:
		return line, "this cannot be read as YAML: " + text
	}
	if m := unknownField.FindStringSubmatch(text); m != nil {
		if near := nearest(m[1], strings.Split(keys[m[2]], ", ")); near != "" {
			return line, fmt.Sprintf("the key %q is not known here; did you mean %s? The keys are %s", m[1], near, keys[m[2]])
		}
		return line, fmt.Sprintf("the key %q is not known here; the keys are %s", m[1], keys[m[2]])
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		return line, found(m[1]) + " stands where " + wanted(m[2], keys)
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

func wanted(goType string, keys map[string]string) string {
	switch known := keys[goType]; {
	case known != "":
		return "these keys belong: " + known
	case strings.HasPrefix(goType, "[]"):
		return "a list belongs; put it in brackets, or begin each entry with a dash"
	case strings.HasPrefix(goType, "map["):
		return "names with keys below them belong"
	case goType == "bool":
		return "true or false belongs"
	}
	return "a text belongs"
}

// keysIn gives the keys of each part of a file that decodes into t, by the
// name under which the decoder speaks of it.
func keysIn(t reflect.Type) map[string]string {
	all := map[string]string{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(t.Elem())
		case reflect.Struct:
			names := keysOf(t)
			if len(names) == 0 || all[t.String()] != "" {
				return
			}
			all[t.String()] = strings.Join(names, ", ")
			for field := range t.Fields() {
				walk(field.Type)
			}
		default:
		}
	}
	walk(t)
	return all
}

func keysOf(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		if tag := field.Tag.Get("yaml"); tag == ",inline" {
			names = append(names, keysOf(field.Type)...)
		} else if tag != "" {
			names = append(names, tag)
		}
	}
	return names
}

// maxExcerpt bounds what an error shows of a line, in characters.
const maxExcerpt = 120

func (f *File) excerpt(line int) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return '�'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSuffix(f.line(line), "\r"), "�"))
	text := []rune(strings.TrimSpace(visible))
	if len(text) > maxExcerpt {
		return string(text[:maxExcerpt]) + "…"
	}
	return string(text)
}

func (f *File) indentation(line int) string {
	text := f.line(line)
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))]
}

func (f *File) line(line int) string {
	if line < 1 || line > len(f.lines) {
		return ""
	}
	return f.lines[line-1]
}
