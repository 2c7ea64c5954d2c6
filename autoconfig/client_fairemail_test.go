package autoconfig_test

import (
	"errors"
	"strconv"

	"waypost/providers"
)

// fairEmail reads a document by the rules of FairEmail 1.2331
// (EmailProvider.java, 2026-08-22): the first imap and the first smtp, the
// port says what TLS is until a later socketType says otherwise, host names
// are taken as they stand, and %EMAILDOMAIN% is not known.
func fairEmail(data []byte, a providers.Address) (pair, error) {
	provider, err := parse(data)
	if err != nil {
		return pair{}, err
	}
	in, okIn := fairEmailFirst(provider.named("incomingServer"), a, "imap")
	out, okOut := fairEmailFirst(provider.named("outgoingServer"), a, "smtp")
	if !okIn || !okOut {
		return pair{}, errors.New("FairEmail: no pair of imap and smtp")
	}
	return pair{in, out}, nil
}

func fairEmailFirst(servers []node, a providers.Address, kind string) (login, bool) {
	for _, n := range servers {
		if n.attr("type") != kind {
			continue
		}
		l := login{Type: kind}
		for _, c := range n.Children {
			switch c.XMLName.Local {
			case "hostname":
				l.Host = c.Text
			case "port":
				l.Port, _ = strconv.Atoi(c.Text)
				l.Socket = "SSL"
				if l.Port == 143 || l.Port == 587 {
					l.Socket = "STARTTLS"
				}
			case "socketType":
				l.Socket = c.Text
			case "username":
				l.Username = fill(c.Text, a, "%EMAILADDRESS%", "%EMAILLOCALPART%")
			}
		}
		return l, true
	}
	return login{}, false
}
