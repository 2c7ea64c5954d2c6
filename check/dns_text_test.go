package check_test

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"waypost/check"
	"waypost/dnsrecords"
)

func TestTextIsReadAsItWasPublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		meant := string(rapid.SliceOfN(rapid.Byte(), 1, 600).Draw(t, "text"))
		line := dnsrecords.Zone([]dnsrecords.Record{{Name: "a.example", Type: dnsrecords.TXT, Data: meant}}, nil)
		published, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		wire := make([]byte, 4096)
		n, err := dns.PackRR(published, wire, 0, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		found, _, err := dns.UnpackRR(wire[:n], 0)
		if err != nil {
			t.Fatal(err)
		}
		if read := check.Text(found.(*dns.TXT)); read != meant {
			t.Fatalf("%q is read as %q", meant, read)
		}
	})
}

// Every code that a test of DNS names is explained, in sentences.
func TestCodesOfDNSHaveAMeaningAndAFix(t *testing.T) {
	n := 0
	for _, c := range check.Codes() {
		if !strings.HasPrefix(c.Code, "DNS-") {
			continue
		}
		n++
		if c.Title == "" || strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Meaning, ".") || !strings.HasSuffix(c.Fix, ".") || c.Code != strings.ToUpper(c.Code) {
			t.Errorf("%+v", c)
		}
	}
	if n < 20 {
		t.Errorf("%d codes", n)
	}
}
