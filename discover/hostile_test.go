package discover_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"waypost/discover"
	"waypost/internal/reach"
)

// only gives a world in which autoconfig.example.test does one thing.
func only(h http.HandlerFunc) world {
	return world{pages: map[string]page{atProvider: {handler: h}}}
}

// firstStep runs Geary, which asks one address, and gives that step.
func firstStep(t *testing.T, w world) discover.Step {
	t.Helper()
	return run(t, "geary", w.start(t, newCertificates(t)).options).Steps[0]
}

func TestEndlessBodyIsReadToItsBound(t *testing.T) {
	t.Parallel()
	step := firstStep(t, only(func(rw http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := rw.Write(bytes.Repeat([]byte("<a>"), 10000)); err != nil {
				return
			}
		}
	}))
	if step.Size != 256<<10 || step.Error != "the answer is larger than 256 KiB" {
		t.Errorf("%+v", step)
	}
}

func TestBodyThatNeverEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	w := only(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = rw.Write([]byte("<clientConfig>")) // the client may be gone
		rw.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	w.silent = true
	if step := firstStep(t, w); step.Status != 200 || step.Error != "no complete answer within this client's time" {
		t.Errorf("%+v", step)
	}
}

func TestCompressedBodyIsDecompressedToItsBound(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 64 { // 64 MiB of zeros are 64 KiB
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	step := firstStep(t, only(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Encoding", "gzip")
		_, _ = rw.Write(bomb.Bytes()) // the client may be gone
	}))
	if step.Size != 256<<10 || step.Error != "the answer is larger than 256 KiB" {
		t.Errorf("%+v", step)
	}
}

func TestCompressedDocumentIsRead(t *testing.T) {
	t.Parallel()
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	_, _ = z.Write([]byte(document("example.test"))) // writes to memory
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	step := firstStep(t, only(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Encoding", "gzip")
		_, _ = rw.Write(small.Bytes())
	}))
	if step.Verdict != discover.Taken {
		t.Errorf("%+v", step)
	}
}

func TestRedirectLoopsEnd(t *testing.T) {
	t.Parallel()
	for client, most := range map[string]int{"thunderbird": 20, "deltachat": 10, "nextcloud": 5} {
		w := only(func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, atProvider, http.StatusFound) })
		step := run(t, client, w.start(t, newCertificates(t)).options).Steps[0]
		if len(step.Hops) != most || !strings.HasPrefix(step.Error, "more than ") {
			t.Errorf("%s: %+v", client, step)
		}
	}
}

// TestForbiddenAddressesGetNoConnection counts at the socket: an address that
// is not allowed is never connected to, whatever redirect or record leads to
// it. That the same clients do connect where it is allowed shows that the test
// can fail.
func TestForbiddenAddressesGetNoConnection(t *testing.T) {
	t.Parallel()
	targets := []string{
		"http://127.0.0.1/", "https://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "https://inside.example.test/", "http://localhost/",
		"http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://10.0.0.1/", "http://2130706433/", "http://0/",
	}
	for _, to := range targets {
		if n := connectionsInside(t, to, reach.Network{Allow: func(a netip.Addr) bool { return a == outsideAddr }}); n != 0 {
			t.Errorf("%d connections to an address that was not allowed, by way of %s", n, to)
		}
	}
	for _, to := range targets[:5] {
		if connectionsInside(t, to, reach.Network{Allow: func(a netip.Addr) bool { return a.IsLoopback() }}) == 0 {
			t.Errorf("no connection where it is allowed, by way of %s", to)
		}
	}
}

var outsideAddr = netip.MustParseAddr("127.0.0.2")

