package pacc_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/pacc"
	"waypost/providers"
	"waypost/providers/catalogue"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestCatalogueDocumentsAreTheGoldenBytes(t *testing.T) {
	directory, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, domain := range []string{"gmx.net", "gmail.com", "t-online.de"} {
		m, err := directory.Lookup(t.Context(), providers.MustDomain(domain))
		if err != nil {
			t.Fatal(err)
		}
		d, err := pacc.New(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", domain+".golden.json")
		if *update {
			if err := os.WriteFile(file, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: -golden +encoded\n%s", domain, diff)
		}
		back, err := pacc.Decode(want)
		if diff := cmp.Diff(d, back); err != nil || diff != "" {
			t.Errorf("%s: %v; -meant +decoded\n%s", domain, err, diff)
		}
	}
}

func TestWhatPACCCannotSayIsRefusedWithAReason(t *testing.T) {
	directory, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for domain, code := range map[string]string{
		"charter.net":   pacc.CodeNotImplicitTLS, // implicit TLS on 587
		"rr.com":        pacc.CodeNotImplicitTLS, // STARTTLS
		"web.de":        pacc.CodeNotImplicitTLS, // the user name is the local part
		"outlook.com":   pacc.CodeNotImplicitTLS,
		"optonline.net": providers.CodePartial,
	} {
		m, err := directory.Lookup(t.Context(), providers.MustDomain(domain))
		if err != nil {
			t.Fatal(err)
		}
		_, err = pacc.New(m)
		if e, ok := errors.AsType[*providers.Inexpressible](err); !ok || e.Code != code || e.Next == "" {
			t.Errorf("%s: got %v, want %s", domain, err, code)
		}
	}
}

func TestBothDraftsReadTheDocument(t *testing.T) {
	body, err := pacc.Document{IMAP: "imap.example.com", Submit: "smtp.example.com", Password: true, Name: "Example"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{`"smtp": {`, `"submit": {`} {
		if !strings.Contains(string(body), old) {
			t.Errorf("there is no %s", old)
		}
		d, err := pacc.Decode([]byte(strings.Replace(string(body), old, `"unknown": {`, 1)))
		if err != nil || d.Submit != "smtp.example.com" {
			t.Errorf("without %s: %+v, %v", old, d, err)
		}
	}
}

func TestDecodeReadsWhatEncodeWrites(t *testing.T) {
	host := rapid.SampledFrom([]string{"", "a.example", "xn--bcher-kva.example"})
	url := rapid.SampledFrom([]string{"", "https://a.example/dav/", "https://a.example:8443/x"})
	text := rapid.StringMatching(`[A-Za-z<>&"\\ é]{0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		d := pacc.Document{
			IMAP: host.Draw(t, "imap"), POP3: host.Draw(t, "pop3"), Submit: host.Draw(t, "submit"),
			JMAP: url.Draw(t, "jmap"), CalDAV: url.Draw(t, "caldav"), CardDAV: url.Draw(t, "carddav"), WebDAV: url.Draw(t, "webdav"),
			Password: rapid.Bool().Draw(t, "password"), Issuer: url.Draw(t, "issuer"),
			Name: text.Draw(t, "name"), Short: text.Draw(t, "short"), Help: url.Draw(t, "help"),
		}
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.Encode()
		if err != nil || string(again) != string(body) {
			t.Fatal("the bytes are not constant")
		}
		back, err := pacc.Decode(body)
		if diff := cmp.Diff(d, back); err != nil || diff != "" {
			t.Fatalf("%v; -meant +decoded\n%s", err, diff)
		}
	})
}

func TestDigestIsTheTextOfTheRecord(t *testing.T) {
	// printf hello | openssl dgst -sha256 -binary | base64
	const want = "v=UAAC1; a=sha256; d=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
	if got := pacc.Digest([]byte("hello")); got != want {
		t.Errorf("got %s", got)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":       "",
		"HTML":          "<html></html>",
		"a list":        "[]",
		"an IP address": `{"protocols":{"imap":{"host":"192.0.2.1"}}}`,
		"a host number": `{"protocols":{"imap":{"host":7}}}`,
		"plain http":    `{"protocols":{"jmap":{"url":"http://a.example/"}}}`,
		"too large":     `{"x":"` + strings.Repeat("x", 64<<10) + `"}`,
	} {
		if d, err := pacc.Decode([]byte(body)); !errors.Is(err, pacc.ErrDocument) {
			t.Errorf("%s: got %+v, %v", name, d, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.golden.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := pacc.Decode(data)
		if err != nil {
			return
		}
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := pacc.Decode(body)
		if diff := cmp.Diff(d, back); err != nil || diff != "" {
			t.Fatalf("%v; -first +second\n%s", err, diff)
		}
	})
}
