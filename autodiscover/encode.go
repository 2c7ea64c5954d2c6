package autodiscover

import (
	"strconv"
	"time"

	"github.com/beevik/etree"

	"waypost/providers"
)

// Encode gives the bytes of the answer. FairEmail needs AccountType and
// Action before the first Protocol; LoginName and SPA are written because
// their defaults are the local part and on.
func (a Answer) Encode() ([]byte, error) {
	doc, root := newDocument()
	response := root.CreateElement("Response")
	response.CreateAttr("xmlns", nsOutlook)
	text(response.CreateElement("User"), "DisplayName", a.DisplayName)
	account := response.CreateElement("Account")
	text(account, "AccountType", "email")
	text(account, "Action", "settings")
	for _, s := range a.Servers {
		s.encode(account)
	}
	doc.Indent(2)
	return doc.WriteToBytes()
}

func (s Server) encode(account *etree.Element) {
	e := account.CreateElement("Protocol")
	for _, t := range protocolTypes {
		if t.protocol == s.Protocol {
			text(e, "Type", t.name)
		}
	}
	text(e, "Server", s.Host)
	text(e, "Port", strconv.Itoa(s.Port))
	text(e, "DomainRequired", "off")
	if s.LoginName != "" {
		text(e, "LoginName", s.LoginName)
	}
	text(e, "SPA", "off")
	for _, w := range tlsWords {
		if w.security == s.Security {
			text(e, "SSL", w.ssl)
			text(e, "Encryption", w.encryption)
		}
	}
	text(e, "AuthRequired", "on")
	if s.Protocol == providers.Submission {
		text(e, "UsePOPAuth", "off")
		text(e, "SMTPLast", "off")
	}
}

// ErrorCode is one of the error codes of MS-OXDSCLI.
type ErrorCode int

// The codes that Waypost sends. Code 500 (address not found) never is: it
// would tell which addresses exist.
const (
	InvalidRequest      ErrorCode = 600 // the request cannot be read
	ProviderUnavailable ErrorCode = 601 // the requested schema has no answer here
)

var errorMessages = map[ErrorCode]string{
	InvalidRequest:      "Invalid Request",
	ProviderUnavailable: "Provider is not available",
}

// EncodeError gives the document for an error, to be sent with status 200:
// clients read the body only then. at is the server's time of day.
func EncodeError(code ErrorCode, at time.Time) ([]byte, error) {
	doc, root := newDocument()
	e := root.CreateElement("Response").CreateElement("Error")
	e.CreateAttr("Time", at.UTC().Format("15:04:05.0000000"))
	// Exchange puts a number here that identifies its host; ours says nothing.
	e.CreateAttr("Id", "0")
	text(e, "ErrorCode", strconv.Itoa(int(code)))
	text(e, "Message", errorMessages[code])
	e.CreateElement("DebugData")
	doc.Indent(2)
	return doc.WriteToBytes()
}

func newDocument() (*etree.Document, *etree.Element) {
	doc := etree.NewDocument()
	// Only so does a carriage return stay one.
	doc.WriteSettings.CanonicalText, doc.WriteSettings.CanonicalAttrVal = true, true
	doc.CreateProcInst("xml", `version="1.0" encoding="utf-8"`)
	root := doc.CreateElement("Autodiscover")
	root.CreateAttr("xmlns", nsResponse)
	return doc, root
}

func text(parent *etree.Element, name, value string) {
	parent.CreateElement(name).SetText(value)
}
