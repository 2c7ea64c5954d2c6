package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/server"
)

// listen serves a handler on a real socket until the test ends or stop is
// called; stop returns what Serve returned.
func listen(t *testing.T, h http.Handler) (address string, stop func() error) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, ln, nil, h, slog.New(slog.DiscardHandler)) }()
	stopped := false
	stop = func() error {
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if !stopped {
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
	})
	return ln.Addr().String(), stop
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// read reads one response to its end.
func read(t *testing.T, conn net.Conn) answer {
	t.Helper()
	return readAs(t, http.MethodGet, conn)
}

func readAs(t *testing.T, method string, conn net.Conn) answer {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{r.StatusCode, r.Header, string(body)}
}

// raw sends bytes as they are and reads one response.
func raw(t *testing.T, address, request string) answer {
	t.Helper()
	conn := dial(t, address)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return read(t, conn)
}

func TestAbsoluteFormRequestTargetIsAnswered(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	for _, host := range []string{"autoconfig.example.com", "evil.example"} {
		// The Host field of an absolute-form request is not what counts
		// (RFC 9112 section 3.2.2); Delta Chat asks so.
		r := raw(t, address, "GET http://"+host+"/mail/config-v1.1.xml HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\n\r\n")
		status := map[string]int{"autoconfig.example.com": http.StatusOK, "evil.example": http.StatusNotFound}[host]
		if r.status != status {
			t.Errorf("%s: status %d, want %d", host, r.status, status)
		}
	}
}

func TestTheListenersOwnAddressIsAnOwnName(t *testing.T) {
	o := options(t)
	o.Selector.Own = nil
	address, _ := listen(t, newServer(t, o))
	r := raw(t, address, "GET /mail/config-v1.1.xml?emailaddress=ann@charter.net HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\n\r\n")
	if r.status != http.StatusOK {
		t.Errorf("status %d", r.status)
	}
}

func TestWholeProfileHasALength(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	r := raw(t, address, "GET /profile.mobileconfig?email=ann@charter.net HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	want(t, r, http.StatusOK, aspen)
	if got := r.header.Get("Content-Length"); got != strconv.Itoa(len(r.body)) {
		t.Errorf("Content-Length %q, %d bytes", got, len(r.body))
	}
	if got := r.header.Get("Content-Disposition"); got != `attachment; filename="charter.net.mobileconfig"` {
		t.Errorf("Content-Disposition %q", got)
	}
	signed, err := mobileconfig.Open([]byte(r.body))
	if err != nil {
		t.Fatal(err)
	}
	p, err := mobileconfig.Decode(signed.Content)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Mail[0].Incoming; got.Host != "mobile.charter.net" || got.Port != 993 || !got.UseSSL {
		t.Errorf("got %+v", got)
	}
}

func TestOversizedHeadersAreRefused(t *testing.T) {
	address, _ := listen(t, newWorld(t))
	r := raw(t, address, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	if r.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", r.status)
	}
}

// slowDirectory answers when it is told to.
type slowDirectory struct {
	providers.Directory

	asked, answer chan struct{}
}

func (d slowDirectory) Lookup(ctx context.Context, name providers.Domain) (providers.Match, error) {
	close(d.asked)
	<-d.answer
	return d.Directory.Lookup(ctx, name)
}

func TestRequestUnderWayIsAnsweredDuringShutdown(t *testing.T) {
	o := options(t)
	slow := slowDirectory{o.Selector.Configured, make(chan struct{}), make(chan struct{})}
	o.Selector.Configured = slow
	address, stop := listen(t, newServer(t, o))
	conn := dial(t, address)
	if _, err := io.WriteString(conn, "GET /mail/config-v1.1.xml?emailaddress=ann@example.com HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-slow.asked
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for refused := false; !refused; { // until the shutdown has begun
		probe, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if refused = err != nil; !refused {
			_ = probe.Close()
		}
	}
	close(slow.answer)
	if r := read(t, conn); r.status != http.StatusOK {
		t.Errorf("status %d", r.status)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

// brokenDirectory cannot be read; a broken server panics.
type brokenDirectory struct {
	providers.Directory

	err error
}

func (d brokenDirectory) Lookup(context.Context, providers.Domain) (providers.Match, error) {
	if d.err == nil {
		panic("a bug")
	}
	return providers.Match{}, d.err
}

func TestUnavailableDirectoryIs503AndNeverAGuess(t *testing.T) {
	o := options(t)
	o.Selector.Configured = brokenDirectory{err: errors.Join(providers.ErrUnavailable, errors.New("connection to db7.internal refused"))}
	w := newServer(t, o)
	for _, target := range []string{
		"https://autoconfig.example.com/mail/config-v1.1.xml",
		"https://setup.example.com/mail/config-v1.1.xml?emailaddress=ann@charter.net",
		"https://setup.example.com/profile.mobileconfig?email=ann@charter.net",
	} {
		r := w.get(t, target)
		want(t, r, http.StatusServiceUnavailable, textPlain)
		noReflection(t, r, "db7.internal")
		if r.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", target)
		}
	}
	if !strings.Contains(w.log.String(), "db7.internal") {
		t.Error("the log does not say why")
	}
}

func TestPanicFailsOneRequestAndIsLogged(t *testing.T) {
	o := options(t)
	o.Selector.Configured = brokenDirectory{}
	w := newServer(t, o)
	r := w.get(t, "https://autoconfig.example.com/mail/config-v1.1.xml")
	want(t, r, http.StatusInternalServerError, textPlain)
	noReflection(t, r, "a bug", "goroutine")
	if !strings.Contains(w.log.String(), "a bug") {
		t.Error("the log does not say why")
	}
	want(t, w.get(t, "https://setup.example.com/healthz"), http.StatusOK, textPlain)
}

func TestLogHoldsNoLocalPartAndNoQuery(t *testing.T) {
	w := newWorld(t)
	const canary = "canary7q2"
	for _, address := range []string{canary + "@example.com", canary + "@charter.net", canary + "@unknown.example", canary, canary + "%40example.com"} {
		for _, host := range []string{"example.com", "setup.example.com", "unknown.example", canary + ".example"} {
			for _, path := range []string{
				"/mail/config-v1.1.xml?emailaddress=", "/profile.mobileconfig?email=", "/?email=",
				"/autodiscover/autodiscover.json?Protocol=" + canary + "&Email=", "/autodiscover/autodiscover.json/v1.0/", "/" + canary + "?",
			} {
				w.get(t, "https://"+host+path+address)
			}
			w.post(t, "https://"+host+"/autodiscover/autodiscover.xml", requestFor(outlookRequest, address))
			w.submit(t, "https://"+host+"/", address)
			w.ask(t, strings.ToUpper(canary), "https://"+host+"/", address, "User-Agent", canary, "Authorization", "Basic "+canary)
		}
	}
	if log := w.log.String(); strings.Contains(strings.ToLower(log), canary) {
		t.Errorf("the log holds the canary:\n%s", log)
	}
	if !strings.Contains(w.log.String(), "domain=example.com") {
		t.Error("the log does not name the served domain")
	}
}

func TestServeReturnsWhenTheListenerFails(t *testing.T) {
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := server.Serve(ctx, ln, nil, newWorld(t), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no error")
	}
}
