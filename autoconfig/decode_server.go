package autoconfig

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"waypost/internal/xmldoc"
	"waypost/providers"
)

// decodeServers reads the sections of the names in the order of the document.
func decodeServers(parent *etree.Element, names ...string) []providers.Server {
	var servers []providers.Server
	for _, e := range parent.ChildElements() {
		if e.Space != parent.Space || !slices.Contains(names, e.Tag) {
			continue
		}
		if s, ok := decodeServer(e); ok {
			servers = append(servers, s)
		}
	}
	return servers
}

func decodeServer(e *etree.Element) (providers.Server, bool) {
	t, ok := typeOf(e)
	if !ok {
		return providers.Server{}, false
	}
	s, ok := decodePlace(e, t)
	if !ok {
		return providers.Server{}, false
	}
	methods := xmldoc.Children(e, "authentication")
	for _, m := range methods {
		if auth, ok := decodeAuth(m, t.url); ok {
			s.Auth = append(s.Auth, auth)
		}
	}
	s.Auth = distinct(s.Auth, nil)
	// Clients ask a service how people sign in when the document is silent;
	// when it says only what is unknown, they cannot.
	service := t.url || s.Protocol == providers.ManageSieve
	if len(s.Auth) == 0 && (len(methods) > 0 || !service) {
		return providers.Server{}, false
	}
	if s.Protocol == providers.POP3 {
		s.POP3 = decodePOP3(xmldoc.Child(e, "pop3"))
	}
	username := xmldoc.Text(e, "username")
	if username == "" { // no name is needed where nobody signs in
		return s, service || slices.Equal(s.Auth, []providers.Auth{providers.NoAuth})
	}
	var err error
	s.Username, err = decodeUsername(username)
	return s, err == nil
}

// decodePlace reads where the server is and how it is encrypted. Port and
// type are what the document says, even POP3 on 993.
func decodePlace(e *etree.Element, t serverType) (providers.Server, bool) {
	if t.url {
		s, err := decodeURL(t.protocol, xmldoc.Text(e, "url"))
		return s, err == nil
	}
	s := providers.Server{Protocol: t.protocol}
	for _, k := range socketTypes {
		if k.name == xmldoc.Text(e, "socketType") {
			s.Security = k.security
		}
	}
	host, errHost := decodeHost(xmldoc.Text(e, "hostname"))
	s.Host = host
	port, errPort := strconv.ParseUint(xmldoc.Text(e, "port"), 10, 16)
	s.Port = int(port)
	return s, s.Security != "" && errHost == nil && errPort == nil && port > 0
}

// errBraces: the model's own placeholders mean nothing in a document.
var errBraces = errors.New("autoconfig: braces in a host or user name")

func decodeURL(p providers.Protocol, s string) (providers.Server, error) {
	if strings.ContainsAny(s, "{}") {
		return providers.Server{}, errBraces
	}
	return providers.ParseService(p, strings.ReplaceAll(s, placeholderDomain, "{domain}"))
}

func decodeHost(s string) (string, error) {
	if strings.ContainsAny(s, "{}") {
		return "", errBraces
	}
	return providers.ParseHost(strings.ReplaceAll(s, placeholderDomain, "{domain}"))
}

// decodeUsername also reads a name that ends in a placeholder whose last
// percent sign is missing: Thunderbird's own document for Office 365 has it
// (2026-03-12), and such a name means nothing else.
func decodeUsername(s string) (providers.Username, error) {
	if strings.ContainsAny(s, "{}") {
		return "", errBraces
	}
	for _, p := range placeholders {
		if strings.HasSuffix(s, strings.TrimSuffix(p, "%")) {
			s += "%"
		}
	}
	return providers.ParseUsername(strings.NewReplacer(
		placeholderAddress, "{address}",
		placeholderLocal, "{local}",
		placeholderDomain, "{domain}",
	).Replace(s))
}

// decodePOP3 reads what clients are advised to do with mail; nil when that is
// nothing. What is absent or malformed is not advised, and a number of days
// means nothing where no mail stays.
func decodePOP3(e *etree.Element) *providers.POP3Options {
	if e == nil {
		return nil
	}
	leave, errLeave := strconv.ParseBool(xmldoc.Text(e, "leaveMessagesOnServer"))
	biff, errBiff := strconv.ParseBool(xmldoc.Text(e, "downloadOnBiff"))
	if errLeave != nil && errBiff != nil {
		return nil
	}
	o := &providers.POP3Options{LeaveOnServer: leave, DownloadOnBiff: biff}
	days, err := strconv.ParseUint(xmldoc.Text(e, "daysToLeaveMessagesOnServer"), 10, 16)
	if err == nil && leave && days <= maxDays {
		o.Days = int(days)
	}
	return o
}

// maxDays is the model's limit for how long mail stays on a POP3 server.
const maxDays = 3650
