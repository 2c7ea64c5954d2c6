package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"waypost/server"
)

// discard is a ResponseWriter that costs nothing of its own.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)               {}

// onlyOurs asks the handler without a connection around it.
func onlyOurs(tb testing.TB, access io.Writer) func(method, host, path, query, body string) {
	tb.Helper()
	o := options(tb)
	o.Log, o.Access = slog.New(slog.DiscardHandler), access
	h := server.New(o)
	w := discard{http.Header{}}
	u := &url.URL{}
	r := &http.Request{URL: u, RemoteAddr: "192.0.2.1:4711", Header: http.Header{}}
	content := &strings.Reader{}
	r.Body = io.NopCloser(content)
	return func(method, host, path, query, body string) {
		clear(w.h)
		content.Reset(body)
		*u = url.URL{Path: path, RawQuery: query}
		r.Method, r.Host, r.ContentLength = method, host, int64(len(body))
		h.ServeHTTP(w, r)
	}
}

func BenchmarkAutoconfigGET(b *testing.B) {
	ask := onlyOurs(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		ask(http.MethodGet, "autoconfig.example.com", "/mail/config-v1.1.xml", "emailaddress=ann%40example.com", "")
	}
}

func BenchmarkAutoconfigGETLogged(b *testing.B) {
	ask := onlyOurs(b, io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		ask(http.MethodGet, "autoconfig.example.com", "/mail/config-v1.1.xml", "emailaddress=ann%40example.com", "")
	}
}

func BenchmarkOutlookPOST(b *testing.B) {
	ask := onlyOurs(b, nil)
	body := requestFor(outlookRequest, "ann@example.com")
	b.ReportAllocs()
	for b.Loop() {
		ask(http.MethodPost, "autodiscover.example.com", "/autodiscover/autodiscover.xml", "", body)
	}
}

// TestAutoconfigGETAllocatesLittle counts everything behind net/http, Echo
// included.
func TestAutoconfigGETAllocatesLittle(t *testing.T) {
	ask := onlyOurs(t, io.Discard)
	got := testing.AllocsPerRun(1000, func() {
		ask(http.MethodGet, "autoconfig.example.com", "/mail/config-v1.1.xml", "emailaddress=ann%40example.com", "")
	})
	if got > 8 {
		t.Errorf("%.0f allocations, want 8 at most", got)
	}
}
