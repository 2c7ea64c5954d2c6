package pacc

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"waypost/providers"
)

// ContentType is what the document is sent as.
const ContentType = "application/json"

// Document is what one user-agent-configuration.json says. Fields that are
// empty are not written.
type Document struct {
	IMAP     string // host, 993 with implicit TLS
	POP3     string // host, 995 with implicit TLS
	Submit   string // host, 465 with implicit TLS
	JMAP     string // URL
	CalDAV   string // URL
	CardDAV  string // URL
	WebDAV   string // URL
	Password bool   // people log in with a password
	Issuer   string // of OAuth2, for clients that register themselves
	Name     string // of the provider, at most 60 characters
	Short    string // at most 20 characters
	Help     string // page on setting up mail clients
}

// CodeCannotSay is the code of providers that PACC cannot describe.
const CodeCannotSay = "PACC-CANNOT-SAY"

// New makes the document of a domain. The error is a
// [*providers.Inexpressible] where a server that clients need cannot be said.
func New(m providers.Match) (Document, error) {
	fits := func(s providers.Server) bool {
		return s.ImplicitTLS() && s.StandardPort() && s.Username == providers.FullAddress
	}
	incoming, outgoing, err := m.Pair(fits)
	if err != nil {
		if e, ok := errors.AsType[*providers.Inexpressible](err); ok && e.Code == providers.CodePartial {
			return Document{}, err
		}
		return Document{}, &providers.Inexpressible{
			Code:   CodeCannotSay,
			Reason: "PACC can name only servers with implicit TLS on ports 993, 995 and 465 where the user name is the whole address, and " + m.Provider.Name + " has no such pair.",
			Next:   "Offer submissions on port 465 and imaps on port 993, or leave PACC out.",
		}
	}
	d := Document{
		Submit:   outgoing.Host,
		Password: incoming.AcceptsPassword() && outgoing.AcceptsPassword(),
		Name:     m.Provider.Name,
		Short:    m.Provider.ShortName,
	}
	if incoming.Protocol == providers.IMAP {
		d.IMAP = incoming.Host
	} else {
		d.POP3 = incoming.Host
	}
	if o := m.Provider.OAuth2; o != nil {
		d.Issuer = o.Issuer
	}
	if !d.Password && d.Issuer == "" {
		return Document{}, &providers.Inexpressible{
			Code:   CodeCannotSay,
			Reason: m.Provider.Name + " takes no passwords, and PACC can say OAuth2 only by its issuer, which is not known.",
			Next:   "Add the issuer to the record, or leave PACC out.",
		}
	}
	if pages := m.Provider.Help.Documentation; len(pages) > 0 {
		d.Help = pages[0].URL
	}
	for _, s := range append(m.Setup.Incoming, m.Setup.Services...) {
		d.addService(s)
	}
	return d, nil
}

// addService takes the first service of each kind that can be said: on port
// 443, with the log-in of the mail servers and, but for JMAP, not at a bare
// origin.
func (d *Document) addService(s providers.Server) {
	to := map[providers.Protocol]*string{
		providers.JMAP: &d.JMAP, providers.CalDAV: &d.CalDAV, providers.CardDAV: &d.CardDAV, providers.WebDAV: &d.WebDAV,
	}[s.Protocol]
	logIn := s.Username == providers.FullAddress && (s.AcceptsPassword() || !d.Password)
	if to != nil && *to == "" && s.StandardPort() && logIn && (s.Path != "/" || s.Protocol == providers.JMAP) {
		*to = s.URL()
	}
}

