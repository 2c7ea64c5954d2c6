package mobileconfig

import "waypost/providers"

const typeActiveSync = "com.apple.eas.account"

// ActiveSync is one com.apple.eas.account payload: Exchange ActiveSync. iOS
// and visionOS take it, macOS does not.
type ActiveSync struct {
	Identifier  string
	UUID        string
	DisplayName string // how the device names the account
	Address     string
	Host        string // at port 443 and the usual path: a profile says no other
	UseSSL      bool
	Username    string
	// What is switched on. Apple's default is on, and iOS before 13 does not
	// know the switches.
	Mail, Contacts, Calendars, Reminders, Notes bool
	// Extra holds keys that Waypost does not write, such as Password, found by
	// Decode: names, never values.
	Extra []string
}

func newActiveSync(a providers.Address, s providers.Server, username string, calendars, contacts bool) ActiveSync {
	id := payloadUUID(a, "eas")
	return ActiveSync{
		Identifier:  "waypost.eas." + id,
		UUID:        id,
		DisplayName: a.String(),
		Address:     a.String(),
		Host:        s.Host,
		UseSSL:      s.Encrypted(),
		Username:    username,
		Calendars:   calendars,
		Contacts:    contacts,
	}
}

func (v ActiveSync) payload() entries {
	e := newPayload(typeActiveSync, v.Identifier, v.UUID, v.DisplayName)
	e.text("EmailAddress", v.Address)
	e.text("Host", v.Host)
	e["SSL"] = v.UseSSL
	e.text("UserName", v.Username)
	e["EnableMail"] = v.Mail
	e["EnableContacts"] = v.Contacts
	e["EnableCalendars"] = v.Calendars
	e["EnableReminders"] = v.Reminders
	e["EnableNotes"] = v.Notes
	return e
}

func (d *dict) activeSync() ActiveSync {
	v := ActiveSync{
		Identifier:  get[string](d, "PayloadIdentifier"),
		UUID:        get[string](d, "PayloadUUID"),
		DisplayName: get[string](d, "PayloadDisplayName"),
		Address:     get[string](d, "EmailAddress"),
		Host:        get[string](d, "Host"),
		UseSSL:      get[bool](d, "SSL"),
		Username:    get[string](d, "UserName"),
		Mail:        d.onByDefault("EnableMail"),
		Contacts:    d.onByDefault("EnableContacts"),
		Calendars:   d.onByDefault("EnableCalendars"),
		Reminders:   d.onByDefault("EnableReminders"),
		Notes:       d.onByDefault("EnableNotes"),
	}
	v.Extra = d.rest("PayloadVersion")
	return v
}
