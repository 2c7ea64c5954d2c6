package autodiscover_test

import (
	"context"
	"errors"
	"fmt"

	"waypost/autodiscover"
	"waypost/providers"
	"waypost/providers/catalogue"
)

// A request is read, and its address looked up and answered.
func Example() {
	request, err := autodiscover.DecodeRequest([]byte(`<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
  <Request>
    <EMailAddress>ann@charter.net</EMailAddress>
    <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>
  </Request>
</Autodiscover>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	address, err := providers.ParseAddress(request.Address)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := autodiscover.New(match(address.Domain()).At(address))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Schema)
	for _, s := range answer.Servers {
		fmt.Println(s.Protocol, s.Host, s.Port, s.Security, s.LoginName)
	}
	// Output:
	// outlook
	// imap mobile.charter.net 993 tls ann@charter.net
	// submission mobile.charter.net 587 tls ann@charter.net
}

// An answer is the same for everybody of a domain, but for the address: a
// server encodes it once.
func ExampleNewTemplate() {
	template, err := autodiscover.NewTemplate(match(providers.MustDomain("charter.net")))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"ann@charter.net", "bob@charter.net"} {
		address, err := providers.ParseAddress(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		answer, err := autodiscover.Decode(template.For(address))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(answer.Servers[0].Host, answer.Servers[0].LoginName)
	}
	// Output:
	// mobile.charter.net ann@charter.net
	// mobile.charter.net bob@charter.net
}

func ExampleNewV2() {
	const endpoint = "https://setup.example.com/autodiscover/autodiscover.xml"
	m := match(providers.MustDomain("charter.net"))
	for _, protocol := range []string{"Autodiscoverv1", "ActiveSync"} {
		answer, err := autodiscover.NewV2(m, protocol, endpoint)
		if refused, ok := errors.AsType[*autodiscover.V2Error](err); ok {
			fmt.Println(refused.Code)
			continue
		}
		body, err := answer.Encode()
		fmt.Println(string(body), err)
	}
	// Output:
	// {"Protocol":"AutodiscoverV1","Url":"https://setup.example.com/autodiscover/autodiscover.xml"} <nil>
	// ProtocolNotSupported
}

// match looks a domain up in the built-in catalogue.
func match(domain providers.Domain) providers.Match {
	directory, err := catalogue.Load()
	if err != nil {
		panic(err)
	}
	m, err := directory.Lookup(context.Background(), domain)
	if err != nil {
		panic(err)
	}
	return m
}
