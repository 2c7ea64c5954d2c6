package discover

import (
	"errors"
	"fmt"
	"strings"

	"waypost/providers"
)

// deltaReads has the rules of auto_mozilla.rs (48888898, 2026-08-22): names in
// any case and at any depth, texts trimmed, authentication ignored. What is
// well-formed is an answer, even without a server.
func deltaReads(body []byte, a providers.Address) ([]Server, error) {
	root, _, err := parseXML(body) // HTML's doctype does not matter to this client
	if err != nil {
		return nil, err
	}
	var servers []Server
	for _, element := range []string{"incomingServer", "outgoingServer"} {
		for _, n := range root.within(element) {
			s := Server{Protocol: mailType(strings.ToLower(n.attr("type")))}
			for _, c := range n.children {
				text := fillAll(strings.TrimSpace(c.text), a)
				switch strings.ToLower(c.name) {
				case "hostname":
					s.Host = text
				case "port":
					s.Port = portOf(text)
				case "username":
					s.Username = text
				case "sockettype":
					s.Security = map[string]providers.Security{
						"ssl": providers.TLS, "starttls": providers.STARTTLS, "plain": providers.None,
					}[strings.ToLower(text)]
				}
			}
			wanted := providers.IMAP
			if element == "outgoingServer" {
				wanted = providers.Submission
			}
			if s.Protocol == wanted && s.Host != "" && s.Port != 0 && s.Username != "" {
				servers = append(servers, s)
			}
		}
	}
	return servers, nil
}

// evolutionUser is what Evolution sends in place of the local part, and takes
// out of the answer again.
const evolutionUser = "EVOLUTIONUSER"

// evolutionReads has the rules of e-mail-autoconfig.c (6901b223, 2026-08): a
// DTD and any attribute of a server but type are errors, and of several servers
// of a type the last one counts.
func evolutionReads(body []byte, a providers.Address) ([]Server, error) {
	root, doctype, err := parseXML(body)
	if err != nil {
		return nil, err
	}
	if doctype != "" {
		return nil, errors.New("the document has a document type, which Evolution refuses")
	}
	last := map[providers.Protocol]Server{}
	for _, element := range []string{"incomingServer", "outgoingServer"} {
		for _, n := range root.within(element) {
			if n.name != element {
				continue
			}
			if len(n.attrs) != 1 || n.attr("type") == "" {
				return nil, fmt.Errorf("a %s has other attributes than type, which Evolution refuses", element)
			}
			s := plainServer(n, a)
			s.Host = fillAll(s.Host, a)
			s.Username = strings.ReplaceAll(s.Username, evolutionUser, a.Local())
			if s.Security == "" {
				s.Security = providers.None
			}
			last[s.Protocol] = s
		}
	}
	in, ok := last[providers.IMAP]
	if !ok {
		in, ok = last[providers.POP3]
	}
	out, both := last[providers.Submission]
	if !ok || !both || in.Host == "" || out.Host == "" {
		return nil, errors.New("the document has no server for one of the directions")
	}
	return []Server{in, out}, nil
}

// fairEmailReads has the rules of EmailProvider.java (1.2331, 2026-08-22): the
// first imap and the first smtp; the port says what TLS is until a later
// socketType says otherwise; host names are taken as they stand.
func fairEmailReads(body []byte, a providers.Address) ([]Server, error) {
	root, _, err := parseXML(body)
	if err != nil {
		return nil, err
	}
	var pair []Server
	for _, wanted := range []struct{ element, kind string }{{"incomingServer", "imap"}, {"outgoingServer", "smtp"}} {
		for _, n := range root.within(wanted.element) {
			if n.attr("type") == wanted.kind {
				s, err := fairEmailServer(n, a)
				if err != nil {
					return nil, err
				}
				pair = append(pair, s)
				break
			}
		}
	}
	if len(pair) < 2 || pair[0].Host == "" || pair[1].Host == "" || pair[0].Port == 0 || pair[1].Port == 0 {
		return nil, errors.New("the document has no complete pair of imap and smtp")
	}
	return pair, nil
}

