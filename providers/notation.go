package providers

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrServer says that a text is not a server in the notation. The texts that
// wrap it say what to write instead.
var ErrServer = errors.New("not a server")

type scheme struct {
	name     string
	protocol Protocol
	port     int
	security Security
}

// schemes are IANA service names (RFC 6335 registry; submissions: RFC 8314).
var schemes = []scheme{
	{"imaps", IMAP, 993, TLS},
	{"imap", IMAP, 143, STARTTLS},
	{"pop3s", POP3, 995, TLS},
	{"pop3", POP3, 110, STARTTLS},
	{"submissions", Submission, 465, TLS},
	{"submission", Submission, 587, STARTTLS},
	{"smtp", Submission, 25, STARTTLS},
	{"sieve", ManageSieve, 4190, STARTTLS},
}

// ParseServer takes a server in the one notation:
//
//	imaps://host        993 implicit TLS    imap://host        143 STARTTLS
//	pop3s://host        995 implicit TLS    pop3://host        110 STARTTLS
//	submissions://host  465 implicit TLS    submission://host  587 STARTTLS
//	smtp://host          25 STARTTLS        sieve://host      4190 STARTTLS
//
// An explicit port overrides the scheme's and never changes the TLS mode;
// plaintext is said with ?security=none and not otherwise. smtps, which is no
// registered name, is refused with a word on submissions. The host is a name,
// never an IP address, and may hold {domain}. Auth, Username and Sources stay
// empty. Errors wrap [ErrServer].
func ParseServer(text string) (Server, error) {
	name, rest, found := strings.Cut(text, "://")
	if !found {
		return Server{}, serverError("it has no scheme; write it as imaps://mail.example.com")
	}
	for _, k := range schemes {
		if k.name == strings.ToLower(name) {
			return parseMailServer(k, rest)
		}
	}
	switch strings.ToLower(name) {
	case "https":
		return Server{}, serverError("https:// names a service, not a mail server")
	case "smtps":
		return Server{}, serverError("smtps:// is written submissions:// (RFC 8314)")
	}
	return Server{}, serverError("the scheme is none of imaps, imap, pop3s, pop3, submissions, submission, smtp, sieve")
}

func parseMailServer(k scheme, rest string) (Server, error) {
	s := Server{Protocol: k.protocol, Port: k.port, Security: k.security}
	rest, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery {
		switch {
		case query != "security=none":
			return Server{}, serverError("the only thing after a question mark is security=none")
		case k.security == TLS:
			return Server{}, serverError(k.name + " means TLS, which contradicts security=none")
		}
		s.Security = None
	}
	var err error
	s.Host, s.Port, err = parseHostPort(rest, k.port)
	return s, err
}

// ParseService takes the https URL of a service (JMAP, CalDAV, CardDAV,
// ActiveSync, EWS), of which the place where it stands says the protocol.
// User information, query, fragment and paths that need escapes are refused;
// an empty path is "/". Errors wrap [ErrServer].
func ParseService(p Protocol, text string) (Server, error) {
	name, rest, found := strings.Cut(text, "://")
	if !found || !strings.EqualFold(name, "https") {
		return Server{}, serverError("a service starts with https://")
	}
	hostport, path, _ := strings.Cut(rest, "/")
	if strings.ContainsAny(hostport, "?#") || strings.ContainsFunc(path, notPath) {
		return Server{}, serverError("the path of a service has letters, digits and -._~!$&'()*+,;=:@/ and nothing else")
	}
	host, port, err := parseHostPort(hostport, 443)
	if err != nil {
		return Server{}, err
	}
	return Server{Protocol: p, Host: host, Port: port, Security: TLS, Path: "/" + path}, nil
}

// notPath finds what a path would have to escape (RFC 3986 section 3.3), so
// that a path reads the same everywhere.
func notPath(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	default:
		return !strings.ContainsRune("-._~!$&'()*+,;=:@/", r)
	}
}

func parseHostPort(s string, port int) (string, int, error) {
	if strings.ContainsAny(s, "/@[]") {
		return "", 0, serverError("after :// stand a host name and, where needed, a port, nothing else")
	}
	host, digits, hasPort := strings.Cut(s, ":")
	if hasPort {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 || strconv.FormatUint(n, 10) != digits {
			return "", 0, serverError("the port is a number from 1 to 65535")
		}
		port = int(n)
	}
	host, err := ParseHost(host)
	return host, port, err
}

// hostPlaceholder is the only one in hosts: a Match has no address, and what
// is answered must not depend on the person who asks.
const hostPlaceholder = "{domain}"

// ParseHost takes the host of a server: a domain name, or one that {domain}
// would complete. It gives the ASCII form; errors wrap [ErrServer].
func ParseHost(host string) (string, error) {
	literal := strings.ReplaceAll(host, hostPlaceholder, "")
	switch {
	case strings.ContainsAny(literal, "{}"):
		return "", serverError("a host may hold {domain} and no other placeholder")
	case literal == host:
		d, err := ParseDomain(host)
		if err != nil {
			return "", hostError(err)
		}
		return d.ascii, nil
	case strings.ContainsFunc(literal, nonASCII):
		return "", serverError("beside {domain} a host is written in ASCII, with xn-- where it needs that")
	}
	if _, err := expandHost(host, Domain{"example.com"}); err != nil {
		return "", err
	}
	return strings.ToLower(host), nil
}

func nonASCII(r rune) bool { return r >= utf8.RuneSelf }

// expandHost puts the domain into the host before the host is parsed, so that
// what comes out is a name or an error, never a half-expanded text.
func expandHost(host string, d Domain) (string, error) {
	if !strings.Contains(host, hostPlaceholder) {
		return host, nil
	}
	e, err := ParseDomain(strings.ReplaceAll(host, hostPlaceholder, d.ascii))
	if err != nil {
		return "", hostError(err)
	}
	return e.ascii, nil
}

// URL gives the server in the notation; ParseServer or ParseService reads it
// back.
func (s Server) URL() string {
	if s.Path != "" {
		return "https://" + s.Host + portSuffix(s.Port, 443) + s.Path
	}
	var best *scheme
	for i, k := range schemes {
		if k.protocol != s.Protocol || (k.security == TLS) != (s.Security == TLS) {
			continue
		}
		if best == nil || k.port == s.Port {
			best = &schemes[i]
		}
	}
	if best == nil {
		return ""
	}
	u := best.name + "://" + s.Host + portSuffix(s.Port, best.port)
	if s.Security == None {
		u += "?security=none"
	}
	return u
}

func portSuffix(port, standard int) string {
	if port == standard {
		return ""
	}
	return ":" + strconv.Itoa(port)
}

func serverError(reason string) error { return &reasonError{ErrServer, reason} }

func hostError(err error) error {
	var r *reasonError
	errors.As(err, &r)
	return serverError("the host is not a name: " + r.reason)
}
