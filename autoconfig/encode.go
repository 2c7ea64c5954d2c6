package autoconfig

import (
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"waypost/providers"
)

// Encode gives the bytes of the document: UTF-8 without a byte order mark, no
// white space inside elements (K-9 reads " 993" as no number), no attribute
// but type on a server (Evolution refuses others), and within a server the
// order hostname, port, socketType, because FairEmail infers STARTTLS from
// port 587 until a later socketType corrects it. The version is 1.2 where
// something is said that 1.1 does not have, else 1.1.
func (d Document) Encode() ([]byte, error) {
	doc := etree.NewDocument()
	// Only so does a carriage return stay one.
	doc.WriteSettings.CanonicalText, doc.WriteSettings.CanonicalAttrVal = true, true
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := doc.CreateElement("clientConfig")
	root.CreateAttr("version", d.version())
	d.encodeProvider(root.CreateElement("emailProvider"))
	for _, s := range d.Services {
		encodeServer(root, s)
	}
	encodeOAuth2(root, d.OAuth2)
	if d.WebMail != "" {
		page(root.CreateElement("webMail"), "loginPage", "url", d.WebMail)
	}
	if d.Update != "" {
		page(root, "clientConfigUpdate", "url", d.Update)
	}
	doc.Indent(2)
	return doc.WriteToBytes()
}

// version gives the lowest version of the format that has everything that the
// document says. The pages for people are as old as the format.
func (d Document) version() string {
	byURL := func(s providers.Server) bool { return s.Path != "" }
	if len(d.MX) > 0 || len(d.Services) > 0 || says(d.OAuth2) || d.Update != "" || slices.ContainsFunc(d.Incoming, byURL) {
		return "1.2"
	}
	return "1.1"
}

func (d Document) encodeProvider(provider *etree.Element) {
	provider.CreateAttr("id", d.ID)
	for _, domain := range d.Domains {
		text(provider, "domain", domain.String())
	}
	for _, domain := range d.MX {
		text(provider, "domain", domain.String()).CreateAttr("purpose", "mx")
	}
	optional(provider, "displayName", d.DisplayName)
	optional(provider, "displayShortName", d.ShortName)
	for _, s := range d.Incoming {
		encodeServer(provider, s)
	}
	for _, s := range d.Outgoing {
		encodeServer(provider, s)
	}
	encodeLinks(provider, d.Documentation, documentation)
	encodeLinks(provider, d.Enable, enable)
}

func text(parent *etree.Element, name, value string) *etree.Element {
	e := parent.CreateElement(name)
	e.SetText(value)
	return e
}

// optional leaves out what is empty: Thunderbird reads an empty element as
// "true".
func optional(parent *etree.Element, name, value string) {
	if value != "" {
		text(parent, name, value)
	}
}

func page(parent *etree.Element, name, attr, url string) *etree.Element {
	e := parent.CreateElement(name)
	e.CreateAttr(attr, url)
	return e
}

func encodeServer(parent *etree.Element, s providers.Server) {
	t, ok := typeFor(s.Protocol)
	if !ok {
		return
	}
	e := parent.CreateElement(t.element)
	e.CreateAttr("type", t.name)
	// The host is replaced and not what comes after it: a service has a path.
	s.Host = strings.ReplaceAll(s.Host, "{domain}", placeholderDomain)
	if t.url {
		text(e, "url", s.URL())
		encodeHTTPMethods(e, s.Auth)
	} else {
		text(e, "hostname", s.Host)
		text(e, "port", strconv.Itoa(s.Port))
		for _, k := range socketTypes {
			if k.security == s.Security {
				text(e, "socketType", k.name)
			}
		}
		for _, a := range s.Auth {
			text(e, "authentication", string(a))
		}
	}
	// K-9 refuses the whole document when a server has no user name.
	optional(e, "username", s.Username.Render(placeholderAddress, placeholderLocal, placeholderDomain))
	if s.Protocol == providers.POP3 && s.POP3 != nil {
		encodePOP3(e.CreateElement("pop3"), *s.POP3)
	}
}

// encodeHTTPMethods leaves out what HTTP has no word for. Clients learn of it
// from the service's own challenge.
func encodeHTTPMethods(e *etree.Element, methods []providers.Auth) {
	for _, a := range methods {
		for _, m := range httpMethods {
			if m.auth != a {
				continue
			}
			method := text(e, "authentication", m.name)
			if m.system != "" {
				method.CreateAttr("system", m.system)
			}
		}
	}
}

func encodePOP3(e *etree.Element, o providers.POP3Options) {
	text(e, "leaveMessagesOnServer", strconv.FormatBool(o.LeaveOnServer))
	text(e, "downloadOnBiff", strconv.FormatBool(o.DownloadOnBiff))
	if o.Days > 0 {
		text(e, "daysToLeaveMessagesOnServer", strconv.Itoa(o.Days))
	}
}

func encodeOAuth2(root *etree.Element, o *providers.OAuth2Endpoint) {
	if !says(o) {
		return
	}
	e := root.CreateElement("oAuth2")
	optional(e, "authURL", o.AuthURL)
	optional(e, "tokenURL", o.TokenURL)
	optional(e, "issuer", o.Issuer)
	optional(e, "scope", o.Scope)
	optional(e, "clientID", o.ClientID)
}

// says tells whether anything is known of OAuth2.
func says(o *providers.OAuth2Endpoint) bool {
	return o != nil && *o != providers.OAuth2Endpoint{}
}

// linkNames are the words for pages that are described in several languages.
type linkNames struct{ element, url, text string }

var (
	documentation = linkNames{"documentation", "url", "descr"}
	enable        = linkNames{"enable", "visiturl", "instruction"}
)

// encodeLinks writes neighbours with the same address as one page described
// in several languages.
func encodeLinks(parent *etree.Element, links []providers.Link, names linkNames) {
	var e *etree.Element
	for i, l := range links {
		if i == 0 || links[i-1].URL != l.URL || links[i-1].Text == "" || l.Text == "" {
			e = page(parent, names.element, names.url, l.URL)
		}
		if l.Text == "" {
			continue
		}
		t := text(e, names.text, l.Text)
		if l.Lang != "" {
			t.CreateAttr("lang", l.Lang)
		}
	}
}
