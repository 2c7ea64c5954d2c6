package autodiscover_test

import (
	"slices"
	"strings"
)

// thunderbird reads an answer by the rules of Thunderbird 156.0a1
// (ExchangeAutoDiscover.sys.mjs, JXON.sys.mjs; 2026-08-22): off or None is
// plaintext, else the port alone says which TLS. The element names true,
// false and nothing are JavaScript booleans, which have no toLowerCase: that
// server is dropped.
func thunderbird(data []byte) ([]seen, error) {
	a, err := account(data)
	if err != nil {
		return nil, err
	}
	var servers []seen
	for _, n := range a.protocols() {
		s, ok := newSeen(n)
		if !ok || !slices.Contains([]string{"IMAP", "POP3", "SMTP"}, s.Type) {
			continue
		}
		ssl, hasSSL := n.text("SSL")
		encryption, hasEncryption := n.text("Encryption")
		if hasSSL && isBoolean(ssl) || hasEncryption && isBoolean(encryption) {
			continue
		}
		switch {
		case strings.EqualFold(ssl, "off"), strings.EqualFold(encryption, "None"):
			s.Mode = plaintext
		case slices.Contains([]int{143, 110, 25, 587}, s.Port):
			s.Mode = startTLS
		default:
			s.Mode = implicit
		}
		s.Login = "%EMAILADDRESS%"
		if name, ok := n.text("LoginName"); ok {
			s.Login = name
		}
		servers = append(servers, s)
	}
	return servers, nil
}

func isBoolean(s string) bool { return s == "" || s == "true" || s == "false" }
