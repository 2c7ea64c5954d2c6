package providers_test

import (
	"context"
	"errors"
	"fmt"

	"waypost/providers"
)

func ExampleParseServer() {
	for _, text := range []string{
		"imaps://imap.example.com",
		"submission://smtp.example.com",
		"submissions://mobile.charter.net:587", // implicit TLS where others speak STARTTLS
		"imap.example.com:993",
	} {
		server, err := providers.ParseServer(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(server.Protocol, server.Host, server.Port, server.Security)
	}
	// Output:
	// imap imap.example.com 993 tls
	// submission smtp.example.com 587 starttls
	// submission mobile.charter.net 587 tls
	// not a server: it has no scheme; write it as imaps://mail.example.com
}

func ExampleParseAddress() {
	for _, text := range []string{"Ann+lists@Example.COM", "ann@bücher.example", "ann@192.0.2.1"} {
		address, err := providers.ParseAddress(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(address, "at", address.Domain())
	}
	// Output:
	// Ann+lists@example.com at example.com
	// ann@xn--bcher-kva.example at xn--bcher-kva.example
	// not an e-mail address: the part after the @ is not a domain name: it is a number or an IP address
}

// At the instance's own name the address decides, elsewhere the Host.
func ExampleSelector() {
	incoming, err := providers.ParseServer("imaps://mail.{domain}")
	if err != nil {
		fmt.Println(err)
		return
	}
	directory, err := providers.NewMemory([]providers.Provider{{
		ID:   "example.com",
		Name: "Example Mail",
		Setups: []providers.Setup{{
			Domains:  []providers.Domain{providers.MustDomain("example.com")},
			Incoming: []providers.Server{incoming},
		}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	selector := providers.Selector{Configured: directory, Own: []string{"waypost.example.org"}}
	ann, err := providers.ParseAddress("ann@example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, request := range []providers.Request{
		{Host: "autoconfig.example.com"},
		{Host: "waypost.example.org", Address: ann},
		{Host: "waypost.example.org"},
		{Host: "autoconfig.example.net", Address: ann},
	} {
		match, err := selector.Select(context.Background(), request)
		switch {
		case errors.Is(err, providers.ErrNoAddress):
			fmt.Println(request.Host, "must ask for the address")
		case errors.Is(err, providers.ErrNotHere):
			fmt.Println(request.Host, "is not ours")
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(request.Host, "leads to", match.Setup.Incoming[0].Host)
		}
	}
	// Output:
	// autoconfig.example.com leads to mail.example.com
	// waypost.example.org leads to mail.example.com
	// waypost.example.org must ask for the address
	// autoconfig.example.net is not ours
}