// connectionsInside runs every client against a server at 127.0.0.2 that
// redirects, with records that lead to 127.0.0.1, and counts the connections
// there. Both listen on one port, to which 80 and 443 lead.
func connectionsInside(t *testing.T, to string, n reach.Network) int32 {
	t.Helper()
	outside, inside := listenTwice(t)
	var connections atomic.Int32
	go func() {
		for {
			c, err := inside.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = c.Close()
		}
	}()
	defer func() { _ = inside.Close() }()
	serve(t, outside, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Location", to)
		rw.WriteHeader(http.StatusFound)
	}))
	w := world{records: []string{
		"autoconfig.example.test. 60 IN A 127.0.0.2", "autodiscover.example.test. 60 IN A 127.0.0.2",
		"inside.example.test. 60 IN A 127.0.0.1", "localhost. 60 IN A 127.0.0.1",
	}}
	if n.Allow(netip.MustParseAddr("127.0.0.1")) != n.Allow(outsideAddr) {
		w.records = append(w.records, "example.test. 60 IN A 127.0.0.1", "example.test. 60 IN MX 0 inside.example.test.",
			"_autodiscover._tcp.example.test. 60 IN SRV 0 0 443 localhost.", `example.test. 60 IN TXT "mailconf=http://inside.example.test/"`)
	}
	n.Resolver = w.startDNS(t, &running{})
	p := port(outside)
	for _, c := range discover.Clients() {
		run(t, c.Name, discover.Options{Network: n, Timeout: time.Minute, Ports: map[uint16]uint16{80: p, 443: p}})
	}
	return connections.Load()
}

// listenTwice listens on one port of 127.0.0.2 and of 127.0.0.1. Which ports
// are free at both is found out by trying.
func listenTwice(t *testing.T) (outside, inside net.Listener) {
	t.Helper()
	var c net.ListenConfig
	for range 100 {
		one, err := c.Listen(t.Context(), "tcp", "127.0.0.2:0")
		if err != nil {
			t.Fatal(err)
		}
		other, err := c.Listen(t.Context(), "tcp", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port(one)).String())
		if err == nil {
			return one, other
		}
		_ = one.Close()
	}
	t.Fatal("no port is free at both addresses")
	return nil, nil
}

// TestWhatServersSayIsEscaped puts control characters and HTML wherever a
// server can put text.
func TestWhatServersSayIsEscaped(t *testing.T) {
	t.Parallel()
	const evil = "&lt;script&gt;\u202e\u0085&#x9b;31m"
	doc := strings.NewReplacer("imap.example.test", evil, "%EMAILADDRESS%", evil).Replace(document("example.test"))
	w := world{
		records: []string{
			`example.test. 60 IN TXT "mailconf=<script>\027[31m"`, `_ua-auto-config.example.test. 60 IN TXT "<b>\007"`,
			`_imaps._tcp.example.test. 60 IN SRV 0 0 993 \<b\>\027.example.test.`, `_submission._tcp.example.test. 60 IN SRV 0 0 587 \<b\>\027.example.test.`,
			`example.test. 60 IN MX 0 \<b\>\027.example.test.`,
		},
		pages: map[string]page{
			atProvider:  {kind: "text/xml; <script>\u202e", body: doc},
			atWellKnown: {status: 302, location: "http://example.test/<script>\u202e"},
			"https://autodiscover.example.test" + pox: poxAnswer(strings.NewReplacer("imap.example.test", evil, "ann", evil).Replace(poxSettings)),
			"http://autodiscover.example.test" + pox:  {status: 302, location: "https://x\"<script>.example.test/"},
		},
		ispdb: true,
	}
	r := w.start(t, newCertificates(t))
	for _, c := range discover.Clients() {
		trace := run(t, c.Name, r.options)
		var text bytes.Buffer
		if err := trace.Write(&text); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(trace)
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{text.String(), string(data)} {
			if i := strings.IndexFunc(strings.ReplaceAll(out, "\n", ""), func(r rune) bool {
				return r == '<' || r == '>' || r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e
			}); i >= 0 {
				t.Errorf("%s: something is not escaped at %d:\n%q", c.Name, i, out)
			}
		}
	}
}

func TestOneClientEndsWithinItsTime(t *testing.T) {
	t.Parallel()
	w := world{pages: map[string]page{"https://autoconfig.example.test" + everything: {handler: never}}}
	o := w.start(t, newCertificates(t)).options
	o.Timeout = 500 * time.Millisecond
	trace := run(t, "evolution", o)
	if s := trace.Steps[0]; s.Verdict != discover.Untested || s.Why != "the time for this client was up" || trace.Result.Certain {
		t.Errorf("%+v", s)
	}
}
