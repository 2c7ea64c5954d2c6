package autodiscover_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/autodiscover"
	"waypost/providers"
)

func goldenAccounts(t *testing.T) map[string]providers.Account {
	accounts := map[string]providers.Account{
		"placeholder-host.example": configured(t, "Fred@placeholder-host.example",
			server(t, "imaps://imap.{domain}"), server(t, "submissions://smtp.{domain}")),
		"buecher.example": configured(t, "jürgen&söhne@bücher.example",
			server(t, "imaps://imap.bücher.example"), server(t, "submission://smtp.bücher.example")),
		"plaintext.example": configured(t, "fred@plaintext.example",
			server(t, "imap://imap.example.com?security=none"), server(t, "smtp://smtp.example.com?security=none")),
	}
	for _, a := range []string{
		"Fred.Smith@charter.net", "fred@tampabay.rr.com", "fred@rr.com", "fred@other.rr.com",
		"fred+x@gmail.com", "fred@yahoo.co.jp", "fred@web.de", "fred@icloud.com",
	} {
		account := builtIn(t, a)
		accounts[account.Domain.String()] = account
	}
	return accounts
}

// goldenAnswers are the answers that stand in testdata, byte for byte.
func goldenAnswers(t *testing.T) map[string]autodiscover.Answer {
	answers := map[string]autodiscover.Answer{}
	accounts := goldenAccounts(t)
	for name, a := range accounts {
		answers["answer-"+name+".golden.xml"] = answer(t, a)
	}
	for _, name := range []string{"charter.net", "icloud.com", "placeholder-host.example"} {
		answers["answer-"+name+"-without-address.golden.xml"] = answer(t, accounts[name].At(providers.Address{}))
	}
	return answers
}

func TestEncodeWritesTheGoldenBytesAndDecodeReadsThemBack(t *testing.T) {
	answers := goldenAnswers(t)
	for name, want := range answers {
		got, err := autodiscover.Decode(golden(t, name, encode(t, want)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
	for name := range files(t, "answer-*") {
		if _, ok := answers[name]; !ok {
			t.Errorf("%s: no test writes it", name)
		}
	}
}

func TestErrorDocumentsAreTheGoldenBytes(t *testing.T) {
	at := time.Date(2026, 11, 23, 14, 34, 56, 789_000_000, time.FixedZone("two hours east", 2*60*60))
	for _, want := range []autodiscover.AnswerError{
		{Code: autodiscover.InvalidRequest, Message: "Invalid Request"},
		{Code: autodiscover.ProviderUnavailable, Message: "Provider is not available"},
	} {
		b, err := autodiscover.EncodeError(want.Code, at)
		if err != nil {
			t.Fatal(err)
		}
		name := map[autodiscover.ErrorCode]string{600: "error-600.golden.xml", 601: "error-601.golden.xml"}[want.Code]
		_, err = autodiscover.Decode(golden(t, name, b))
		if got, ok := errors.AsType[*autodiscover.AnswerError](err); !ok || *got != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestV2IsTheGoldenBytes(t *testing.T) {
	const pox = "https://setup.example.com/autodiscover/autodiscover.xml"
	bare := changed(t, "fred@example.com", func(*providers.Setup) {}).Match
	exchange := changed(t, "fred@example.com", withServices(t)).Match
	for name, row := range map[string]struct {
		match    providers.Match
		protocol string
	}{
		"v2.golden.json":               {bare, "AutodiscoverV1"},
		"v2-missing.golden.json":       {bare, ""},
		"v2-not-supported.golden.json": {bare, "ActiveSync"},
		"v2-invalid.golden.json":       {bare, "IMAP"},
		"v2-activesync.golden.json":    {exchange, "ActiveSync"},
		"v2-ews.golden.json":           {exchange, "EWS"},
	} {
		want, wantErr := autodiscover.NewV2(row.match, row.protocol, pox)
		var encoder interface{ Encode() ([]byte, error) } = want
		if e, ok := errors.AsType[*autodiscover.V2Error](wantErr); ok {
			encoder = e
		}
		b, err := encoder.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiscover.DecodeV2(golden(t, name, b))
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
		if d := cmp.Diff(wantErr, err); d != "" {
			t.Errorf("%s: the error: -want +got\n%s", name, d)
		}
	}
}

// A password is the one thing that POX can say of logging in.
func TestOAuth2OnlyProvidersGetNoAnswer(t *testing.T) {
	a, err := autodiscover.New(builtIn(t, "fred@outlook.com"))
	if e, ok := errors.AsType[*providers.Inexpressible](err); !ok || e.Code != providers.CodeOAuth2Only {
		t.Errorf("%v, %+v", err, a)
	}
	if found, _ := filepath.Glob("testdata/answer-outlook.com*"); len(found) > 0 {
		t.Error(found)
	}
}
