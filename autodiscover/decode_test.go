package autodiscover_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/autodiscover"
	"waypost/providers"
)

// whole is an answer as another server may write it.
const whole = `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
    <User><DisplayName>Fred</DisplayName></User>
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
      <Protocol>
        <Type>IMAP</Type><Server>imap.example.com</Server><Port>993</Port><LoginName>fred</LoginName>
        <SSL>on</SSL>
      </Protocol>
      <Protocol>
        <Type>SMTP</Type><Server>smtp.example.com</Server><Port>587</Port><LoginName>fred</LoginName>
        <SSL>on</SSL><Encryption>TLS</Encryption>
      </Protocol>
    </Account>
  </Response>
</Autodiscover>
`

func wholeAnswer() autodiscover.Answer {
	return autodiscover.Answer{DisplayName: "Fred", Servers: []autodiscover.Server{
		{Protocol: providers.IMAP, Host: "imap.example.com", Port: 993, Security: providers.TLS, LoginName: "fred"},
		{Protocol: providers.Submission, Host: "smtp.example.com", Port: 587, Security: providers.STARTTLS, LoginName: "fred"},
	}}
}

// Each row changes the answer in a way that a reader must not notice.
func TestDecodeIgnoresWhatItDoesNotKnow(t *testing.T) {
	const imap = "<Type>IMAP</Type>"
	for why, data := range map[string][]byte{
		"nothing":            []byte(whole),
		"byte order mark":    []byte("\ufeff" + whole),
		"CRLF":               []byte(strings.ReplaceAll(whole, "\n", "\r\n")),
		"no XML declaration": with(t, whole, `<?xml version="1.0" encoding="utf-8"?>`, ""),
		"a comment after":    []byte(whole + "<!-- x -->"),
		"an Exchange Protocol": with(t, whole, "<Action>settings</Action>",
			"<Action>settings</Action><Protocol><Type>EXCH</Type><Server>x.example</Server></Protocol>"),
		"CalDAV for eM Client": with(t, whole, "</Account>",
			"<Protocol><Type>CalDAV</Type><Server>https://x.example/</Server></Protocol></Account>"),
		"no defaults":              with(t, whole, "<SSL>on</SSL>\n", ""),
		"Encryption, which wins":   with(t, whole, "<SSL>on</SSL>\n", "<SSL>off</SSL><Encryption>SSL</Encryption>"),
		"upper case":               with(t, whole, "<SSL>on</SSL>\n", "<SSL>ON</SSL>"),
		"lower case":               with(t, whole, "<Encryption>TLS<", "<Encryption>tls<"),
		"unknown elements":         with(t, whole, imap, "<ExpirationDate>20271231</ExpirationDate><AuthRequired>on</AuthRequired>"+imap),
		"an element with a prefix": with(t, whole, imap, `<x:Type xmlns:x="urn:x">POP3</x:Type>`+imap),
		"prefixes": []byte(strings.NewReplacer("<A", "<a:A", "</A", "</a:A", " xmlns=", " xmlns:a=",
			"<?", "<?", "</", "</a:", "<", "<a:").Replace(whole)),
	} {
		got, err := autodiscover.Decode(data)
		if err != nil {
			t.Errorf("%s: %v\n%s", why, err, data)
		} else if d := cmp.Diff(wholeAnswer(), got); d != "" {
			t.Errorf("%s: -want +got\n%s", why, d)
		}
	}
}

