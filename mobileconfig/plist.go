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

type configuration struct {
	PayloadType         string
	PayloadVersion      int
	PayloadIdentifier   string
	PayloadUUID         string
	PayloadDisplayName  string
	PayloadDescription  string
	PayloadOrganization string
	PayloadContent      []mailPayload
}

type mailPayload struct {
	PayloadType        string
	PayloadVersion     int
	PayloadIdentifier  string
	PayloadUUID        string
	PayloadDisplayName string

	EmailAccountDescription string
	EmailAccountName        string
	EmailAccountType        string
	EmailAddress            string

	IncomingMailServerAuthentication string
	IncomingMailServerHostName       string
	IncomingMailServerPortNumber     int
	IncomingMailServerUseSSL         bool
	IncomingMailServerUsername       string

	OutgoingMailServerAuthentication string
	OutgoingMailServerHostName       string
	OutgoingMailServerPortNumber     int
	OutgoingMailServerUseSSL         bool
	OutgoingMailServerUsername       string

	OutgoingPasswordSameAsIncomingPassword bool
}

// Encode gives the property list, to be signed or sent as it is. Other and
// Extra are not written.
func (p Profile) Encode() ([]byte, error) {
	c := configuration{
		PayloadType:         typeConfiguration,
		PayloadVersion:      1,
		PayloadIdentifier:   p.Identifier,
		PayloadUUID:         p.UUID,
		PayloadDisplayName:  p.DisplayName,
		PayloadDescription:  p.Description,
		PayloadOrganization: p.Organization,
	}
	for _, m := range p.Mail {
		c.PayloadContent = append(c.PayloadContent, m.payload())
	}
	return plist.MarshalIndent(c, plist.XMLFormat, "  ")
}

func (m Mail) payload() mailPayload {
	accountType := accountIMAP
	if m.Incoming.Protocol == providers.POP3 {
		accountType = accountPOP
	}
	return mailPayload{
		PayloadType:        typeMail,
		PayloadVersion:     1,
		PayloadIdentifier:  m.Identifier,
		PayloadUUID:        m.UUID,
		PayloadDisplayName: m.DisplayName,

		EmailAccountDescription: m.AccountDescription,
		EmailAccountName:        m.AccountName,
		EmailAccountType:        accountType,
		EmailAddress:            m.Address,

		IncomingMailServerAuthentication: string(m.Incoming.Authentication),
		IncomingMailServerHostName:       m.Incoming.Host,
		IncomingMailServerPortNumber:     m.Incoming.Port,
		IncomingMailServerUseSSL:         m.Incoming.UseSSL,
		IncomingMailServerUsername:       m.Incoming.Username,

		OutgoingMailServerAuthentication: string(m.Outgoing.Authentication),
		OutgoingMailServerHostName:       m.Outgoing.Host,
		OutgoingMailServerPortNumber:     m.Outgoing.Port,
		OutgoingMailServerUseSSL:         m.Outgoing.UseSSL,
		OutgoingMailServerUsername:       m.Outgoing.Username,

		OutgoingPasswordSameAsIncomingPassword: m.SamePassword,
	}
}
