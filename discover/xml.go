package discover

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"waypost/providers"
)

// node is an element as it stands in a document: each client reads it by its
// own rules, so nothing is trimmed, and names keep their prefix and case.
type node struct {
	name     string
	attrs    []xml.Attr
	text     string // of the element itself, without that of its children
	children []*node
	raw      []byte // the text while it is read
}

var (
	errXML      = errors.New("the answer is not well-formed XML")
	errXMLDepth = errors.New("the XML is nested too deeply")
)

// maxNesting is more than any document that means something has.
const maxNesting = 64

// parseXML reads one document. doctype tells whether it declares its type, as
// "DOCTYPE" or in another case, which only HTML allows.
func parseXML(data []byte) (root *node, doctype string, err error) {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	dec.CharsetReader = latin1
	var open []*node
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, "", errXML
		}
		switch t := token.(type) {
		case xml.Directive:
			doctype, _, _ = strings.Cut(string(t), " ")
		case xml.StartElement:
			n := &node{name: fullName(t.Name), attrs: t.Copy().Attr}
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			case root != nil:
				return nil, "", errXML
			default:
				root = n
			}
			if open = append(open, n); len(open) > maxNesting {
				return nil, "", errXMLDepth
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1].name != fullName(t.Name) {
				return nil, "", errXML
			}
			n := open[len(open)-1]
			n.text, n.raw = string(n.raw), nil
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				n := open[len(open)-1]
				n.raw = append(n.raw, t...)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, "", errXML
			}
		}
	}
	if root == nil || len(open) > 0 {
		return nil, "", errXML
	}
	return root, doctype, nil
}

func fullName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// latin1 reads the other encoding that documents are seen in.
func latin1(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "iso-8859-1", "latin1", "us-ascii", "ascii":
	default:
		return nil, fmt.Errorf("unknown encoding %q", charset)
	}
	data, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return &b, nil
}

// clientConfig reads a well-formed document of autoconfig, and gives its
// emailProvider.
func clientConfig(data []byte) (*node, error) {
	root, doctype, err := parseXML(data)
	switch {
	case err != nil:
		return nil, err
	case doctype != "" && doctype != "DOCTYPE":
		return nil, errXML // HTML's own way of writing it
	case root.name != "clientConfig":
		return nil, fmt.Errorf("the answer is XML, but no clientConfig: its root element is %s", root.name)
	}
	found := root.named("emailProvider")
	if len(found) == 0 {
		return nil, errors.New("the clientConfig has no emailProvider")
	}
	return found[0], nil
}

func (n *node) named(name string) []*node {
	var found []*node
	for _, c := range n.children {
		if c.name == name {
			found = append(found, c)
		}
	}
	return found
}

// within gives the elements of a name, in any case, at any depth.
func (n *node) within(name string) []*node {
	var found []*node
	for _, c := range n.children {
		if strings.EqualFold(c.name, name) {
			found = append(found, c)
		}
		found = append(found, c.within(name)...)
	}
	return found
}

// texts gives the text of the children of a name exactly as it is written.
func (n *node) texts(name string) []string {
	var texts []string
	for _, c := range n.named(name) {
		texts = append(texts, c.text)
	}
	return texts
}

// first gives the text of the first child of a name.
func (n *node) first(name string) string {
	for _, text := range n.texts(name) {
		return text
	}
	return ""
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if fullName(a.Name) == name {
			return a.Value
		}
	}
	return ""
}

// fill puts an address into the placeholders that a client knows.
func fill(s string, a providers.Address, known ...string) string {
	for _, name := range known {
		switch name {
		case emailAddress:
			s = strings.ReplaceAll(s, name, a.String())
		case emailLocal:
			s = strings.ReplaceAll(s, name, a.Local())
		case emailDomain:
			s = strings.ReplaceAll(s, name, a.Domain().String())
		}
	}
	return s
}

// The placeholders of autoconfig.
const (
	emailAddress = "%EMAILADDRESS%"
	emailLocal   = "%EMAILLOCALPART%"
	emailDomain  = "%EMAILDOMAIN%"
)

// fillAll is fill for the clients that know all three.
func fillAll(s string, a providers.Address) string {
	return fill(s, a, emailAddress, emailLocal, emailDomain)
}
