package autodiscover

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"waypost/internal/xmldoc"
	"waypost/providers"
)

// ErrAnswer says that a body is not an answer with settings.
var ErrAnswer = errors.New("autodiscover: not an answer with settings")

// AnswerError is the error document of a server.
type AnswerError struct {
	Code    ErrorCode
	Message string
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("autodiscover: error %d: %s", e.Code, e.Message)
}

// maxAnswer is the largest answer that is read, in bytes. Exchange's own are
// below 10 kB.
const maxAnswer = 256 << 10

// Decode reads an Outlook answer of at most 256 KiB. Protocols that it does
// not know, and those without a host, a port or TLS words that agree with
// MS-OXDSCLI, are left out. An error document gives an [*AnswerError],
// anything else that has no settings an error that wraps [ErrAnswer].
func Decode(data []byte) (Answer, error) {
	if len(data) > maxAnswer {
		return Answer{}, fmt.Errorf("%w: larger than %d bytes", ErrAnswer, maxAnswer)
	}
	root, err := xmldoc.Read(data, 2*maxDepth)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if root.Tag != "Autodiscover" || root.NamespaceURI() != nsResponse {
		return Answer{}, fmt.Errorf("%w: the root element is not Autodiscover of responseschema/2006", ErrAnswer)
	}
	response := root.SelectElement("Response")
	if response == nil {
		return Answer{}, fmt.Errorf("%w: there is no Response", ErrAnswer)
	}
	if e := xmldoc.Child(response, "Error"); e != nil {
		code, _ := strconv.Atoi(xmldoc.Text(e, "ErrorCode"))
		return Answer{}, &AnswerError{ErrorCode(code), xmldoc.Text(e, "Message")}
	}
	account := xmldoc.Child(response, "Account")
	if response.NamespaceURI() != nsOutlook || account == nil {
		return Answer{}, fmt.Errorf("%w: there is no Account of the Outlook schema", ErrAnswer)
	}
	if action := xmldoc.Text(account, "Action"); action != "settings" {
		return Answer{}, fmt.Errorf("%w: the action is not settings", ErrAnswer)
	}
	var a Answer
	if user := xmldoc.Child(response, "User"); user != nil {
		a.DisplayName = xmldoc.Text(user, "DisplayName")
	}
	for _, e := range xmldoc.Children(account, "Protocol") {
		if s, ok := decodeServer(e); ok {
			a.Servers = append(a.Servers, s)
		}
	}
	if len(a.Servers) == 0 {
		return Answer{}, fmt.Errorf("%w: no Protocol is usable", ErrAnswer)
	}
	return a, nil
}

func decodeServer(e *etree.Element) (Server, bool) {
	s := Server{LoginName: xmldoc.Text(e, "LoginName")}
	for _, t := range protocolTypes {
		if t.name == xmldoc.Text(e, "Type") {
			s.Protocol = t.protocol
		}
	}
	s.Security = decodeSecurity(xmldoc.Child(e, "SSL"), xmldoc.Child(e, "Encryption"))
	host, err := providers.ParseDomain(xmldoc.Text(e, "Server"))
	s.Host = host.String()
	port, errPort := strconv.ParseUint(xmldoc.Text(e, "Port"), 10, 16)
	s.Port = int(port)
	ok := s.Protocol != "" && s.Security != "" && err == nil && errPort == nil && port > 0
	return s, ok
}

// decodeSecurity reads the two words as Outlook does: Encryption decides
// where it is there, else SSL, whose default is on. Auto, and words that the
// specification does not have, leave the TLS mode unknown; an empty element
// is such a word.
func decodeSecurity(ssl, encryption *etree.Element) providers.Security {
	switch {
	case encryption != nil:
		for _, w := range tlsWords {
			if strings.EqualFold(xmldoc.Content(encryption), w.encryption) {
				return w.security
			}
		}
	case ssl == nil, strings.EqualFold(xmldoc.Content(ssl), "on"):
		return providers.TLS
	case strings.EqualFold(xmldoc.Content(ssl), "off"):
		return providers.None
	}
	return ""
}
