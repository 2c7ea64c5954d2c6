package autoconfig

import (
	"unicode/utf8"

	"waypost/providers"
)

// ContentType is what the document is sent as. Thunderbird looks for text/xml
// or application/xml at the start, in lower case, and drops everything else
// (FetchHTTP.sys.mjs, 156.0a1, 2026-08).
const ContentType = "text/xml; charset=utf-8"

// Document is what one clientConfig says. Empty fields are not written.
// Servers may lack what a clientConfig does not say of them: their sources.
type Document struct {
	ID            string                    // host name; New takes the domain asked for; required by K-9
	Domains       []providers.Domain        // at least one; Thunderbird and K-9 refuse a document without
	MX            []providers.Domain        // names that the mail exchangers of served domains lead to
	DisplayName   string                    // at most 60 characters
	ShortName     string                    // at most 20 characters; may be empty
	Incoming      []providers.Server        // IMAP, POP3, JMAP, EWS and ActiveSync, preferred first
	Outgoing      []providers.Server        // Submission, preferred first
	Services      []providers.Server        // CalDAV, CardDAV, WebDAV and ManageSieve
	OAuth2        *providers.OAuth2Endpoint // nil when nothing is said of it
	Documentation []providers.Link          // pages on the settings
	Enable        []providers.Link          // pages where access is switched on; Text is the instruction
	WebMail       string                    // http or https
	Update        string                    // where this document is found; the caller of New and All fills it
}

// New makes the document for a domain. The error is a
// [*providers.Inexpressible] when the Setup has no server to name.
func New(m providers.Match) (Document, error) {
	incoming, outgoing, err := m.Pair()
	if err != nil {
		return Document{}, err
	}
	d := named(m)
	d.Incoming = []providers.Server{carried(incoming)}
	d.Outgoing = []providers.Server{carried(outgoing)}
	// What to do with fetched mail is advice that every client can do without:
	// it stands in All's document, and this one says what is needed.
	d.Incoming[0].POP3 = nil
	return d, nil
}

// named makes a document that says of the provider what every document says.
func named(m providers.Match) Document {
	return Document{
		ID:            m.Domain.String(),
		Domains:       []providers.Domain{m.Domain},
		DisplayName:   m.Provider.Name,
		ShortName:     shortName(m.Provider),
		Documentation: m.Provider.Help.Documentation,
	}
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
