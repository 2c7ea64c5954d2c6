package providers

import "slices"

// Protocol names what a server speaks. The values are those of JSON output.
type Protocol string

// The protocols of the model.
const (
	IMAP        Protocol = "imap"
	POP3        Protocol = "pop3"
	JMAP        Protocol = "jmap"        // https, RFC 8620
	Submission  Protocol = "submission"  // RFC 6409; smtp://h (port 25) is submission too
	ManageSieve Protocol = "managesieve" // RFC 5804
	CalDAV      Protocol = "caldav"      // https, RFC 4791
	CardDAV     Protocol = "carddav"     // https, RFC 6352
	WebDAV      Protocol = "webdav"      // https, RFC 4918: files
	ActiveSync  Protocol = "activesync"  // https, MS-ASHTTP
	EWS         Protocol = "ews"         // https, MS-OXWSMSG
)

// Security says how a server is encrypted. It is known or it is not; the port
// tells nothing of it.
type Security string

// The zero Security is unknown and never served.
const (
	TLS      Security = "tls"      // implicit TLS from the first byte
	STARTTLS Security = "starttls" // the upgrade is required, RFC 3207 and RFC 2595
	None     Security = "none"     // plaintext, only where it was explicitly allowed
)

// Auth is an authentication method, by its autoconfig name
// (draft-ietf-mailmaint-autoconfig-06).
type Auth string

// The methods of the model. Where the specification and the clients differ
// (OAuth, OAuth2), it is the clients' spelling.
const (
	PasswordCleartext Auth = "password-cleartext" // PLAIN or LOGIN, inside TLS
	PasswordEncrypted Auth = "password-encrypted" // CRAM-MD5, DIGEST-MD5, SCRAM
	OAuth2            Auth = "OAuth2"
	NTLM              Auth = "NTLM"
	GSSAPI            Auth = "GSSAPI"
	TLSClientCert     Auth = "TLS-client-cert"
	NoAuth            Auth = "none"
)

var auths = []Auth{PasswordCleartext, PasswordEncrypted, OAuth2, NTLM, GSSAPI, TLSClientCert, NoAuth}

// Known tells whether a is one of the methods of the model.
func (a Auth) Known() bool { return slices.Contains(auths, a) }

// Server is one server of a Setup: enough for a client to log in.
type Server struct {
	Protocol Protocol
	Host     string // ASCII name; may hold {domain} until a Match is made
	Port     int    // 1 to 65535
	Security Security
	Path     string       // of https services, with the leading slash; else empty
	Auth     []Auth       // preferred first
	Username Username     // rule for the log-in name
	POP3     *POP3Options // of a POP3 server; nil: nothing is advised
	Sources  []Source     // who says so
}

// POP3Options is what a provider advises clients to do with the mail that
// they have fetched.
type POP3Options struct {
	LeaveOnServer  bool // mail stays on the server
	Days           int  // for how many days, 1 to 3650; 0: for ever
	DownloadOnBiff bool // new mail is fetched, not only announced
}

// Accepts tells whether the server takes one of the methods.
func (s Server) Accepts(methods ...Auth) bool {
	return slices.ContainsFunc(s.Auth, func(a Auth) bool { return slices.Contains(methods, a) })
}

// AcceptsPassword tells whether a person can log in with a password, be it
// their own or an app password. OAuth2-only servers do not.
func (s Server) AcceptsPassword() bool {
	return s.Accepts(PasswordCleartext, PasswordEncrypted)
}

// ImplicitTLS tells whether the server speaks TLS from the first byte.
func (s Server) ImplicitTLS() bool { return s.Security == TLS }

// Encrypted tells whether the server speaks TLS in either way.
func (s Server) Encrypted() bool { return s.Security == TLS || s.Security == STARTTLS }

// StandardPort tells whether the port is the registered one for the protocol
// and its Security. Clients that judge TLS by the port (Thunderbird's and
// FairEmail's Autodiscover) get only such servers right.
func (s Server) StandardPort() bool {
	if s.Path != "" {
		return s.Port == 443
	}
	return slices.ContainsFunc(schemes, func(k scheme) bool {
		return k.protocol == s.Protocol && k.security == s.Security && k.port == s.Port
	})
}

// SourceKind ranks sources: a first-party page before maintained catalogues.
type SourceKind string

// An article or blog alone makes a Claim, never a served server.
const (
	FirstParty  SourceKind = "first-party" // the provider's own page
	Catalogue   SourceKind = "catalogue"   // a maintained collection, such as the ISPDB
	Measurement SourceKind = "measurement" // seen on the server itself
	Article     SourceKind = "article"     // anybody else
)

// Source says who states a setting.
type Source struct {
	Kind SourceKind
	Name string
	URL  string // empty when none is known
	Date string // of the statement or when it was read: 2006-01-02 or a prefix; empty when unknown
}

// OwnConfiguration is the Name of the source of settings for which an operator
// names none.
const OwnConfiguration = "this provider's own configuration"

// Claim is a setting that somebody states and nobody has confirmed. It is
// shown with its sources, can be measured, and is never served.
type Claim struct {
	Server Server // Auth and Username may be absent
	Note   string // why it is not served; empty when the sources say it all
}
