package autoconfig

import (
	"unicode/utf8"

	"waypost/providers"
)

// ContentType is what the document is sent as. Thunderbird looks for text/xml
// or application/xml at the start, in lower case, and drops everything else
// (FetchHTTP.sys.mjs, 156.0a1, 2026-08).
const ContentType = "text/xml; charset=utf-8"

// Document is what one clientConfig says.
type Document struct {
	ID            string             // host name; New takes the domain asked for; required by K-9
	Domains       []providers.Domain // at least one; Thunderbird and K-9 refuse a document without
	DisplayName   string             // at most 60 characters
	ShortName     string             // at most 20 characters; may be empty
	Incoming      []providers.Server // IMAP and POP3, preferred first
	Outgoing      []providers.Server // Submission, preferred first
	Documentation []providers.Link
}

// New makes the document for a domain. The error is a
// [*providers.Inexpressible] when the Setup has no server to name.
func New(m providers.Match) (Document, error) {
	incoming, outgoing, err := m.Pair()
	if err != nil {
		return Document{}, err
	}
	return Document{
		ID:            m.Domain.String(),
		Domains:       []providers.Domain{m.Domain},
		DisplayName:   m.Provider.Name,
		ShortName:     shortName(m.Provider),
		Incoming:      []providers.Server{carried(incoming)},
		Outgoing:      []providers.Server{carried(outgoing)},
		Documentation: m.Provider.Help.Documentation,
	}, nil
}

// shortName is the provider's short name, or its name where that is short.
func shortName(p *providers.Provider) string {
	if p.ShortName == "" && utf8.RuneCountInString(p.Name) <= maxShortName {
		return p.Name
	}
	return p.ShortName
}

// maxShortName is the draft's limit, in characters.
const maxShortName = 20

// carried drops what a clientConfig does not say of a server: its sources.
func carried(s providers.Server) providers.Server {
	s.Sources = nil
	return s
}

// serverTypes maps the type attribute and the element to the protocol.
var serverTypes = []struct {
	element  string
	name     string
	protocol providers.Protocol
}{
	{"incomingServer", "imap", providers.IMAP},
	{"incomingServer", "pop3", providers.POP3},
	{"outgoingServer", "smtp", providers.Submission},
}

var socketTypes = []struct {
	name     string
	security providers.Security
}{
	{"SSL", providers.TLS},
	{"STARTTLS", providers.STARTTLS},
	{"plain", providers.None},
}

// The placeholders of the format; hosts may hold the last one.
const (
	placeholderAddress = "%EMAILADDRESS%"
	placeholderLocal   = "%EMAILLOCALPART%"
	placeholderDomain  = "%EMAILDOMAIN%"
)
