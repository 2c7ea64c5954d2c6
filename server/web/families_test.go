package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documented are the families that Outlook's codes belong to by their meaning,
// which is from the pages that the families name.
var documented = map[string]string{
	"0x8004210A": "silent",      // the operation timed out, receiving
	"0x8004210B": "silent",      // the operation timed out, sending
	"0x800CCC19": "silent",      // a network operation timed out
	"0x800CCC0F": "silent",      // the connection was interrupted
	"0x800CCC92": "login",       // the password is not valid for the account
	"0x800CCC18": "login",       // unknown user name or bad password
	"0x800CCC1A": "tls",         // the kind of encryption is not supported
	"0x800CCC0D": "unavailable", // cannot find the e-mail server
	"0x800CCC0E": "unavailable", // cannot connect to the server
	"0x80042108": "unavailable", // unable to connect to the incoming server
	"0x80042109": "unavailable", // cannot connect to the outgoing server
	"0x800CCC78": "sending",     // unknown sender
	"0x800CCC79": "sending",     // the server rejected recipients
}

// quoted are messages that people tell of, and that nobody has found on a page
// of the vendor's. Take one out when you have.
var quoted = []string{
	"The mail server “…” is not responding. (iPhone, Mac)",
	"The connection to the server failed. (iPhone)",
	"The user name or password for “…” is incorrect. (iPhone, Mac)",
	"Cannot Connect Using SSL (iPhone)",
	"Cannot Verify Server Identity (iPhone, Mac)",
	"The IMAP server is unavailable. (Mac)",
	"Cannot Send Mail (iPhone)",
}

func TestEveryCodeIsInTheFamilyOfItsMeaning(t *testing.T) {
	found := map[string]bool{}
	code := regexp.MustCompile(`0x[0-9A-Fa-f]+`)
	for _, f := range families {
		for _, shown := range f.Shown {
			for _, c := range code.FindAllString(shown, -1) {
				if documented[c] != f.Name {
					t.Errorf("%s is in %s, and means %q", c, f.Name, documented[c])
				}
				found[c] = true
			}
		}
	}
	if len(found) != len(documented) {
		t.Errorf("%d codes are shown, and %d documented", len(found), len(documented))
	}
}

func TestEveryMessageNamesItsClientAndIsInOneFamily(t *testing.T) {
	seen := map[string]string{}
	end := regexp.MustCompile(`[^ ] \((all|[A-Z][A-Za-z, ]*|iPhone(, Mac)?)\)$`)
	for _, f := range families {
		for _, shown := range f.Shown {
			if other := seen[shown]; other != "" {
				t.Errorf("%s is in %s and in %s", shown, other, f.Name)
			}
			seen[shown] = f.Name
			if !end.MatchString(shown) {
				t.Errorf("%s: whose message is it?", shown)
			}
			if apple := strings.Contains(shown, "iPhone") || strings.Contains(shown, "(Mac)"); apple != slices.Contains(quoted, shown) {
				t.Errorf("%s: Apple's is %v", shown, apple)
			}
		}
	}
	for _, q := range quoted {
		if seen[q] == "" {
			t.Errorf("%s is shown nowhere", q)
		}
	}
}
