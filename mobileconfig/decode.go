package mobileconfig

import (
	"errors"
	"fmt"
	"slices"

	"howett.net/plist"

	"waypost/providers"
)

// ErrProfile says that the bytes are not a configuration profile.
var ErrProfile = errors.New("mobileconfig: not a configuration profile")

// maxPlist is the largest property list that is read, in bytes. A million
// nested arrays, 7 MB, overflow the parser's stack (howett.net/plist v1.0.1).
const maxPlist = 64 << 10

// Decode reads an XML property list of at most 64 KiB. Payloads that are none
// of the four kinds are listed by type in Other, keys that Waypost does not
// write by name in Extra; their values, passwords among them, are dropped. What
// is not said is what Apple's defaults are. A value of the wrong type, such as
// a port that is a real or a string, is an error, as on the device, and so is a
// key that stands twice. Errors wrap [ErrProfile].
func Decode(data []byte) (Profile, error) {
	if len(data) > maxPlist {
		return Profile{}, fmt.Errorf("%w: larger than %d bytes", ErrProfile, maxPlist)
	}
	if !isPlist(data) {
		return Profile{}, fmt.Errorf("%w: not an XML property list that every reader reads alike", ErrProfile)
	}
	var top map[string]any
	if _, err := plist.Unmarshal(data, &top); err != nil {
		return Profile{}, fmt.Errorf("%w: not an XML property list with a dictionary", ErrProfile)
	}
	d := dict{values: top}
	p := Profile{
		Identifier:   get[string](&d, "PayloadIdentifier"),
		UUID:         get[string](&d, "PayloadUUID"),
		DisplayName:  get[string](&d, "PayloadDisplayName"),
		Description:  get[string](&d, "PayloadDescription"),
		Organization: get[string](&d, "PayloadOrganization"),
	}
	payloads, ok := top["PayloadContent"].([]any)
	if get[string](&d, "PayloadType") != typeConfiguration || !ok {
		return Profile{}, fmt.Errorf("%w: no payloads of type %s", ErrProfile, typeConfiguration)
	}
	p.Extra = d.rest("PayloadContent", "PayloadVersion")
	p.Locked = d.set("PayloadRemovalDisallowed") || d.set("HasRemovalPasscode")
	wrong := d.wrong
	for _, payload := range payloads {
		values, _ := payload.(map[string]any)
		d := dict{values: values}
		switch kind := get[string](&d, "PayloadType"); kind {
		case typeMail:
			p.Mail = append(p.Mail, d.mail())
		case typeCalDAV:
			p.CalDAV = append(p.CalDAV, d.dav(calDAV))
		case typeCardDAV:
			p.CardDAV = append(p.CardDAV, d.dav(cardDAV))
		case typeActiveSync:
			p.ActiveSync = append(p.ActiveSync, d.activeSync())
		default:
			p.Other = append(p.Other, kind)
			continue
		}
		wrong = append(wrong, d.wrong...)
	}
	if len(wrong) > 0 {
		return Profile{}, fmt.Errorf("%w: %s is missing or not of the right type", ErrProfile, wrong[0])
	}
	return p, nil
}

// dict reads a dictionary and remembers which keys were asked for, and which
// of those have a value that they cannot have.
type dict struct {
	values map[string]any
	asked  []string
	wrong  []string
}

// get gives a key's value; the zero T when there is none.
func get[T any](d *dict, key string) T {
	d.asked = append(d.asked, key)
	value, there := d.values[key]
	t, ok := value.(T)
	if there && !ok {
		d.wrong = append(d.wrong, key)
	}
	return t
}

// onByDefault gives a switch that is on unless it says off.
func (d *dict) onByDefault(key string) bool {
	_, there := d.values[key]
	return get[bool](d, key) || !there
}

// port gives a port; 0 when there is none.
func (d *dict) port(key string) int {
	port := get[uint64](d, key)
	if port > 65535 {
		d.wrong = append(d.wrong, key)
	}
	return int(port & 0xffff)
}

// set tells whether a key that Waypost does not write says anything but off,
// in whatever type: a device may take a number for a switch.
func (d *dict) set(key string) bool {
	value, there := d.values[key]
	return there && value != false
}

// rest gives the keys that were not asked for, less those that are known.
func (d *dict) rest(known ...string) []string {
	var keys []string
	for key := range d.values {
		if !slices.Contains(d.asked, key) && !slices.Contains(known, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (d *dict) mail() Mail {
	m := Mail{
		Identifier:         get[string](d, "PayloadIdentifier"),
		UUID:               get[string](d, "PayloadUUID"),
		DisplayName:        get[string](d, "PayloadDisplayName"),
		AccountDescription: get[string](d, "EmailAccountDescription"),
		AccountName:        get[string](d, "EmailAccountName"),
		Address:            get[string](d, "EmailAddress"),
		Incoming:           d.server("Incoming"),
		Outgoing:           d.server("Outgoing"),
		SamePassword:       get[bool](d, "OutgoingPasswordSameAsIncomingPassword"),
	}
	const accountType = "EmailAccountType"
	switch get[string](d, accountType) {
	case accountIMAP:
		m.Incoming.Protocol = providers.IMAP
	case accountPOP:
		m.Incoming.Protocol = providers.POP3
	default:
		d.wrong = append(d.wrong, accountType)
	}
	m.Outgoing.Protocol = providers.Submission
	m.Extra = d.rest("PayloadVersion")
	return m
}

func (d *dict) server(direction string) Server {
	prefix := direction + "MailServer"
	return Server{
		Host:           get[string](d, prefix+"HostName"),
		Port:           d.port(prefix + "PortNumber"),
		UseSSL:         get[bool](d, prefix+"UseSSL"),
		Username:       get[string](d, prefix+"Username"),
		Authentication: Authentication(get[string](d, prefix+"Authentication")),
	}
}
