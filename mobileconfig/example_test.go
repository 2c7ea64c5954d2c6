package mobileconfig_test

import (
	"context"
	"fmt"

	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/providers/catalogue"
)

func ExampleNew() {
	directory, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	address, err := providers.ParseAddress("Ann@charter.net")
	if err != nil {
		fmt.Println(err)
		return
	}
	match, err := directory.Lookup(context.Background(), address.Domain())
	if err != nil {
		fmt.Println(err)
		return
	}
	profile, err := mobileconfig.New(match.At(address))
	if err != nil {
		fmt.Println(err)
		return
	}
	mail := profile.Mail[0]
	fmt.Println(profile.DisplayName)
	fmt.Println(mail.Incoming.Host, mail.Incoming.Port, mail.Incoming.UseSSL)
	fmt.Println(mail.Outgoing.Host, mail.Outgoing.Port, mail.Outgoing.UseSSL)
	// Output:
	// Spectrum: Ann@charter.net
	// mobile.charter.net 993 true
	// mobile.charter.net 587 true
}
