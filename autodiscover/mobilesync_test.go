package autodiscover_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/autodiscover"
	"waypost/providers"
)

const activeSyncURL = "https://sync.example.com/Microsoft-Server-ActiveSync"

// withServices adds an ActiveSync and an EWS server.
func withServices(t testing.TB) func(*providers.Setup) {
	t.Helper()
	add := func(s *providers.Setup, p providers.Protocol, url string) {
		s.Services = append(s.Services, service(t, p, url))
	}
	return func(s *providers.Setup) {
		add(s, providers.CalDAV, "https://dav.example.com/")
		add(s, providers.ActiveSync, activeSyncURL)
		add(s, providers.ActiveSync, "https://second.example.com/Microsoft-Server-ActiveSync")
		add(s, providers.EWS, "https://ews.example.com/EWS/Exchange.asmx")
	}
}

func mobileSync(t testing.TB, a providers.Account) autodiscover.MobileSyncAnswer {
	t.Helper()
	m, err := autodiscover.NewMobileSync(a)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// goldenMobileSync are the MobileSync answers that stand in testdata.
func goldenMobileSync(t *testing.T) map[string]autodiscover.MobileSyncAnswer {
	named := mobileSync(t, changed(t, "Fred&co@example.com", withServices(t)))
	named.DisplayName = "Fred & <Co>"
	return map[string]autodiscover.MobileSyncAnswer{
		"mobilesync-server.golden.xml":       mobileSync(t, changed(t, "fred@example.com", withServices(t))),
		"mobilesync-display-name.golden.xml": named,
		"mobilesync-redirect.golden.xml":     mobileSync(t, changed(t, "Fred&co@example.com", toDomain)),
	}
}

func TestMobileSyncIsTheGoldenBytesAndIsReadBack(t *testing.T) {
	answers := goldenMobileSync(t)
	for name, want := range answers {
		b, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiscover.DecodeMobileSync(golden(t, name, b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
	for name := range files(t, "mobilesync-*.golden.xml") {
		if _, ok := answers[name]; !ok {
			t.Errorf("%s: no test writes it", name)
		}
	}
}

func TestMobileSyncNamesTheFirstActiveSyncServer(t *testing.T) {
	want := autodiscover.MobileSyncAnswer{Address: "fred@example.com", URL: activeSyncURL}
	for name, change := range map[string]func(*providers.Setup){
		"alone":              func(*providers.Setup) {},
		"and an URL to ask":  toURL,
		"and another domain": toDomain,
	} {
		account := changed(t, "fred@example.com", func(s *providers.Setup) {
			withServices(t)(s)
			change(s)
		})
		if d := cmp.Diff(want, mobileSync(t, account)); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}

// Such clients get error 601, never Outlook's settings.
func TestMobileSyncIsRefusedWhereNothingCanBeSaid(t *testing.T) {
	anybody := func(change func(*providers.Setup)) providers.Account {
		return changed(t, "fred@example.com", change).At(providers.Address{})
	}
	for name, row := range map[string]struct {
		account providers.Account
		code    string
	}{
		"no ActiveSync server":          {changed(t, "fred@example.com", func(*providers.Setup) {}), autodiscover.CodeNoActiveSync},
		"a redirect to a URL":           {changed(t, "fred@example.com", toURL), autodiscover.CodeNoActiveSync},
		"no server and no address":      {anybody(func(*providers.Setup) {}), autodiscover.CodeNoActiveSync},
		"a server and no address":       {anybody(withServices(t)), autodiscover.CodeNeedsAddress},
		"another domain and no address": {anybody(toDomain), autodiscover.CodeNeedsAddress},
		"a provider of the catalogue":   {builtIn(t, "fred@gmail.com"), autodiscover.CodeNoActiveSync},
		"a partial record with a server": {changed(t, "fred@example.com", func(s *providers.Setup) {
			withServices(t)(s)
			s.Partial = "nobody knows"
		}), autodiscover.CodeNoActiveSync},
	} {
		a, err := autodiscover.NewMobileSync(row.account)
		e, ok := errors.AsType[*providers.Inexpressible](err)
		if !ok || e.Code != row.code || e.Reason == "" || e.Next == "" {
			t.Errorf("%s: %v, %+v", name, err, a)
		}
	}
}

func TestMobileSyncIsEncodedOnlyInOneForm(t *testing.T) {
	for name, a := range map[string]autodiscover.MobileSyncAnswer{
		"nothing": {Address: "fred@example.com"},
		"both":    {Address: "fred@example.com", URL: activeSyncURL, Redirect: "fred@x.example"},
	} {
		if b, err := a.Encode(); err == nil {
			t.Errorf("%s: %s", name, b)
		}
	}
}

func mobileSyncAnswers() *rapid.Generator[autodiscover.MobileSyncAnswer] {
	return rapid.Custom(func(t *rapid.T) autodiscover.MobileSyncAnswer {
		a := autodiscover.MobileSyncAnswer{
			DisplayName: texts().Draw(t, "name"),
			Address:     addresses().Draw(t, "address"),
		}
		if rapid.Bool().Draw(t, "redirects") {
			a.Redirect = addresses().Draw(t, "redirect")
		} else {
			a.URL = urls().Draw(t, "url")
		}
		return a
	})
}

func TestDecodeMobileSyncReadsWhatEncodeWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := mobileSyncAnswers().Draw(t, "answer")
		b, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiscover.DecodeMobileSync(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("-want +got\n%s\n%s", d, b)
		}
	})
}

// foreign is an answer in the form of MS-ASCMD 4.2, with what we do not write.
const foreign = `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns:autodiscover="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006" xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <autodiscover:Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006" xmlns:autodiscover="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006">
    <autodiscover:Culture>en:us</autodiscover:Culture>
    <autodiscover:User>
      <autodiscover:DisplayName>Fred</autodiscover:DisplayName>
      <autodiscover:EMailAddress>fred@example.com</autodiscover:EMailAddress>
    </autodiscover:User>
    <autodiscover:Action>
      <autodiscover:Settings>
        <autodiscover:Server>
          <autodiscover:Type>CertEnroll</autodiscover:Type>
          <autodiscover:Url>https://cert.example.com/</autodiscover:Url>
          <autodiscover:Name/>
          <autodiscover:ServerData>CertEnrollTemplate</autodiscover:ServerData>
        </autodiscover:Server>
        <autodiscover:Server>
          <autodiscover:Type>MobileSync</autodiscover:Type>
          <autodiscover:Url>https://sync.example.com/Microsoft-Server-ActiveSync</autodiscover:Url>
          <autodiscover:Name>https://sync.example.com/Microsoft-Server-ActiveSync</autodiscover:Name>
        </autodiscover:Server>
      </autodiscover:Settings>
    </autodiscover:Action>
  </autodiscover:Response>
</Autodiscover>`

func plain(document string) string { return strings.ReplaceAll(document, "autodiscover:", "") }

func TestDecodeMobileSyncReadsWhatExchangeWrites(t *testing.T) {
	want := autodiscover.MobileSyncAnswer{DisplayName: "Fred", Address: "fred@example.com", URL: activeSyncURL}
	simple := strings.ReplaceAll(foreign, "xmlns:autodiscover=", "xmlns:unused=")
	for name, data := range map[string]string{"prefixes": foreign, "no prefixes": plain(simple)} {
		got, err := autodiscover.DecodeMobileSync([]byte(data))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v, -want +got\n%s", name, err, d)
		}
	}
}

func TestDecodeMobileSyncReadsErrors(t *testing.T) {
	const (
		root   = `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">`
		mobile = `<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006">`
		end    = `</Response></Autodiscover>`
	)
	for data, want := range map[string]autodiscover.AnswerError{
		// Of the action, as MS-ASCMD 4.2.2 has it.
		root + mobile + `<Culture>en:us</Culture><User><EMailAddress>fred@example.com</EMailAddress></User><Action><Error><Status>2</Status>` +
			`<Message>The directory could not be reached</Message><DebugData>MailUser</DebugData></Error></Action>` + end: {
			Status: 2, Message: "The directory could not be reached", Debug: "MailUser",
		},
		root + mobile + `<Action><Error><ErrorCode>603</ErrorCode></Error><Redirect>fred@x.example</Redirect></Action>` + end: {Code: autodiscover.InternalError},
		// Of what runs it, in its own namespace and in ours.
		root + mobile + `<Error Time="16:56:32.6164027" Id="1054084152"><ErrorCode>600</ErrorCode><Message>Invalid Request</Message><DebugData /></Error>` + end: {
			Code: autodiscover.InvalidRequest, Message: "Invalid Request",
		},
		string(files(t, "error-601.golden.xml")["error-601.golden.xml"]): {Code: autodiscover.ProviderUnavailable, Message: "Provider is not available"},
	} {
		_, err := autodiscover.DecodeMobileSync([]byte(data))
		if e, ok := errors.AsType[*autodiscover.AnswerError](err); !ok || *e != want {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestDecodeMobileSyncRefuses(t *testing.T) {
	b, err := goldenMobileSync(t)["mobilesync-server.golden.xml"].Encode()
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	refused := map[string][]byte{
		"nothing":                  nil,
		"Outlook's schema":         []byte(whole),
		"https namespaces":         []byte(strings.ReplaceAll(good, `"http:`, `"https:`)),
		"https for Response":       with(t, good, `"http://schemas.microsoft.com/exchange/autodiscover/mobilesync`, `"https://schemas.microsoft.com/exchange/autodiscover/mobilesync`),
		"no Action":                []byte(strings.ReplaceAll(good, "Action>", "Aktion>")),
		"no Url":                   []byte(strings.ReplaceAll(good, "Url>", "Uri>")),
		"another Type":             with(t, good, ">MobileSync<", ">CertEnroll<"),
		"DTD":                      with(t, good, "<Autodiscover", "<!DOCTYPE Autodiscover><Autodiscover"),
		"larger than 256 KiB":      []byte(good + strings.Repeat(" ", 256<<10)),
		"an empty redirect":        slices.Concat(with(t, good, good[strings.Index(good, "<Settings>"):strings.Index(good, "</Action>")], "<Redirect/>")),
		"an ActiveSync over V2":    []byte(`{"Protocol":"ActiveSync","Url":"` + activeSyncURL + `"}`),
		"a page that says nothing": []byte("<html/>"),
	}
	for why, data := range refused {
		if a, err := autodiscover.DecodeMobileSync(data); !errors.Is(err, autodiscover.ErrAnswer) {
			t.Errorf("%s: %v, %+v", why, err, a)
		}
	}
}
