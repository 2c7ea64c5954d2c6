package providers

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrAddress says that a text is not an e-mail address that Waypost serves.
// The texts that wrap it are sentences for people and never repeat the input.
var ErrAddress = errors.New("not an e-mail address")

// Address is an e-mail address: a dot-atom local part, kept as it was typed,
// and a Domain. The zero Address means "none".
type Address struct {
	local  string
	domain Domain
}

const (
	maxLocal   = 64  // octets, RFC 5321 section 4.5.3.1.1
	maxAddress = 254 // octets, RFC 5321 section 4.5.3.1.3 less the angle brackets
)

// ParseAddress takes local@domain of at most 254 octets. The local part is a
// dot-atom (RFC 5322 section 3.2.3) of at most 64 octets; with RFC 6532 it may
// hold printable letters of any script and is brought to NFC. Its case and
// its plus signs are kept. Quoted local parts, comments, address literals and
// control characters are refused. Errors wrap [ErrAddress].
func ParseAddress(s string) (Address, error) {
	if s == "" {
		return Address{}, addressError("it is empty")
	}
	if len(s) > maxAddress {
		return Address{}, addressError("it is longer than 254 characters")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return Address{}, addressError("it has no @")
	}
	local, err := parseLocal(s[:at])
	if err != nil {
		return Address{}, err
	}
	domain, err := ParseDomain(s[at+1:])
	if err != nil {
		var r *reasonError
		errors.As(err, &r)
		return Address{}, addressError("the part after the @ is not a domain name: " + r.reason)
	}
	if len(local)+1+len(domain.ascii) > maxAddress {
		return Address{}, addressError("it is longer than 254 characters")
	}
	return Address{local, domain}, nil
}

func parseLocal(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", addressError("it is not valid UTF-8")
	}
	s = norm.NFC.String(s)
	switch {
	case s == "":
		return "", addressError("nothing stands before the @")
	case len(s) > maxLocal:
		return "", addressError("the part before the @ is longer than 64 characters")
	case s[0] == '"':
		return "", addressError("quoted local parts are not supported")
	}
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return "", addressError("a dot stands at the wrong place before the @")
		}
		for _, r := range atom {
			if !atext(r) {
				return "", addressError("the part before the @ has a character that an address cannot have")
			}
		}
	}
	return s, nil
}

// atext is RFC 5322's, and by RFC 6532 what is printable beyond ASCII. Spaces
// beyond ASCII and format characters (bidi overrides, zero-width joiners) are
// not: they make two addresses look alike.
func atext(r rune) bool {
	switch {
	case r >= utf8.RuneSelf:
		return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	default:
		return strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
}

// Local gives the part before the @, as it was typed.
func (a Address) Local() string { return a.local }

// Domain gives the part after the @.
func (a Address) Domain() Domain { return a.domain }

// String gives local@domain with the domain in its ASCII form.
func (a Address) String() string {
	if a.IsZero() {
		return ""
	}
	return a.local + "@" + a.domain.ascii
}

// IsZero tells whether a is no address at all.
func (a Address) IsZero() bool { return a.domain.IsZero() }

func addressError(reason string) error { return &reasonError{ErrAddress, reason} }
