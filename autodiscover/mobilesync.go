package autodiscover

import (
	"errors"
	"fmt"

	"waypost/internal/xmldoc"
	"waypost/providers"
)

// MobileSyncAnswer is what a client is told that asks for ActiveSync
// (MS-ASCMD 2.2.1.1): the URL of its server, or the address to ask for
// instead. It has exactly one of the two.
type MobileSyncAnswer struct {
	DisplayName string // of the person; may be empty, and is in New's
	Address     string // EMailAddress, as it was asked for
	URL         string // of the ActiveSync server; as written, not yet parsed
	Redirect    string // an address, of which the client asks the domain; as written, not yet parsed
}

// CodeNoActiveSync is the code of accounts without an ActiveSync server.
const CodeNoActiveSync = "AUTODISCOVER-NO-ACTIVESYNC"

// NewMobileSync makes the answer for an account, with the Setup's first
// ActiveSync server. Where there is none, a redirect to another domain serves;
// a redirect to a URL cannot be said in this schema. The error is a
// [*providers.Inexpressible]: send [ProviderUnavailable] with [EncodeError].
func NewMobileSync(a providers.Account) (MobileSyncAnswer, error) {
	answer := MobileSyncAnswer{Address: a.Address.String()}
	server, ok := service(a.Match, providers.ActiveSync)
	switch {
	case ok && a.Address.IsZero():
		return MobileSyncAnswer{}, &providers.Inexpressible{
			Code:   CodeNeedsAddress,
			Reason: "What ActiveSync clients are told repeats the address, and no address was given.",
			Next:   "Add the address to the request: POST one, as these clients do.",
		}
	case ok:
		answer.URL = server.URL()
		return answer, nil
	case NeedsAddress(a.Match):
		redirect, err := redirectAddress(a.Match, a.Address.Local())
		if err != nil {
			return MobileSyncAnswer{}, err
		}
		answer.Redirect = redirect
		return answer, nil
	}
	return MobileSyncAnswer{}, &providers.Inexpressible{
		Code:   CodeNoActiveSync,
		Reason: a.Provider.Name + " has no ActiveSync server that is known here.",
		Next:   "Set the account up with IMAP.",
	}
}

// service gives the Setup's first server of a protocol. A partial record is
// never served.
func service(m providers.Match, p providers.Protocol) (providers.Server, bool) {
	if m.Setup.Partial == "" {
		for _, s := range m.Setup.Services {
			if s.Protocol == p {
				return s, true
			}
		}
	}
	return providers.Server{}, false
}

// errMobileSyncForms is met by those who make a MobileSyncAnswer by hand.
var errMobileSyncForms = errors.New("autodiscover: a MobileSync answer has a URL or an address to ask instead, and exactly one of these")

// typeMobileSync is the Type of the servers that synchronise; the other one,
// CertEnroll, hands out client certificates.
const typeMobileSync = "MobileSync"

// Encode gives the bytes of the answer, in the order of the schema in
// MS-ASCMD 6.4; the error says that it has not exactly one of URL and
// Redirect. Name repeats the URL, as Exchange does.
func (a MobileSyncAnswer) Encode() ([]byte, error) {
	doc, root := newDocument()
	response := root.CreateElement("Response")
	response.CreateAttr("xmlns", nsMobileSync)
	// Nothing here is in a language, but some clients may want the element:
	// all of Microsoft's samples have it.
	text(response, "Culture", "en:en")
	user := response.CreateElement("User")
	if a.DisplayName != "" {
		text(user, "DisplayName", a.DisplayName)
	}
	text(user, "EMailAddress", a.Address)
	action := response.CreateElement("Action")
	switch {
	case a.URL != "" && a.Redirect == "":
		server := action.CreateElement("Settings").CreateElement("Server")
		text(server, "Type", typeMobileSync)
		text(server, "Url", a.URL)
		text(server, "Name", a.URL)
	case a.URL == "" && a.Redirect != "":
		text(action, "Redirect", a.Redirect)
	default:
		return nil, errMobileSyncForms
	}
	doc.Indent(2)
	return doc.WriteToBytes()
}

// DecodeMobileSync reads a MobileSync answer of at most 256 KiB: of its
// servers the first of type MobileSync with a URL, of settings and a redirect
// the settings. An error, be it the document's or the action's, gives an
// [*AnswerError], anything else that says neither where the server is nor
// where to ask an error that wraps [ErrAnswer].
func DecodeMobileSync(data []byte) (MobileSyncAnswer, error) {
	response, err := decodeResponse(data)
	if err != nil {
		return MobileSyncAnswer{}, err
	}
	action := xmldoc.Child(response, "Action")
	if response.NamespaceURI() != nsMobileSync || action == nil {
		return MobileSyncAnswer{}, fmt.Errorf("%w: there is no Action of the MobileSync schema", ErrAnswer)
	}
	if e := xmldoc.Child(action, "Error"); e != nil {
		return MobileSyncAnswer{}, decodeError(e)
	}
	var a MobileSyncAnswer
	if user := xmldoc.Child(response, "User"); user != nil {
		a.DisplayName, a.Address = xmldoc.Text(user, "DisplayName"), xmldoc.Text(user, "EMailAddress")
	}
	if settings := xmldoc.Child(action, "Settings"); settings != nil {
		for _, s := range xmldoc.Children(settings, "Server") {
			if a.URL == "" && xmldoc.Text(s, "Type") == typeMobileSync {
				a.URL = xmldoc.Text(s, "Url")
			}
		}
	}
	if a.URL == "" {
		a.Redirect = xmldoc.Text(action, "Redirect")
	}
	if a.URL == "" && a.Redirect == "" {
		return MobileSyncAnswer{}, fmt.Errorf("%w: it names neither an ActiveSync server nor another address", ErrAnswer)
	}
	return a, nil
}
