package localmail

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"waypost/providers"
)

// maxOutput bounds what a program may say, in bytes.
const maxOutput = 1 << 20

// ErrFormat says that a text is not the output of the program that it should be
// from. Go on without it, and say so.
var ErrFormat = errors.New("localmail: not the output that was expected")

// ErrVersion says that the program is of a version whose configuration is not
// read here. Go on without it, and say so.
var ErrVersion = errors.New("localmail: the configuration of this version is not read")

// Origin says how something is known.
type Origin struct {
	Program string // with its flags, such as "doveconf -n"
	Line    int    // of its output, from 1; 0: it is a default, which the output does not show
	Text    string // what stands there, printable
}

// String gives the origin as a phrase, such as
// "doveconf -n, line 12: auth_username_format = %Ln".
func (o Origin) String() string {
	if o.Program == "" {
		return ""
	}
	return o.Place() + ": " + o.Text
}

// Place gives the origin without what stands there, such as
// "doveconf -n, line 12".
func (o Origin) Place() string {
	if o.Line == 0 {
		return o.Program
	}
	return fmt.Sprintf("%s, line %d", o.Program, o.Line)
}

// IsZero tells whether nothing says how it is known.
func (o Origin) IsZero() bool { return o == Origin{} }

// Listener is a port on which people can log in, by the configuration.
type Listener struct {
	Protocol providers.Protocol // IMAP, POP3, Submission or ManageSieve
	Port     int
	Address  string             // as the configuration names it; empty: every address
	Security providers.Security // None: no TLS is switched on; empty: unknown
	Auth     []providers.Auth   // as configured, each once; nil: unknown
	Origin   Origin
}

// Certificate is a file with the certificate of a server. It may hold the
// whole chain, and the key.
type Certificate struct {
	File   string
	Origin Origin
}

// LoginName is what a configuration tells of the names that people log in with.
type LoginName struct {
	Rule   providers.Username // empty: unknown
	Why    string             // what leads to the rule, or why it is unknown: a clause for people
	Origin Origin
}

// Domain is a domain whose mail arrives at this machine, by the configuration.
type Domain struct {
	Name   providers.Domain
	Origin Origin
}

// maxText bounds the text of an Origin, in bytes.
const maxText = 160

// printable gives a text as printable ASCII of bounded length.
func printable(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText-3], "") + "..."
	}
	quoted := strconv.QuoteToASCII(s)
	text := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1])
	if len(text) > maxText {
		text = text[:maxText-3] + "..."
	}
	return text
}

// words are the parts of a list, which Postfix separates by commas and white
// space, and Dovecot by white space.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
}