// Each row breaks one Protocol, and the other one stays.
func TestMalformedProtocolDropsOnlyItself(t *testing.T) {
	want := wholeAnswer()
	want.Servers = want.Servers[1:]
	for _, row := range [][2]string{
		{"<Type>IMAP</Type>", ""},
		{"<Type>IMAP</Type>", "<Type>POP</Type>"},
		{"<Type>IMAP</Type>", "<Type>imap</Type>"},
		{"<Server>imap.example.com</Server>", ""},
		{"<Server>imap.example.com</Server>", "<Server>https://imap.example.com/</Server>"},
		{"<Server>imap.example.com</Server>", "<Server>192.0.2.1</Server>"},
		{"<Server>imap.example.com</Server>", "<Server>{domain}</Server>"},
		{"<Port>993</Port>", ""},
		{"<Port>993</Port>", "<Port>0</Port>"},
		{"<Port>993</Port>", "<Port>65536</Port>"},
		{"<Port>993</Port>", "<Port>993.0</Port>"},
		{"<SSL>on</SSL>\n", "<SSL>yes</SSL>"},
		{"<SSL>on</SSL>\n", "<SSL>true</SSL>"},
		{"<SSL>on</SSL>\n", "<SSL>1</SSL>"},
		{"<SSL>on</SSL>\n", "<SSL></SSL>"},
		{"<SSL>on</SSL>\n", "<SSL/>"},
		{"<SSL>on</SSL>\n", "<SSL>on</SSL><Encryption>Auto</Encryption>"},
		{"<SSL>on</SSL>\n", "<SSL>on</SSL><Encryption>STARTTLS</Encryption>"},
		{"<SSL>on</SSL>\n", "<SSL>on</SSL><Encryption/>"},
	} {
		got, err := autodiscover.Decode(with(t, whole, row[0], row[1]))
		if err != nil {
			t.Errorf("%s: %v", row[1], err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q instead of %q: -want +got\n%s", row[1], row[0], d)
		}
	}
}

// What servers were seen to send, and what becomes of it.
func TestMistakesOfOtherServersAreReadAsTheClientsReadThem(t *testing.T) {
	for _, row := range []struct {
		name     string
		ssl      string
		outlook  mode // empty: the server is left out
		thunder  mode
		delta    mode
		fairMail mode
	}{
		{"Encryption TLS on 993", "<SSL>on</SSL><Encryption>TLS</Encryption>", startTLS, implicit, either, implicit},
		{"SSL yes", "<SSL>yes</SSL>", "", implicit, either, implicit},
		{"SSL empty", "<SSL></SSL>", "", "", either, implicit},
		{"SSL true", "<SSL>true</SSL>", "", "", either, implicit},
		{"SSL off with Encryption SSL", "<SSL>off</SSL><Encryption>SSL</Encryption>", implicit, plaintext, plaintext, implicit},
	} {
		data := with(t, whole, "<SSL>on</SSL>\n", row.ssl)
		for i, want := range []mode{row.outlook, row.thunder, row.fairMail, row.delta} {
			servers, err := clients[i].read(data)
			if err != nil {
				t.Fatal(err)
			}
			var got mode
			if servers[0].Type == "IMAP" {
				got = servers[0].Mode
			}
			if got != want {
				t.Errorf("%s: %s uses %q, want %q", row.name, clients[i].name, got, want)
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	const response = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	deep := func(n int) string { return strings.Repeat("<x>", n) + strings.Repeat("</x>", n) }
	laughs := "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">"
	for c := 'b'; c <= 'j'; c++ {
		laughs += fmt.Sprintf("<!ENTITY %c \"%s\">", c, strings.Repeat("&"+string(c-1)+";", 10))
	}
	for why, data := range map[string]string{
		"nothing":                "",
		"HTML":                   "<html><body>404</body></html>",
		"clientConfig":           `<clientConfig version="1.1"/>`,
		"no namespaces":          strings.NewReplacer(` xmlns="`, ` x="`).Replace(whole),
		"https namespaces":       strings.ReplaceAll(whole, "http:", "https:"),
		"https for the root":     strings.Replace(whole, "http:", "https:", 1),
		"https for Response":     strings.Replace(whole, response, "https"+response[4:], 1),
		"namespace of requests":  strings.Replace(whole, response, strings.Replace(response, "response", "request", 1), 1),
		"namespace of 2006":      strings.Replace(whole, response, strings.TrimSuffix(response, "a"), 1),
		"no Response":            strings.ReplaceAll(whole, "Response", "Answer"),
		"no Account":             strings.ReplaceAll(whole, "Account>", "Konto>"),
		"redirection to nowhere": strings.Replace(whole, "settings<", "redirectAddr<", 1),
		"no action":              strings.Replace(whole, "<Action>settings</Action>", "", 1),
		"no usable Protocol":     strings.ReplaceAll(whole, "<Server>", "<Server>-"),
		"DTD":                    strings.Replace(whole, "<Auto", "<!DOCTYPE Autodiscover>\n<Auto", 1),
		"DTD inside":             strings.Replace(whole, "<User>", "<!DOCTYPE Autodiscover><User>", 1),
		"billion laughs":         strings.NewReplacer("<Auto", laughs+"]><Auto", "Fred", "&j;").Replace(whole),
		"two roots":              whole + "<Autodiscover/>",
		"text after the root":    whole + "x",
		"unclosed":               strings.TrimSuffix(whole, "</Autodiscover>\n"),
		"33 levels":              strings.Replace(whole, "<User>", deep(31)+"<User>", 1),
		"larger than 256 KiB":    whole + strings.Repeat(" ", 256<<10-len(whole)+1),
	} {
		if a, err := autodiscover.Decode([]byte(data)); !errors.Is(err, autodiscover.ErrAnswer) {
			t.Errorf("%s: %v, %+v", why, err, a)
		}
	}
	for why, data := range map[string]string{
		"32 levels": strings.Replace(whole, "<User>", deep(30)+"<User>", 1),
		"256 KiB":   whole + strings.Repeat(" ", 256<<10-len(whole)),
	} {
		if _, err := autodiscover.Decode([]byte(data)); err != nil {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// Exchange puts the error into the root's namespace, others into Outlook's.
func TestDecodeReadsErrorsInEitherNamespace(t *testing.T) {
	for _, response := range []string{"<Response>", `<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">`} {
		for code, want := range map[string]autodiscover.ErrorCode{"500": 500, "600": 600, "": 0, "many": 0} {
			_, err := autodiscover.Decode([]byte(`<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">` +
				response + `<Error Time="1" Id="2"><ErrorCode>` + code + `</ErrorCode><Message>No &amp; never</Message></Error></Response></Autodiscover>`))
			e, ok := errors.AsType[*autodiscover.AnswerError](err)
			if !ok || e.Code != want || e.Message != "No & never" {
				t.Errorf("%q: %v", code, err)
			}
		}
	}
}

func TestDecodeV2Refuses(t *testing.T) {
	for _, data := range []string{
		"", "null", "[]", `""`, "{}", `{"Protocol":"AutodiscoverV1"}`, `{"Url":"https://x.example/"}`,
		`{"Protocol":1,"Url":"https://x.example/"}`, `{"Protocol":"x","Url":"y"} z`, "<html/>",
		`{"Protocol":"x","Url":"` + strings.Repeat("y", 64<<10) + `"}`,
	} {
		if v, err := autodiscover.DecodeV2([]byte(data)); !errors.Is(err, autodiscover.ErrAnswer) {
			t.Errorf("%.60s: %v, %+v", data, err, v)
		}
	}
}

func TestDecodeV2TellsTheErrorsOfServersApart(t *testing.T) {
	_, err := autodiscover.DecodeV2([]byte(`{"ErrorCode":"InvalidProtocol","ErrorMessage":"It is not supported.","x":[1]}`))
	want := &autodiscover.V2Error{Code: autodiscover.InvalidProtocol, Message: "It is not supported."}
	if d := cmp.Diff(error(want), err); d != "" {
		t.Error(d)
	}
}
