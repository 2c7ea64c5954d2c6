package autodiscover_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/autodiscover"
)

func TestDecodeRequestReadsWhatClientsSend(t *testing.T) {
	const fred = "fred@example.com"
	want := map[string]autodiscover.Request{
		"outlook-2016":              {Address: fred, Schema: autodiscover.Outlook},
		"thunderbird":               {Address: fred, Schema: autodiscover.Outlook},
		"fairemail":                 {Address: fred, Schema: autodiscover.Outlook},
		"mobilesync":                {Address: fred, Schema: autodiscover.MobileSync},
		"mobilesync-without-schema": {Address: fred, Schema: autodiscover.MobileSync},
		"schema-in-another-case":    {Address: fred, Schema: autodiscover.MobileSync},
		"other-schema":              {Address: fred, Schema: autodiscover.OtherSchema},
		"no-xml-header":             {Address: fred, Schema: autodiscover.Outlook},
		"utf8-bom":                  {Address: fred, Schema: autodiscover.Outlook},
		"prefixes":                  {Address: fred, Schema: autodiscover.Outlook},
		"https-namespaces":          {Address: fred, Schema: autodiscover.Outlook},
		"no-namespaces":             {Address: fred, Schema: autodiscover.Outlook},
		"schema-first":              {Address: fred, Schema: autodiscover.Outlook},
		"unknown-elements":          {Address: fred, Schema: autodiscover.Outlook},
		"legacy-dn-too":             {Address: fred, Schema: autodiscover.Outlook},
		"latin1-declared":           {Address: fred, Schema: autodiscover.Outlook},
		"comments":                  {Address: fred, Schema: autodiscover.Outlook},
		"upper-case-address":        {Address: "FRED@EXAMPLE.COM", Schema: autodiscover.Outlook},
		"entities":                  {Address: "o'brien&son@example.com", Schema: autodiscover.Outlook},
		"cdata":                     {Address: "fred&co@example.com", Schema: autodiscover.Outlook},
		"international":             {Address: "jürgen@bücher.example", Schema: autodiscover.Outlook},
	}
	bodies := files(t, "request-*.xml")
	for name, want := range want {
		got, err := autodiscover.DecodeRequest(bodies["request-"+name+".xml"])
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
	if len(bodies) != len(want) {
		t.Errorf("%d bodies are expected, and these are here: %q", len(want), slices.Sorted(maps.Keys(bodies)))
	}
}

func TestDecodeRequestRefuses(t *testing.T) {
	bodies := files(t, "bad-request-*.xml")
	good := string(files(t, "request-fairemail.xml")["request-fairemail.xml"])
	padded := func(n int) []byte { return []byte(good + strings.Repeat(" ", n-len(good))) }
	deep := func(n int) []byte {
		return with(t, good, "<Request>", strings.Repeat("<x>", n)+strings.Repeat("</x>", n)+"<Request>")
	}
	bodies["more than 64 KiB"] = padded(64<<10 + 1)
	bodies["65 KiB in the address"] = with(t, good, "fred", strings.Repeat("f", 65<<10))
	bodies["17 levels"] = deep(16)
	bodies["1000 levels"] = deep(1000)
	bodies["unclosed levels"] = bytes.Repeat([]byte("<x>"), 20_000)
	for name, body := range bodies {
		if r, err := autodiscover.DecodeRequest(body); !errors.Is(err, autodiscover.ErrRequest) || r != (autodiscover.Request{}) {
			t.Errorf("%s: %v, %+v", name, err, r)
		}
	}
	for name, body := range map[string][]byte{"64 KiB": padded(64 << 10), "16 levels": deep(15)} {
		if _, err := autodiscover.DecodeRequest(body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Errors go into logs, and logs hold no local parts.
func TestErrorsOfRequestsRepeatNothingOfTheBody(t *testing.T) {
	bodies := files(t, "bad-request-*.xml")
	bodies["an address for a tag"] = []byte("<fred>example.com</jane>")
	bodies["an address for an entity"] = []byte("<EMailAddress>&fred;@example.com</EMailAddress>")
	bodies["an address for an encoding"] = []byte(`<?xml version="fred@example.com"?><x/>`)
	for name, body := range bodies {
		_, err := autodiscover.DecodeRequest(body)
		for _, word := range []string{"fred", "jane", "example"} {
			if err == nil || strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
