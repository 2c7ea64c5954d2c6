package localmail

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// block is a part of Dovecot's configuration: the whole, or what stands in
// braces after a kind and mostly a name.
type block struct {
	kind, name string // both empty: the whole
	line       int
	settings   []setting
	blocks     []*block
}

type setting struct {
	key, value string // the value without the quotes around it
	raw        string // as it is written
	line       int
}

// get gives the last setting of a key, which is the one that counts.
func (b *block) get(key string) (setting, bool) {
	for _, s := range slices.Backward(b.settings) {
		if s.key == key {
			return s, true
		}
	}
	return setting{}, false
}

// value is get for who has a default.
func (b *block) value(key, otherwise string) string {
	if s, ok := b.get(key); ok {
		return s.value
	}
	return otherwise
}

// child gives the block of a kind and a name; an empty one where there is none.
func (b *block) child(kind, name string) *block {
	for _, c := range b.blocks {
		if c.kind == kind && c.name == name {
			return c
		}
	}
	return &block{kind: kind, name: name}
}

// maxDepth is more than Dovecot ever nests.
const maxDepth = 16

// doveconfVersion is the first line of every output: the version, the build in
// parentheses, the file.
var doveconfVersion = regexp.MustCompile(`^# (([0-9]+)\.([0-9]+)[^ ]*)( |$)`)

// readBlocks reads the output as settings in blocks. Lines that are neither
// setting nor block are left out; braces that do not match are an error.
func readBlocks(out []byte) (*block, error) {
	whole := &block{}
	open := []*block{whole}
	n := 0
	for raw := range bytes.Lines(out) {
		n++
		line := strings.TrimSpace(string(raw))
		inner := open[len(open)-1]
		switch word, rest, _ := strings.Cut(line, " "); {
		case line == "" || line[0] == '#':
		case line == "}":
			if len(open) == 1 {
				return nil, fmt.Errorf("%w: line %d closes what was not opened", ErrFormat, n)
			}
			open = open[:len(open)-1]
		case strings.HasPrefix(rest, "="):
			raw := strings.TrimSpace(rest[1:])
			inner.settings = append(inner.settings, setting{word, unquote(raw), raw, n})
		case strings.HasSuffix(line, "{"):
			if len(open) > maxDepth {
				return nil, fmt.Errorf("%w: line %d is nested too deeply", ErrFormat, n)
			}
			name := strings.Trim(strings.TrimSpace(strings.TrimSuffix(rest, "{")), `"`)
			b := &block{kind: strings.TrimSuffix(word, "{"), name: name, line: n}
			inner.blocks = append(inner.blocks, b)
			open = append(open, b)
		}
	}
	if len(open) > 1 {
		return nil, fmt.Errorf("%w: what line %d opens is not closed", ErrFormat, open[len(open)-1].line)
	}
	return whole, nil
}

// unquote takes off the quotes that doveconf writes around a value with white
// space at an end.
func unquote(value string) string {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return value
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(value[1 : len(value)-1])
}
