package discover

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"waypost/providers"
)

var (
	asciiHost   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)
	placeholder = regexp.MustCompile(`%[A-Z]+%`)
)

// mailType gives the protocol that a type attribute names; empty for those that
// are no mail.
func mailType(t string) providers.Protocol {
	switch t {
	case "imap":
		return providers.IMAP
	case "pop3":
		return providers.POP3
	case "smtp":
		return providers.Submission
	}
	return ""
}

// socketType gives what the three words of autoconfig mean; empty for others.
func socketType(s string) providers.Security {
	switch s {
	case "SSL":
		return providers.TLS
	case "STARTTLS":
		return providers.STARTTLS
	case "plain":
		return providers.None
	}
	return ""
}

// authentication gives the method of a word of autoconfig, with the names of
// the old format; empty for others.
func authentication(s string) providers.Auth {
	switch s {
	case "plain":
		return providers.PasswordCleartext
	case "secure":
		return providers.PasswordEncrypted
	case "password-cleartext", "password-encrypted", "GSSAPI", "NTLM", "OAuth2", "TLS-client-cert", "none":
		return providers.Auth(s)
	case "client-IP-address", "smtp-after-pop":
		return providers.NoAuth
	}
	return ""
}

// pairOf takes the first incoming server and the first outgoing one that a
// client's rule accepts. The rule's error is why not; one that wraps errWhole
// ends the search.
func pairOf(p *node, client string, rule func(*node) (Server, error)) ([]Server, error) {
	var pair []Server
	for _, element := range []string{"incomingServer", "outgoingServer"} {
		reason := errors.New("there is none")
		taken := false
		for _, n := range p.named(element) {
			s, err := rule(n)
			if errors.Is(err, errWhole) {
				return nil, err
			}
			if err == nil && !taken {
				pair, taken = append(pair, s), true
			} else if err != nil {
				reason = err
			}
		}
		if !taken {
			return nil, fmt.Errorf("%s accepts no %s of the document: %w", client, element, reason)
		}
	}
	return pair, nil
}

// errWhole says that one fault in a server condemns the document.
var errWhole = errors.New("K-9 refuses the whole document")

// plainServer reads a server as most clients do: the first text of each
// element, all placeholders in the user name, the three words of socketType.
func plainServer(n *node, a providers.Address) Server {
	s := Server{Protocol: mailType(n.attr("type")), Host: n.first("hostname"), Security: socketType(n.first("socketType"))}
	s.Port = portOf(strings.TrimSpace(n.first("port"))) // as C, PHP and Qt read numbers
	s.Username = fillAll(n.first("username"), a)
	return s
}

// portOf reads a port without trimming; 0 where it is none.
func portOf(s string) int {
	port, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}

// thunderbirdReads has the rules of readFromXML.sys.mjs and JXON.sys.mjs
// (156.0a1, 2026-08-22).
func thunderbirdReads(body []byte, a providers.Address) ([]Server, error) {
	p, err := clientConfig(body)
	if err != nil {
		return nil, err
	}
	if id := p.attr("id"); !asciiHost.MatchString(id) && !placeholder.MatchString(id) {
		return nil, errors.New("the id of the emailProvider is no host name, which Thunderbird refuses")
	}
	if !slices.ContainsFunc(p.texts("domain"), func(s string) bool {
		return asciiHost.MatchString(strings.TrimSpace(s)) || placeholder.MatchString(s)
	}) {
		return nil, errors.New("the document has no domain element in ASCII, which Thunderbird refuses")
	}
	return pairOf(p, "Thunderbird", func(n *node) (Server, error) { return thunderbirdServer(n, a) })
}

