package autodiscover

import (
	"errors"
	"strconv"

	"github.com/beevik/etree"

	"waypost/providers"
)

// errForms is met by those who make an Answer by hand.
var errForms = errors.New("autodiscover: an answer has servers, a URL or an address to ask instead, and exactly one of these")

// Encode gives the bytes of the answer; the error says that it has not exactly
// one of servers and the two redirects. FairEmail needs AccountType and Action
// before the first Protocol; LoginName and SPA are written because their
// defaults are the local part and on.
func (a Answer) Encode() ([]byte, error) {
	doc, root := newDocument()
	response := root.CreateElement("Response")
	response.CreateAttr("xmlns", nsOutlook)
	if a.DisplayName != "" {
		text(response.CreateElement("User"), "DisplayName", a.DisplayName)
	}
	account := response.CreateElement("Account")
	text(account, "AccountType", "email")
	switch {
	case len(a.Servers) > 0 && a.RedirectURL == "" && a.RedirectAddress == "":
		text(account, "Action", actionSettings)
		for _, s := range a.Servers {
			s.encode(account)
		}
	case len(a.Servers) == 0 && a.RedirectURL != "" && a.RedirectAddress == "":
		text(account, "Action", actionURL)
		text(account, "RedirectUrl", a.RedirectURL)
	case len(a.Servers) == 0 && a.RedirectURL == "" && a.RedirectAddress != "":
		text(account, "Action", actionAddress)
		text(account, "RedirectAddr", a.RedirectAddress)
	default:
		return nil, errForms
	}
	doc.Indent(2)
	return doc.WriteToBytes()
}

// The values of Action (MS-OXDSCLI 2.2.4.1.1.2.2).
const (
	actionSettings = "settings"
	actionURL      = "redirectUrl"
	actionAddress  = "redirectAddr"
)

func (s Server) encode(account *etree.Element) {
	e := account.CreateElement("Protocol")
	for _, t := range protocolTypes {
		if t.protocol == s.Protocol {
			text(e, "Type", t.name)
		}
	}
	if s.TTL > 0 {
		text(e, "TTL", strconv.Itoa(s.TTL))
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
