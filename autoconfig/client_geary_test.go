package autoconfig_test

import (
	"errors"
	"strconv"

	"waypost/providers"
)

// geary reads a document by the rules of Geary (3e8d4f1a, 2026-05): the very
// first incomingServer, which must be imap, and the very first
// outgoingServer, which must be smtp.
func geary(data []byte, a providers.Address) (pair, error) {
	provider, err := parse(data)
	if err != nil {
		return pair{}, err
	}
	in, out := provider.named("incomingServer"), provider.named("outgoingServer")
	if len(in) == 0 || in[0].attr("type") != "imap" || len(out) == 0 || out[0].attr("type") != "smtp" {
		return pair{}, errors.New("Geary: the first servers are not imap and smtp")
	}
	return pair{gearyServer(in[0], a), gearyServer(out[0], a)}, nil
}

func gearyServer(n node, a providers.Address) login {
	l := login{Type: n.attr("type")}
	for _, c := range n.Children {
		switch c.XMLName.Local {
		case "hostname":
			l.Host = c.Text
		case "port":
			l.Port, _ = strconv.Atoi(c.Text)
		case "socketType":
			l.Socket = c.Text
		case "username":
			l.Username = fill(c.Text, a, all...)
		}
	}
	return l
}
