package accountqr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/accountqr"
	"waypost/providers"
)

// Texts as the desktop writes them: always a name and a password, empty where
// the person did not tick it, and all senders of the server.
const (
	desktop = `[1,[1,1],[0,"imap.example.com",993,3,1,"ann@example.com","Work",""],` +
		`[[[0,"smtp.example.com",587,2,2,"ann",""],["ann@example.com","Ann Müller"]]]]`
	desktopOfTwo = `[1,[1,1],[0,"imap.example.com",993,3,1,"ann@example.com","Work",""],` +
		`[[[0,"smtp.example.com",587,2,2,"ann",""],["ann@example.com","Ann Müller"]]],` +
		`[1,"pop.example.net",995,3,1,"bob","bob@example.net",""],` +
		`[[[0,"smtp.example.net",465,3,1,"bob",""],["bob@example.net","Bob"]]]]`
	specification = `
[
  1,
  [1, 1],
  [0, "imap.domain.example", 993, 3, 1, "user@domain.example"],
  [
    [
      [0, "smtp.domain.example", 465, 3, 1, "user@domain.example"],
      ["user@domain.example", "Jane Doe"]
    ]
  ]
]
`
)

func TestWhatThunderbirdWritesIsRead(t *testing.T) {
	unnamed := ann(t)
	unnamed.AccountName = ""
	byIP := ann(t)
	byIP.Incoming.Host, byIP.Outgoing.Host = "192.0.2.7", "2001:db8::7"
	tests := []struct {
		name, text string
		want       accountqr.Code
	}{
		{"our own", annText, ann(t)},
		{"the desktop", desktop, ann(t)},
		{"a name that is empty", strings.Replace(desktop, "Work", "", 1), unnamed},
		{"a name that is null", strings.Replace(desktop, `"Work"`, "null", 1), unnamed},
		{"no name", strings.Replace(desktop, `,"Work",""]`, "]", 1), unnamed},
		{"passwords", strings.ReplaceAll(desktop, `,""]`, `,"correct horse"]`), ann(t)},
		{"passwords that are null", strings.ReplaceAll(desktop, `,""]`, `,null]`), ann(t)},
		{"several senders", strings.Replace(desktop, `"Ann Müller"]`, `"Ann Müller"],["shop@example.com",""]`, 1), ann(t)},
		{
			"several outgoing servers",
			strings.Replace(desktop, `"Ann Müller"]]`, `"Ann Müller"]],[[0,"b.example",25,0,0,""],["b@example.com",""]]`, 1), ann(t),
		},
		{"STARTTLS by its old number", strings.Replace(desktop, "587,2,", "587,1,", 1), ann(t)},
		{"elements of a newer specification", strings.NewReplacer("[1,1]", `[1,1,"x"]`, `Müller"]`, `Müller",{"a":[]}]`, `"ann",""`, `"ann","",7`).Replace(desktop), ann(t)},
		{"IP addresses", strings.NewReplacer("imap.example.com", "192.0.2.7", "smtp.example.com", "2001:db8::7").Replace(desktop), byIP},
		{"escapes", strings.Replace(desktop, "ü", `\u00fc`, 1), ann(t)},
		{"the specification's first example", specification, accountqr.Code{
			Incoming: accountqr.Server{
				Protocol: providers.IMAP, Host: "imap.domain.example", Port: 993,
				Security: providers.TLS, Auth: providers.PasswordCleartext, Username: "user@domain.example",
			},
			Outgoing: accountqr.Server{
				Protocol: providers.Submission, Host: "smtp.domain.example", Port: 465,
				Security: providers.TLS, Auth: providers.PasswordCleartext, Username: "user@domain.example",
			},
			Address: mustAddress(t, "user@domain.example"), DisplayName: "Jane Doe",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := accountqr.Decode([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, addresses); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// refused are texts that are not the code of one account, and what is said.
func refused() map[string][2]string {
	change := func(old, replacement string) string {
		if !strings.Contains(desktop, old) {
			panic(old)
		}
		return strings.Replace(desktop, old, replacement, 1)
	}
	return map[string][2]string{
		"nothing":                        {"", "not a JSON array"},
		"an address":                     {"https://example.com/", "not a JSON array"},
		"null":                           {"null", "not a JSON array"},
		"an object":                      {"{}", "not a JSON array"},
		"an empty array":                 {"[]", "the code has no version"},
		"something after it":             {desktop + "x", "not a JSON array"},
		"cut off":                        {desktop[:len(desktop)-1], "not a JSON array"},
		"nested without end":             {strings.Repeat("[", 2953), "not a JSON array"},
		"not UTF-8":                      {change("ü", "\xfc"), "not UTF-8"},
		"larger than a QR code":          {desktop + strings.Repeat(" ", 2953), "longer than the 2953 bytes"},
		"version 2":                      {change("[1,[1,1]", "[2,[1,1]"), "version 2"},
		"version as text":                {change("[1,[1,1]", `["1",[1,1]`), "not a whole number"},
		"one of two":                     {change("[1,1]", "[1,2]"), "one of several codes"},
		"two of two":                     {change("[1,1]", "[2,2]"), "one of several codes"},
		"no set":                         {change("[1,1]", "[]"), "has no number"},
		"two accounts":                   {desktopOfTwo, "several accounts"},
		"no account":                     {"[1,[1,1]]", "the code has no incoming server"},
		"no outgoing servers":            {`[1,[1,1],[0,"imap.example.com",993,3,1,"ann"]]`, "the code has no list of outgoing servers"},
		"empty list of outgoing servers": {`[1,[1,1],[0,"imap.example.com",993,3,1,"ann"],[]]`, "has no outgoing server"},
		"no sender":                      {change(`,["ann@example.com","Ann Müller"]`, ""), "has no sender"},
		"no name of the sender":          {change(`,"Ann Müller"`, ""), "the sender has no name"},
		"address of the sender":          {change(`["ann@example.com"`, `["ann"`), "not an ASCII address"},
		"address with U-labels":          {change(`["ann@example.com"`, `["ann@bücher.example"`), "not an ASCII address"},
		"second sender":                  {change(`"Ann Müller"]`, `"Ann Müller"],["ann",""]`), "not an ASCII address"},
		"protocol 2":                     {change("[0,", "[2,"), "incoming server's protocol"},
		"protocol -1":                    {change("[0,", "[-1,"), "incoming server's protocol"},
		"POP3 to send":                   {change(`[0,"smtp`, `[1,"smtp`), "outgoing server's protocol"},
		"host with U-labels":             {change("imap.example.com", "bücher.example"), "incoming server's host"},
		"host that is null":              {change(`"imap.example.com"`, "null"), "the host of the incoming server is not text"},
		"port 0":                         {change("993", "0"), "incoming server's port"},
		"port 65536":                     {change("587", "65536"), "outgoing server's port"},
		"port as text":                   {change("993", `"993"`), "the port of the incoming server is not a whole number"},
		"port with a fraction":           {change("993", "993.5"), "the port of the incoming server is not a whole number"},
		"port beyond counting":           {change("993", strings.Repeat("9", 40)), "the port of the incoming server is not a whole number"},
		"encryption 4":                   {change("993,3", "993,4"), "incoming server's encryption"},
		"GSSAPI":                         {change("993,3,1", "993,3,3"), "incoming server's authentication"},
		"NTLM":                           {change("587,2,2", "587,2,4"), "outgoing server's authentication"},
		"authentication that is null":    {change("993,3,1", "993,3,null"), "the authentication of the incoming server is not a whole number"},
		"user name of two lines":         {change(`"ann",`, `"ann\nbob",`), "the user name of the outgoing server is not one line"},
		"password of two lines":          {change(`"Work",""`, `"Work","correct\nhorse"`), "the password of the incoming server is not one line"},
		"password that is a number":      {change(`"ann",""`, `"ann",7`), "the password of the outgoing server is not text"},
	}
}

func TestWhatIsNotTheCodeOfOneAccountIsRefusedWithTheReason(t *testing.T) {
	for name, test := range refused() {
		t.Run(name, func(t *testing.T) {
			c, err := accountqr.Decode([]byte(test[0]))
			if !errors.Is(err, accountqr.ErrCode) || c != (accountqr.Code{}) {
				t.Fatalf("Decode: %+v, %v; want ErrCode", c, err)
			}
			if !strings.Contains(err.Error(), test[1]) {
				t.Errorf("error %q does not say %q", err, test[1])
			}
			for _, input := range []string{"ann@", "example", "horse", "999"} {
				if strings.Contains(err.Error(), input) {
					t.Errorf("error %q repeats the input", err)
				}
			}
		})
	}
}