func thunderbirdServer(n *node, a providers.Address) (Server, error) {
	s := Server{Protocol: mailType(n.attr("type"))}
	if s.Protocol == "" || (n.name == "outgoingServer") != (s.Protocol == providers.Submission) {
		return s, errors.New("it has another type than mail's")
	}
	s.Host = fillAll(strings.TrimSpace(n.first("hostname")), a)
	s.Port = portOf(strings.TrimSpace(n.first("port")))
	for _, word := range slices.Backward(n.texts("socketType")) {
		if known := socketType(word); known != "" {
			s.Security = known
		}
	}
	for _, word := range slices.Backward(n.texts("authentication")) {
		switch known := authentication(word); {
		case known == "", known == providers.TLSClientCert, known == providers.NoAuth && s.Protocol != providers.Submission:
		case known == providers.OAuth2 && !ownOAuth2(s.Host, thunderbirdOAuth2):
		default:
			s.Auth = known
		}
	}
	for _, name := range n.texts("username") {
		s.Username = fillAll(jxon(name), a)
	}
	switch {
	case !asciiHost.MatchString(s.Host):
		return s, errors.New("its hostname is none")
	case s.Port == 0:
		return s, errors.New("its port is none")
	case s.Security == "":
		return s, errors.New("its socketType is none of SSL, STARTTLS and plain")
	case s.Auth == "":
		return s, errors.New("it has no authentication that Thunderbird knows, or OAuth2 alone on a host that Thunderbird has no OAuth2 for")
	case s.Username == "" && s.Auth != providers.NoAuth:
		return s, errors.New("it has no username")
	}
	return s, nil
}

// jxon turns a text into a JavaScript value and back, as Thunderbird does:
// digits lose their leading zeros and their sign, and nothing becomes true.
func jxon(s string) string {
	if s == "" {
		return "true"
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "xXpP_nN") {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s
}

// The hosts that a client has OAuth2 for, in part; elsewhere it passes OAuth2
// over (OAuth2Providers.sys.mjs, and the app's OAuth configuration).
var (
	k9OAuth2 = []string{
		".gmail.com", ".googlemail.com", ".outlook.com", ".office365.com", ".hotmail.com", ".office.com",
		".mail.yahoo.com", ".aol.com", ".fastmail.com", ".thundermail.com", ".tb.pro",
	}
	thunderbirdOAuth2 = append([]string{".mail.ru", ".yandex.com", ".yandex.ru", ".mail.att.net", ".comcast.net"}, k9OAuth2...)
)

func ownOAuth2(host string, hosts []string) bool {
	return slices.ContainsFunc(hosts, func(s string) bool { return strings.HasSuffix("."+strings.ToLower(host), s) })
}

// k9Reads has the rules of RealAutoconfigParser.kt (a59bd679, 2026-08-20): one
// fault in an imap or smtp section condemns the document.
func k9Reads(body []byte, a providers.Address) ([]Server, error) {
	p, err := clientConfig(body)
	if err != nil {
		return nil, err
	}
	if !asciiHost.MatchString(p.attr("id")) {
		return nil, errors.New("the id of the emailProvider is no host name, which K-9 refuses")
	}
	if !slices.ContainsFunc(p.texts("domain"), func(s string) bool { return asciiHost.MatchString(fillAll(s, a)) }) {
		return nil, errors.New("the document has no valid domain element, which K-9 refuses")
	}
	pair, err := pairOf(p, "K-9", func(n *node) (Server, error) { return k9Server(n, a) })
	if err != nil {
		return nil, err
	}
	for _, s := range pair {
		if s.Auth == "" {
			return nil, fmt.Errorf("the %s server takes OAuth2 alone, and K-9 has none for its host", s.Protocol.Words())
		}
	}
	return pair, nil
}

func k9Server(n *node, a providers.Address) (Server, error) {
	s := plainServer(n, a)
	s.Port = portOf(n.first("port")) // toIntOrNull does not trim
	if s.Protocol != providers.IMAP && s.Protocol != providers.Submission || (n.name == "outgoingServer") != (s.Protocol == providers.Submission) {
		return s, errors.New("it has another type than imap and smtp")
	}
	known := false
	for _, word := range slices.Backward(n.texts("authentication")) {
		switch auth := authentication(word); {
		case auth != providers.Auth(word): // the old names
		case auth == providers.OAuth2:
			known = true
			if ownOAuth2(s.Host, k9OAuth2) {
				s.Auth = auth
			}
		case auth == providers.PasswordCleartext, auth == providers.PasswordEncrypted:
			s.Auth, known = auth, true
		}
	}
	s.Host = fillAll(s.Host, a)
	fault := ""
	switch {
	case !asciiHost.MatchString(s.Host):
		fault = "a hostname is none"
	case s.Port == 0:
		fault = "a port is none"
	case s.Security != providers.TLS && s.Security != providers.STARTTLS:
		fault = "a socketType is neither SSL nor STARTTLS"
	case s.Username == "":
		fault = "a username is missing"
	case !known:
		fault = "a server has no authentication that K-9 knows"
	}
	if fault != "" {
		return s, fmt.Errorf("%s, and for one such fault %w", fault, errWhole)
	}
	return s, nil
}
