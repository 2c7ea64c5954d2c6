// Package xmldoc reads one foreign XML document into an element tree, with
// bounds and without the parts of XML that only attackers use.
//
// It stands apart because autoconfig and autodiscover need the same reader.
package xmldoc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"
)

// ErrDocument says that the bytes are not one well-formed XML document with
// exactly one root and without a document type declaration.
var ErrDocument = errors.New("xmldoc: not one well-formed document")

// Read parses data, whose size the caller has bounded, to at most depth
// levels, and gives the root element. A byte order mark is accepted; a DTD,
// a second root and text outside the root are not. etree's own ValidateInput
// is no help: it refuses a newline or a comment after the root (v1.8.1).
func Read(data []byte, depth int) (*etree.Element, error) {
	doc := etree.NewDocument()
	doc.ReadSettings.MaxDepth = depth
	if err := doc.ReadFromBytes(bytes.TrimPrefix(data, []byte("\ufeff"))); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	if hasDirective(&doc.Element) {
		return nil, ErrDocument
	}
	var root *etree.Element
	for _, token := range doc.Child {
		switch t := token.(type) {
		case *etree.Element:
			if root != nil {
				return nil, ErrDocument
			}
			root = t
		case *etree.CharData:
			if strings.TrimSpace(t.Data) != "" {
				return nil, ErrDocument
			}
		}
	}
	if root == nil {
		return nil, ErrDocument
	}
	return root, nil
}

// hasDirective looks at every level: etree takes a DTD inside the root, too.
func hasDirective(e *etree.Element) bool {
	for _, token := range e.Child {
		switch t := token.(type) {
		case *etree.Directive:
			return true
		case *etree.Element:
			if hasDirective(t) {
				return true
			}
		}
	}
	return false
}

// Children gives the children of that name that have the parent's own
// prefix, mostly none. Others are extensions, which a reader ignores.
func Children(e *etree.Element, name string) []*etree.Element {
	var found []*etree.Element
	for _, c := range e.ChildElements() {
		if c.Tag == name && c.Space == e.Space {
			found = append(found, c)
		}
	}
	return found
}

// Child gives the first of the Children; nil when there is none.
func Child(e *etree.Element, name string) *etree.Element {
	if found := Children(e, name); len(found) > 0 {
		return found[0]
	}
	return nil
}

// Attr gives the value of the attribute without a prefix; empty when there is
// none. etree's own look-up would take xsi:type for type.
func Attr(e *etree.Element, name string) string {
	for _, a := range e.Attr {
		if a.Space == "" && a.Key == name {
			return a.Value
		}
	}
	return ""
}

// Content gives the text of an element without the white space around it;
// empty when there are elements inside, because a part is not what was meant.
func Content(e *etree.Element) string {
	var text strings.Builder
	for _, token := range e.Child {
		switch t := token.(type) {
		case *etree.CharData:
			text.WriteString(t.Data)
		case *etree.Element:
			return ""
		}
	}
	return strings.TrimSpace(text.String())
}

// Text gives the Content of the Child; empty when there is no such child.
func Text(e *etree.Element, child string) string {
	c := Child(e, child)
	if c == nil {
		return ""
	}
	return Content(c)
}
