package mobileconfig

import (
	"cmp"
	"slices"

	"waypost/providers"
)

// syncPath is where a device looks for ActiveSync, at port 443: a profile can
// name neither another path nor another port.
const syncPath = "/Microsoft-Server-ActiveSync"

// addServices adds what the Setup has for calendar and contacts. Where it names
// no user name for a service, people log in as they do to their mail.
func (p *Profile) addServices(a providers.Account, mailLogin string) {
	username := func(s providers.Server) string { return cmp.Or(s.Username.For(a.Address), mailLogin) }
	calendar, hasCalendar := firstService(a.Setup, providers.CalDAV)
	if hasCalendar {
		p.CalDAV = []DAV{newDAV(a.Address, "caldav", "Calendar", calendar, username(calendar))}
	}
	contacts, hasContacts := firstService(a.Setup, providers.CardDAV)
	if hasContacts {
		p.CardDAV = []DAV{newDAV(a.Address, "carddav", "Contacts", contacts, username(contacts))}
	}
	// ActiveSync fills the gaps alone: with both, people would have each
	// appointment twice.
	sync, hasSync := firstService(a.Setup, providers.ActiveSync)
	if hasSync && (!hasCalendar || !hasContacts) {
		p.ActiveSync = []ActiveSync{newActiveSync(a.Address, sync, username(sync), !hasCalendar, !hasContacts)}
	}
}

// firstService gives the first service of its kind that a profile can name and
// that takes a password. One that does not say how people log in is left out,
// as nothing says that a password will do.
func firstService(s *providers.Setup, kind providers.Protocol) (providers.Server, bool) {
	i := slices.IndexFunc(s.Services, func(v providers.Server) bool {
		return v.Protocol == kind && v.AcceptsPassword() &&
			(kind != providers.ActiveSync || v.Port == 443 && v.Path == syncPath)
	})
	if i < 0 {
		return providers.Server{}, false
	}
	return s.Services[i], true
}

// services names what is set up beside mail.
func (p Profile) services() []string {
	// A Mac passes over ActiveSync, and must not be promised what it does not get.
	const notOnMac = " (not on a Mac)"
	var parts []string
	sync := func(switched func(ActiveSync) bool) bool { return slices.ContainsFunc(p.ActiveSync, switched) }
	switch {
	case len(p.CalDAV) > 0:
		parts = append(parts, "calendar")
	case sync(func(s ActiveSync) bool { return s.Calendars }):
		parts = append(parts, "calendar"+notOnMac)
	}
	switch {
	case len(p.CardDAV) > 0:
		parts = append(parts, "contacts")
	case sync(func(s ActiveSync) bool { return s.Contacts }):
		parts = append(parts, "contacts"+notOnMac)
	}
	return parts
}
