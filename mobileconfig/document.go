package mobileconfig

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// isPlist tells whether the bytes are one XML document with a plist in it that
// every reader reads in the same way. The parser alone takes binary and
// OpenStep lists too, and reads no further than the end of the first value: it
// would not notice a document cut short, nor a second value.
func isPlist(data []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(data))
	for plists := 0; ; {
		token, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && plists == 1
		}
		if start, ok := token.(xml.StartElement); ok {
			if plists++; start.Name.Local != "plist" || !unambiguous(d) {
				return false
			}
		}
	}
}

// unambiguous reads to the end of the plist element and tells whether it has
// one value, no word has something inside, and no dictionary has a key twice.
// Of two keys one reader takes the first and another the last: what is shown
// would not be what is installed.
func unambiguous(d *xml.Decoder) bool {
	type element struct {
		name     string
		children int
		keys     map[string]bool
	}
	open := []element{{name: "plist"}}
	var text []byte
	for len(open) > 0 {
		token, err := d.Token()
		if err != nil {
			return false
		}
		inner := &open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			inner.children++
			switch inner.name {
			case "dict", "array":
			case "plist":
				if inner.children > 1 {
					return false
				}
			default: // a word with something inside
				return false
			}
			open = append(open, element{name: token.Name.Local})
			text = nil
		case xml.CharData:
			text = append(text, token...)
		case xml.EndElement:
			open = open[:len(open)-1]
			if token.Name.Local == "key" {
				dict := &open[len(open)-1]
				if dict.keys[string(text)] {
					return false
				}
				if dict.keys == nil {
					dict.keys = map[string]bool{}
				}
				dict.keys[string(text)] = true
			}
		}
	}
	return true
}
