package autoconfig_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"waypost/providers"
)

// thunderbird reads a document by the rules of Thunderbird 156.0a1
// (readFromXML.sys.mjs, JXON.sys.mjs, OAuth2Providers.sys.mjs; 2026-08-22).
func thunderbird(data []byte, a providers.Address) (pair, error) {
	provider, err := parse(data)
	if err != nil {
		return pair{}, err
	}
	if id := provider.attr("id"); !asciiHost.MatchString(id) && !placeholder.MatchString(id) {
		return pair{}, fmt.Errorf("the id %q is no host name", id)
	}
	domains := provider.texts("domain")
	if len(domains) == 0 || !slices.ContainsFunc(domains, func(s string) bool {
		return asciiHost.MatchString(s) || placeholder.MatchString(s)
	}) {
		return pair{}, errors.New("no <domain> in ASCII")
	}
	in, errIn := thunderbirdFirst(provider.named("incomingServer"), a, "imap", "pop3")
	out, errOut := thunderbirdFirst(provider.named("outgoingServer"), a, "smtp")
	return pair{in, out}, cmp.Or(errIn, errOut)
}

func thunderbirdFirst(servers []node, a providers.Address, types ...string) (login, error) {
	for _, n := range servers {
		l := login{Type: n.attr("type")}
		for _, s := range slices.Backward(n.texts("socketType")) {
			if s == "plain" || s == "SSL" || s == "STARTTLS" {
				l.Socket = s
			}
		}
		l.Host = fill(strings.TrimSpace(n.first("hostname")), a, all...)
		l.Port, _ = strconv.Atoi(strings.TrimSpace(n.first("port")))
		for _, auth := range slices.Backward(n.texts("authentication")) {
			oauth2 := auth == "OAuth2" && slices.ContainsFunc(thunderbirdOAuth2, func(s string) bool { return strings.HasSuffix(l.Host, s) })
			if oauth2 || slices.Contains([]string{"password-cleartext", "password-encrypted", "GSSAPI", "NTLM"}, auth) {
				l.Auth = auth
			}
		}
		for _, name := range n.texts("username") {
			l.Username = fill(jxon(name), a, all...)
		}
		if slices.Contains(types, l.Type) && asciiHost.MatchString(l.Host) && l.Port > 0 && l.Socket != "" && l.Auth != "" && l.Username != "" {
			return l, nil
		}
	}
	return login{}, fmt.Errorf("Thunderbird: no server of %v is usable", types)
}

var all = []string{"%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%"}

// thunderbirdOAuth2 are the hosts that Thunderbird has OAuth2 for, in part.
var thunderbirdOAuth2 = []string{
	".gmail.com", ".outlook.com", ".office365.com", ".mail.yahoo.com", ".aol.com", ".fastmail.com",
	".mail.ru", ".yandex.com", ".yandex.ru", ".mail.att.net", ".comcast.net",
}

// jxon turns texts into JavaScript values and back.
func jxon(s string) string {
	if s == "" {
		return "true"
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s
}
