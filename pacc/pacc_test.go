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
	"waypost/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestCatalogueDocumentsAreTheGoldenBytes(t *testing.T) {
	for _, domain := range []string{"gmx.net", "gmail.com", "t-online.de"} {
		d, err := pacc.New(providertest.BuiltIn(t, domain))
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", domain+".golden.json")
		back, err := pacc.Decode(providertest.Golden(t, file, got, *update))
		if diff := cmp.Diff(d, back); err != nil || diff != "" {
			t.Errorf("%s: %v; -meant +decoded\n%s", domain, err, diff)
		}
	}
}

func TestWhatPACCCannotSayIsRefusedWithAReason(t *testing.T) {
	for domain, code := range map[string]string{
		"charter.net":   pacc.CodeCannotSay, // implicit TLS on 587
		"rr.com":        pacc.CodeCannotSay, // STARTTLS
		"web.de":        pacc.CodeCannotSay, // the user name is the local part
		"outlook.com":   pacc.CodeCannotSay,
		"optonline.net": providers.CodePartial,
	} {
		_, err := pacc.New(providertest.BuiltIn(t, domain))
		if e, ok := errors.AsType[*providers.Inexpressible](err); !ok || e.Code != code || e.Next == "" {
			t.Errorf("%s: got %v, want %s", domain, err, code)
		}
	}
}

// configured is a domain of one record, to which change does what a test needs.
func configured(t *testing.T, change func(*providers.Provider)) providers.Match {
	t.Helper()
	s := providertest.Setup(t, "example.com", "imaps://imap.example.com", "submissions://smtp.example.com")
	s.Services = []providers.Server{providertest.Service(t, providers.CalDAV, "https://dav.example.com/cal/")}
	p := providertest.Provider("example.com", s)
	change(&p)
	return providertest.Match(t, &p, s.Domains[0])
}

// A password that is typed once must fit wherever the document leads.
func TestServicesWithAnotherLogInAreLeftOut(t *testing.T) {
	for name, change := range map[string]func(*providers.Server){
		"":                           func(*providers.Server) {},
		"the local part":             func(s *providers.Server) { s.Username = providers.LocalPart },
		"OAuth2 beside a password":   func(s *providers.Server) { s.Auth = []providers.Auth{providers.OAuth2} },
		"another port":               func(s *providers.Server) { s.Port = 8443 },
		"a bare origin":              func(s *providers.Server) { s.Path = "/" },
		"nobody knows the user name": func(s *providers.Server) { s.Username = "" },
	} {
		d, err := pacc.New(configured(t, func(p *providers.Provider) { change(&p.Setups[0].Services[0]) }))
		if err != nil || (d.CalDAV != "") != (name == "") {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

func TestOAuth2OnlyNeedsAnIssuer(t *testing.T) {
	only := func(p *providers.Provider) {
		p.Setups[0].Incoming[0].Auth = []providers.Auth{providers.OAuth2}
		p.Setups[0].Outgoing[0].Auth = []providers.Auth{providers.OAuth2}
	}
	_, err := pacc.New(configured(t, only))
	if e, ok := errors.AsType[*providers.Inexpressible](err); !ok || e.Code != pacc.CodeCannotSay {
		t.Errorf("%v", err)
	}
	d, err := pacc.New(configured(t, func(p *providers.Provider) {
		only(p)
		p.OAuth2 = &providers.OAuth2Endpoint{Issuer: "https://login.example.com"}
	}))
	if err != nil || d.Password || d.Issuer != "https://login.example.com" {
		t.Errorf("%+v, %v", d, err)
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
