package autodiscover_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/autodiscover"
	"waypost/providers"
)

// texts draws what people write: any printable characters, XML's own among
// them, without white space around them.
func texts() *rapid.Generator[string] {
	r := rapid.OneOf(
		rapid.SampledFrom([]rune("<>&'\"]%{} \t\n\r\u00a0\u200b\ufffd\ufeff")),
		rapid.RuneFrom(nil, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs),
	)
	return rapid.Map(rapid.StringOfN(r, 0, 60, -1), strings.TrimSpace)
}

// hosts draws names with dots, some of them A-labels.
func hosts() *rapid.Generator[string] {
	return rapid.StringMatching(`[a-z0-9]{1,9}(\.xn--bcher-kva)?(\.[a-z]{2,5}){1,3}`)
}

// addresses draws addresses with XML's own characters among the others.
func addresses() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringMatching("[A-Za-z0-9!#$%&'*+/=?^_`{|}~é例-]{1,20}").Draw(t, "local") + "@" + hosts().Draw(t, "domain")
	})
}

func urls() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return "https://" + hosts().Draw(t, "host") + rapid.StringMatching(`(/[A-Za-z0-9.-]{0,9}){0,3}(\?[a-z]=[0-9]&[a-z]=%20)?`).Draw(t, "path")
	})
}

func answers() *rapid.Generator[autodiscover.Answer] {
	servers := rapid.Custom(func(t *rapid.T) autodiscover.Server {
		return autodiscover.Server{
			Protocol:  rapid.SampledFrom([]providers.Protocol{providers.IMAP, providers.POP3, providers.Submission}).Draw(t, "protocol"),
			Host:      hosts().Draw(t, "host"),
			Port:      rapid.IntRange(1, 65535).Draw(t, "port"),
			Security:  rapid.SampledFrom([]providers.Security{providers.TLS, providers.STARTTLS, providers.None}).Draw(t, "security"),
			LoginName: texts().Draw(t, "login"),
			TTL:       rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 1<<31-1)).Draw(t, "hours"),
		}
	})
	return rapid.Custom(func(t *rapid.T) autodiscover.Answer {
		a := autodiscover.Answer{DisplayName: texts().Draw(t, "name")}
		switch rapid.IntRange(0, 4).Draw(t, "form") {
		case 0:
			a.RedirectURL = urls().Draw(t, "url")
		case 1:
			a.RedirectAddress = addresses().Draw(t, "address")
		default:
			a.Servers = rapid.SliceOfN(servers, 1, 4).Draw(t, "servers")
		}
		return a
	})
}

func TestDecodeReadsWhatEncodeWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := answers().Draw(t, "answer")
		b, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiscover.Decode(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("-want +got\n%s\n%s", d, b)
		}
	})
}
