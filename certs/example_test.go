package certs_test

import (
	"fmt"
	"os"
	"time"

	"waypost/certs"
)

// An instance makes its identity once and keeps it.
func ExampleSelfMade() {
	state, err := os.MkdirTemp("", "state")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(state) }()
	now := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	first, err := certs.SelfMade(state, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := certs.SelfMade(state, now.AddDate(0, 1, 0))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.Certificate.Subject.CommonName, first.SelfMade)
	fmt.Println(first.Certificate.Equal(again.Certificate))
	// Output:
	// Waypost self-made signer true
	// true
}
