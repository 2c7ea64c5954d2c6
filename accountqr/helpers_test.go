package accountqr_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/accountqr"
	"waypost/providers"
	"waypost/providers/catalogue"
)

// loaded is the catalogue, read once: it takes long.
var loaded = sync.OnceValues(catalogue.Load)

// account gives the account of an address that the catalogue serves.
func account(t testing.TB, address string) providers.Account {
	t.Helper()
	directory, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	a := mustAddress(t, address)
	m, err := directory.Lookup(t.Context(), a.Domain())
	if err != nil {
		t.Fatal(err)
	}
	return m.At(a)
}

// configured gives the account of an address at a provider that somebody
// configured with these servers, incoming and outgoing mixed.
func configured(t testing.TB, address string, servers ...providers.Server) providers.Account {
	t.Helper()
	a := mustAddress(t, address)
	setup := providers.Setup{Domains: []providers.Domain{a.Domain()}}
	for _, s := range servers {
		if s.Protocol == providers.Submission {
			setup.Outgoing = append(setup.Outgoing, s)
		} else {
			setup.Incoming = append(setup.Incoming, s)
		}
	}
	p := &providers.Provider{ID: a.Domain().String(), Name: "Example Mail", Setups: []providers.Setup{setup}}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	m, err := providers.NewMatch(p, &p.Setups[0], a.Domain())
	if err != nil {
		t.Fatal(err)
	}
	return m.At(a)
}

// server reads the notation; the methods are password-cleartext unless given.
func server(t testing.TB, url string, auth ...providers.Auth) providers.Server {
	t.Helper()
	s, err := providers.ParseServer(url)
	if err != nil {
		t.Fatal(err)
	}
	if len(auth) == 0 {
		auth = []providers.Auth{providers.PasswordCleartext}
	}
	s.Auth, s.Username = auth, providers.FullAddress
	return s
}

func mustAddress(t testing.TB, s string) providers.Address {
	t.Helper()
	a, err := providers.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

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
