package autodiscover

import (
	"bytes"
	"strings"

	"waypost/providers"
)

// Template is the answer for every address of a domain, encoded once.
type Template struct {
	pieces []piece
	size   int
}

// piece is text as it is, and the part of the address that follows it.
type piece struct {
	text  string
	after part
}

type part int

const (
	nothing part = iota
	wholeAddress
	localPart
)

// The marks stand for parts of an address while the template is made. They are
// private-use characters, which no server, rule or ASCII domain has.
const (
	markAddress = "\uE000"
	markLocal   = "\uE001"
)

// NewTemplate makes the template of a domain; see [New] for the error. There
// is a template also where [New] has no answer without an address.
func NewTemplate(m providers.Match) (*Template, error) {
	answer, err := marked(m)
	if err != nil {
		return nil, err
	}
	encoded, err := answer.Encode()
	if err != nil {
		return nil, err
	}
	return split(string(encoded)), nil
}

// marked is the answer with the marks in the place of an address.
func marked(m providers.Match) (Answer, error) {
	if redirects(m) {
		return redirect(m, markLocal)
	}
	incoming, outgoing, err := choose(m)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{DisplayName: markAddress}
	for _, s := range []providers.Server{incoming, outgoing} {
		v := newServer(s, providers.Address{})
		v.LoginName = s.Username.Render(markAddress, markLocal, m.Domain.String())
		answer.Servers = append(answer.Servers, v)
	}
	return answer, nil
}

func split(encoded string) *Template {
	t := &Template{size: len(encoded)}
	for {
		i := strings.IndexAny(encoded, markAddress+markLocal)
		if i < 0 {
			t.pieces = append(t.pieces, piece{encoded, nothing})
			return t
		}
		after := wholeAddress
		if strings.HasPrefix(encoded[i:], markLocal) {
			after = localPart
		}
		t.pieces = append(t.pieces, piece{encoded[:i], after})
		encoded = encoded[i+len(markAddress):]
	}
}

// For gives the answer for an address: the bytes that [New] and Encode give.
func (t *Template) For(a providers.Address) []byte {
	address, local := escape(a.String()), escape(a.Local())
	out := make([]byte, 0, t.size+len(t.pieces)*len(address))
	for _, p := range t.pieces {
		out = append(out, p.text...)
		switch p.after {
		case wholeAddress:
			out = append(out, address...)
		case localPart:
			out = append(out, local...)
		case nothing:
		}
	}
	return out
}

// escape writes text as etree's canonical form does. Of what that escapes, an
// address can hold the ampersand alone; the others are here for the reader.
func escape(s string) string {
	if !strings.ContainsAny(s, "&<>\r") {
		return s
	}
	var b bytes.Buffer
	for _, r := range s {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\r':
			b.WriteString("&#xD;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
