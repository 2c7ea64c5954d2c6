package yamlfile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waypost/providers"
	"waypost/providers/yamlfile"
)

var equalNames = cmpopts.EquateComparable(providers.Domain{}, providers.Address{})

var shared = yamlfile.Sources{
	"FairEmail": {Kind: providers.Catalogue, Name: "FairEmail"},
	"ISPDB":     {Kind: providers.Catalogue, Name: "ISPDB"},
}

func parse(t *testing.T, text string) providers.Provider {
	t.Helper()
	p, err := yamlfile.ParseRecord("example.com", "example.com.yaml", []byte(text), shared)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestRecordBecomesTheModel(t *testing.T) {
	domains := func(names ...string) []providers.Domain {
		var all []providers.Domain
		for _, n := range names {
			all = append(all, providers.MustDomain(n))
		}
		return all
	}
	page := providers.Source{Kind: providers.FirstParty, Name: "help page", URL: "https://example.com/help/mail", Date: "2026-03-12"}
	blog := providers.Source{Kind: providers.Article, Name: "a blog", Date: "2023"}
	both := []providers.Auth{providers.OAuth2, providers.PasswordCleartext}
	want := providers.Provider{
		ID: "example.com", Name: "Example Mail", ShortName: "Example",
		Help: providers.Help{
			Documentation: []providers.Link{
				{URL: "https://example.com/help/mail", Text: "How to set up mail", Lang: "en"},
				{URL: "https://example.com/hilfe/mail", Lang: "de"},
			},
			Enable:      []providers.Link{{URL: "https://example.com/imap", Text: "Switch on IMAP", Lang: "en"}},
			WebMail:     "https://webmail.example.com/",
			Status:      "https://status.example.com/",
			Password:    "https://example.com/reset",
			AppPassword: providers.AppPassword{Need: providers.AppPasswordTwoStep, URL: "https://example.com/app-password"},
		},
		OAuth2: &providers.OAuth2Endpoint{
			Issuer: "login.example.com", AuthURL: "https://login.example.com/auth",
			TokenURL: "https://login.example.com/token", Scope: "mail contacts", ClientID: "open-client",
		},
		Setups: []providers.Setup{
			{
				Domains:  domains("example.com", "xn--bcher-kva.example"),
				Suffixes: domains("users.example.com"),
				MX:       domains("mx1.example.com", "mx2.example.com"),
				Incoming: []providers.Server{
					{
						Protocol: providers.IMAP, Host: "imap.{domain}", Port: 993, Security: providers.TLS, Auth: both, Username: providers.FullAddress,
						Sources: []providers.Source{page, shared["FairEmail"]},
					},
					{
						Protocol: providers.POP3, Host: "pop.example.com", Port: 995, Security: providers.TLS,
						Auth: []providers.Auth{providers.PasswordEncrypted}, Username: providers.LocalPart,
						POP3:    &providers.POP3Options{LeaveOnServer: true, Days: 14, DownloadOnBiff: true},
						Sources: []providers.Source{{Kind: providers.Measurement, Name: "not the shared one"}},
					},
					{
						Protocol: providers.JMAP, Host: "jmap.example.com", Port: 443, Security: providers.TLS, Path: "/api", Auth: both, Username: providers.FullAddress,
					},
				},
				Outgoing: []providers.Server{{
					Protocol: providers.Submission, Host: "mobile.charter.net", Port: 587, Security: providers.TLS, Auth: both, Username: providers.FullAddress,
					Sources: []providers.Source{page},
				}},
				Services: []providers.Server{
					{
						Protocol: providers.CalDAV, Host: "dav.example.com", Port: 443, Security: providers.TLS, Path: "/cal/", Auth: both, Username: providers.FullAddress,
						Sources: []providers.Source{page},
					},
					{
						Protocol: providers.ManageSieve, Host: "imap.example.com", Port: 4190, Security: providers.STARTTLS,
						Auth: []providers.Auth{providers.PasswordCleartext}, Username: providers.FullAddress,
					},
				},
				Claims: []providers.Claim{
					{
						Server: providers.Server{
							Protocol: providers.IMAP, Host: "mail.example.com", Port: 143, Security: providers.None,
							Sources: []providers.Source{blog},
						},
						Note: "seen in one article",
					},
					{Server: providers.Server{
						Protocol: providers.Submission, Host: "mail.example.com", Port: 25, Security: providers.STARTTLS,
						Auth: []providers.Auth{providers.NoAuth}, Username: providers.LocalPart, Sources: []providers.Source{blog},
					}},
				},
				Notes: []string{"Port 587 speaks implicit TLS here.", "A note of two lines."},
			},
			{
				Domains: domains("example.org"),
				Partial: "nobody says how mail is sent",
				Incoming: []providers.Server{{
					Protocol: providers.IMAP, Host: "imap.example.org", Port: 993, Security: providers.TLS, Sources: []providers.Source{blog},
				}},
			},
		},
	}
	if d := cmp.Diff(want, parse(t, readFile(t, "testdata/example.yaml")), equalNames); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What the package's documentation shows is a record, given the sources that
// it cites without declaring them.
func TestDocumentedRecordIsRead(t *testing.T) {
	var text strings.Builder
	for line := range strings.Lines(readFile(t, "doc.go")) {
		if rest, ok := strings.CutPrefix(line, "//\t"); ok {
			text.WriteString(rest)
		}
	}
	cited := yamlfile.Sources{"ISPDB": shared["ISPDB"], "blog": {Kind: providers.Article, Name: "a blog"}}
	p, err := yamlfile.ParseRecord("example.com", "doc.go", []byte(text.String()), cited)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text.String())
	}
	if s := p.Setups[0]; len(s.Domains) != 1 || len(s.Suffixes) != 1 || len(s.Claims) != 1 || len(s.Incoming[0].Sources) != 2 {
		t.Errorf("%+v", s)
	}
}

func TestWaysOfWritingDoNotMatter(t *testing.T) {
	text := readFile(t, "testdata/example.yaml")
	instead := func(old, now string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("the record does not hold %q", old)
		}
		return strings.Replace(text, old, now, 1)
	}
	want := parse(t, text)
	for name, other := range map[string]string{
		"line ends of Windows":     strings.ReplaceAll(text, "\n", "\r\n"),
		"byte order mark":          "\ufeff" + text,
		"no line end at the end":   strings.TrimRight(text, "\n"),
		"document marks":           "---\n" + text + "...\n",
		"upper case in the server": instead("pop3s://pop.example.com", "POP3S://Pop.EXAMPLE.com:995"),
		"an alias":                 instead("example.org]\n", "example.org]\n    mx: &none []\n    notes: *none\n"),
		"escapes in quotes":        instead("name: Example Mail", `name: "Ex\x61mple\u0020Mail"`),
	} {
		if d := cmp.Diff(want, parse(t, other), equalNames, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestRecordDoesNotDependOnTheOrderOfKeys(t *testing.T) {
	want := parse(t, "name: A\nsetups:\n  - {domains: [example.com], username: \"{local}\", auth: [NTLM], incoming: [{server: imaps://a.example}], outgoing: [{server: smtp://b.example}]}\n")
	got := parse(t, "setups:\n  - {outgoing: [{server: smtp://b.example}], incoming: [{server: imaps://a.example}], auth: [NTLM], username: \"{local}\", domains: [example.com]}\nname: A\n")
	if d := cmp.Diff(want, got, equalNames); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
