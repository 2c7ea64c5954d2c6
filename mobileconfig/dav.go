package mobileconfig

import "waypost/providers"

// The payload types, and how their keys start.
const (
	typeCalDAV  = "com.apple.caldav.account"
	typeCardDAV = "com.apple.carddav.account"
	calDAV      = "CalDAV"
	cardDAV     = "CardDAV"
)

// DAV is one com.apple.caldav.account or com.apple.carddav.account payload:
// their keys are the same but for the prefix.
type DAV struct {
	Identifier         string
	UUID               string
	DisplayName        string
	AccountDescription string // how the device names the account
	Host               string
	Port               int  // 0: not said, the device takes the usual one
	UseSSL             bool // Apple's default is on, other than for mail
	Username           string
	// PrincipalURL is the page of the person, not of the service. New leaves
	// it empty: see the package's section What is lost.
	PrincipalURL string
	// Extra holds keys that Waypost does not write, such as CalDAVPassword,
	// found by Decode: names, never values.
	Extra []string
}

func newDAV(a providers.Address, kind, title string, s providers.Server, username string) DAV {
	id := payloadUUID(a, kind)
	return DAV{
		Identifier:         "waypost." + kind + "." + id,
		UUID:               id,
		DisplayName:        title + ": " + a.String(),
		AccountDescription: a.String(),
		Host:               s.Host,
		Port:               s.Port,
		UseSSL:             s.Encrypted(),
		Username:           username,
	}
}

func (v DAV) payload(kind, prefix string) entries {
	e := newPayload(kind, v.Identifier, v.UUID, v.DisplayName)
	e.text(prefix+"AccountDescription", v.AccountDescription)
	e.text(prefix+"HostName", v.Host)
	e.port(prefix+"Port", v.Port)
	e[prefix+"UseSSL"] = v.UseSSL
	e.text(prefix+"Username", v.Username)
	e.text(prefix+"PrincipalURL", v.PrincipalURL)
	return e
}

func (d *dict) dav(prefix string) DAV {
	v := DAV{
		Identifier:         get[string](d, "PayloadIdentifier"),
		UUID:               get[string](d, "PayloadUUID"),
		DisplayName:        get[string](d, "PayloadDisplayName"),
		AccountDescription: get[string](d, prefix+"AccountDescription"),
		Host:               get[string](d, prefix+"HostName"),
		Port:               d.port(prefix + "Port"),
		UseSSL:             d.onByDefault(prefix + "UseSSL"),
		Username:           get[string](d, prefix+"Username"),
		PrincipalURL:       get[string](d, prefix+"PrincipalURL"),
	}
	v.Extra = d.rest("PayloadVersion")
	return v
}
