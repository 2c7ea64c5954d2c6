package autoconfig_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"waypost/providers"
)

// k9 reads a document by the rules of Thunderbird for Android and K-9 Mail
// (RealAutoconfigParser.kt, a59bd679, 2026-08-20).
func k9(data []byte, a providers.Address) (pair, error) {
	provider, err := parse(data)
	if err != nil {
		return pair{}, err
	}
	if !asciiHost.MatchString(provider.attr("id")) {
		return pair{}, errors.New("K-9: the id is no host name")
	}
	if !slices.ContainsFunc(provider.texts("domain"), asciiHost.MatchString) {
		return pair{}, errors.New("K-9: no valid <domain>")
	}
	in, errIn := k9First(provider.named("incomingServer"), a, "imap")
	out, errOut := k9First(provider.named("outgoingServer"), a, "smtp")
	return pair{in, out}, errors.Join(errIn, errOut)
}

// k9First takes the first of its type, but one fault in any of them is a
// fault of the whole document.
func k9First(servers []node, a providers.Address, kind string) (login, error) {
	var found []login
	for _, n := range servers {
		if n.attr("type") != kind {
			continue
		}
		l, err := k9Server(n, a)
		if err != nil {
			return login{}, err
		}
		found = append(found, l)
	}
	if len(found) == 0 {
		return login{}, fmt.Errorf("K-9: no %s server", kind)
	}
	return found[0], nil
}

func k9Server(n node, a providers.Address) (login, error) {
	l := login{Type: n.attr("type"), Host: fill(n.first("hostname"), a, all...), Socket: n.first("socketType")}
	port, err := strconv.Atoi(n.first("port")) // toIntOrNull does not trim
	l.Port, l.Username = port, fill(n.first("username"), a, all...)
	for _, auth := range slices.Backward(n.texts("authentication")) {
		if slices.Contains([]string{"OAuth2", "password-cleartext", "password-encrypted"}, auth) {
			l.Auth = auth
		}
	}
	switch {
	case !asciiHost.MatchString(l.Host), err != nil, l.Username == "", l.Auth == "":
		return login{}, fmt.Errorf("K-9: a fault in %+v", l)
	case l.Socket != "SSL" && l.Socket != "STARTTLS":
		return login{}, fmt.Errorf("K-9: unknown socketType %q", l.Socket)
	}
	return l, nil
}
