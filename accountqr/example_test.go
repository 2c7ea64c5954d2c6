package accountqr_test

import (
	"context"
	"errors"
	"fmt"

	"waypost/accountqr"
	"waypost/providers"
	"waypost/providers/catalogue"
)

func ExampleNew() {
	directory, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	address, err := providers.ParseAddress("ann@charter.net")
	if err != nil {
		fmt.Println(err)
		return
	}
	match, err := directory.Lookup(context.Background(), address.Domain())
	if err != nil {
		fmt.Println(err)
		return
	}
	code, err := accountqr.New(match.At(address))
	if err != nil {
		fmt.Println(err)
		return
	}
	code.DisplayName = "Ann"
	text, err := code.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", text)
	picture, err := accountqr.SVG(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s…\n", picture[:60])
	// Output:
	// [1,[1,1],[0,"mobile.charter.net",993,3,1,"ann@charter.net"],[[[0,"mobile.charter.net",587,3,1,"ann@charter.net"],["ann@charter.net","Ann"]]]]
	// <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 53 53" …
}

func ExampleDecode() {
	code, err := accountqr.Decode([]byte(`[1,[1,1],
		[0,"imap.example.com",993,3,1,"ann","Work",""],
		[[[0,"smtp.example.com",587,2,1,"ann",""],["ann@example.com","Ann"]]]]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(code.AccountName, code.Address, code.Incoming.Host, code.Outgoing.Security)

	_, err = accountqr.Decode([]byte(`[1,[1,2],[],[]]`))
	fmt.Println(errors.Is(err, accountqr.ErrCode), err)
	// Output:
	// Work ann@example.com imap.example.com starttls
	// true accountqr: not the code of one account: it is one of several codes that belong together: export one account alone
}
