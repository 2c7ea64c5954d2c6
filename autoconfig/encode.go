package autoconfig

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"waypost/providers"
)

// Encode gives the bytes of the document: UTF-8 without a byte order mark, no
// white space inside elements (K-9 reads " 993" as no number), no attribute
// but type on a server (Evolution refuses others), and within a server the
// order hostname, port, socketType, because FairEmail infers STARTTLS from
// port 587 until a later socketType corrects it.
func (d Document) Encode() ([]byte, error) {
	doc := etree.NewDocument()
	// Only so does a carriage return stay one.
	doc.WriteSettings.CanonicalText, doc.WriteSettings.CanonicalAttrVal = true, true
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := doc.CreateElement("clientConfig")
	root.CreateAttr("version", "1.1")
	provider := root.CreateElement("emailProvider")
	provider.CreateAttr("id", d.ID)
	for _, domain := range d.Domains {
		text(provider, "domain", domain.String())
	}
	if d.DisplayName != "" {
		text(provider, "displayName", d.DisplayName)
	}
	if d.ShortName != "" {
		text(provider, "displayShortName", d.ShortName)
	}
	for _, s := range d.Incoming {
		encodeServer(provider, s)
	}
	for _, s := range d.Outgoing {
		encodeServer(provider, s)
	}
	encodeDocumentation(provider, d.Documentation)
	doc.Indent(2)
	return doc.WriteToBytes()
}

func text(parent *etree.Element, name, value string) {
	parent.CreateElement(name).SetText(value)
}

func encodeServer(parent *etree.Element, s providers.Server) {
	for _, t := range serverTypes {
		if t.protocol != s.Protocol {
			continue
		}
		e := parent.CreateElement(t.element)
		e.CreateAttr("type", t.name)
		text(e, "hostname", strings.ReplaceAll(s.Host, "{domain}", placeholderDomain))
		text(e, "port", strconv.Itoa(s.Port))
		for _, k := range socketTypes {
			if k.security == s.Security {
				text(e, "socketType", k.name)
			}
		}
		for _, a := range s.Auth {
			text(e, "authentication", string(a))
		}
		// K-9 refuses the whole document when a server has no user name,
		// Thunderbird reads an empty element as "true".
		if s.Username != "" {
			text(e, "username", s.Username.Render(placeholderAddress, placeholderLocal, placeholderDomain))
		}
	}
}

// encodeDocumentation writes neighbours with the same address as one page
// described in several languages.
func encodeDocumentation(parent *etree.Element, links []providers.Link) {
	var e *etree.Element
	for i, l := range links {
		if i == 0 || links[i-1].URL != l.URL || links[i-1].Text == "" || l.Text == "" {
			e = parent.CreateElement("documentation")
			e.CreateAttr("url", l.URL)
		}
		if l.Text == "" {
			continue
		}
		descr := e.CreateElement("descr")
		if l.Lang != "" {
			descr.CreateAttr("lang", l.Lang)
		}
		descr.SetText(l.Text)
	}
}
