package mobileconfig

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"waypost/providers"
)

// ContentType is what signed and unsigned profiles are sent as; Safari hands
// nothing else to the system.
const ContentType = "application/x-apple-aspen-config"

// Profile is one configuration profile.
type Profile struct {
	Identifier   string // decides whether an installed profile is replaced
	UUID         string
	DisplayName  string // the title on the device
	Description  string
	Organization string
	Mail         []Mail
	CalDAV       []DAV // calendars
	CardDAV      []DAV // contacts
	ActiveSync   []ActiveSync
	// Other holds the types of payloads that are none of these. Waypost makes
	// none: they are what Decode found in somebody else's profile.
	Other []string
	// Extra holds keys of the profile itself that Waypost does not write,
	// such as ConsentText, found by Decode: names, never values.
	Extra []string
	// Locked says that Decode found a profile which forbids its removal or
	// asks for a code first.
	Locked bool
}

// Mail is one com.apple.mail.managed payload.
type Mail struct {
	Identifier         string
	UUID               string
	DisplayName        string
	AccountDescription string // how the device names the account
	AccountName        string // the sender's name; the address, as no other is known
	Address            string
	Incoming           Server
	Outgoing           Server
	SamePassword       bool // one password prompt instead of two
	// Extra holds keys that Waypost does not write, such as IncomingPassword,
	// found by Decode: names, never values.
	Extra []string
}

// Server is one server as a profile can say it.
type Server struct {
	Protocol       providers.Protocol // IMAP, POP3 or Submission
	Host           string
	Port           int    // 0: not said, the device tries the usual ones
	UseSSL         bool   // TLS, implicit or by STARTTLS
	Username       string // empty where nobody signs in
	Authentication Authentication
}

// Authentication is Apple's name for a kind of authentication.
type Authentication string

// What the model's methods become.
const (
	AuthPassword Authentication = "EmailAuthPassword"
	AuthCRAMMD5  Authentication = "EmailAuthCRAMMD5"
	AuthNone     Authentication = "EmailAuthNone" // to send; nobody signs in
)

// namespace is the fixed namespace of Waypost's UUIDs (RFC 9562 section 5.5).
// Changing it would duplicate the accounts of everybody who installs a
// profile again.
var namespace = uuid.MustParse("6f0c6f0e-62c1-5d0b-9f0e-3d3c1b7b5c4a")

// New makes the profile of an account: its mail, and what the Setup has for
// calendar and contacts. The error is a [*providers.Inexpressible] when nobody
// reads mail with a password here, or there are no servers to name.
func New(a providers.Account) (Profile, error) {
	incoming, outgoing, err := a.Pair(
		func(s providers.Server) bool { return s.AcceptsPassword() && s.ImplicitTLS() },
		providers.Server.AcceptsPassword,
		sendsForAnybody,
	)
	if err != nil {
		return Profile{}, err
	}
	address := a.Address.String()
	profileID, mailID := payloadUUID(a.Address, "profile"), payloadUUID(a.Address, "mail")
	mail := Mail{
		Identifier:         "waypost.mail." + mailID,
		UUID:               mailID,
		DisplayName:        address,
		AccountDescription: address,
		AccountName:        address,
		Address:            address,
		Incoming:           newServer(incoming, a.Address),
		Outgoing:           newServer(outgoing, a.Address),
	}
	mail.SamePassword = mail.Outgoing.Authentication != AuthNone
	p := Profile{
		Identifier:   "waypost.profile." + profileID,
		UUID:         profileID,
		DisplayName:  a.Provider.Name + ": " + address,
		Organization: a.Provider.Name,
		Mail:         []Mail{mail},
	}
	p.addServices(a, mail.Incoming.Username)
	p.Description = p.describe(address)
	return p, nil
}

// sendsForAnybody tells whether a server takes mail without asking who sends
// it, and has no other way: some providers know their customers by the line.
func sendsForAnybody(s providers.Server) bool {
	return s.Protocol == providers.Submission && slices.Equal(s.Auth, []providers.Auth{providers.NoAuth})
}

// describe says what is inside, for the person who is asked to install it.
func (p Profile) describe(address string) string {
	parts := p.services()
	if len(parts) == 0 {
		return "Sets up the mail account " + address + ". It holds no password and nothing but this account."
	}
	last := len(parts) - 1
	words := strings.Join(append([]string{"mail"}, parts[:last]...), ", ") + " and " + parts[last]
	return "Sets up " + words + " of " + address + ". It holds no password and nothing but these accounts."
}

func newServer(s providers.Server, a providers.Address) Server {
	made := Server{
		Protocol:       s.Protocol,
		Host:           s.Host,
		Port:           s.Port,
		UseSSL:         s.Encrypted(),
		Username:       s.Username.For(a),
		Authentication: AuthPassword,
	}
	switch {
	case s.Accepts(providers.PasswordCleartext):
	case s.AcceptsPassword():
		// CRAM-MD5 is the nearest of Apple's words to password-encrypted.
		made.Authentication = AuthCRAMMD5
	default:
		made.Authentication, made.Username = AuthNone, ""
	}
	return made
}

// payloadUUID is a version 5 UUID over domain, local part and payload kind,
// all in lower case. A slash stands in no domain, so that no two triples
// make the same text.
func payloadUUID(a providers.Address, kind string) string {
	name := a.Domain().String() + "/" + kind + "/" + strings.ToLower(a.Local())
	return strings.ToUpper(uuid.NewSHA1(namespace, []byte(name)).String())
}
