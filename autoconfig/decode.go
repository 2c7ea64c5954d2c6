package autoconfig

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
// that it does not know are ignored; a server section with something missing
// or unknown is left out. Errors wrap [ErrDocument].
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
	}
	for _, e := range xmldoc.Children(provider, "domain") {
		if domain, err := providers.ParseDomain(xmldoc.Content(e)); err == nil {
			d.Domains = append(d.Domains, domain)
		}
	}
	d.Incoming = decodeServers(provider, "incomingServer")
	d.Outgoing = decodeServers(provider, "outgoingServer")
	for _, e := range xmldoc.Children(provider, "documentation") {
		d.Documentation = append(d.Documentation, decodeDocumentation(e)...)
	}
	if len(d.Incoming) == 0 && len(d.Outgoing) == 0 {
		return Document{}, fmt.Errorf("%w: no server section is usable", ErrDocument)
	}
	return d, nil
}

func decodeServers(provider *etree.Element, name string) []providers.Server {
	var servers []providers.Server
	for _, e := range xmldoc.Children(provider, name) {
		if s, ok := decodeServer(e); ok {
			servers = append(servers, s)
		}
	}
	return servers
}

func decodeServer(e *etree.Element) (providers.Server, bool) {
	var s providers.Server
	for _, t := range serverTypes {
		if t.element == e.Tag && t.name == xmldoc.Attr(e, "type") {
			s.Protocol = t.protocol
		}
	}
	for _, k := range socketTypes {
		if k.name == xmldoc.Text(e, "socketType") {
			s.Security = k.security
		}
	}
	host, errHost := decodeHost(xmldoc.Text(e, "hostname"))
	s.Host = host
	port, errPort := strconv.ParseUint(xmldoc.Text(e, "port"), 10, 16)
	s.Port = int(port)
	if s.Protocol == "" || s.Security == "" || errHost != nil || errPort != nil || port == 0 {
		return providers.Server{}, false
	}
	for _, a := range xmldoc.Children(e, "authentication") {
		if method := providers.Auth(xmldoc.Content(a)); method.Known() {
			s.Auth = append(s.Auth, method)
		}
	}
	if len(s.Auth) == 0 {
		return providers.Server{}, false
	}
	username := xmldoc.Text(e, "username")
	if username == "" { // only a server without authentication needs none
		return s, slices.Equal(s.Auth, []providers.Auth{providers.NoAuth})
	}
	var err error
	s.Username, err = decodeUsername(username)
	return s, err == nil
}

// errBraces: the model's own placeholders mean nothing in a document.
var errBraces = errors.New("autoconfig: braces in a host or user name")

func decodeHost(s string) (string, error) {
	if strings.ContainsAny(s, "{}") {
		return "", errBraces
	}
	return providers.ParseHost(strings.ReplaceAll(s, placeholderDomain, "{domain}"))
}

func decodeUsername(s string) (providers.Username, error) {
	if strings.ContainsAny(s, "{}") {
		return "", errBraces
	}
	return providers.ParseUsername(strings.NewReplacer(
		placeholderAddress, "{address}",
		placeholderLocal, "{local}",
		placeholderDomain, "{domain}",
	).Replace(s))
}

func decodeDocumentation(e *etree.Element) []providers.Link {
	url := xmldoc.Attr(e, "url")
	if url == "" {
		return nil
	}
	var links []providers.Link
	for _, descr := range xmldoc.Children(e, "descr") {
		if text := xmldoc.Content(descr); text != "" {
			links = append(links, providers.Link{URL: url, Text: text, Lang: xmldoc.Attr(descr, "lang")})
		}
	}
	if links == nil {
		links = []providers.Link{{URL: url}}
	}
	return links
}
