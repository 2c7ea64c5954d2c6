package autoconfig_test

import (
	"encoding/xml"
	"errors"
	"regexp"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// node is an element as encoding/xml sees it: what the readers of this
// package's tests walk instead of the tree that Decode walks.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []node     `xml:",any"`
}

// parse gives the emailProvider.
func parse(data []byte) (node, error) {
	var root node
	if err := xml.Unmarshal(data, &root); err != nil {
		return node{}, err
	}
	provider := root.named("emailProvider")
	if root.XMLName.Local != "clientConfig" || len(provider) == 0 {
		return node{}, errors.New("no emailProvider in a clientConfig")
	}
	return provider[0], nil
}

func (n node) named(name string) []node {
	var found []node
	for _, c := range n.Children {
		if c.XMLName.Local == name {
			found = append(found, c)
		}
	}
	return found
}

// texts gives the text of the children of a name exactly as it is written.
func (n node) texts(name string) []string {
	var texts []string
	for _, c := range n.named(name) {
		texts = append(texts, c.Text)
	}
	return texts
}

// first gives the text of the first child of a name.
func (n node) first(name string) string {
	for _, text := range n.texts(name) {
		return text
	}
	return ""
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

var (
	asciiHost   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)
	placeholder = regexp.MustCompile(`%[A-Z]+%`)
)

// login is the one server for a direction that a client would log in to.
type login struct {
	Type     string // imap, pop3 or smtp
	Host     string
	Port     int
	Socket   string // SSL or STARTTLS
	Auth     string // empty for clients that take no authentication from the document
	Username string
}

// pair is what a client takes from a document.
type pair struct{ In, Out login }

// meant gives the pair that a document means for an address.
func meant(d autoconfig.Document, a providers.Address) pair {
	return pair{meantLogin("imap", d.Incoming[0], a), meantLogin("smtp", d.Outgoing[0], a)}
}

func meantLogin(kind string, s providers.Server, a providers.Address) login {
	if s.Protocol == providers.POP3 {
		kind = "pop3"
	}
	socket := "STARTTLS"
	if s.ImplicitTLS() {
		socket = "SSL"
	}
	return login{kind, s.Host, s.Port, socket, string(s.Auth[0]), s.Username.For(a)}
}

// withoutAuth is for clients that try what the server offers.
func (p pair) withoutAuth() pair {
	p.In.Auth, p.Out.Auth = "", ""
	return p
}

// fill puts an address into the placeholders that a client knows.
func fill(s string, a providers.Address, known ...string) string {
	values := map[string]string{
		"%EMAILADDRESS%":   a.String(),
		"%EMAILLOCALPART%": a.Local(),
		"%EMAILDOMAIN%":    a.Domain().String(),
	}
	for _, name := range known {
		s = strings.ReplaceAll(s, name, values[name])
	}
	return s
}

func unmarshal(t testing.TB, b []byte, n *node) {
	t.Helper()
	if err := xml.Unmarshal(b, n); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
}