func fairEmailServer(n *node, a providers.Address) (Server, error) {
	s := Server{Protocol: mailType(n.attr("type")), Username: a.String()}
	for _, c := range n.children {
		switch c.name {
		case "hostname":
			s.Host = c.text
		case "port":
			if s.Port = portOf(c.text); s.Port == 0 {
				return s, errors.New("a port is no number, for which FairEmail drops the document")
			}
			s.Security = portSecurity(s.Port)
		case "socketType":
			if known := socketType(c.text); known == providers.TLS || known == providers.STARTTLS {
				s.Security = known
			}
		case "username":
			s.Username = fill(c.text, a, emailAddress, emailLocal)
		}
	}
	return s, nil
}

// portSecurity is what FairEmail takes a port for.
func portSecurity(port int) providers.Security {
	if port == 143 || port == 587 {
		return providers.STARTTLS
	}
	return providers.TLS
}

// gearyReads has Geary's rules (3e8d4f1a, 2026-05): the very first
// incomingServer, which must be imap, and the very first outgoingServer, which
// must be smtp.
func gearyReads(body []byte, a providers.Address) ([]Server, error) {
	p, err := clientConfig(body)
	if err != nil {
		return nil, err
	}
	in, out := p.named("incomingServer"), p.named("outgoingServer")
	if len(in) == 0 || in[0].attr("type") != "imap" || len(out) == 0 || out[0].attr("type") != "smtp" {
		return nil, errors.New("the first servers of the document are not imap and smtp, and Geary looks at no others")
	}
	var pair []Server
	for _, n := range []*node{in[0], out[0]} {
		s := plainServer(n, a)
		if s.Host = fillAll(s.Host, a); s.Host == "" {
			return nil, errors.New("one of the first two servers of the document has no hostname")
		}
		if s.Security == "" {
			s.Security = providers.None
		}
		pair = append(pair, s)
	}
	return pair, nil
}

// kmailReads has the rules of kmail-account-wizard's ispdb.cpp (8163b65,
// 2026-07): a server needs its port, and socketType and authentication in words
// that it knows.
func kmailReads(body []byte, a providers.Address) ([]Server, error) {
	p, err := clientConfig(body)
	if err != nil {
		return nil, err
	}
	return pairOf(p, "KMail", func(n *node) (Server, error) {
		s := plainServer(n, a)
		s.Host = fillAll(s.Host, a)
		for _, word := range n.texts("authentication") {
			if word == "client-ip-based" {
				s.Auth = providers.NoAuth
			} else if known := authentication(word); known != "" && s.Auth == "" {
				s.Auth = known
			}
		}
		switch {
		case s.Protocol == "":
			return s, errors.New("it has another type than mail's")
		case s.Host == "":
			return s, errors.New("its hostname is missing")
		case s.Port == 0:
			return s, errors.New("its port is none")
		}
		return s, nil
	})
}

// nextcloudReads has the rules of IspDb.php (e5734fe, 2026-08-22): the first
// imap and the first smtp; socketType in any case, and a word that it does not
// know is no encryption; host names are taken as they stand.
func nextcloudReads(body []byte, a providers.Address) ([]Server, error) {
	p, err := clientConfig(body)
	if err != nil {
		return nil, err
	}
	return pairOf(p, "Nextcloud Mail", func(n *node) (Server, error) {
		s := plainServer(n, a)
		if s.Protocol != providers.IMAP && s.Protocol != providers.Submission {
			return s, errors.New("it has another type than imap and smtp")
		}
		s.Username = fill(n.first("username"), a, emailAddress, emailLocal)
		switch strings.ToLower(n.first("socketType")) {
		case "ssl":
			s.Security = providers.TLS
		case "starttls", "tls":
			s.Security = providers.STARTTLS
		default:
			s.Security = providers.None
		}
		if s.Host == "" {
			return s, errors.New("its hostname is missing")
		}
		return s, nil
	})
}
