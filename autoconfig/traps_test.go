package autoconfig_test

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/providers"
)

// written gives the bytes of every document of New that these tests know of.
func written(t *testing.T) map[string][]byte {
	documents := catalogueDocuments(t)
	maps.Copy(documents, goldenDocuments(t))
	files := map[string][]byte{}
	for name, d := range documents {
		files[name] = encode(t, d)
	}
	return files
}

// writtenByBoth gives those of New and of All.
func writtenByBoth(t *testing.T) map[string][]byte {
	files := written(t)
	for name, m := range catalogueMatches(t) {
		files["all of "+name] = encode(t, wholeOf(t, m))
	}
	for name, d := range goldenWholes(t) {
		files["all of "+name] = encode(t, d)
	}
	return files
}

// eachServer visits the mail servers of everything written.
func eachServer(t *testing.T, visit func(name string, n node)) {
	t.Helper()
	for name, b := range writtenByBoth(t) {
		provider, err := parse(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		servers := slices.Concat(provider.named("incomingServer"), provider.named("outgoingServer"))
		if len(servers) == 0 {
			t.Fatalf("%s: no servers", name)
		}
		for _, n := range servers {
			visit(name, n)
		}
	}
}

// Thunderbird compares the start, and with the case.
func TestContentTypeStartsWithTextXML(t *testing.T) {
	if !strings.HasPrefix(autoconfig.ContentType, "text/xml;") {
		t.Error(autoconfig.ContentType)
	}
}

func TestDomainElementIsTheDomainAskedForInASCII(t *testing.T) {
	matches := map[string]providers.Match{
		"gmail.com":             builtIn(t, "gmail.com"),
		"googlemail.com":        builtIn(t, "googlemail.com"),
		"other.rr.com":          builtIn(t, "other.rr.com"),
		"xn--bcher-kva.example": configured(t, "bücher.example", nil),
	}
	for want, m := range matches {
		provider, err := parse(encode(t, document(t, m)))
		if err != nil {
			t.Fatal(err)
		}
		if got := provider.texts("domain"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: the domains are %q", want, got)
		}
	}
}

func TestProviderIDIsAHostName(t *testing.T) {
	for name, b := range writtenByBoth(t) {
		provider, err := parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if id := provider.attr("id"); !asciiHost.MatchString(id) {
			t.Errorf("%s: the id is %q", name, id)
		}
	}
}

func TestNoPlaintextServerBesideAnEncryptedOne(t *testing.T) {
	m := configured(t, "example.com", func(p *providers.Provider) {
		s := &p.Setups[0]
		s.Incoming = []providers.Server{server(t, "imap://imap.example.com?security=none"), server(t, "imaps://imap.example.com")}
		s.Outgoing = []providers.Server{server(t, "smtp://smtp.example.com?security=none"), server(t, "submission://smtp.example.com")}
	})
	b := encode(t, document(t, m))
	if bytes.Contains(b, []byte("plain<")) {
		t.Errorf("K-9 refuses this whole document:\n%s", b)
	}
	if _, err := k9(b, address(t, "fred@example.com")); err != nil {
		t.Error(err)
	}
}

// Plaintext is an operator's own decision, and then it is said as it is.
func TestPlaintextAloneIsSaidSo(t *testing.T) {
	m := configured(t, "example.com", func(p *providers.Provider) {
		p.Setups[0].Incoming = []providers.Server{server(t, "imap://imap.example.com?security=none")}
	})
	d := document(t, m)
	if b := encode(t, d); !bytes.Contains(b, []byte("<port>143</port>\n      <socketType>plain</socketType>")) {
		t.Errorf("%s", b)
	} else if d := diff(d, decode(t, b)); d != "" {
		t.Error(d)
	}
}

func TestOutgoingServerHasAUsername(t *testing.T) {
	eachServer(t, func(name string, n node) {
		if n.first("username") == "" {
			t.Errorf("%s: the %s server has no user name", name, n.attr("type"))
		}
	})
}

func TestDocumentWithoutOutgoingServerIsNotMade(t *testing.T) {
	jmap := service(t, providers.JMAP, "https://jmap.example.com/")
	for why, change := range map[string]func(*providers.Setup){
		"JMAP only":   func(s *providers.Setup) { s.Incoming = []providers.Server{jmap} },
		"no outgoing": func(s *providers.Setup) { s.Partial, s.Outgoing = "the outgoing server is unknown", nil },
	} {
		m := configured(t, "example.com", func(p *providers.Provider) { change(&p.Setups[0]) })
		d, err := autoconfig.New(m)
		if _, ok := errors.AsType[*providers.Inexpressible](err); !ok {
			t.Errorf("%s: %v, %+v", why, err, d)
		}
	}
}

func TestPasswordFollowsOAuth2OnlyWhereItIsTaken(t *testing.T) {
	both := []string{"OAuth2", "password-cleartext"}
	for domain, want := range map[string][]string{
		"gmail.com":   both,
		"yahoo.com":   both,
		"outlook.com": {"OAuth2"},
		"web.de":      {"password-cleartext"},
	} {
		provider, err := parse(encode(t, document(t, builtIn(t, domain))))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range slices.Concat(provider.named("incomingServer"), provider.named("outgoingServer")) {
			if got := n.texts("authentication"); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %q, want %q", domain, n.attr("type"), got, want)
			}
		}
	}
}

