package autodiscover_test

import (
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"testing"

	"waypost/autodiscover"
	"waypost/providers"
)

// eachProtocol visits the Protocol elements of all golden answers.
func eachProtocol(t *testing.T, visit func(name string, n node)) {
	t.Helper()
	for name, b := range written(t) {
		a, err := account(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(a.protocols()) != 2 {
			t.Fatalf("%s: %d Protocols", name, len(a.protocols()))
		}
		for _, n := range a.protocols() {
			visit(name, n)
		}
	}
}

func TestContentTypesAreWhatClientsExpect(t *testing.T) {
	if !strings.HasPrefix(autodiscover.ContentType, "text/xml;") {
		t.Error(autodiscover.ContentType)
	}
	if !strings.HasPrefix(autodiscover.ContentTypeJSON, "application/json;") {
		t.Error(autodiscover.ContentTypeJSON)
	}
}

// Samples in Microsoft's documentation show https; Outlook and KDE refuse it.
func TestNamespacesStartWithHTTP(t *testing.T) {
	const (
		root    = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
		outlook = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	)
	check := func(name string, b []byte, want string) {
		var n node
		if err := xml.Unmarshal(b, &n); err != nil {
			t.Fatal(err)
		}
		response, _ := n.child("Response")
		if n.XMLName != (xml.Name{Space: root, Local: "Autodiscover"}) || response.XMLName != (xml.Name{Space: want, Local: "Response"}) {
			t.Errorf("%s: %v holds %v", name, n.XMLName, response.XMLName)
		}
	}
	for name, b := range written(t) {
		check(name, b, outlook)
	}
	for name, b := range files(t, "error-*.golden.xml") {
		check(name, b, root)
	}
}

// To classic Outlook, TLS means STARTTLS.
func TestEncryptionIsSSLOnPortsOfImplicitTLS(t *testing.T) {
	eachProtocol(t, func(name string, n node) {
		port, _ := n.text("Port")
		encryption, _ := n.text("Encryption")
		if slices.Contains([]string{"993", "995", "465"}, port) && encryption != "SSL" {
			t.Errorf("%s: Encryption is %q on %s", name, encryption, port)
		}
	})
}

// To Thunderbird and Delta Chat, off means plaintext.
func TestSSLIsOnForSTARTTLS(t *testing.T) {
	b := encode(t, answer(t, configured(t, "fred@example.com", server(t, "imap://imap.example.com"), server(t, "submission://smtp.example.com"))))
	a, err := account(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range a.protocols() {
		ssl, _ := n.text("SSL")
		encryption, _ := n.text("Encryption")
		if ssl != "on" || encryption != "TLS" {
			t.Errorf("SSL is %q and Encryption %q", ssl, encryption)
		}
	}
}

// Thunderbird drops a server that says true or false, or nothing at all.
func TestSwitchesAreOnOrOff(t *testing.T) {
	switches := []string{"DomainRequired", "SPA", "SSL", "AuthRequired"}
	eachProtocol(t, func(name string, n node) {
		kind, _ := n.text("Type")
		names := switches
		if kind == "SMTP" {
			names = slices.Concat(switches, []string{"UsePOPAuth", "SMTPLast"})
		}
		for _, s := range names {
			if value, _ := n.text(s); value != "on" && value != "off" {
				t.Errorf("%s: %s: %s is %q", name, kind, s, value)
			}
		}
	})
}

// Outlook's defaults are the part before the @, and SPA.
func TestLoginNameAndSPAAreWritten(t *testing.T) {
	eachProtocol(t, func(name string, n node) {
		if spa, _ := n.text("SPA"); spa != "off" {
			t.Errorf("%s: SPA is %q", name, spa)
		}
		login, ok := n.text("LoginName")
		if strings.Contains(name, "without-address") {
			if ok {
				t.Errorf("%s: the log-in name is %q", name, login)
			}
		} else if login == "" {
			t.Errorf("%s: no log-in name", name)
		}
	})
}

// KDE refuses a whole answer that names another Type; Outlook has no POP.
func TestTypesAreIMAPAndPOP3AndSMTP(t *testing.T) {
	types := map[string]bool{}
	eachProtocol(t, func(_ string, n node) {
		kind, _ := n.text("Type")
		types[kind] = true
	})
	for kind := range types {
		if !slices.Contains([]string{"IMAP", "POP3", "SMTP"}, kind) {
			t.Errorf("Type %q", kind)
		}
	}
	if len(types) != 3 {
		t.Errorf("the answers have only %v", types)
	}
}

// FairEmail takes no Protocol before them, and no other spelling.
func TestAccountTypeAndActionComeBeforeTheProtocols(t *testing.T) {
	for name, b := range written(t) {
		a, err := account(b)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, c := range a.Children {
			order = append(order, c.XMLName.Local+" "+strings.TrimSpace(c.Text))
		}
		if !slices.Equal(order, []string{"AccountType email", "Action settings", "Protocol ", "Protocol "}) {
			t.Errorf("%s: %q", name, order)
		}
		if _, err := fairEmail(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Strict readers want the order of the schema.
func TestProtocolElementsStandInTheOrderOfTheSchema(t *testing.T) {
	schema := strings.Fields("Type Server Port DomainRequired LoginName SPA SSL Encryption AuthRequired UsePOPAuth SMTPLast")
	eachProtocol(t, func(name string, n node) {
		var order []string
		for _, c := range n.Children {
			order = append(order, c.XMLName.Local)
		}
		want := slices.DeleteFunc(slices.Clone(schema), func(s string) bool { return !slices.Contains(order, s) })
		if !slices.Equal(order, want) {
			t.Errorf("%s: %q", name, order)
		}
	})
}

func TestV2TakesTheProtocolInAnyLetterCase(t *testing.T) {
	const pox = "https://setup.example.com/autodiscover/autodiscover.xml"
	bare := changed(t, "fred@example.com", func(*providers.Setup) {}).Match
	for _, protocol := range []string{"AutodiscoverV1", "Autodiscoverv1", "autodiscoverv1", "AUTODISCOVERV1"} {
		got, err := autodiscover.NewV2(bare, protocol, pox)
		if err != nil || got.Protocol != "AutodiscoverV1" || got.URL != pox {
			t.Errorf("%s: %+v, %v", protocol, got, err)
		}
	}
	for protocol, want := range map[string]string{
		"":                autodiscover.MandatoryParameterMissing,
		"ActiveSync":      autodiscover.ProtocolNotSupported,
		"activesync":      autodiscover.ProtocolNotSupported,
		"EWS":             autodiscover.ProtocolNotSupported,
		"Substrate":       autodiscover.ProtocolNotSupported,
		"IMAP":            autodiscover.InvalidProtocol,
		"AutodiscoverV10": autodiscover.InvalidProtocol,
		"AutodiscoverV1/": autodiscover.InvalidProtocol,
		"<script>":        autodiscover.InvalidProtocol,
	} {
		_, err := autodiscover.NewV2(bare, protocol, pox)
		e, ok := errors.AsType[*autodiscover.V2Error](err)
		if !ok || e.Code != want {
			t.Errorf("%q: %v, want %s", protocol, err, want)
		} else if protocol != "" && strings.Contains(e.Message, protocol) && want == autodiscover.InvalidProtocol {
			t.Errorf("%q: the message repeats it: %s", protocol, e.Message)
		}
	}
}

func TestV2NamesTheServersOfTheSetup(t *testing.T) {
	const pox = "https://setup.example.com/autodiscover/autodiscover.xml"
	full := changed(t, "fred@example.com", withServices(t)).Match
	for protocol, want := range map[string]autodiscover.V2{
		"ActiveSync":     {Protocol: "ActiveSync", URL: activeSyncURL},
		"activesync":     {Protocol: "ActiveSync", URL: activeSyncURL},
		"ews":            {Protocol: "EWS", URL: "https://ews.example.com/EWS/Exchange.asmx"},
		"Autodiscoverv1": {Protocol: "AutodiscoverV1", URL: pox},
	} {
		if got, err := autodiscover.NewV2(full, protocol, pox); err != nil || got != want {
			t.Errorf("%s: %+v, %v", protocol, got, err)
		}
	}
	partial := changed(t, "fred@example.com", func(s *providers.Setup) {
		withServices(t)(s)
		s.Partial = "nobody knows"
	}).Match
	for _, m := range []providers.Match{partial, changed(t, "fred@example.com", toURL).Match} {
		_, err := autodiscover.NewV2(m, "ActiveSync", pox)
		if e, ok := errors.AsType[*autodiscover.V2Error](err); !ok || e.Code != autodiscover.ProtocolNotSupported {
			t.Error(err)
		}
	}
}

// Other servers paste what they were sent between tags. An ampersand is what
// an address can hold of XML.
func TestAddressIsEscapedInEveryAnswer(t *testing.T) {
	const text = "o'neill&lt@example.com"
	nothing := func(*providers.Setup) {}
	documents := map[string][]byte{
		"settings": encode(t, answer(t, changed(t, text, nothing))),
		"redirect": encode(t, answer(t, changed(t, text, toDomain))),
	}
	for name, change := range map[string]func(*providers.Setup){"MobileSync": withServices(t), "MobileSync redirect": toDomain} {
		b, err := mobileSync(t, changed(t, text, change)).Encode()
		if err != nil {
			t.Fatal(err)
		}
		documents[name] = b
	}
	for name, b := range documents {
		var n node
		if err := xml.Unmarshal(b, &n); err != nil || !strings.Contains(string(b), "o'neill&amp;lt@") {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
	}
	// So is what a caller puts in by hand.
	a := wholeAnswer()
	a.DisplayName, a.Servers[0].LoginName = "</DisplayName><b>", "<x>&"
	if got, err := autodiscover.Decode(encode(t, a)); err != nil || got.DisplayName != a.DisplayName || got.Servers[0].LoginName != "<x>&" {
		t.Errorf("%+v, %v", got, err)
	}
}
