package discover_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/discover"
	"waypost/pacc"
	"waypost/providers"
)

func account(t testing.TB) providers.Account {
	t.Helper()
	server := func(text string) providers.Server {
		s, err := providers.ParseServer(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Auth, s.Username = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress
		return s
	}
	d := providers.MustDomain("example.test")
	p := &providers.Provider{ID: "example.test", Name: "Example", Setups: []providers.Setup{{
		Domains:  []providers.Domain{d},
		Incoming: []providers.Server{server("imaps://imap.example.test")},
		Outgoing: []providers.Server{server("submissions://smtp.example.test")},
	}}}
	m, err := providers.NewMatch(p, &p.Setups[0], d)
	if err != nil {
		t.Fatal(err)
	}
	return m.At(address(t, "ann@example.test"))
}

// bodies are our own answers for the account.
func bodies(t testing.TB, a providers.Account) (config, pox, document []byte) {
	t.Helper()
	c, errConfig := autoconfig.New(a.Match)
	p, errPOX := autodiscover.New(a)
	d, errPACC := pacc.New(a.Match)
	for _, err := range []error{errConfig, errPOX, errPACC} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var errs [3]error
	config, errs[0] = c.Encode()
	pox, errs[1] = p.Encode()
	document, errs[2] = d.Encode()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return config, pox, document
}

func TestEveryClientTakesOurOwnAnswers(t *testing.T) {
	t.Parallel()
	a := account(t)
	config, pox, document := bodies(t, a)
	for name, read := range discover.Readers {
		body := config
		switch {
		case strings.HasSuffix(name, "POX"):
			body = pox
		case name == "pacc":
			body = document
		}
		got, err := read(body, a.Address)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range got {
			got[i].Auth = "" // not every client takes it from the document
			if got[i].Security == "" {
				got[i].Security = providers.TLS // it is tried first
			}
		}
		want := []discover.Server{
			{Protocol: providers.IMAP, Host: "imap.example.test", Port: 993, Security: providers.TLS, Username: "ann@example.test"},
			{Protocol: providers.Submission, Host: "smtp.example.test", Port: 465, Security: providers.TLS, Username: "ann@example.test"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestEachClientHasItsOwnFaults holds one change of a good document against
// every client: who still takes it, and who does not.
func TestEachClientHasItsOwnFaults(t *testing.T) {
	t.Parallel()
	const imap, smtp = `<incomingServer type="imap">`, `<outgoingServer type="smtp">`
	tests := map[string]struct{ old, new, refused string }{
		"white space in the port":         {">993<", ">\n993\n<", "fairemail k9"},
		"a type in upper case":            {imap, `<incomingServer type="IMAP">`, "evolution fairemail geary himalaya k9 kmail nextcloud thunderbird"},
		"tags in upper case":              {"hostname>", "HOSTNAME>", "evolution fairemail geary himalaya k9 kmail nextcloud thunderbird"},
		"no id":                           {` id="example.test"`, "", "k9 thunderbird"},
		"a placeholder as id":             {`id="example.test"`, `id="%EMAILDOMAIN%"`, "k9"},
		"an unknown socketType":           {">SSL<", ">TLS<", "himalaya k9 thunderbird"},
		"an authentication of the draft":  {">password-cleartext<", ">OAuth<", "k9 thunderbird"},
		"no user name":                    {"<username>%EMAILADDRESS%</username>", "", "deltachat k9 thunderbird"},
		"no outgoing server":              {smtp, `<outgoingServer type="jmap">`, "deltachat evolution fairemail geary himalaya k9 kmail nextcloud thunderbird"},
		"a document type":                 {"<clientConfig", "<!DOCTYPE clientConfig>\n<clientConfig", "evolution"},
		"a document type of HTML":         {"<clientConfig", "<!doctype html>\n<clientConfig", "evolution geary himalaya k9 kmail nextcloud thunderbird"},
		"a prefix":                        {"<domain>example.test</domain>", `<x:domain xmlns:x="x">example.test</x:domain>`, "k9 thunderbird"},
		"a U-label as domain":             {"<domain>example.test</domain>", "<domain>bücher.test</domain>", "k9 thunderbird"},
		"something after the end":         {"</clientConfig>", "</clientConfig>x", "deltachat evolution fairemail geary himalaya k9 kmail nextcloud thunderbird"},
		"ISO-8859-1":                      {`encoding="UTF-8"`, `encoding="ISO-8859-1"`, ""},
		"an encoding that nobody reads":   {`encoding="UTF-8"`, `encoding="EBCDIC"`, "deltachat evolution fairemail geary himalaya k9 kmail nextcloud thunderbird"},
		"an empty user name":              {"<username>%EMAILADDRESS%</username>", "<username/>", "deltachat k9"},
		"no port":                         {"<port>993</port>", "", "deltachat fairemail k9 kmail thunderbird"},
		"a user name of Evolution's kind": {"%EMAILADDRESS%", "EVOLUTIONUSER@example.test", ""},
	}
	a := address(t, "ann@example.test")
	for name, test := range tests {
		body := strings.ReplaceAll(document("example.test"), test.old, test.new)
		var refused []string
		for _, client := range []string{"deltachat", "evolution", "fairemail", "geary", "himalaya", "k9", "kmail", "nextcloud", "thunderbird"} {
			if servers, err := discover.Readers[client]([]byte(body), a); err != nil || client == "deltachat" && len(servers) < 2 {
				refused = append(refused, client)
			}
		}
		if diff := cmp.Diff(test.refused, strings.Join(refused, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestThunderbirdReadsTextsAsJavaScriptDoes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"00123": "123", "+49170": "49170", "1e5": "100000", "": "true", "ann": "ann", "0x1p3": "0x1p3", "inf": "inf"} {
		body := strings.ReplaceAll(document("example.test"), "%EMAILADDRESS%", name)
		got, err := discover.Readers["thunderbird"]([]byte(body), address(t, "ann@example.test"))
		if err != nil || got[0].Username != want {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
}

func TestDigestIsFoundWhateverTheSpacing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v=UAAC1; a=sha256; d=abc=":       "abc=",
		"v=UAAC1;a=sha256;d=abc=;":        "abc=",
		" d=abc ; x=1; a=sha256; v=UAAC1": "abc",
		"v=UAAC2; a=sha256; d=abc":        "",
		"v=spf1 -all":                     "",
		"":                                "",
	} {
		if got := discover.PACCDigest(text); got != want {
			t.Errorf("%q gives %q", text, got)
		}
	}
}

func TestCleanTextHoldsNothingThatActs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := discover.Clean(rapid.String().Draw(t, "text"))
		if i := strings.IndexFunc(s, func(r rune) bool { return r == '<' || r == '>' || !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q at %d", s, i)
		}
		if again := discover.Clean(s); again != s {
			t.Errorf("%q becomes %q", s, again)
		}
	})
}

func FuzzReaders(f *testing.F) {
	config, pox, document := bodies(f, account(f))
	for _, body := range [][]byte{config, pox, document, []byte(poxError), []byte(website), []byte("<!DOCTYPE a><a><b c='d'/></a>")} {
		f.Add(body)
	}
	for _, w := range worlds() {
		for _, p := range w.pages {
			f.Add([]byte(p.body))
		}
	}
	a := address(f, "ann@example.test")
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 256<<10 {
			t.Skip("larger than what is read")
		}
		for name, read := range discover.Readers {
			servers, err := read(body, a)
			for _, s := range servers {
				if err != nil || s.Protocol == "" || s.Host == "" {
					t.Errorf("%s took %+v (%v)", name, s, err)
				}
			}
		}
	})
}