// Thunderbird knows OAuth2 for hosts of its own list only.
func TestHostUnknownToThunderbirdIsUsedWithItsPassword(t *testing.T) {
	m := configured(t, "example.com", func(p *providers.Provider) {
		p.Setups[0].Incoming = []providers.Server{server(t, "imaps://imap.example.com", providers.OAuth2, providers.PasswordCleartext)}
		p.Setups[0].Outgoing = []providers.Server{server(t, "submissions://smtp.example.com", providers.OAuth2, providers.PasswordCleartext)}
	})
	got, err := thunderbird(encode(t, document(t, m)), address(t, "fred@example.com"))
	if err != nil || got.In.Auth != "password-cleartext" || got.Out.Auth != "password-cleartext" {
		t.Errorf("%+v, %v", got, err)
	}
}

// K-9 reads no number from "\n993\n", Thunderbird no user name from " fred".
func TestNoWhiteSpaceInsideElements(t *testing.T) {
	var check func(name string, n node)
	check = func(name string, n node) {
		for _, c := range n.Children {
			check(name, c)
		}
		if len(n.Children) == 0 && n.Text != strings.TrimSpace(n.Text) {
			t.Errorf("%s: <%s> holds %q", name, n.XMLName.Local, n.Text)
		}
	}
	for name, b := range writtenByBoth(t) {
		provider, err := parse(b)
		if err != nil {
			t.Fatal(err)
		}
		check(name, provider)
	}
}

// Thunderbird makes a number of a name such as 00123 or +49170.
func TestUsernamesArePlaceholdersNeverNumbers(t *testing.T) {
	eachServer(t, func(name string, n node) {
		u := n.first("username")
		if jxon(u) != u || !strings.Contains(u, "%EMAILADDRESS%") && !strings.Contains(u, "%EMAILLOCALPART%") {
			t.Errorf("%s: the user name is %q", name, u)
		}
	})
}

// Thunderbird reads an empty element as "true".
func TestNoElementIsEmpty(t *testing.T) {
	m := configured(t, "example.com", func(p *providers.Provider) {
		relay := server(t, "submission://relay.example.com", providers.NoAuth)
		relay.Username = ""
		p.Setups[0].Outgoing = []providers.Server{relay}
	})
	files := writtenByBoth(t)
	files["a relay without log-in"] = encode(t, document(t, m))
	files["no name"] = encode(t, autoconfig.Document{ID: "example.com", Incoming: m.Setup.Incoming})
	for name, b := range files {
		for _, found := range regexp.MustCompile(`<(\w+)[^<>]*(/>|></\w+>)`).FindAllSubmatch(b, -1) {
			if !slices.Contains([]string{"documentation", "enable", "loginPage", "clientConfigUpdate"}, string(found[1])) { // they say it in an address
				t.Errorf("%s: %s", name, found[0])
			}
		}
	}
}

