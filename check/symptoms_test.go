package check_test

import (
	"testing"

	"waypost/check"
)

// People type what they see, with its capitals, quotes and server names.
func TestErrorsAreFoundByTheClientsOwnWords(t *testing.T) {
	for text, want := range map[string]string{
		"Cannot Connect Using SSL":                                "Cannot connect using SSL",
		"“Cannot Connect Using SSL”":                              "Cannot connect using SSL",
		"cannot verify server identity":                           "The certificate is not trusted",
		"Cannot Verify Server Identity: mail.example.com":         "The certificate is not trusted",
		"target principal name is incorrect":                      "The certificate is not trusted",
		"certificate expired":                                     "The certificate is not trusted",
		"Can't connect to server":                                 "Mail server not responding",
		"Could not connect to server":                             "Mail server not responding",
		"Host not found":                                          "IMAP/SMTP server unavailable",
		"Unable to verify account name or password":               "Authentication failed",
		"0x800CCC1A":                                              "Cannot connect using SSL",
		"Add Security Exception":                                  "The certificate is not trusted",
		"The mail server \"imap.example.com\" is not responding.": "Mail server not responding",
		"mail server not responding":                              "Mail server not responding",
		"Connection to server imap.example.com timed out.":        "Mail server not responding",
		"Outlook error (0x800CCC0E)":                              "Mail server not responding",
		"Authentication failed":                                   "Authentication failed",
		"The user name or password for “Example” is incorrect":    "Authentication failed",
		"Unable to log in at server. Probably wrong configuration, username or password.": "Authentication failed",
		"IMAP server unavailable": "IMAP/SMTP server unavailable",
		"SMTP server unavailable": "IMAP/SMTP server unavailable",
		"0x800ccc0d":              "IMAP/SMTP server unavailable",
		"could not connect to mail server, the connection was refused": "IMAP/SMTP server unavailable",
	} {
		found := check.Symptoms(text)
		if len(found) == 0 || found[0].Name != want {
			t.Errorf("%s: %+v, want %s", text, found, want)
		}
	}
}

func TestWordsThatNoClientShowsAreNotExplained(t *testing.T) {
	for _, text := range []string{"", "server", "the mail", "my dog ate the printer", "SSL", "0x8"} {
		if found := check.Symptoms(text); found != nil {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

func TestNoSymptomAdvisesToGoWithoutTLS(t *testing.T) {
	for _, name := range []string{"Mail server not responding", "Authentication failed", "Cannot connect using SSL", "IMAP/SMTP server unavailable", "The certificate is not trusted"} {
		found := check.Symptoms(name)
		if len(found) != 1 || len(found[0].Causes) < 4 || found[0].Never == "" {
			t.Errorf("%s: %+v", name, found)
		}
		for _, c := range found[0].Causes {
			if c.What == "" || c.Tell == "" || c.Fix == "" || len(c.Codes) == 0 {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}
}
