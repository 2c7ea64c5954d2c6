package server_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/providers/catalogue"
	"waypost/server"
)

// world is a server as an operator runs one: own domains, the catalogue
// beside them, a public name, one trusted proxy.
type world struct {
	http.Handler

	log *bytes.Buffer
}

func mailServer(t testing.TB, notation string) providers.Server {
	t.Helper()
	s, err := providers.ParseServer(notation)
	if err != nil {
		t.Fatal(err)
	}
	s.Auth = []providers.Auth{providers.PasswordCleartext}
	s.Username = providers.FullAddress
	return s
}

func configured(t testing.TB) *providers.Memory {
	t.Helper()
	setup := func(in, out string, mx string, domains ...string) providers.Setup {
		s := providers.Setup{
			Incoming: []providers.Server{mailServer(t, in)},
			Outgoing: []providers.Server{mailServer(t, out)},
		}
		for _, d := range domains {
			s.Domains = append(s.Domains, providers.MustDomain(d))
		}
		if mx != "" {
			s.MX = []providers.Domain{providers.MustDomain(mx)}
		}
		return s
	}
	m, err := providers.NewMemory([]providers.Provider{
		{ID: "example.com", Name: "Example Mail", Setups: []providers.Setup{
			setup("imaps://imap.example.com", "submissions://smtp.example.com", "mx1.mail.hoster.example", "example.com", "example.net"),
		}},
		{ID: "other.example", Name: "Other Mail", Setups: []providers.Setup{
			setup("imap://mail.other.example", "submission://mail.other.example", "", "other.example"),
		}},
		{ID: "xn--bcher-kva.example", Name: "Bücher & Mail", Setups: []providers.Setup{
			setup("imaps://imap.{domain}", "submissions://smtp.{domain}", "", "xn--bcher-kva.example"),
		}},
	}, providers.MustDomain("moved.example"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// testSigner signs with a fresh P-256 key, which is quick; what devices need
// of a signature is tested in mobileconfig.
var testSigner = sync.OnceValue(func() mobileconfig.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "setup.example.com"},
		// Not the time of the test: some run where the clock stands still.
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return mobileconfig.Signer{Certificate: leaf, Key: key}
})

// options are those of world; tests change them before newServer.
func options(t testing.TB) server.Options {
	t.Helper()
	builtIn, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return server.Options{
		Selector: providers.Selector{
			Configured: configured(t),
			Catalogue:  builtIn,
			Own:        []string{"setup.example.com"},
		},
		URL:            &url.URL{Scheme: "https", Host: "setup.example.com"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("198.51.100.7/32")},
		Sign:           testSigner().Sign,
		Signer:         "setup.example.com",
		Now:            func() time.Time { return time.Date(2026, 11, 23, 12, 34, 56, 789e6, time.UTC) },
	}
}

func newServer(t *testing.T, o server.Options) world {
	t.Helper()
	var log bytes.Buffer
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Access = &log
	return world{server.New(o), &log}
}

func newWorld(t *testing.T) world {
	t.Helper()
	return newServer(t, options(t))
}

// ask sends one request over https unless the target says http.
func (w world) ask(t *testing.T, method, target, body string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return recorded(rec)
}

func (w world) get(t *testing.T, target string) answer {
	t.Helper()
	return w.ask(t, http.MethodGet, target, "")
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

func recorded(rec *httptest.ResponseRecorder) answer {
	return answer{rec.Code, rec.Header(), rec.Body.String()}
}

// want checks status and media type, and gives the body.
func want(t *testing.T, r answer, status int, contentType string) string {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d; body: %s", r.status, status, r.body)
	}
	if got := r.header.Get("Content-Type"); got != contentType {
		t.Errorf("Content-Type %q, want %q", got, contentType)
	}
	return r.body
}

const (
	textPlain = "text/plain; charset=utf-8"
	textXML   = "text/xml; charset=utf-8"
	textHTML  = "text/html; charset=utf-8"
	jsonType  = "application/json; charset=utf-8"
	aspen     = "application/x-apple-aspen-config"
)
