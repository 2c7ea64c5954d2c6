package autodiscover_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"waypost/autodiscover"
	"waypost/providers"
)

// requestFor writes a request by other means than the package has.
func requestFor(t testing.TB, r autodiscover.Request) []byte {
	t.Helper()
	accept := map[autodiscover.Schema]string{
		autodiscover.Outlook:     "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a",
		autodiscover.MobileSync:  "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006",
		autodiscover.OtherSchema: "urn:x",
	}[r.Schema]
	var escaped bytes.Buffer
	if err := xml.EscapeText(&escaped, []byte(r.Address)); err != nil {
		t.Fatal(err)
	}
	return []byte("<Autodiscover><Request><EMailAddress>" + escaped.String() + "</EMailAddress><AcceptableResponseSchema>" +
		accept + "</AcceptableResponseSchema></Request></Autodiscover>")
}

// A request that decodes has an address that fits into another request, and
// what stands around it does not matter.
func FuzzDecodeRequest(f *testing.F) {
	for _, b := range files(f, "*request-*.xml") {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := autodiscover.DecodeRequest(body)
		if err != nil {
			if !errors.Is(err, autodiscover.ErrRequest) || r != (autodiscover.Request{}) {
				t.Fatalf("%+v, %v", r, err)
			}
			return
		}
		if r.Address == "" || r.Address != strings.TrimSpace(r.Address) || !utf8.ValidString(r.Address) || len(r.Address) > len(body) {
			t.Fatalf("%d bytes give the address %q", len(body), r.Address)
		}
		bare := bytes.TrimPrefix(body, []byte("\ufeff"))
		same := [][]byte{requestFor(t, r), append(bytes.Clone(bare), "\r\n<!-- x -->"...)}
		if !bytes.HasPrefix(bare, []byte("\ufeff")) {
			same = append(same, append([]byte("\ufeff"), bare...))
		}
		for _, b := range same {
			if len(b) > autodiscover.MaxRequest {
				continue
			}
			if again, err := autodiscover.DecodeRequest(b); err != nil || again != r {
				t.Fatalf("%q gives %+v, %v; want %+v", b, again, err, r)
			}
		}
	})
}

// What decodes is an answer that can be sent: it encodes, decodes again to
// the same, and holds only servers of the model.
func FuzzDecode(f *testing.F) {
	for _, b := range files(f, "*.golden.xml") {
		f.Add(b)
	}
	f.Add([]byte(whole))
	f.Add([]byte(strings.ReplaceAll(whole, "fred", "a&#xD;b<![CDATA[<c>]]>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := autodiscover.Decode(data)
		if err != nil {
			if _, ok := errors.AsType[*autodiscover.AnswerError](err); !ok && !errors.Is(err, autodiscover.ErrAnswer) {
				t.Fatalf("neither ErrAnswer nor an AnswerError: %v", err)
			}
			return
		}
		if len(a.Servers) > len(data)/len("<Protocol></Protocol>") {
			t.Fatalf("%d bytes give %d servers", len(data), len(a.Servers))
		}
		for _, s := range a.Servers {
			url := providers.Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security}.URL()
			if again, err := providers.ParseServer(url); err != nil || again.Host != s.Host || again.Port != s.Port || again.Security != s.Security {
				t.Fatalf("%+v is no server of the model: %v", s, err)
			}
		}
		words, err := autodiscover.DecodeWords(data)
		if err != nil || len(words) < len(a.Servers) {
			t.Fatalf("%d Protocols for %d servers: %v", len(words), len(a.Servers), err)
		}
		b := encode(t, a)
		if len(b) > 256<<10 {
			return // escapes made it longer than what is read
		}
		if again, err := autodiscover.Decode(b); err != nil || !cmp.Equal(a, again) {
			t.Fatalf("read, written, read: %v\n%s", err, cmp.Diff(a, again))
		}
	})
}

// What decodes encodes, and decodes again to the same.
func FuzzDecodeMobileSync(f *testing.F) {
	for _, b := range files(f, "*.golden.xml") {
		f.Add(b)
	}
	f.Add([]byte(foreign))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := autodiscover.DecodeMobileSync(data)
		if err != nil {
			if _, ok := errors.AsType[*autodiscover.AnswerError](err); !ok && !errors.Is(err, autodiscover.ErrAnswer) {
				t.Fatalf("neither ErrAnswer nor an AnswerError: %v", err)
			}
			return
		}
		b, err := a.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 256<<10 {
			return // escapes, and the name that repeats the URL, made it longer than what is read
		}
		if again, err := autodiscover.DecodeMobileSync(b); err != nil || again != a {
			t.Fatalf("read, written, read: %v\n%s", err, cmp.Diff(a, again))
		}
	})
}

// Words are found in what no other reader takes, and never too many.
func FuzzDecodeWords(f *testing.F) {
	for _, b := range files(f, "*.golden.xml") {
		f.Add(b)
	}
	f.Add([]byte(whole))
	f.Fuzz(func(t *testing.T, data []byte) {
		protocols, err := autodiscover.DecodeWords(data)
		if err != nil {
			if !errors.Is(err, autodiscover.ErrAnswer) {
				t.Fatal(err)
			}
			return
		}
		for _, words := range protocols {
			for name, value := range words {
				if name == "" || value != strings.TrimSpace(value) || len(name)+len(value) > len(data) {
					t.Fatalf("%q: %q", name, value)
				}
			}
		}
	})
}

// Answers and errors that decode encode to what decodes to the same.
func FuzzDecodeV2(f *testing.F) {
	for _, b := range files(f, "*.golden.json") {
		f.Add(b)
	}
	f.Add([]byte(`{"protocol":"<\ud800>","URL":"https://x.example/\u0000?a=1&b=2"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := autodiscover.DecodeV2(data)
		e, isError := errors.AsType[*autodiscover.V2Error](err)
		var b []byte
		var encodeErr error
		switch {
		case isError:
			b, encodeErr = e.Encode()
		case err == nil:
			b, encodeErr = v.Encode()
		case errors.Is(err, autodiscover.ErrAnswer):
			return
		default:
			t.Fatalf("neither ErrAnswer nor a V2Error: %v", err)
		}
		if encodeErr != nil {
			t.Fatal(encodeErr)
		}
		if len(b) > autodiscover.MaxRequest {
			return // escapes made it longer than what is read
		}
		again, errAgain := autodiscover.DecodeV2(b)
		if d := cmp.Diff(v, again); d != "" {
			t.Fatalf("read, written, read: %s", d)
		}
		if d := cmp.Diff(e, asV2Error(errAgain)); d != "" {
			t.Fatalf("the error: %s", d)
		}
	})
}

func asV2Error(err error) *autodiscover.V2Error {
	e, _ := errors.AsType[*autodiscover.V2Error](err)
	return e
}