// The wire form. Members stand in a fixed order, so that bytes are constant.
type (
	wire struct {
		Protocols      protocols      `json:"protocols"`
		Authentication authentication `json:"authentication"`
		Info           info           `json:"info"`
	}
	protocols struct {
		JMAP    *service `json:"jmap,omitempty"`
		IMAP    *server  `json:"imap,omitempty"`
		POP3    *server  `json:"pop3,omitempty"`
		SMTP    *server  `json:"smtp,omitempty"`   // -02
		Submit  *server  `json:"submit,omitempty"` // -03
		CalDAV  *service `json:"caldav,omitempty"`
		CardDAV *service `json:"carddav,omitempty"`
		WebDAV  *service `json:"webdav,omitempty"`
	}
	server struct {
		Host string `json:"host"`
	}
	service struct {
		URL string `json:"url"`
	}
	authentication struct {
		OAuth    *oauth `json:"oauth-public,omitempty"`
		Password bool   `json:"password"`
	}
	oauth struct {
		Issuer string `json:"issuer"`
	}
	info struct {
		Provider provider `json:"provider"`
		Help     *help    `json:"help,omitempty"`
	}
	provider struct {
		Name  string `json:"name"`
		Short string `json:"shortName,omitempty"`
	}
	help struct {
		Documentation string `json:"documentation"`
	}
)

// Encode gives the bytes of the document: the same for the same document.
func (d Document) Encode() ([]byte, error) {
	w := wire{
		Protocols: protocols{
			JMAP: serviceAt(d.JMAP), IMAP: serverAt(d.IMAP), POP3: serverAt(d.POP3), SMTP: serverAt(d.Submit),
			Submit: serverAt(d.Submit), CalDAV: serviceAt(d.CalDAV), CardDAV: serviceAt(d.CardDAV), WebDAV: serviceAt(d.WebDAV),
		},
		Authentication: authentication{Password: d.Password},
		Info:           info{Provider: provider{d.Name, d.Short}},
	}
	if d.Issuer != "" {
		w.Authentication.OAuth = &oauth{d.Issuer}
	}
	if d.Help != "" {
		w.Info.Help = &help{d.Help}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(w)
	return b.Bytes(), err
}

func serverAt(host string) *server {
	if host == "" {
		return nil
	}
	return &server{host}
}

func serviceAt(url string) *service {
	if url == "" {
		return nil
	}
	return &service{url}
}

// ErrDocument says that the bytes are not a user-agent-configuration.
var ErrDocument = errors.New("pacc: not a user-agent-configuration")

// maxDocument is the largest document that is read, in bytes.
const maxDocument = 64 << 10

// Decode reads a document of drafts -02 or -03, of at most 64 KiB. Members
// that it does not know are ignored. Where both names of the submission server
// stand, -03's counts. Errors wrap [ErrDocument].
func Decode(data []byte) (Document, error) {
	if len(data) > maxDocument {
		return Document{}, fmt.Errorf("%w: larger than %d bytes", ErrDocument, maxDocument)
	}
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	d := Document{Password: w.Authentication.Password, Name: w.Info.Provider.Name, Short: w.Info.Provider.Short}
	if w.Protocols.Submit == nil {
		w.Protocols.Submit = w.Protocols.SMTP
	}
	for from, to := range map[*server]*string{w.Protocols.IMAP: &d.IMAP, w.Protocols.POP3: &d.POP3, w.Protocols.Submit: &d.Submit} {
		if from == nil {
			continue
		}
		host, err := providers.ParseDomain(from.Host)
		if err != nil {
			return Document{}, fmt.Errorf("%w: a host is %w", ErrDocument, err)
		}
		*to = host.String()
	}
	for from, to := range map[*service]*string{w.Protocols.JMAP: &d.JMAP, w.Protocols.CalDAV: &d.CalDAV, w.Protocols.CardDAV: &d.CardDAV, w.Protocols.WebDAV: &d.WebDAV} {
		if from == nil {
			continue
		}
		s, err := providers.ParseService(providers.JMAP, from.URL)
		if err != nil {
			return Document{}, fmt.Errorf("%w: a URL is %w", ErrDocument, err)
		}
		*to = s.URL()
	}
	if w.Authentication.OAuth != nil {
		d.Issuer = w.Authentication.OAuth.Issuer
	}
	if w.Info.Help != nil {
		d.Help = w.Info.Help.Documentation
	}
	return d, nil
}

// Digest gives the text of the TXT record at _ua-auto-config.DOMAIN that binds
// the bytes of a document. During a change, publish the old and the new one.
func Digest(document []byte) string {
	sum := sha256.Sum256(document)
	return "v=UAAC1; a=sha256; d=" + base64.StdEncoding.EncodeToString(sum[:])
}
