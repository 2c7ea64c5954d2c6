package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThePortOfAnotherProtocolOrModeIsWarnedOf(t *testing.T) {
	for server, want := range map[string]string{
		"imaps://mail.example.com:465":       "465 is the port of submissions; imaps has 993: write imaps://mail.example.com",
		"imaps://mail.example.com:143":       "143 is the port of imap; imaps has 993: write imaps://mail.example.com or imap://mail.example.com",
		"imaps://mail.example.com:587":       "587 is the port of submission; imaps has 993: write imaps://mail.example.com",
		"imaps://mail.example.com:995":       "995 is the port of pop3s; imaps has 993: write imaps://mail.example.com",
		"imap://mail.example.com:993":        "993 is the port of imaps; imap has 143: write imap://mail.example.com or imaps://mail.example.com",
		"imap://mail.example.com:4190":       "4190 is the port of sieve; imap has 143: write imap://mail.example.com",
		"pop3s://mail.example.com:110":       "110 is the port of pop3; pop3s has 995: write pop3s://mail.example.com or pop3://mail.example.com",
		"pop3s://mail.example.com:993":       "993 is the port of imaps; pop3s has 995: write pop3s://mail.example.com",
		"submission://mail.example.com:465":  "465 is the port of submissions; submission has 587: write submission://mail.example.com or submissions://mail.example.com",
		"submission://mail.example.com:993":  "993 is the port of imaps; submission has 587: write submission://mail.example.com",
		"submissions://mail.example.com:587": "587 is the port of submission; submissions has 465: write submissions://mail.example.com or submission://mail.example.com",
		"submissions://mail.example.com:25":  "25 is the port between mail servers, which many networks close to people; submissions has 465: write submissions://mail.example.com",
		"submissions://mail.{domain}:143":    "143 is the port of imap; submissions has 465: write submissions://mail.{domain}",
		"smtp://mail.example.com":            "25 is the port between mail servers, which many networks close to people; submission has 587: write submission://mail.example.com",
		"imaps://mail.example.com":           "",
		"imaps://mail.example.com:10993":     "",
		"imap://mail.example.com":            "",
		"pop3://mail.example.com:110":        "",
		"submission://mail.example.com:2525": "",
		"submissions://mail.example.com:465": "",
	} {
		in, out := server, "submissions://mail.example.com"
		if strings.HasPrefix(server, "s") {
			in, out = "imaps://mail.example.com", server
		}
		var expected []string
		if want != "" {
			expected = []string{"example.com: " + server + ": " + want + ", unless the server does answer so"}
		}
		c := mustLoad(t, fmt.Sprintf("domains:\n  example.com: {incoming: [%q], outgoing: [%q]}\n", in, out))
		if d := cmp.Diff(expected, c.Warnings); d != "" {
			t.Errorf("%s (-want +got):\n%s", server, d)
		}
	}
}

// An https address has the port that it has.
func TestThePortOfSieveIsWarnedOfAndThatOfACalendarIsNot(t *testing.T) {
	c := mustLoad(t, oneDomain+"    sieve: sieve://mail.example.com:993\n    calendar: https://mail.example.com:587/dav\n")
	want := []string{"example.com: sieve://mail.example.com:993: 993 is the port of imaps; sieve has 4190: write sieve://mail.example.com, unless the server does answer so"}
	if d := cmp.Diff(want, c.Warnings); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
