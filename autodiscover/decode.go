package autodiscover

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"waypost/internal/xmldoc"
	"waypost/providers"
)

// ErrAnswer says that a body is not an answer of the kind that is read.
var ErrAnswer = errors.New("autodiscover: not an answer")

// maxAnswer is the largest answer that is read, in bytes. Exchange's own are
// below 10 kB.
const maxAnswer = 256 << 10

// Decode reads an Outlook answer of at most 256 KiB: settings or a redirect.
// Protocols that it does not know, and those without a host, a port or TLS
// words that agree with MS-OXDSCLI, are left out; [DecodeWords] has them all.
// ExpirationDate is not read. An error document gives an [*AnswerError],
// anything else that says neither settings nor where to ask an error that
// wraps [ErrAnswer].
func Decode(data []byte) (Answer, error) {
	response, err := decodeResponse(data)
	if err != nil {
		return Answer{}, err
	}
	account := xmldoc.Child(response, "Account")
	if response.NamespaceURI() != nsOutlook || account == nil {
		return Answer{}, fmt.Errorf("%w: there is no Account of the Outlook schema", ErrAnswer)
	}
	var a Answer
	if user := xmldoc.Child(response, "User"); user != nil {
		a.DisplayName = xmldoc.Text(user, "DisplayName")
	}
	switch action := xmldoc.Text(account, "Action"); action {
	case actionSettings:
		for _, e := range xmldoc.Children(account, "Protocol") {
			if s, ok := decodeServer(e); ok {
				a.Servers = append(a.Servers, s)
			}
		}
		if len(a.Servers) == 0 {
			return Answer{}, fmt.Errorf("%w: no Protocol is usable", ErrAnswer)
		}
	case actionURL:
		// Microsoft's documentation has both spellings, and so do servers.
		a.RedirectURL = cmp.Or(xmldoc.Text(account, "RedirectUrl"), xmldoc.Text(account, "RedirectURL"))
	case actionAddress:
		a.RedirectAddress = xmldoc.Text(account, "RedirectAddr")
	default:
		return Answer{}, fmt.Errorf("%w: the action is neither settings nor a redirect", ErrAnswer)
	}
	if len(a.Servers) == 0 && a.RedirectURL == "" && a.RedirectAddress == "" {
		return Answer{}, fmt.Errorf("%w: the redirect does not say where", ErrAnswer)
	}
	return a, nil
}

// decodeResponse gives the Response of an answer in any schema, or the error
// of the document.
func decodeResponse(data []byte) (*etree.Element, error) {
	root, err := readAnswer(data)
	if err != nil {
		return nil, err
	}
	if root.Tag != "Autodiscover" || root.NamespaceURI() != nsResponse {
		return nil, fmt.Errorf("%w: the root element is not Autodiscover of responseschema/2006", ErrAnswer)
	}
	response := root.SelectElement("Response")
	if response == nil {
		return nil, fmt.Errorf("%w: there is no Response", ErrAnswer)
	}
	if e := xmldoc.Child(response, "Error"); e != nil {
		return nil, decodeError(e)
	}
	return response, nil
}

func readAnswer(data []byte) (*etree.Element, error) {
	if len(data) > maxAnswer {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrAnswer, maxAnswer)
	}
	root, err := xmldoc.Read(data, 2*maxDepth)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return root, nil
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
	if hours, err := strconv.ParseUint(xmldoc.Text(e, "TTL"), 10, 31); err == nil {
		s.TTL = int(hours)
	}
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

// Words are the elements of one Protocol by their names, each with its text as
// the server wrote it, less the white space around it. An element that is not
// there is not in the map: to Thunderbird an empty SSL is not the same as
// none. Of an element that stands there twice it is the first.
type Words map[string]string

// DecodeWords gives the Protocols of an answer of at most 256 KiB as they
// stand there, for those who ask what another client makes of them: SSL,
// Encryption and SPA in words that no specification has, types that are not
// mail, and servers that [Decode] leaves out. Like most clients it takes any
// namespace; unlike Decode it takes any Action. The error wraps [ErrAnswer].
func DecodeWords(data []byte) ([]Words, error) {
	root, err := readAnswer(data)
	if err != nil {
		return nil, err
	}
	response := root.SelectElement("Response")
	if response == nil {
		return nil, fmt.Errorf("%w: there is no Response", ErrAnswer)
	}
	account := xmldoc.Child(response, "Account")
	if account == nil {
		return nil, fmt.Errorf("%w: there is no Account", ErrAnswer)
	}
	var protocols []Words
	for _, p := range xmldoc.Children(account, "Protocol") {
		words := Words{}
		for _, c := range p.ChildElements() {
			if _, twice := words[c.Tag]; !twice && c.Space == p.Space {
				words[c.Tag] = xmldoc.Content(c)
			}
		}
		protocols = append(protocols, words)
	}
	return protocols, nil
}
