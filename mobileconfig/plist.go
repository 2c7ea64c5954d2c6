package mobileconfig

import (
	"howett.net/plist"

	"waypost/providers"
)

// The payload types and account types of apple/device-management.
const (
	typeConfiguration = "Configuration"
	typeMail          = "com.apple.mail.managed"
	accountIMAP       = "EmailTypeIMAP"
	accountPOP        = "EmailTypePOP"
)

// Encode gives the property list, to be signed or sent as it is. Other, Extra
// and Locked are not written, nor is what is empty: a device refuses an empty
// string even where it would do without.
func (p Profile) Encode() ([]byte, error) {
	content := []entries{}
	for _, m := range p.Mail {
		content = append(content, m.payload())
	}
	for _, v := range p.CalDAV {
		content = append(content, v.payload(typeCalDAV, calDAV))
	}
	for _, v := range p.CardDAV {
		content = append(content, v.payload(typeCardDAV, cardDAV))
	}
	for _, v := range p.ActiveSync {
		content = append(content, v.payload())
	}
	e := newPayload(typeConfiguration, p.Identifier, p.UUID, p.DisplayName)
	e.text("PayloadDescription", p.Description)
	e.text("PayloadOrganization", p.Organization)
	e["PayloadContent"] = content
	return plist.MarshalIndent(e, plist.XMLFormat, "  ")
}

// entries is a dictionary to be written. Its values are strings, integers,
// booleans and lists of entries.
type entries map[string]any

// newPayload begins a dictionary with what all payloads have.
func newPayload(kind, identifier, uuid, name string) entries {
	e := make(entries, 24) // as many as mail has
	e["PayloadVersion"] = 1
	e.text("PayloadType", kind)
	e.text("PayloadIdentifier", identifier)
	e.text("PayloadUUID", uuid)
	e.text("PayloadDisplayName", name)
	return e
}

func (e entries) text(key, value string) {
	if value != "" {
		e[key] = value
	}
}

func (e entries) port(key string, port int) {
	if port != 0 {
		e[key] = port
	}
}

func (m Mail) payload() entries {
	e := newPayload(typeMail, m.Identifier, m.UUID, m.DisplayName)
	e["EmailAccountType"] = accountIMAP
	if m.Incoming.Protocol == providers.POP3 {
		e["EmailAccountType"] = accountPOP
	}
	e.text("EmailAccountDescription", m.AccountDescription)
	e.text("EmailAccountName", m.AccountName)
	e.text("EmailAddress", m.Address)
	e.server("Incoming", m.Incoming)
	e.server("Outgoing", m.Outgoing)
	e["OutgoingPasswordSameAsIncomingPassword"] = m.SamePassword
	return e
}

func (e entries) server(direction string, s Server) {
	prefix := direction + "MailServer"
	e.text(prefix+"Authentication", string(s.Authentication))
	e.text(prefix+"HostName", s.Host)
	e.port(prefix+"PortNumber", s.Port)
	e[prefix+"UseSSL"] = s.UseSSL
	e.text(prefix+"Username", s.Username)
}
