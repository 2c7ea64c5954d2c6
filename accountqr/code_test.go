package accountqr_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/accountqr"
	"waypost/providers"
	"waypost/providers/providertest"
)

func TestTheServerAndMethodThatTheAppCanUseAreChosen(t *testing.T) {
	tests := []struct {
		name               string
		servers            []providers.Server
		incoming, outgoing string
		auth               providers.Auth // of the incoming server
	}{
		{
			"IMAP before POP3",
			[]providers.Server{server(t, "pop3s://a.example"), server(t, "imap://b.example"), server(t, "submission://c.example")},
			"imap://b.example", "submission://c.example", providers.PasswordCleartext,
		},
		{
			"the first, whatever its port",
			[]providers.Server{server(t, "imaps://a.example:1993"), server(t, "imaps://b.example"), server(t, "submissions://c.example:587")},
			"imaps://a.example:1993", "submissions://c.example:587", providers.PasswordCleartext,
		},
		{
			"the one that takes a password before the one that does not",
			[]providers.Server{
				server(t, "imaps://a.example", providers.OAuth2),
				server(t, "imaps://b.example", providers.OAuth2, providers.PasswordCleartext),
				server(t, "submissions://c.example"),
			},
			"imaps://b.example", "submissions://c.example", providers.PasswordCleartext,
		},
		{
			"POP3 with a password before IMAP without",
			[]providers.Server{
				server(t, "imaps://imap.gmail.com", providers.OAuth2), server(t, "pop3s://b.example"), server(t, "submissions://c.example"),
			},
			"pop3s://b.example", "submissions://c.example", providers.PasswordCleartext,
		},
		{
			"the clear password inside TLS",
			[]providers.Server{
				server(t, "imaps://a.example", providers.PasswordEncrypted, providers.PasswordCleartext), server(t, "submissions://c.example"),
			},
			"imaps://a.example", "submissions://c.example", providers.PasswordCleartext,
		},
		{
			"the encrypted password outside TLS",
			[]providers.Server{
				server(t, "imap://a.example?security=none", providers.PasswordCleartext, providers.PasswordEncrypted),
				server(t, "submissions://c.example"),
			},
			"imap://a.example?security=none", "submissions://c.example", providers.PasswordEncrypted,
		},
		{
			"the encrypted password where nothing else is taken",
			[]providers.Server{server(t, "imaps://a.example", providers.GSSAPI, providers.PasswordEncrypted), server(t, "submissions://c.example")},
			"imaps://a.example", "submissions://c.example", providers.PasswordEncrypted,
		},
		{
			"OAuth2 where nothing else is taken, at a host of the app's list",
			[]providers.Server{
				server(t, "imaps://a.example", providers.OAuth2), server(t, "imaps://imap.gmail.com", providers.OAuth2),
				server(t, "submissions://c.example", providers.OAuth2),
			},
			"imaps://imap.gmail.com", "submissions://c.example", providers.OAuth2,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := mustNew(t, configured(t, "ann@example.com", test.servers...))
			got := []string{url(c.Incoming), url(c.Outgoing), string(c.Incoming.Auth)}
			if diff := cmp.Diff([]string{test.incoming, test.outgoing, string(test.auth)}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func url(s accountqr.Server) string {
	return providers.Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security}.URL()
}

func TestAnAccountThatTheAppCannotUseIsInexpressible(t *testing.T) {
	submissions := server(t, "submissions://c.example", providers.PasswordCleartext, providers.OAuth2)
	partial := configured(t, "ann@example.com", server(t, "imaps://a.example"), submissions)
	setup := *partial.Setup
	setup.Partial = "nobody knows"
	partial.Setup = &setup
	tests := []struct {
		name string
		a    providers.Account
		code string
	}{
		{"OAuth2 at a host that the app does not know", configured(t, "ann@example.com", server(t, "imaps://a.example", providers.OAuth2), submissions), providers.CodeOAuth2Only},
		{"OAuth2 with POP3", configured(t, "ann@gmail.com", server(t, "pop3s://pop.gmail.com", providers.OAuth2), submissions), providers.CodeOAuth2Only},
		{"OAuth2 with POP3 at a host of the app's list", configured(t, "ann@example.com", server(t, "pop3s://outlook.office365.com", providers.OAuth2), submissions), providers.CodeOAuth2Only},
		{"OAuth2 to send alone", configured(t, "ann@example.com", server(t, "imaps://a.example"), server(t, "submissions://c.example", providers.OAuth2)), providers.CodeOAuth2Only},
		{"Kerberos", configured(t, "ann@example.com", server(t, "imaps://a.example", providers.GSSAPI), submissions), providers.CodeNoServers},
		{"partial", partial, providers.CodePartial},
		{"letters beyond ASCII", configured(t, "zoë@example.com", server(t, "imaps://a.example"), submissions), accountqr.CodeNotASCII},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := accountqr.New(test.a)
			e, ok := errors.AsType[*providers.Inexpressible](err)
			if !ok || e.Code != test.code || c != (accountqr.Code{}) {
				t.Errorf("New: %+v, %v; want an Inexpressible %s", c, err, test.code)
			}
		})
	}
}

func TestAnAccountWithoutAnAddressGivesNoText(t *testing.T) {
	a := configured(t, "ann@example.com", server(t, "imaps://a.example"), server(t, "submissions://c.example"))
	c, err := accountqr.New(a.At(providers.Address{}))
	if err == nil {
		_, err = c.Encode()
	}
	if err == nil {
		t.Error("encoded")
	}
}

func TestEveryFieldHasItsPlaceInTheText(t *testing.T) {
	if diff := cmp.Diff(annText, string(mustEncode(t, ann(t)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatTheAppWouldRefuseIsNotEncoded(t *testing.T) {
	changes := map[string]func(c *accountqr.Code){
		"no protocol":                 func(c *accountqr.Code) { c.Incoming.Protocol = "" },
		"submission as incoming":      func(c *accountqr.Code) { c.Incoming.Protocol = providers.Submission },
		"IMAP as outgoing":            func(c *accountqr.Code) { c.Outgoing.Protocol = providers.IMAP },
		"JMAP":                        func(c *accountqr.Code) { c.Incoming.Protocol = providers.JMAP },
		"no host":                     func(c *accountqr.Code) { c.Incoming.Host = "" },
		"host with U-labels":          func(c *accountqr.Code) { c.Incoming.Host = "bücher.example" },
		"host with a Kelvin sign":     func(c *accountqr.Code) { c.Incoming.Host = "\u212a.example" },
		"host with an empty label":    func(c *accountqr.Code) { c.Incoming.Host = "a..example" },
		"host with a placeholder":     func(c *accountqr.Code) { c.Incoming.Host = "mail.{domain}" },
		"host longer than 255":        func(c *accountqr.Code) { c.Incoming.Host = strings.Repeat("a.", 128) + "a" },
		"IPv6 address with a zone":    func(c *accountqr.Code) { c.Incoming.Host = "fe80::1%eth0" },
		"port 0":                      func(c *accountqr.Code) { c.Incoming.Port = 0 },
		"port 65536":                  func(c *accountqr.Code) { c.Outgoing.Port = 65536 },
		"unknown encryption":          func(c *accountqr.Code) { c.Incoming.Security = "" },
		"no authentication":           func(c *accountqr.Code) { c.Incoming.Auth = "" },
		"GSSAPI":                      func(c *accountqr.Code) { c.Incoming.Auth = providers.GSSAPI },
		"NTLM":                        func(c *accountqr.Code) { c.Outgoing.Auth = providers.NTLM },
		"user name of two lines":      func(c *accountqr.Code) { c.Incoming.Username = "ann\nbob" },
		"account name of two lines":   func(c *accountqr.Code) { c.AccountName = "a\rb" },
		"display name with a NUL":     func(c *accountqr.Code) { c.DisplayName = "a\x00b" },
		"display name, invalid UTF-8": func(c *accountqr.Code) { c.DisplayName = "a\xffb" },
		"no address":                  func(c *accountqr.Code) { c.Address = providers.Address{} },
		"address beyond ASCII":        func(c *accountqr.Code) { c.Address = mustAddress(t, "zoë@example.com") },
		"larger than a QR code":       func(c *accountqr.Code) { c.DisplayName = strings.Repeat("a", 2953) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			c := ann(t)
			change(&c)
			text, err := c.Encode()
			if !errors.Is(err, accountqr.ErrCode) || text != nil {
				t.Errorf("Encode: %q, %v; want ErrCode", text, err)
			}
			if _, err := appReads(unchecked(c)); name != "larger than a QR code" && !strings.HasPrefix(name, "display name") && err == nil {
				t.Error("the app reads it")
			}
		})
	}
}

// No field, and no element of what is written, has room for a password.
func TestACodeHasNoPassword(t *testing.T) {
	for _, kind := range []reflect.Type{reflect.TypeFor[accountqr.Code](), reflect.TypeFor[accountqr.Server]()} {
		for field := range kind.Fields() {
			if name := strings.ToLower(field.Name); strings.Contains(name, "pass") || strings.Contains(name, "secret") {
				t.Errorf("%s has a field %s", kind, name)
			}
		}
	}
	// A password would be the eighth element of the incoming server, and the
	// seventh of the outgoing one.
	check := func(c accountqr.Code) {
		t.Helper()
		var root []json.RawMessage
		var incoming []any
		var groups [][][]any
		err := errors.Join(json.Unmarshal(mustEncode(t, c), &root), json.Unmarshal(root[2], &incoming), json.Unmarshal(root[3], &groups))
		if err != nil || len(root) != 4 || len(groups) != 1 || len(groups[0]) != 2 {
			t.Fatalf("not one account: %s, %v", root, err)
		}
		if len(incoming) > 7 || len(groups[0][0]) != 6 || len(groups[0][1]) != 2 {
			t.Errorf("too many elements: %v, %v", incoming, groups)
		}
	}
	check(ann(t))
	for _, a := range goldens(t) {
		check(mustNew(t, a))
	}
	const secret = "correct horse"
	with := strings.NewReplacer(`"Work"]`, `"Work","`+secret+`"]`, `"ann"]`, `"ann","`+secret+`"]`).Replace(annText)
	c, err := accountqr.Decode([]byte(with))
	if err != nil {
		t.Fatal(err)
	}
	check(c)
	if text := mustEncode(t, c); strings.Contains(string(text), secret) {
		t.Errorf("the password survives: %s", text)
	}
}

// The whole catalogue fits small codes: the desktop warns above 800 characters.
func TestEveryCodeOfTheCatalogueIsReadByTheApp(t *testing.T) {
	made := 0
	for _, p := range providertest.Catalogue(t).Providers() {
		for i, setup := range p.Setups {
			if len(setup.Domains) == 0 {
				continue
			}
			m, err := providers.NewMatch(&p, &p.Setups[i], setup.Domains[0])
			if err != nil {
				t.Fatal(err)
			}
			c, err := accountqr.New(m.At(mustAddress(t, "ann.example@"+setup.Domains[0].String())))
			if err != nil {
				if _, ok := errors.AsType[*providers.Inexpressible](err); !ok {
					t.Errorf("%s: %v", p.ID, err)
				}
				continue
			}
			made++
			text := mustEncode(t, c)
			if _, err := appReads(text); err != nil || len(text) > 800 {
				t.Errorf("%s: %d bytes, %v: %s", p.ID, len(text), err, text)
			}
		}
	}
	if made == 0 {
		t.Error("no code of the catalogue could be made")
	}
}
