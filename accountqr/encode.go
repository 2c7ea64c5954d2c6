package accountqr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"waypost/providers"
)

// ErrCode says that something is not the code of one account. The texts that
// wrap it say what is wrong with it and never repeat the input. Ask for a code
// of one account, such as Thunderbird's Export for Mobile shows when one
// account is ticked.
var ErrCode = errors.New("accountqr: not the code of one account")

// version is the format's.
const version = 1

// maxText is what the largest code holds in bytes: version 40-L, ISO/IEC 18004
// table 7.
const maxText = 2953

// The format's numbers are the places in these tables. Empty ones are what the
// app refuses: GSSAPI is 3 and NTLM 4.
var (
	incomingProtocols = []providers.Protocol{providers.IMAP, providers.POP3}
	outgoingProtocols = []providers.Protocol{providers.Submission}
	securities        = []providers.Security{providers.None, legacySTARTTLS: "", providers.STARTTLS, providers.TLS}
	methods           = []providers.Auth{
		providers.NoAuth, providers.PasswordCleartext, providers.PasswordEncrypted, "", "",
		providers.TLSClientCert, providers.OAuth2,
	}
)

// legacySTARTTLS was STARTTLS where the server offers it; the app requires it.
const legacySTARTTLS = 1

// Encode gives the JSON text, in ASCII: the same bytes for the same Code. A
// Code that the app would refuse, or that fits no QR code, is an error that
// wraps [ErrCode].
func (c Code) Encode() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	incoming := c.Incoming.elements(incomingProtocols)
	if c.AccountName != "" {
		incoming = append(incoming, c.AccountName)
	}
	outgoing := c.Outgoing.elements(outgoingProtocols)
	identity := []string{c.Address.String(), c.DisplayName}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode([]any{version, []int{1, 1}, incoming, []any{[]any{outgoing, identity}}}); err != nil {
		return nil, err
	}
	encoded := escape(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	if len(encoded) > maxText {
		return nil, tooLong()
	}
	return encoded, nil
}

// escape writes what is not ASCII as JSON's \u: a QR code does not say its
// character set, and zbar 0.23 takes UTF-8 with one ü for Big5.
func escape(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		if r <= unicode.MaxASCII {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}

func (s Server) elements(protocols []providers.Protocol) []any {
	return []any{
		slices.Index(protocols, s.Protocol), s.Host, s.Port,
		slices.Index(securities, s.Security), slices.Index(methods, s.Auth), s.Username,
	}
}

// check tells what the app would refuse.
func (c Code) check() error {
	if err := c.Incoming.check("incoming", incomingProtocols); err != nil {
		return err
	}
	if err := c.Outgoing.check("outgoing", outgoingProtocols); err != nil {
		return err
	}
	switch {
	case !line(c.AccountName):
		return wrong("the account's name is not one line of text")
	case !line(c.DisplayName):
		return wrong("the sender's name is not one line of text")
	case c.Address.IsZero():
		return wrong("there is no address")
	case !ascii(c.Address.Local()):
		return wrong("the address is not ASCII")
	}
	return nil
}

func (s Server) check(direction string, protocols []providers.Protocol) error {
	switch {
	case !known(protocols, s.Protocol):
		return wrong("the %s server's protocol is none that a code can name", direction)
	case !hostOrIP(s.Host):
		return wrong("the %s server's host is neither an ASCII name nor an IP address", direction)
	case s.Port < 1 || s.Port > 65535:
		return wrong("the %s server's port is not between 1 and 65535", direction)
	case !known(securities, s.Security):
		return wrong("the %s server's encryption is none that a code can name", direction)
	case !known(methods, s.Auth):
		return wrong("the %s server's authentication is none that a code can name", direction)
	case !line(s.Username):
		return wrong("the %s server's user name is not one line of text", direction)
	}
	return nil
}

func known[T ~string](table []T, value T) bool {
	return value != "" && slices.Contains(table, value)
}

// hostName is RFC 1123's, with the trailing dot that the app lets pass.
var hostName = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.|$))+$`)

func hostOrIP(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err == nil {
		return ip.Zone() == "" && !ip.IsUnspecified()
	}
	return len(host) <= 255 && hostName.MatchString(host)
}

// line: the app refuses line breaks, and cannot store other control characters
// in the XML that it makes of the code.
func line(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

func tooLong() error { return wrong("it is longer than the %d bytes that a QR code holds", maxText) }

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCode, fmt.Sprintf(format, args...))
}
