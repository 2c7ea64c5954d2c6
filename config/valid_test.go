package config_test

import (
	"bytes"
	"image"
	"image/png"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waypost/config"
	"waypost/providers"
)

// exactly compares configurations whole, but for the day on which they were
// read: midnight may fall between.
var exactly = cmp.Options{
	cmpopts.EquateComparable(providers.Domain{}, netip.Prefix{}),
	cmpopts.IgnoreFields(providers.Source{}, "Date"),
}

func load(t *testing.T, text string) (config.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "waypost.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(file)
}

func mustLoad(t *testing.T, text string) config.Config {
	t.Helper()
	c, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// testdata/valid.yaml is the sample of the reference.
func TestSampleIsReadWhole(t *testing.T) {
	got, err := config.Load("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := providers.MustDomain
	server := func(p providers.Protocol, host string, port int, u providers.Username) providers.Server {
		return providers.Server{
			Protocol: p, Host: host, Port: port, Security: providers.TLS,
			Auth: []providers.Auth{providers.PasswordCleartext}, Username: u,
			Sources: []providers.Source{{Kind: providers.FirstParty, Name: providers.OwnConfiguration}},
		}
	}
	service := func(p providers.Protocol) providers.Server {
		s := server(p, "dav.example.com", 443, providers.FullAddress)
		s.Path = "/"
		return s
	}
	want := config.Config{
		File:   "testdata/valid.yaml",
		URL:    &url.URL{Scheme: "https", Host: "setup.example.com"},
		Listen: "127.0.0.1:8080",
		TLS: config.Listener{Listen: ":443", KeyPair: config.KeyPair{
			Certificate: "/etc/waypost/tls.pem", Key: "/etc/waypost/tls.key",
		}},
		Signing:        config.KeyPair{Certificate: "/etc/waypost/signing.pem", Key: "/etc/waypost/signing.key"},
		State:          "/var/lib/waypost",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		RateLimit:      50,
		AccessLog:      true,
		Measure:        config.Measure{Interval: time.Hour},
		Domains: []providers.Provider{
			{
				ID: "example.com", Name: "Example Mail",
				Help: providers.Help{Documentation: []providers.Link{{URL: "https://example.com/help/mail"}}},
				Setups: []providers.Setup{{
					Domains:  []providers.Domain{d("example.com"), d("example.net")},
					MX:       []providers.Domain{d("mx1.example.com")},
					Incoming: []providers.Server{server(providers.IMAP, "mail.example.com", 993, providers.FullAddress)},
					Outgoing: []providers.Server{server(providers.Submission, "mail.example.com", 465, providers.FullAddress)},
					Services: []providers.Server{service(providers.CalDAV), service(providers.CardDAV)},
				}},
			},
			{
				ID: "example.org", Name: "example.org",
				Setups: []providers.Setup{{
					Domains:  []providers.Domain{d("example.org")},
					Incoming: []providers.Server{server(providers.IMAP, "imap.example.org", 993, providers.LocalPart)},
					Outgoing: []providers.Server{server(providers.Submission, "smtp.{domain}", 465, providers.LocalPart)},
				}},
			},
		},
		Elsewhere: []providers.Domain{d("moved.example")},
	}
	if d := cmp.Diff(want, got, exactly); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	date := got.Domains[0].Setups[0].Incoming[0].Sources[0].Date
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		t.Error(err)
	}
}

const oneDomain = `domains:
  example.com:
    incoming: [imaps://mail.example.com]
    outgoing: [submissions://mail.example.com]
`

func TestPathsAreRelativeToTheFile(t *testing.T) {
	c := mustLoad(t, `
state: state
tls: {listen: ":443", certificate: keys/tls.pem, key: /keys/tls.key}
signing: {certificate: ../signing.pem, key: ./signing.key}
`+oneDomain)
	dir := filepath.Dir(c.File)
	for got, want := range map[string]string{
		c.State:               filepath.Join(dir, "state"),
		c.TLS.Certificate:     filepath.Join(dir, "keys", "tls.pem"),
		c.TLS.Key:             "/keys/tls.key",
		c.Signing.Certificate: filepath.Join(filepath.Dir(dir), "signing.pem"),
		c.Signing.Key:         filepath.Join(dir, "signing.key"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestURLIsBroughtToOneSpelling(t *testing.T) {
	for in, want := range map[string]string{
		"https://setup.example.com":       "https://setup.example.com",
		"https://setup.example.com/":      "https://setup.example.com",
		"HTTPS://Setup.Example.COM:8443":  "https://setup.example.com:8443",
		"https://setup.example.com:":      "https://setup.example.com",
		"https://bücher.example":          "https://xn--bcher-kva.example",
		"http://localhost:8080":           "http://localhost:8080",
		"http://192.0.2.1":                "http://192.0.2.1",
		"https://[2001:DB8::1]":           "https://[2001:db8::1]",
		"https://[2001:db8:0::1]:8443":    "https://[2001:db8::1]:8443",
		"https://setup.example.com:08443": "https://setup.example.com:8443",
	} {
		if got := mustLoad(t, "url: \""+in+"\"\n"+oneDomain).URL.String(); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestTrustedProxiesAreNetworks(t *testing.T) {
	c := mustLoad(t, "trusted-proxies: [127.0.0.1, 10.1.2.3/8, \"::1\", \"2001:db8::1/32\", \"::ffff:192.0.2.1\"]\n"+oneDomain)
	want := []string{"127.0.0.1/32", "10.0.0.0/8", "::1/128", "2001:db8::/32", "192.0.2.1/32"}
	var got []string
	for _, p := range c.TrustedProxies {
		got = append(got, p.String())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestMeasuringIsReadAndHourlyByDefault(t *testing.T) {
	for in, want := range map[string]config.Measure{
		"":                            {Interval: time.Hour},
		"measure: {interval: 0}\n":    {},
		"measure: {interval: 0s}\n":   {},
		"measure: {interval: 90m}\n":  {Interval: 90 * time.Minute},
		"measure: {interval: 168h}\n": {Interval: 168 * time.Hour},
		"measure: {private: [10.1.2.3/8, 127.0.0.1, \"fc00::/7\"]}\n": {Interval: time.Hour, Private: []netip.Prefix{
			netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("fc00::/7"),
		}},
	} {
		if d := cmp.Diff(want, mustLoad(t, in+oneDomain).Measure, exactly); d != "" {
			t.Errorf("%s(-want +got):\n%s", in, d)
		}
	}
	if d := cmp.Diff(config.Measure{}, config.Default().Measure); d != "" {
		t.Errorf("without a file (-want +got):\n%s", d)
	}
}

func TestWhatIsUnwiseIsWarnedOf(t *testing.T) {
	for in, want := range map[string][]string{
		oneDomain: nil,
		"url: https://setup.example.com\n" + oneDomain: nil,
		"url: http://setup.example.com\n" + oneDomain: {
			"url is http: links and profiles travel unprotected; use https where the world reaches this instance",
		},
		`domains:
  example.com:
    incoming: [imaps://mail.example.com, "imap://mail.example.com?security=none"]
    outgoing: ["submission://mail.example.com?security=none"]
`: {
			"example.com: imap://mail.example.com?security=none is NOT ENCRYPTED: passwords cross the network in the clear",
			"example.com: submission://mail.example.com?security=none is NOT ENCRYPTED: passwords cross the network in the clear",
		},
	} {
		if d := cmp.Diff(want, mustLoad(t, in).Warnings); d != "" {
			t.Errorf("%s(-want +got):\n%s", in, d)
		}
	}
}

// Servers may be named once and used again.
func TestAliasesOfServersAreRead(t *testing.T) {
	c := mustLoad(t, `domains:
  a.example: {incoming: [&in imaps://mail.example.com], outgoing: &out [submissions://mail.example.com]}
  b.example: {incoming: [*in], outgoing: *out}
`)
	for i, p := range c.Domains {
		if s := p.Setups[0]; s.Incoming[0].URL() != "imaps://mail.example.com" || s.Outgoing[0].URL() != "submissions://mail.example.com" {
			t.Errorf("domain %d: %+v", i, s)
		}
	}
	if len(c.Domains) != 2 {
		t.Errorf("%d domains", len(c.Domains))
	}
}

func TestSameAsLeadsThroughOthersAndSuffixes(t *testing.T) {
	c := mustLoad(t, oneDomain+`
  "*.example.com": {same-as: example.com}
  a.example: {same-as: b.example}
  b.example: {same-as: "*.example.com"}
`)
	if len(c.Domains) != 1 {
		t.Fatalf("%d providers", len(c.Domains))
	}
	s := c.Domains[0].Setups[0]
	if len(s.Domains) != 3 || len(s.Suffixes) != 1 {
		t.Errorf("%v, %v", s.Domains, s.Suffixes)
	}
}

// What is not mail is written in a line, and people log in there as they do
// to mail.
func TestServicesOfADomainAreRead(t *testing.T) {
	c := mustLoad(t, `domains:
  example.com:
    username: "{local}"
    incoming: [{server: pop3s://mail.example.com, pop3: {leave-on-server: true, days: 7}}]
    outgoing: [submissions://mail.example.com]
    files: https://files.example.com/dav/
    sieve: sieve://mail.example.com
    autodiscover: https://exchange.example/autodiscover/autodiscover.xml
    oauth2: {issuer: https://login.example.com, client-id: open}
    enable: https://example.com/imap
  example.net:
    incoming: [imaps://mail.example.net]
    outgoing: [submissions://mail.example.net]
    autodiscover: "@exchange.example"
`)
	p, s := c.Domains[0], c.Domains[0].Setups[0]
	if o := s.Incoming[0].POP3; o == nil || *o != (providers.POP3Options{LeaveOnServer: true, Days: 7}) {
		t.Errorf("pop3: %+v", o)
	}
	for i, want := range []string{"https://files.example.com/dav/", "sieve://mail.example.com"} {
		if v := s.Services[i]; v.URL() != want || v.Username != providers.LocalPart || !v.AcceptsPassword() {
			t.Errorf("services: %+v, want %s", v, want)
		}
	}
	if got := s.Autodiscover.URL; got != "https://exchange.example/autodiscover/autodiscover.xml" {
		t.Errorf("autodiscover: %s", got)
	}
	if got := c.Domains[1].Setups[0].Autodiscover.Domain; got != providers.MustDomain("exchange.example") {
		t.Errorf("autodiscover: %s", got)
	}
	if *p.OAuth2 != (providers.OAuth2Endpoint{Issuer: "https://login.example.com", ClientID: "open"}) || p.Help.Enable[0].URL != "https://example.com/imap" {
		t.Errorf("%+v, %+v", p.OAuth2, p.Help)
	}
}

func TestBrandIsReadWithItsLogo(t *testing.T) {
	dir := t.TempDir()
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "waypost.yaml")
	for name, data := range map[string]string{
		"logo.png": logo.String(),
		"waypost.yaml": `domains:
  example.com:
    incoming: [imaps://mail.example.com]
    outgoing: [submissions://mail.example.com]
    brand: {colour: "#0b57d0", logo: logo.png, help: https://example.com/ask}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{filepath.Join(dir, "logo.png")}; !slices.Equal(c.Logos, want) {
		t.Errorf("logos %v, want %v", c.Logos, want)
	}
	b := c.Domains[0].Brand
	if b.Colour != "#0b57d0" || b.Help != "https://example.com/ask" || b.Logo == nil || b.Logo.Type != "image/png" {
		t.Errorf("%+v", b)
	}
}

// However a brand is written, its file is known, to be watched.
func TestLogosAreNamedOnceWhereverTheyStand(t *testing.T) {
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"a.png", "b.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), logo.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, b := filepath.Join(dir, "a.png"), filepath.Join(dir, "b.png")
	const servers = "incoming: [imaps://mail.example.com], outgoing: [submissions://mail.example.com]"
	c := mustLoad(t, "domains:\n"+
		"  b.example: {"+servers+", brand: &brand {logo: &logo "+b+"}}\n"+
		"  c.example: {"+servers+", brand: *brand}\n"+
		"  d.example: {"+servers+", brand: {colour: \"#0b57d0\", logo: *logo}}\n"+
		"  a.example: {"+servers+", brand: {logo: "+a+"}}\n"+
		"  e.example: {"+servers+", name: logo}\n")
	if want := []string{a, b}; !slices.Equal(c.Logos, want) {
		t.Errorf("logos %v, want %v", c.Logos, want)
	}
}

func TestOpenGapsAreWarnedOf(t *testing.T) {
	c := mustLoad(t, "domains:\n  example.com:\n    # GAP: username: nobody knows\n    incoming: [imaps://a.example] # GAP: not at the start\n    outgoing: [submissions://a.example]\n")
	if want := []string{"line 3 is a gap that is still open: username: nobody knows"}; !slices.Equal(c.Warnings, want) {
		t.Errorf("%q", c.Warnings)
	}
}

func TestMissingFileIsSaid(t *testing.T) {
	if _, err := config.Load("testdata/none.yaml"); err == nil || err.Error() != "there is no configuration at testdata/none.yaml" {
		t.Error(err)
	}
}

func TestFirstUsualPlaceIsFound(t *testing.T) {
	t.Chdir(t.TempDir())
	if got := config.Find("named.yaml"); got != "named.yaml" {
		t.Errorf("got %q", got)
	}
	if err := os.WriteFile("waypost.yaml", []byte(oneDomain), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := config.Find(""); got != "waypost.yaml" {
		t.Errorf("got %q", got)
	}
}
