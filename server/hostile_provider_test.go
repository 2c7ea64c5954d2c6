package server_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"waypost/providers"
	"waypost/server"
	"waypost/server/web"
)

// part is a text of a record that comes from a configuration.
type part struct {
	name   string
	strict bool // nothing of the corpus can stand there by itself
	before string
	put    func(p *providers.Provider, text string)
}

var parts = []part{
	{"name", false, "", func(p *providers.Provider, text string) { p.Name = text }},
	{"short name", false, "", func(p *providers.Provider, text string) { p.ShortName = text }},
	{"documentation", true, "https://example.com/", func(p *providers.Provider, text string) { p.Help.Documentation[0].URL = text }},
	{"its text", false, "", func(p *providers.Provider, text string) { p.Help.Documentation[0].Text = text }},
	{"its language", false, "", func(p *providers.Provider, text string) { p.Help.Documentation[0].Lang = text }},
	{"enable", true, "https://example.com/?", func(p *providers.Provider, text string) { p.Help.Enable[0].URL = text }},
	{"its instruction", false, "", func(p *providers.Provider, text string) { p.Help.Enable[0].Text = text }},
	{"web mail", true, "https://example.com/#", func(p *providers.Provider, text string) { p.Help.WebMail = text }},
	{"status", true, "http://example.com/", func(p *providers.Provider, text string) { p.Help.Status = text }},
	{"password", true, "https://example.com:8443/", func(p *providers.Provider, text string) { p.Help.Password = text }},
	{"app password", true, "https://example.com/", func(p *providers.Provider, text string) { p.Help.AppPassword.URL = text }},
	{"colour", true, "#", func(p *providers.Provider, text string) { p.Brand.Colour = text }},
	{"brand's help", true, "https://example.com/", func(p *providers.Provider, text string) { p.Brand.Help = text }},
	{"incoming host", true, "", func(p *providers.Provider, text string) { p.Setups[0].Incoming[0].Host = text }},
	{"outgoing host", true, "", func(p *providers.Provider, text string) { p.Setups[0].Outgoing[0].Host = text }},
	{"user name", true, "", func(p *providers.Provider, text string) { p.Setups[0].Incoming[0].Username = providers.Username(text) }},
	{"claimed host", true, "", func(p *providers.Provider, text string) { p.Setups[0].Claims[0].Server.Host = text }},
	{"claim's note", false, "", func(p *providers.Provider, text string) { p.Setups[0].Claims[0].Note = text }},
	{"note", false, "", func(p *providers.Provider, text string) { p.Setups[0].Notes[0] = text }},
	{"source", false, "", func(p *providers.Provider, text string) { p.Setups[0].Incoming[0].Sources[0].Name = text }},
	{"its address", false, "https://example.com/", func(p *providers.Provider, text string) { p.Setups[0].Incoming[0].Sources[0].URL = text }},
	{"its date", false, "", func(p *providers.Provider, text string) { p.Setups[0].Incoming[0].Sources[0].Date = text }},
	{"partial", false, "", func(p *providers.Provider, text string) { p.Setups[1].Partial = text }},
}

// fullProvider has something in each part.
func fullProvider(t *testing.T) providers.Provider {
	t.Helper()
	claim := mailServer(t, "imaps://claimed.example.com")
	claim.Sources = []providers.Source{{Kind: providers.Article, Name: "x"}}
	dav, err := providers.ParseService(providers.CalDAV, "https://dav.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	p := providers.Provider{ID: "example.com", Name: "x", Setups: []providers.Setup{
		{
			Domains:  []providers.Domain{providers.MustDomain("example.com")},
			Incoming: []providers.Server{mailServer(t, "imaps://imap.example.com")}, Outgoing: []providers.Server{mailServer(t, "submissions://smtp.example.com")},
			Services: []providers.Server{dav},
			Claims:   []providers.Claim{{Server: claim, Note: "x"}}, Notes: []string{"x"},
		},
		{Domains: []providers.Domain{providers.MustDomain("example.net")}, Partial: "x"},
	}}
	p.Setups[0].Incoming[0].Sources = []providers.Source{{Kind: providers.FirstParty, Name: "x", URL: "https://example.com/", Date: "x"}}
	p.Help = providers.Help{
		Documentation: []providers.Link{{URL: "https://example.com/", Text: "x", Lang: "x"}}, Enable: []providers.Link{{URL: "https://example.com/", Text: "x"}},
		WebMail: "https://example.com/", Status: "https://example.com/", Password: "https://example.com/",
		AppPassword: providers.AppPassword{Need: providers.AppPasswordAlways, URL: "https://example.com/"},
	}
	p.ShortName, p.Brand = "x", providers.Brand{Colour: "#0b57d0", Help: "https://example.com/"}
	return p
}

// serving answers for one provider, whose servers fail for a reason.
func serving(t *testing.T, o server.Options, p providers.Provider, reason string) world {
	t.Helper()
	m, err := providers.NewMemory([]providers.Provider{p})
	if err != nil {
		t.Fatal(err)
	}
	o.Selector.Configured, o.Selector.Catalogue = m, nil
	o.Measured = results{"imap.example.com": server.Measurement{Verdict: "fail", Words: reason, At: o.Now(), Since: o.Now()}}
	return newServer(t, o)
}

