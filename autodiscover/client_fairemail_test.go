package autodiscover_test

import "errors"

// fairEmail reads an answer by the rules of FairEmail 1.2331
// (EmailProvider.java, 2026-08-22): AccountType and Action, spelled exactly,
// come before the first Protocol, and the port alone says which TLS.
func fairEmail(data []byte) ([]seen, error) {
	a, err := account(data)
	if err != nil {
		return nil, err
	}
	var isMail, isSettings bool
	var servers []seen
	for _, c := range a.Children {
		switch c.XMLName.Local {
		case "AccountType":
			isMail = c.Text == "email"
		case "Action":
			isSettings = c.Text == "settings"
		case "Protocol":
			if !isMail || !isSettings {
				return nil, errors.New("FairEmail: a Protocol before email and settings")
			}
			s, ok := newSeen(c)
			if !ok || (s.Type != "IMAP" && s.Type != "SMTP") {
				continue
			}
			s.Mode = implicit
			if s.Port == 143 || s.Port == 587 {
				s.Mode = startTLS
			}
			servers = append(servers, s)
		}
	}
	return servers, nil
}
