package accountqr

import (
	"encoding/json"
	"unicode/utf8"

	"waypost/providers"
)

// Decode reads the text of a code, of at most 2,953 bytes. It refuses what the
// app refuses, a code of several accounts, and one that is part of a set. Of
// several outgoing servers it keeps the first, as the app does, and its first
// sender; passwords it does not keep. Errors wrap [ErrCode].
func Decode(text []byte) (Code, error) {
	switch {
	case len(text) > maxText:
		return Code{}, tooLong()
	case !utf8.Valid(text):
		return Code{}, wrong("it is not UTF-8")
	}
	var err error
	root := &list{what: "code", err: &err}
	root.open(text)
	if v := root.integer("version"); err == nil && v != version {
		return Code{}, wrong("its format is version %d, and only version %d is known", v, version)
	}
	sequence := root.list("place in its set")
	number, end := sequence.integer("number"), sequence.integer("end")
	switch {
	case err != nil:
		return Code{}, err
	case number != 1 || end != 1:
		return Code{}, wrong("it is one of several codes that belong together: export one account alone")
	case len(root.rest) > 2:
		return Code{}, wrong("it holds several accounts: export one account alone")
	}
	c := root.account()
	if err != nil {
		return Code{}, err
	}
	return c, nil
}

// account reads the two elements of an account.
func (l *list) account() Code {
	var c Code
	incoming := l.list("incoming server")
	c.Incoming = incoming.server("incoming", incomingProtocols)
	c.AccountName = incoming.optional("account name")
	incoming.optional("password")

	groups := l.list("list of outgoing servers")
	for first := true; first || groups.more(); first = false {
		group := groups.list("outgoing server with its senders")
		outgoing := group.list("outgoing server")
		s := outgoing.server("outgoing", outgoingProtocols)
		outgoing.optional("password")
		address, name := group.identities()
		if first {
			c.Outgoing, c.Address, c.DisplayName = s, address, name
		}
	}
	return c
}

// server reads the six elements that servers of both directions begin with.
func (l *list) server(direction string, protocols []providers.Protocol) Server {
	s := Server{Protocol: entry(protocols, l.integer("protocol")), Host: l.text("host"), Port: l.integer("port")}
	security := l.integer("encryption")
	if security == legacySTARTTLS {
		s.Security = providers.STARTTLS
	} else {
		s.Security = entry(securities, security)
	}
	s.Auth = entry(methods, l.integer("authentication"))
	s.Username = l.text("user name")
	if *l.err == nil {
		*l.err = s.check(direction, protocols)
	}
	return s
}

// identities reads the senders, of which there is one or more, and gives the
// first.
func (l *list) identities() (providers.Address, string) {
	var first providers.Address
	var firstName string
	for i := 0; i == 0 || l.more(); i++ {
		identity := l.list("sender")
		text, name := identity.text("address"), identity.text("name")
		address, err := providers.ParseAddress(text)
		if err != nil || !ascii(text) {
			l.fail("the sender's address is not an ASCII address")
		}
		if i == 0 {
			first, firstName = address, name
		}
	}
	return first, firstName
}

// entry gives the empty value, which check refuses, for a number that stands
// for nothing.
func entry[T ~string](table []T, number int) T {
	if number < 0 || number >= len(table) {
		return ""
	}
	return table[number]
}

// list reads a JSON array element by element. Elements that are left over are
// a newer specification's and are skipped.
type list struct {
	what string            // for people
	rest []json.RawMessage // not yet read
	err  *error            // the first of the whole text; after it, all that is read is zero
}

func (l *list) open(text []byte) {
	if *l.err == nil && (json.Unmarshal(text, &l.rest) != nil || l.rest == nil) {
		l.fail("the %s is not a JSON array", l.what)
	}
}

func (l *list) fail(format string, args ...any) {
	if *l.err == nil {
		*l.err = wrong(format, args...)
	}
}

// more tells whether there is another element to read.
func (l *list) more() bool { return *l.err == nil && len(l.rest) > 0 }

// read reads the next element. Thunderbird has written null for a number that
// it did not know (thunderbird-android#8464).
func read[T any](l *list, what, kind string) T {
	var value *T
	switch {
	case *l.err != nil:
	case len(l.rest) == 0:
		l.fail("the %s has no %s", l.what, what)
	case json.Unmarshal(l.rest[0], &value) != nil || value == nil:
		l.fail("the %s of the %s is not %s", what, l.what, kind)
	default:
		l.rest = l.rest[1:]
		return *value
	}
	return *new(T)
}

func (l *list) integer(what string) int { return read[int](l, what, "a whole number") }

func (l *list) text(what string) string {
	text := read[string](l, what, "text")
	if !line(text) {
		l.fail("the %s of the %s is not one line of text", what, l.what)
	}
	return text
}

// optional reads a text that may be missing or null, which is the same.
func (l *list) optional(what string) string {
	if !l.more() {
		return ""
	}
	if string(l.rest[0]) == "null" {
		l.rest = l.rest[1:]
		return ""
	}
	return l.text(what)
}

func (l *list) list(what string) *list {
	inner := &list{what: what, err: l.err}
	inner.open(read[json.RawMessage](l, what, "a JSON array"))
	return inner
}