// Half of the clients send no address, so one document serves everybody.
func TestOneDocumentServesEveryAddress(t *testing.T) {
	for name, b := range writtenByBoth(t) {
		if bytes.ContainsAny(b, "@") {
			t.Errorf("%s: it holds an address", name)
		}
	}
	b := encode(t, document(t, builtIn(t, "icloud.com")))
	for _, text := range []string{"fred@icloud.com", "Jane.Roe+tag@icloud.com", "00123@icloud.com"} {
		a := address(t, text)
		got, err := thunderbird(b, a)
		if err != nil || got.In.Username != a.Local() || got.Out.Username != a.String() {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestServersHaveNoAttributeButType(t *testing.T) {
	eachServer(t, func(name string, n node) {
		if len(n.Attrs) != 1 || n.attr("type") == "" {
			t.Errorf("%s: attributes %v", name, n.Attrs)
		}
	})
}

func TestNoDocumentTypeAndNoEntityButXMLsOwn(t *testing.T) {
	for name, b := range writtenByBoth(t) {
		if bytes.Contains(b, []byte("<!")) {
			t.Errorf("%s: it has a declaration", name)
		}
		for _, entity := range regexp.MustCompile(`&[^;]*;`).FindAllString(string(b), -1) {
			if !slices.Contains([]string{"&amp;", "&lt;", "&gt;", "&quot;"}, entity) {
				t.Errorf("%s: it has %s", name, entity)
			}
		}
	}
}

// Evolution takes the last server of a kind, K-9, FairEmail and Geary the
// first.
func TestOneIncomingAndOneOutgoingServer(t *testing.T) {
	alternatives := configured(t, "example.com", func(p *providers.Provider) {
		s := &p.Setups[0]
		s.Incoming = []providers.Server{
			server(t, "pop3s://pop.example.com"), server(t, "imaps://imap.example.com"), server(t, "imap://imap.example.com"),
		}
		s.Outgoing = []providers.Server{server(t, "submissions://smtp.example.com"), server(t, "submission://smtp.example.com")}
	})
	files := written(t)
	files["alternatives"] = encode(t, document(t, alternatives))
	for name, b := range files {
		provider, err := parse(b)
		if err != nil {
			t.Fatal(err)
		}
		in, out := provider.named("incomingServer"), provider.named("outgoingServer")
		if len(in) != 1 || len(out) != 1 {
			t.Errorf("%s: %d incoming and %d outgoing servers", name, len(in), len(out))
		}
		if name == "alternatives" && in[0].attr("type") != "imap" {
			t.Errorf("IMAP does not come before POP3")
		}
	}
}

func TestServerOrderIsHostnamePortSocketType(t *testing.T) {
	eachServer(t, func(name string, n node) {
		var order []string
		for _, c := range n.Children {
			order = append(order, c.XMLName.Local)
		}
		want := []string{"hostname", "port", "socketType", "authentication", "username"}
		if n.first("hostname") == "" {
			want = []string{"url", "authentication", "username"}
		}
		if n.named("pop3") != nil {
			want = append(want, "pop3")
		}
		order = slices.Compact(order)
		if !slices.Equal(order, want) {
			t.Errorf("%s: %q", name, order)
		}
	})
}

// Were the port last, FairEmail would try STARTTLS on Spectrum's port 587.
func TestFairEmailSeesImplicitTLSOnPort587(t *testing.T) {
	const port, socket = "<port>587</port>", "<socketType>SSL</socketType>"
	good := string(encode(t, document(t, builtIn(t, "charter.net"))))
	bad := regexp.MustCompile(port+`(\s*)`+socket).ReplaceAllString(good, socket+"$1"+port)
	for doc, want := range map[string]string{good: "SSL", bad: "STARTTLS"} {
		got, err := fairEmail([]byte(doc), address(t, "fred@charter.net"))
		if err != nil || got.Out.Port != 587 || got.Out.Socket != want {
			t.Errorf("%+v, %v, want %s", got.Out, err, want)
		}
	}
}

// FairEmail and Nextcloud Mail expand none.
func TestHostsHoldNoPlaceholder(t *testing.T) {
	eachServer(t, func(name string, n node) {
		host, _, _ := strings.Cut(strings.TrimPrefix(n.first("url"), "https://"), "/")
		if host = cmp.Or(n.first("hostname"), host); !asciiHost.MatchString(host) {
			t.Errorf("%s: the host is %q", name, host)
		}
	})
}

func TestUTF8WithoutByteOrderMark(t *testing.T) {
	for name, b := range writtenByBoth(t) {
		if !bytes.HasPrefix(b, []byte(`<?xml version="1.0" encoding="UTF-8"?>`+"\n<clientConfig ")) {
			t.Errorf("%s: it starts with %.60q", name, b)
		}
	}
}
