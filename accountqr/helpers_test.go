package accountqr_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/accountqr"
	"waypost/providers"
	"waypost/providers/providertest"
)

// What the codes are made of.
var (
	account     = providertest.Account
	configured  = providertest.Configured
	server      = providertest.Server
	mustAddress = providertest.Address
)

func mustNew(t testing.TB, a providers.Account) accountqr.Code {
	t.Helper()
	c, err := accountqr.New(a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustEncode(t testing.TB, c accountqr.Code) []byte {
	t.Helper()
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// addresses compares addresses, which have no fields to see.
var addresses = cmp.Comparer(func(a, b providers.Address) bool { return a == b })

// ann is a Code with everything in it.
func ann(t testing.TB) accountqr.Code {
	t.Helper()
	return accountqr.Code{
		Incoming: accountqr.Server{
			Protocol: providers.IMAP, Host: "imap.example.com", Port: 993,
			Security: providers.TLS, Auth: providers.PasswordCleartext, Username: "ann@example.com",
		},
		Outgoing: accountqr.Server{
			Protocol: providers.Submission, Host: "smtp.example.com", Port: 587,
			Security: providers.STARTTLS, Auth: providers.PasswordEncrypted, Username: "ann",
		},
		AccountName: "Work",
		Address:     mustAddress(t, "ann@example.com"),
		DisplayName: "Ann Müller",
	}
}

// annText is what it says.
const annText = `[1,[1,1],[0,"imap.example.com",993,3,1,"ann@example.com","Work"],` +
	`[[[0,"smtp.example.com",587,2,2,"ann"],["ann@example.com","Ann M\u00fcller"]]]]`
