package autoconfig_test

import (
	"context"
	"fmt"

	"waypost/autoconfig"
	"waypost/providers"
	"waypost/providers/catalogue"
)

func ExampleNew() {
	directory, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	match, err := directory.Lookup(context.Background(), providers.MustDomain("posteo.de"))
	if err != nil {
		fmt.Println(err)
		return
	}
	document, err := autoconfig.New(match)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := document.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", body)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <clientConfig version="1.1">
	//   <emailProvider id="posteo.de">
	//     <domain>posteo.de</domain>
	//     <displayName>Posteo</displayName>
	//     <displayShortName>Posteo</displayShortName>
	//     <incomingServer type="imap">
	//       <hostname>posteo.de</hostname>
	//       <port>993</port>
	//       <socketType>SSL</socketType>
	//       <authentication>password-cleartext</authentication>
	//       <username>%EMAILADDRESS%</username>
	//     </incomingServer>
	//     <outgoingServer type="smtp">
	//       <hostname>posteo.de</hostname>
	//       <port>465</port>
	//       <socketType>SSL</socketType>
	//       <authentication>password-cleartext</authentication>
	//       <username>%EMAILADDRESS%</username>
	//     </outgoingServer>
	//   </emailProvider>
	// </clientConfig>
}

func ExampleDecode() {
	document, err := autoconfig.Decode([]byte(`<clientConfig version="1.1">
  <emailProvider id="example.com">
    <domain>example.com</domain>
    <incomingServer type="imap">
      <hostname>imap.example.com</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILLOCALPART%</username>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.com</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILLOCALPART%</username>
    </outgoingServer>
  </emailProvider>
</clientConfig>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(document.Incoming[0].URL(), "as", document.Incoming[0].Username)
	fmt.Println(document.Outgoing[0].URL(), "as", document.Outgoing[0].Username)
	// Output:
	// imaps://imap.example.com as {local}
	// submission://smtp.example.com as {local}
}

func ExampleAll() {
	directory, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	match, err := directory.Lookup(context.Background(), providers.MustDomain("web.de"))
	if err != nil {
		fmt.Println(err)
		return
	}
	document, err := autoconfig.All(match)
	if err != nil {
		fmt.Println(err)
		return
	}
	document.Update = "https://autoconfig.web.de/mail/config-v1.1.xml?all=1"
	for _, s := range document.Incoming {
		fmt.Println("read mail at ", s.URL())
	}
	for _, s := range document.Outgoing {
		fmt.Println("send it at   ", s.URL())
	}
	// Output:
	// read mail at  imaps://imap.web.de
	// read mail at  imap://imap.web.de
	// read mail at  pop3s://pop3.web.de
	// read mail at  pop3://pop3.web.de
	// send it at    submissions://smtp.web.de
	// send it at    submission://smtp.web.de
}
