package autodiscover_test

import (
	"slices"
	"strings"
)

// deltaChat reads an answer by the rules of Delta Chat core 2.57
// (auto_outlook.rs, 48888898, 2026-08-22): off is plaintext, on tries TLS and
// then STARTTLS, another word and no word are as on. The user name is the
// address.
func deltaChat(data []byte) ([]seen, error) {
	a, err := account(data)
	if err != nil {
		return nil, err
	}
	var servers []seen
	for _, n := range a.protocols() {
		s, ok := newSeen(n)
		s.Type = strings.ToUpper(s.Type)
		if !ok || !slices.Contains([]string{"IMAP", "SMTP"}, s.Type) {
			continue
		}
		s.Mode = either
		if ssl, _ := n.text("SSL"); strings.EqualFold(ssl, "off") {
			s.Mode = plaintext
		}
		servers = append(servers, s)
	}
	return servers, nil
}
