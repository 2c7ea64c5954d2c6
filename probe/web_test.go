package probe_test

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// pair is a good certificate for a server in this process.
func (w *world) pair(t *testing.T) tls.Certificate {
	t.Helper()
	certificate, key := w.certificate(t)
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// web runs an https server with a good certificate, and gives its URL.
func (w *world) web(t *testing.T, h http.Handler) string {
	t.Helper()
	web := httptest.NewUnstartedServer(h)
	web.TLS = &tls.Config{Certificates: []tls.Certificate{w.pair(t)}}
	web.Config.ErrorLog = log.New(io.Discard, "", 0) // a probe breaks off, and that is no news
	web.StartTLS()
	t.Cleanup(web.Close)
	return web.URL
}

// insideTLS lets a double speak TLS with a good certificate.
func (w *world) insideTLS(t *testing.T, serve func(net.Conn)) func(net.Conn) {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{w.pair(t)}}
	return func(c net.Conn) { serve(tls.Server(c, config)) }
}

func hostPort(t *testing.T, raw string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(strings.TrimPrefix(raw, "https://"), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// says makes a double that says a greeting and then waits for the client to go.
func says(greeting string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, greeting) // who has gone needs none
		_, _ = io.Copy(io.Discard, c)
	}
}
