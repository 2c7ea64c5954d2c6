package autodiscover_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/autodiscover"
)

// What Decode must leave out is here as it was written.
func TestDecodeWordsKeepsWhatNoSpecificationHas(t *testing.T) {
	data := with(t, whole, "<SSL>on</SSL>\n", "<SSL> yes </SSL><Encryption/><SPA>ON</SPA><SSL>on</SSL>")
	data = with(t, string(data), "</Account>", "<Protocol><Type>CalDAV</Type></Protocol><Protocol/></Account>")
	want := []autodiscover.Words{
		{"Type": "IMAP", "Server": "imap.example.com", "Port": "993", "LoginName": "fred", "SSL": "yes", "Encryption": "", "SPA": "ON"},
		{"Type": "SMTP", "Server": "smtp.example.com", "Port": "587", "LoginName": "fred", "SSL": "on", "Encryption": "TLS"},
		{"Type": "CalDAV"},
		{},
	}
	got, err := autodiscover.DecodeWords(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if a, err := autodiscover.Decode(data); err != nil || len(a.Servers) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

// Delta Chat and Thunderbird do not look at namespaces.
func TestDecodeWordsTakesAnyNamespace(t *testing.T) {
	for name, data := range map[string]string{
		"https": strings.ReplaceAll(whole, "http:", "https:"),
		"none":  strings.NewReplacer(` xmlns="`, ` x="`).Replace(whole),
	} {
		if words, err := autodiscover.DecodeWords([]byte(data)); err != nil || len(words) != 2 {
			t.Errorf("%s: %v, %v", name, words, err)
		}
		if _, err := autodiscover.Decode([]byte(data)); !errors.Is(err, autodiscover.ErrAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeWordsRefuses(t *testing.T) {
	for why, data := range map[string]string{
		"nothing":             "",
		"HTML":                "<html/>",
		"no Account":          strings.ReplaceAll(whole, "Account>", "Konto>"),
		"DTD":                 strings.Replace(whole, "<Auto", "<!DOCTYPE Autodiscover>\n<Auto", 1),
		"larger than 256 KiB": whole + strings.Repeat(" ", 256<<10),
	} {
		if words, err := autodiscover.DecodeWords([]byte(data)); !errors.Is(err, autodiscover.ErrAnswer) {
			t.Errorf("%s: %v, %v", why, err, words)
		}
	}
}

func TestTTLIsReadInHoursAndExpirationDateIsNot(t *testing.T) {
	for elements, hours := range map[string]int{
		"<TTL>168</TTL>": 168,
		"<ExpirationDate>20271231</ExpirationDate><TTL>1</TTL>": 1,
		"<ExpirationDate>20271231</ExpirationDate>":             0,
		"<TTL>0</TTL>":          0,
		"<TTL>-1</TTL>":         0,
		"<TTL>1.5</TTL>":        0,
		"<TTL></TTL>":           0,
		"<TTL>4294967296</TTL>": 0,
	} {
		want := wholeAnswer()
		want.Servers[0].TTL = hours
		got, err := autodiscover.Decode(with(t, whole, "<Type>IMAP</Type>", "<Type>IMAP</Type>"+elements))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v, -want +got\n%s", elements, err, d)
		}
	}
}

// Microsoft's samples have it behind Type.
func TestTTLStandsBehindTypeAndIsLeftOutWhereNothingIsSaid(t *testing.T) {
	a := wholeAnswer()
	a.Servers[0].TTL, a.Servers[1].TTL = 24, -1
	b := string(encode(t, a))
	if strings.Count(b, "<TTL>") != 1 || !strings.Contains(strings.Join(strings.Fields(b), ""), "<Type>IMAP</Type><TTL>24</TTL><Server>") {
		t.Error(b)
	}
}
