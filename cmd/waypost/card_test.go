package main

import (
	"strings"
	"testing"

	"waypost/config"
	"waypost/providers"
)

// Nobody is told that a server works of which that is not known.
func TestTheCardCallsOnlyThoseWorkingThatWereMeasured(t *testing.T) {
	file := write(t, "waypost.yaml", `domains:
  example.com:
    incoming: [imaps://mail.example.com, imap://mail.example.com, pop3s://mail.example.com]
    outgoing: [submissions://mail.example.com, submission://mail.example.com]
`)
	conf, err := config.Load(file)
	must(t, err)
	a, err := account(t.Context(), conf, "ann@example.com")
	must(t, err)
	const imap, pop3s, submission = "  imap://mail.example.com  IMAP, port 143, STARTTLS\n", "  pop3s://mail.example.com  POP3, port 995, SSL/TLS\n", "  submission://mail.example.com  SMTP, port 587, STARTTLS\n"
	for name, row := range map[string]struct {
		measured map[string]lastResult
		want     string
	}{
		"nothing is known": {nil, "\nAlternatives\n" + imap + pop3s + submission},
		"one works, one fails": {
			map[string]lastResult{"imap://mail.example.com": {"pass, today", true}, "pop3s://mail.example.com": {"fail REFUSED, today", false}},
			"\nAlso working\n" + imap + "      measured: pass, today\n\nAlternatives\n" + pop3s + "      measured: fail REFUSED, today\n" + submission,
		},
	} {
		var card strings.Builder
		printCard(&card, a, func(s providers.Server) lastResult { return row.measured[s.URL()] })
		if !strings.Contains(card.String(), row.want+"\niPhone") {
			t.Errorf("%s:\n%s\nlacks\n%s", name, &card, row.want)
		}
	}
}

// A calendar is no other way to the mail.
func TestTheCardHasCalendarsApartFromMail(t *testing.T) {
	file := write(t, "waypost.yaml", `domains:
  example.com:
    incoming: [imaps://mail.example.com, pop3s://mail.example.com]
    outgoing: [submissions://mail.example.com]
    calendar: https://dav.example.com/cal/
    contacts: https://dav.example.com/card/
    files: https://files.example.com/
    activesync: https://mail.example.com/Microsoft-Server-ActiveSync
    sieve: sieve://mail.example.com
`)
	conf, err := config.Load(file)
	must(t, err)
	a, err := account(t.Context(), conf, "ann@example.com")
	must(t, err)
	var card strings.Builder
	printCard(&card, a, func(s providers.Server) lastResult {
		if s.Protocol == providers.CalDAV {
			return lastResult{"pass, today", true}
		}
		return lastResult{}
	})
	const want = `
Alternatives
  pop3s://mail.example.com  POP3, port 995, SSL/TLS

Calendar, contacts and files
  https://dav.example.com/cal/  CalDAV, port 443, SSL/TLS
      measured: pass, today
  https://dav.example.com/card/  CardDAV, port 443, SSL/TLS
  https://files.example.com/  WebDAV, port 443, SSL/TLS

Other services
  https://mail.example.com/Microsoft-Server-ActiveSync  Exchange ActiveSync, port 443, SSL/TLS
  sieve://mail.example.com  ManageSieve, port 4190, STARTTLS

iPhone`
	if !strings.Contains(card.String(), want) {
		t.Errorf("%s\nlacks\n%s", &card, want)
	}
}
