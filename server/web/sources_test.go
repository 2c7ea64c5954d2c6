package web

import (
	"strings"
	"testing"

	"waypost/providers"
)

var (
	page    = providers.Source{Kind: providers.FirstParty, Name: "Help", URL: "https://example.com/help", Date: "2026-11-01"}
	article = providers.Source{Kind: providers.Article, Name: "Blog <x>", URL: "https://example.net/", Date: "2025"}
	mine    = providers.Source{Kind: providers.FirstParty, Name: providers.OwnConfiguration, Date: "2026-11-23"}
)

func TestSourcesOfBothServersAreOneListWhereTheyAreTheSame(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, out  []providers.Source
		want     []string // parts of the page, in order
		dontWant []string
	}{
		{"none", nil, nil, nil, []string{"Where these settings are from"}},
		{"the same", []providers.Source{page, article}, []providers.Source{page, article}, []string{"Where these settings are from", "Help", "checked on", "2026-11-01", "Blog &lt;x&gt;", "2025"}, []string{"<h3>Incoming mail</h3>", "<h3>Outgoing mail</h3>"}},
		{"different", []providers.Source{page}, []providers.Source{page, article}, []string{"Where these settings are from", "<h3>Incoming mail</h3>", "Help", "<h3>Outgoing mail</h3>", "Help", "Blog"}, nil},
		{"one alone", nil, []providers.Source{page}, []string{"<h3>Outgoing mail</h3>", "Help"}, []string{"<h3>Incoming mail</h3>"}},
		{"the operator's own", []providers.Source{mine}, []providers.Source{mine}, []string{"this provider’s own configuration"}, []string{"checked on", providers.OwnConfiguration}},
	} {
		for _, step := range []Step{StepCard, StepOther} {
			v := account(OtherDevice, providers.IMAP, providers.PasswordCleartext)
			v.Address, v.Step = "ann@example.com", step
			v.Incoming[0].Sources, v.Outgoing[0].Sources = c.in, c.out
			text := rendered(t, v)
			if n := strings.Count(text, "Where these settings are from"); n > 1 {
				t.Errorf("%s, %s: %d times", c.name, step, n)
			}
			for _, part := range c.dontWant {
				if strings.Contains(text, part) {
					t.Errorf("%s, %s: it has %s", c.name, step, part)
				}
			}
			for _, part := range c.want {
				_, rest, found := strings.Cut(text, part)
				if !found {
					t.Errorf("%s, %s: it lacks %s", c.name, step, part)
					break
				}
				text = rest
			}
		}
	}
}

func TestAClaimIsToldInWords(t *testing.T) {
	for notation, want := range map[string]string{
		"submission://mobile.example.com?security=none": `<bdi>SMTP</bdi>: <code dir="ltr">mobile.example.com</code>, port <bdi>587</bdi>, none (not encrypted). Who says so: <bdi>Help</bdi>; <bdi>Blog &lt;x&gt;</bdi>. It is old.`,
		"imap://mail.example.com":                       `<bdi>IMAP</bdi>: <code dir="ltr">mail.example.com</code>, port <bdi>143</bdi>, <bdi>STARTTLS</bdi>. Who says so`,
		"pop3s://mail.example.com:1995":                 `<bdi>POP3</bdi>: <code dir="ltr">mail.example.com</code>, port <bdi>1995</bdi>, <bdi>SSL/TLS</bdi>. Who says so`,
	} {
		s, err := providers.ParseServer(notation)
		if err != nil {
			t.Fatal(err)
		}
		s.Sources = []providers.Source{page, article}
		v := account(OtherDevice, providers.IMAP, providers.PasswordCleartext)
		v.Address, v.Claims = "ann@example.com", []providers.Claim{{Server: s, Note: "It is old."}}
		if text := rendered(t, v); !strings.Contains(text, "<li>"+want) {
			_, text, _ = strings.Cut(text, "<li><bdi>")
			t.Errorf("%s: want %s\ngot %.400s", notation, want, text)
		}
	}
}
