package web

import (
	"errors"
	"fmt"
	"html"
	"html/template"
	"strings"
)

// message is a text of a catalogue, taken apart: plain text, *text that stands
// out*, {values}, and {group.words} that a vendor's menu has.
type message []part

type part struct {
	kind kind
	text string // or the name of a value or of a vendor's word
}

type kind int

const (
	plain kind = iota
	strong
	value
	vendor
)

func parseMessage(text string) (message, error) {
	var m message
	for text != "" {
		i := strings.IndexAny(text, "*{}")
		if i < 0 {
			return append(m, part{plain, text}), nil
		}
		if i > 0 {
			m = append(m, part{plain, text[:i]})
		}
		opening := text[i]
		closing := byte('*')
		if opening == '{' {
			closing = '}'
		}
		length := strings.IndexByte(text[i+1:], closing)
		if opening == '}' || length <= 0 {
			return nil, errors.New("a brace or a star has no other")
		}
		inside := text[i+1 : i+1+length]
		text = text[i+1+length+1:]
		switch {
		case strings.ContainsAny(inside, "*{}"):
			return nil, errors.New("braces and stars do not nest")
		case opening == '*':
			m = append(m, part{strong, inside})
		case strings.Contains(inside, "."):
			m = append(m, part{vendor, inside})
		default:
			m = append(m, part{value, inside})
		}
	}
	return m, nil
}

// names gives the values and the vendor's words of a message.
func (m message) names() []string {
	var names []string
	for _, p := range m {
		if p.kind == value || p.kind == vendor {
			names = append(names, p.text)
		}
	}
	return names
}

// html writes the message. Everything is escaped, the catalogue's own text too;
// values that are template.HTML stay as they are. What may run in another
// direction than the text around it is kept apart.
func (l *Language) html(m message, values map[string]any) (template.HTML, error) {
	var b strings.Builder
	for _, p := range m {
		switch p.kind {
		case plain:
			b.WriteString(html.EscapeString(p.text))
		case strong:
			b.WriteString("<strong>" + html.EscapeString(p.text) + "</strong>")
		case vendor:
			w, err := l.vendorWord(p.text)
			if err != nil {
				return "", err
			}
			b.WriteString("<b" + l.otherwise(w.lang) + ">" + html.EscapeString(w.text) + "</b>")
		case value:
			switch v := values[p.text].(type) {
			case nil:
				return "", fmt.Errorf("no value for {%s}", p.text)
			case template.HTML:
				b.WriteString(string(v))
			default:
				b.WriteString("<bdi>" + html.EscapeString(fmt.Sprint(v)) + "</bdi>")
			}
		}
	}
	return template.HTML(b.String()), nil //nolint:gosec // all that is not ours was escaped above
}

// text writes the message without markup, for attributes and for terminals.
func (l *Language) text(m message, values map[string]any) (string, error) {
	var b strings.Builder
	for _, p := range m {
		switch p.kind {
		case plain, strong:
			b.WriteString(p.text)
		case vendor:
			w, err := l.vendorWord(p.text)
			if err != nil {
				return "", err
			}
			b.WriteString(w.text)
		case value:
			v, ok := values[p.text]
			if !ok {
				return "", fmt.Errorf("no value for {%s}", p.text)
			}
			fmt.Fprint(&b, v)
		}
	}
	return b.String(), nil
}

// otherwise gives the attributes of a word in another language.
func (l *Language) otherwise(tag string) string {
	if tag == l.Tag {
		return ""
	}
	return ` lang="` + html.EscapeString(tag) + `" dir="ltr"`
}
