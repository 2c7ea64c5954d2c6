package autoconfig

import (
	"strings"

	"github.com/beevik/etree"

	"waypost/internal/xmldoc"
	"waypost/providers"
)

// serverType is a kind of server section.
type serverType struct {
	element  string
	name     string // the attribute type
	protocol providers.Protocol
	url      bool // it has an address of https instead of host, port and TLS
}

// serverTypes are the sections that the model has a protocol for. The first
// of a protocol is written: where the draft's registry has activeSync, its
// example has activesync.
var serverTypes = []serverType{
	{"incomingServer", "imap", providers.IMAP, false},
	{"incomingServer", "pop3", providers.POP3, false},
	{"incomingServer", "jmap", providers.JMAP, true},
	{"incomingServer", "ews", providers.EWS, true},
	{"incomingServer", "activeSync", providers.ActiveSync, true},
	{"incomingServer", "activesync", providers.ActiveSync, true},
	{"outgoingServer", "smtp", providers.Submission, false},
	{"calendar", "caldav", providers.CalDAV, true},
	{"addressbook", "carddav", providers.CardDAV, true},
	{"fileShare", "webdav", providers.WebDAV, true},
	{"setupServer", "managesieve", providers.ManageSieve, false},
}

// typeFor gives the section that a protocol is written as.
func typeFor(p providers.Protocol) (serverType, bool) {
	for _, t := range serverTypes {
		if t.protocol == p {
			return t, true
		}
	}
	return serverType{}, false
}

// typeOf gives the kind of a section.
func typeOf(e *etree.Element) (serverType, bool) {
	for _, t := range serverTypes {
		if t.element == e.Tag && t.name == xmldoc.Attr(e, "type") {
			return t, true
		}
	}
	return serverType{}, false
}

var socketTypes = []struct {
	name     string
	security providers.Security
}{
	{"SSL", providers.TLS},
	{"STARTTLS", providers.STARTTLS},
	{"plain", providers.None},
}

// httpMethods are the methods that an https service can be written with. The
// others have no name in HTTP's registry, or one that tells too little.
var httpMethods = []struct {
	auth         providers.Auth
	name, system string
}{
	{providers.PasswordCleartext, "Basic", "http"},
	{providers.PasswordEncrypted, "Digest", "http"},
	{providers.OAuth2, "OAuth2", ""},
}

// otherNames are what documents call the methods besides. Servers that know
// people by where they come from, or by their last visit, must not have them
// asked for a password.
var otherNames = map[string]providers.Auth{
	"OAuth":             providers.OAuth2,            // the draft's text
	"plain":             providers.PasswordCleartext, // Thunderbird 3.0; it still reads both
	"secure":            providers.PasswordEncrypted,
	"client-IP-address": providers.NoAuth,
	"client-ip-based":   providers.NoAuth, // KMail's spelling
	"smtp-after-pop":    providers.NoAuth,
}

// decodeAuth reads one method. A system says whose names they are: SASL's
// mechanisms are parts of what a generic method after them says.
func decodeAuth(e *etree.Element, https bool) (providers.Auth, bool) {
	name, system := xmldoc.Content(e), xmldoc.Attr(e, "system")
	if https && (system == "http" || system == "") {
		// Names in HTTP have no case (RFC 9110 section 11.1); former drafts
		// had basic and http-basic without a system.
		switch strings.TrimPrefix(strings.ToLower(name), "http-") {
		case "basic":
			return providers.PasswordCleartext, true
		case "digest":
			return providers.PasswordEncrypted, true
		}
	}
	if system != "" {
		return "", false
	}
	auth, ok := otherNames[name]
	if !ok {
		auth = providers.Auth(name)
	}
	if !https {
		return auth, auth.Known()
	}
	for _, m := range httpMethods {
		if m.auth == auth {
			return auth, true
		}
	}
	return "", false
}

// The placeholders of the format; hosts may hold the last one.
const (
	placeholderAddress = "%EMAILADDRESS%"
	placeholderLocal   = "%EMAILLOCALPART%"
	placeholderDomain  = "%EMAILDOMAIN%"
)

var placeholders = []string{placeholderAddress, placeholderLocal, placeholderDomain}
