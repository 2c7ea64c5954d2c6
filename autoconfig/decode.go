package autoconfig

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"github.com/beevik/etree"

	"waypost/internal/xmldoc"
	"waypost/providers"
)

// ErrDocument says that the bytes are not a clientConfig that a client could
// use: ask the next place.
var ErrDocument = errors.New("autoconfig: not a usable clientConfig")

// Limits of what is read. The largest of Thunderbird's own 163 documents
// (2026-03-12) has 9 kB and five levels.
const (
	maxBytes = 256 << 10
	maxDepth = 32
)

// Decode reads a document of at most 256 KiB. Elements, attributes and values
// that it does not know are ignored; a section with something missing or
// malformed is left out. Errors wrap [ErrDocument].
func Decode(data []byte) (Document, error) {
	if len(data) > maxBytes {
		return Document{}, fmt.Errorf("%w: larger than %d bytes", ErrDocument, maxBytes)
	}
	root, err := xmldoc.Read(data, maxDepth)
	if err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	if root.Tag != "clientConfig" {
		return Document{}, fmt.Errorf("%w: the root element is not clientConfig", ErrDocument)
	}
	provider := xmldoc.Child(root, "emailProvider")
	if provider == nil {
		return Document{}, fmt.Errorf("%w: there is no emailProvider", ErrDocument)
	}
	d := Document{
		ID:          xmldoc.Attr(provider, "id"),
		DisplayName: xmldoc.Text(provider, "displayName"),
		ShortName:   xmldoc.Text(provider, "displayShortName"),
		Incoming:    decodeServers(provider, "incomingServer"),
		Outgoing:    decodeServers(provider, "outgoingServer"),
		Services:    decodeServers(root, "calendar", "addressbook", "fileShare", "setupServer"),
		OAuth2:      decodeOAuth2(root),
		Update:      firstPage(xmldoc.Children(root, "clientConfigUpdate")),
	}
	d.Domains, d.MX = decodeDomains(provider)
	// In the ISPDB enable stands in emailProvider six times and beside it
	// twice, webMail always beside it.
	for _, parent := range []*etree.Element{provider, root} {
		d.Documentation = append(d.Documentation, decodeDocumentation(parent)...)
		d.Enable = append(d.Enable, decodeEnable(parent)...)
		for _, e := range xmldoc.Children(parent, "webMail") {
			if d.WebMail == "" {
				d.WebMail = firstPage(xmldoc.Children(e, "loginPage"))
			}
		}
	}
	if len(d.Incoming)+len(d.Outgoing)+len(d.Services) == 0 {
		return Document{}, fmt.Errorf("%w: no server section is usable", ErrDocument)
	}
	return d, nil
}

// decodeDomains gives each name once. One that is served is not said again to
// be a mail exchanger's.
func decodeDomains(provider *etree.Element) (served, mx []providers.Domain) {
	for _, e := range xmldoc.Children(provider, "domain") {
		domain, err := providers.ParseDomain(xmldoc.Content(e))
		switch {
		case err != nil:
		case xmldoc.Attr(e, "purpose") == "mx":
			mx = append(mx, domain)
		default:
			served = append(served, domain)
		}
	}
	return distinct(served, nil), distinct(mx, served)
}

// distinct gives each value once, and none of those besides.
func distinct[T comparable](list, besides []T) []T {
	seen := map[T]bool{}
	for _, v := range besides {
		seen[v] = true
	}
	var once []T
	for _, v := range list {
		if !seen[v] {
			once = append(once, v)
		}
		seen[v] = true
	}
	return once
}

// decodeOAuth2 gives the first section that is whole; nil when there is none.
// A secret is not read: what is published is none.
func decodeOAuth2(root *etree.Element) *providers.OAuth2Endpoint {
	for _, e := range xmldoc.Children(root, "oAuth2") {
		o := providers.OAuth2Endpoint{
			Issuer:   xmldoc.Text(e, "issuer"),
			AuthURL:  xmldoc.Text(e, "authURL"),
			TokenURL: xmldoc.Text(e, "tokenURL"),
			Scope:    xmldoc.Text(e, "scope"),
			ClientID: xmldoc.Text(e, "clientID"),
		}
		malformed := func(s string) bool { return s != "" && !isPage(s) }
		if says(&o) && !malformed(o.AuthURL) && !malformed(o.TokenURL) {
			return &o
		}
	}
	return nil
}

// isPage tells whether a text is the address of a page on the web, so that
// nobody is sent to anything else. It may hold placeholders, and keeps them.
func isPage(s string) bool {
	filled := s
	for _, p := range placeholders {
		filled = strings.ReplaceAll(filled, p, "x")
	}
	u, err := url.Parse(filled)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}

func firstPage(elements []*etree.Element) string {
	for _, e := range elements {
		if page := xmldoc.Attr(e, "url"); isPage(page) {
			return page
		}
	}
	return ""
}

// decodeDocumentation reads the pages on the settings. Two documents of the
// ISPDB still call them instruction.
func decodeDocumentation(parent *etree.Element) []providers.Link {
	var links []providers.Link
	for _, e := range parent.ChildElements() {
		if e.Space == parent.Space && (e.Tag == "documentation" || e.Tag == "instruction") {
			links = append(links, decodeLinks(e, documentation)...)
		}
	}
	return links
}

// decodeEnable reads the pages where access is switched on. An instruction
// beside such a page, not inside, and without a page of its own, belongs to
// the one before it.
func decodeEnable(parent *etree.Element) []providers.Link {
	var links []providers.Link
	for _, e := range parent.ChildElements() {
		switch {
		case e.Space != parent.Space:
		case e.Tag == "enable":
			links = append(links, decodeLinks(e, enable)...)
		case e.Tag == "instruction" && len(links) > 0 && xmldoc.Attr(e, "url") == "":
			last := &links[len(links)-1]
			said := providers.Link{URL: last.URL, Text: xmldoc.Content(e), Lang: xmldoc.Attr(e, "lang")}
			switch {
			case said.Text == "":
			case last.Text == "":
				*last = said
			default:
				links = append(links, said)
			}
		}
	}
	return links
}

func decodeLinks(e *etree.Element, names linkNames) []providers.Link {
	page := xmldoc.Attr(e, names.url)
	if !isPage(page) {
		return nil
	}
	var links []providers.Link
	for _, t := range xmldoc.Children(e, names.text) {
		if text := xmldoc.Content(t); text != "" {
			links = append(links, providers.Link{URL: page, Text: text, Lang: xmldoc.Attr(t, "lang")})
		}
	}
	if links == nil {
		links = []providers.Link{{URL: page}}
	}
	return links
}
