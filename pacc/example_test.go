package pacc_test

import (
	"fmt"

	"waypost/pacc"
)

// The record binds the bytes that are served, so it is made from them.
func ExampleDigest() {
	body, err := pacc.Document{IMAP: "imap.example.com", Submit: "smtp.example.com", Password: true, Name: "Example"}.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pacc.Digest(body))
	// Output: v=UAAC1; a=sha256; d=eAFneEqfAoVlOUYvxlyfQ/2hbjVX2deGbFpDkjFU7+s=
}