// unreadable is what no configuration gets past its reader (yamlfile).
func unreadable(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}

// harmlessHere are texts that are hosts, or rules for user names.
var harmlessHere = []string{"xn--80ak6aa92e.example", "javascript", "{address}{domain}{local}"}

func TestRecordRefusesWhatIsNoNameNoLinkAndNoHost(t *testing.T) {
	for _, text := range hostile(t) {
		for _, part := range parts {
			p := fullProvider(t)
			part.put(&p, text)
			name := strings.HasSuffix(part.name, "name") && strings.ContainsFunc(text, unicode.IsControl)
			if err := p.Validate(); err == nil && (name || part.strict && !slices.Contains(harmlessHere, text)) {
				t.Errorf("%s may be %q", part.name, text)
			}
		}
	}
}

func TestProvidersWordsAreTextInEveryAnswer(t *testing.T) {
	o := options(t)
	plain := serving(t, o, fullProvider(t), "x")
	userAgents := []string{safariOnIPhone, safariOnMac, edgeOnWindows, chromeOnPixel, nobodyKnows}
	known := map[string]string{}
	accepted := map[string]int{}
	for i, text := range hostile(t) {
		p := fullProvider(t)
		for _, part := range parts {
			changed := fullProvider(t)
			part.put(&changed, part.before+text)
			if (!part.strict || part.before != "") && changed.Validate() == nil && !unreadable(text) {
				part.put(&p, part.before+text)
				accepted[part.name]++
			}
		}
		w := serving(t, o, p, text)
		try := func(name string, request func() *http.Request) {
			if known[name] == "" {
				known[name] = plain.structure(t, request())
			}
			texts := []string{text}
			if strings.ContainsAny(name, "./") { // these name words of ours, too
				texts = nil
			}
			if diff := cmp.Diff(known[name], w.structure(t, request(), texts...)); diff != "" {
				t.Errorf("%q changes %s:\n%s", text, name, diff)
			}
		}
		for j, step := range web.Steps() {
			if i%3 != j%3 {
				continue
			}
			language, userAgent := []string{"en", "ar"}[j%2], userAgents[(i+j)%len(userAgents)]
			try(fmt.Sprintln(step, language, strings.Fields(userAgent)[1:]), func() *http.Request {
				form := url.Values{"email": {"ann@example.com"}, "step": {string(step)}, "in-host": {"claimed.example.com"}}
				r := posted("", "application/x-www-form-urlencoded", form.Encode())
				r.Header.Set("User-Agent", userAgent)
				r.Header.Set("Accept-Language", language)
				return r
			})
		}
		try("partial", func() *http.Request { return get("?email=ann@example.net") })
		for _, target := range []string{"profile.mobileconfig?email=ann@example.com", "account.svg?email=ann@example.com", "v1.1/example.com", "v1.1/example.com?all=1", "v1.1/example.net"} {
			try(target, func() *http.Request { return get(target) })
		}
		for _, path := range []string{".well-known/user-agent-configuration.json", ".well-known/caldav", ""} {
			try("/"+path, func() *http.Request {
				r := get(path)
				r.Host = "example.com"
				for _, name := range []string{"User-Agent", "Referer", "Origin", "X-Forwarded-Host"} { // of a stranger
					r.Header[name] = []string{text}
				}
				return r
			})
		}
		try("POX", func() *http.Request {
			return posted("autodiscover/autodiscover.xml", "text/xml", requestFor(outlookRequest, "ann@example.com"))
		})
	}
	for _, part := range parts {
		if !part.strict && accepted[part.name] < 5 {
			t.Errorf("%s was tried with %d texts", part.name, accepted[part.name])
		}
	}
}

// chunk makes a chunk of a PNG (PNG section 5.3).
func chunk(kind, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, kind+data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// Pictures that hold a document beside their pixels are pictures alone.
func TestPictureWithADocumentInsideIsServedAsAPicture(t *testing.T) {
	const document = "<html><script>alert(1)</script>"
	var pixels, photo bytes.Buffer
	if err := png.Encode(&pixels, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	const header = 8 + 25 // the signature and IHDR
	comment := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(len(document)+2)), document...)
	for name, data := range map[string][]byte{
		"PNG before HTML":  append(bytes.Clone(pixels.Bytes()), document...),
		"PNG with a text":  slices.Concat(pixels.Bytes()[:header], chunk("tEXt", "Comment\x00"+document), pixels.Bytes()[header:]),
		"JPEG with a text": slices.Concat(photo.Bytes()[:2], comment, photo.Bytes()[2:]),
		"JPEG before HTML": append(bytes.Clone(photo.Bytes()), document...),
	} {
		logo, err := providers.NewLogo(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p := fullProvider(t)
		p.Brand.Logo = logo
		a := serving(t, options(t), p, "").get(t, setupPage+"logo/example.com/"+logo.Name)
		kind, _, _ := strings.Cut(name, " ")
		if want(t, a, http.StatusOK, "image/"+strings.ToLower(kind)) != string(data) {
			t.Errorf("%s: another picture", name)
		}
		headersAreSafe(t, a)
	}
}
