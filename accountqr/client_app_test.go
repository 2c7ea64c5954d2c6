package accountqr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"waypost/accountqr"
	"waypost/providers"
)

// app is what Thunderbird for Android makes of a code with one account.
type app struct {
	Sequence [2]int
	Name     string
	Incoming appServer
	Outgoing appServer
	Address  string
	Sender   string
}

type appServer struct {
	Type, Host     string
	Port           int
	Security, Auth string
	Username       string
}

// appReads reads a text by the rules of Thunderbird for Android: a stream that
// takes element after element (QrCodePayloadAdapter.kt, bd0f0184), enumerations
// (IntValueMapper.kt, 3f4b3510) and checks of each value
// (QrCodePayloadValidator.kt, 18d0a86c). One fault refuses the whole text.
func appReads(text []byte) (app, error) {
	var d appDocument
	root := d.array(json.RawMessage(text))
	if v := d.integer(&root); v != 1 && d.err == nil {
		return app{}, fmt.Errorf("app: version %d", v)
	}
	misc := d.array(d.next(&root))
	read := app{Sequence: [2]int{d.integer(&misc), d.integer(&misc)}}
	incoming := d.array(d.next(&root))
	read.Incoming = d.server(&incoming, "IMAP", "POP3")
	read.Name = d.optional(&incoming)
	d.optional(&incoming) // the password
	groups := d.array(d.next(&root))
	group := d.array(d.next(&groups))
	outgoing := d.array(d.next(&group))
	read.Outgoing = d.server(&outgoing, "SMTP")
	d.optional(&outgoing)
	identity := d.array(d.next(&group))
	read.Address, read.Sender = d.text(&identity), d.text(&identity)
	if !userEmailAddress(read.Address) {
		d.fault("address %q", read.Address)
	}
	if read.Name == "" {
		read.Name = read.Address
	}
	if len(root)+len(groups)+len(group) > 0 {
		d.fault("more than one account, group or identity")
	}
	return read, d.err
}

type appDocument struct{ err error }

func (d *appDocument) fault(format string, args ...any) {
	d.err = errors.Join(d.err, fmt.Errorf("app: "+format, args...))
}

func (d *appDocument) array(raw json.RawMessage) (elements []json.RawMessage) {
	if err := json.Unmarshal(raw, &elements); err != nil || elements == nil {
		d.fault("no array: %s", raw)
	}
	return elements
}

func (d *appDocument) next(elements *[]json.RawMessage) json.RawMessage {
	if len(*elements) == 0 {
		d.fault("an array ends too early")
		return json.RawMessage("[]")
	}
	first := (*elements)[0]
	*elements = (*elements)[1:]
	return first
}

func (d *appDocument) integer(elements *[]json.RawMessage) int {
	var n *int
	if raw := d.next(elements); json.Unmarshal(raw, &n) != nil || n == nil {
		d.fault("no integer: %s", raw)
		return -1
	}
	return *n
}

// text: every text must be one line. Null is none, even where it is optional:
// nextString throws.
func (d *appDocument) text(elements *[]json.RawMessage) string {
	var s *string
	if raw := d.next(elements); json.Unmarshal(raw, &s) != nil || s == nil || strings.ContainsAny(*s, "\r\n") {
		d.fault("no line of text: %s", raw)
		return ""
	}
	return *s
}

func (d *appDocument) optional(elements *[]json.RawMessage) string {
	if len(*elements) == 0 {
		return ""
	}
	return d.text(elements)
}

func (d *appDocument) server(elements *[]json.RawMessage, types ...string) appServer {
	s := appServer{Type: d.choice(elements, types...), Host: d.text(elements), Port: d.integer(elements)}
	s.Security = d.choice(elements, "NONE", "STARTTLS_REQUIRED", "STARTTLS_REQUIRED", "SSL_TLS_REQUIRED")
	s.Auth = d.choice(elements, "NONE", "PLAIN", "CRAM_MD5", "", "", "EXTERNAL", "XOAUTH2")
	s.Username = d.text(elements)
	if _, err := netip.ParseAddr(s.Host); err != nil && (len(s.Host) > 255 || !appHost.MatchString(s.Host)) || strings.Contains(s.Host, "%") {
		d.fault("host %q", s.Host)
	}
	if s.Port < 1 || s.Port > 65535 {
		d.fault("port %d", s.Port)
	}
	return s
}

func (d *appDocument) choice(elements *[]json.RawMessage, values ...string) string {
	n := d.integer(elements)
	if n < 0 || n >= len(values) || values[n] == "" {
		d.fault("unsupported number %d", n)
		return ""
	}
	return values[n]
}

// HostNameUtils.kt (3f4b3510): LDH labels of 1 to 63 octets, a trailing dot.
var appHost = regexp.MustCompile(`^((?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9])\.?$`)

// appAddress is EmailAddressParser.kt (3f4b3510) with the limited set of what
// people may add: no quoted local part, nothing beyond ASCII.
var appAddress = regexp.MustCompile("^([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)@([A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*(?:\\.[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*)*)$")

func userEmailAddress(address string) bool {
	parts := appAddress.FindStringSubmatch(address)
	return parts != nil && len(parts[1]) <= 64 && len(parts[2]) <= 253 && len(address) <= 254 &&
		!slices.ContainsFunc(strings.Split(parts[2], "."), func(label string) bool { return len(label) > 63 })
}

// expected is what the app must make of a code.
func expected(c accountqr.Code) app {
	one := func(s accountqr.Server) appServer {
		return appServer{
			Type: map[providers.Protocol]string{providers.IMAP: "IMAP", providers.POP3: "POP3", providers.Submission: "SMTP"}[s.Protocol],
			Host: s.Host,
			Port: s.Port,
			Security: map[providers.Security]string{
				providers.None: "NONE", providers.STARTTLS: "STARTTLS_REQUIRED", providers.TLS: "SSL_TLS_REQUIRED",
			}[s.Security],
			Auth: map[providers.Auth]string{
				providers.NoAuth: "NONE", providers.PasswordCleartext: "PLAIN", providers.PasswordEncrypted: "CRAM_MD5",
				providers.TLSClientCert: "EXTERNAL", providers.OAuth2: "XOAUTH2",
			}[s.Auth],
			Username: s.Username,
		}
	}
	name := c.AccountName
	if name == "" {
		name = c.Address.String()
	}
	return app{[2]int{1, 1}, name, one(c.Incoming), one(c.Outgoing), c.Address.String(), c.DisplayName}
}

// unchecked writes what Encode would, were it to check nothing.
func unchecked(c accountqr.Code) []byte {
	one := func(s accountqr.Server, protocols ...providers.Protocol) []any {
		return []any{
			slices.Index(protocols, s.Protocol), s.Host, s.Port,
			slices.Index([]providers.Security{providers.None, "-", providers.STARTTLS, providers.TLS}, s.Security),
			slices.Index([]providers.Auth{
				providers.NoAuth, providers.PasswordCleartext, providers.PasswordEncrypted,
				providers.GSSAPI, providers.NTLM, providers.TLSClientCert, providers.OAuth2,
			}, s.Auth), s.Username,
		}
	}
	incoming := append(one(c.Incoming, providers.IMAP, providers.POP3), c.AccountName)
	outgoing := one(c.Outgoing, providers.Submission)
	text, err := json.Marshal([]any{1, []int{1, 1}, incoming, []any{[]any{outgoing, []string{c.Address.String(), c.DisplayName}}}})
	if err != nil {
		panic(err)
	}
	return text
}
