package autodiscover_test

import (
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
)

// node is an element as encoding/xml sees it: what the readers of this
// package's tests walk instead of the tree that Decode walks.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []node     `xml:",any"`
}

func (n node) child(name string) (node, bool) {
	for _, c := range n.Children {
		if strings.EqualFold(c.XMLName.Local, name) {
			return c, true
		}
	}
	return node{}, false
}

// text gives the trimmed text of a child, and whether there is one.
func (n node) text(name string) (string, bool) {
	c, ok := n.child(name)
	return strings.TrimSpace(c.Text), ok
}

// account walks to the Account.
func account(data []byte) (node, error) {
	var n node
	if err := xml.Unmarshal(data, &n); err != nil {
		return node{}, err
	}
	for _, name := range []string{"Response", "Account"} {
		var ok bool
		if n, ok = n.child(name); !ok {
			return node{}, errors.New("there is no " + name)
		}
	}
	return n, nil
}

// protocols gives the Protocol elements.
func (n node) protocols() []node {
	var found []node
	for _, c := range n.Children {
		if c.XMLName.Local == "Protocol" {
			found = append(found, c)
		}
	}
	return found
}

// mode is how a client would connect.
type mode string

const (
	implicit  mode = "implicit TLS"
	startTLS  mode = "STARTTLS"
	plaintext mode = "plaintext"
	either    mode = "TLS, then STARTTLS"
)

// seen is a server as a client would use it.
type seen struct {
	Type, Host string
	Port       int
	Mode       mode
	Login      string // empty where the client takes it from elsewhere
}

// newSeen reads what all clients read in the same way.
func newSeen(n node) (seen, bool) {
	kind, _ := n.text("Type")
	host, _ := n.text("Server")
	digits, _ := n.text("Port")
	port, err := strconv.Atoi(digits)
	return seen{Type: kind, Host: host, Port: port}, err == nil && host != ""
}
