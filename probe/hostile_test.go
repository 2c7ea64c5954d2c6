package probe_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"waypost/internal/testenv"
	"waypost/probe"
)

// endless says the same again and again, until the client goes.
func endless(first, again string) func(net.Conn) {
	return func(c net.Conn) {
		_, err := io.WriteString(c, first)
		for block := []byte(strings.Repeat(again, 1+4096/len(again))); err == nil; {
			_, err = c.Write(block)
		}
	}
}

// drip says one byte every tenth of a second.
func drip(text string) func(net.Conn) {
	return func(c net.Conn) {
		for i := 0; ; i++ {
			if _, err := c.Write([]byte{text[i%len(text)]}); err != nil {
				return
			}
			time.Sleep(100 * time.Millisecond) // it is what the server does; nothing is waited for
		}
	}
}

// afterwards answers one command, the first, and goes on without end.
func afterwards(greeting, answer string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, greeting) // who has gone needs none
		if _, err := c.Read(make([]byte, 512)); err == nil {
			endless("", answer)(c)
		}
	}
}

var hostileServers = []struct {
	name, url string
	serve     func(net.Conn)
	cause     probe.Cause
}{
	{"an endless banner without a line break", "imap://%s:%d", endless("* OK ", "x"), probe.Flood},
	{"an endless banner in lines", "submission://%s:%d", endless("", "220-hello\r\n"), probe.Flood},
	{"an endless banner in lines, ManageSieve", "sieve://%s:%d", endless("", "\"SIEVE\" \"x\"\r\n"), probe.Flood},
	{"endless text where TLS should begin", "imaps://%s:%d", endless("* OK ", "x"), probe.Flood},
	{"endless noise where TLS should begin", "imaps://%s:%d", endless("", "\x00\xff\x80"), probe.TLSHandshake},
	{"endless TLS records of no use", "imaps://%s:%d", endless("", "\x16\x03\x03\x00\x04\x63\x00\x00\x00"), probe.TLSHandshake},
	{"slow bytes", "imap://%s:%d", drip("* OK very slow "), probe.Timeout},
	{"slow bytes where TLS should begin", "imaps://%s:%d", drip("\x16\x03\x03\x40\x00\x02"), probe.Timeout},
	{"a capability list without end, in one line", "imap://%s:%d", afterwards("* OK ready\r\n", "* CAPABILITY AUTH=PLAIN "), probe.Flood},
	{"a capability list without end, in many lines", "imap://%s:%d", afterwards("* OK ready\r\n", "* CAPABILITY AUTH=PLAIN\r\n"), probe.Flood},
	{"a POP3 capability list without end", "pop3://%s:%d", afterwards("+OK ready\r\n", "+OK\r\nSASL PLAIN\r\n"), probe.Flood},
	{"an EHLO answer without end", "submission://%s:%d", afterwards("220 ready\r\n", "250-AUTH PLAIN\r\n"), probe.Flood},
	{"noise", "imap://%s:%d", says("\x00\x01\x02\xff\xfe\r\n"), probe.NotThisProtocol},
	{"an SSH server", "imap://%s:%d", says("SSH-2.0-OpenSSH_9.2\r\n"), probe.NotThisProtocol},
}

func TestHostileServersAreNamedAndLeft(t *testing.T) {
	for _, h := range hostileServers {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.options.Timeout = 4 * time.Second
			d := testenv.StartDouble(t, "127.0.0.1", h.serve)
			e := probe.Server(t.Context(), server(t, h.url, smtpHost, d.Port), w.options)
			if e.Verdict != probe.Fail || e.Cause != h.cause {
				t.Errorf("want %s\n%s", h.cause, show(e))
			}
			unescaped(t, e)
		})
	}
}

// unescaped looks for what must not reach an output.
func unescaped(t *testing.T, e probe.Evidence) {
	t.Helper()
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(b, "\x1b\x07\x00\r\n<>") || bytes.Contains(b, []byte("\u009b")) {
		t.Errorf("JSON holds what must be escaped: %s", b)
	}
	for _, s := range e.Steps {
		safe(t, s.Seen)
		safe(t, s.Expected)
	}
	for _, s := range append(append(append(e.Before, e.After...), e.Methods...), e.Greeting, e.Redirect) {
		safe(t, s)
	}
	if c := e.Certificate; c != nil {
		for _, s := range append(c.Names, c.Issuer, c.Serial) {
			safe(t, s)
		}
	}
}

func TestBannersAreShownEscaped(t *testing.T) {
	const evil = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u009b31m\u202e"
	w := newWorld(t)
	for url, said := range map[string]string{
		"imap://%s:%d":                     "* OK [CAPABILITY IMAP4rev1 AUTH=" + evil + "] " + evil + "\r\n",
		"pop3://%s:%d":                     "+OK " + evil + "\r\n",
		"submission://%s:%d":               "220 " + evil + "\r\n",
		"submission://%s:%d?security=none": "220 " + evil + "\r\n",
		"sieve://%s:%d":                    "\"IMPLEMENTATION\" \"" + evil + "\"\r\nOK\r\n",
		"imaps://%s:%d":                    "* OK " + evil + "\r\n",
		"submissions://%s:%d":              "554 " + evil + "\r\n",
		"pop3s://%s:%d":                    evil + "\r\n",
	} {
		w.options.Timeout = 2 * time.Second
		d := testenv.StartDouble(t, "127.0.0.1", func(c net.Conn) {
			_, _ = io.WriteString(c, said)
			for b := make([]byte, 512); ; {
				n, err := c.Read(b)
				if err != nil {
					return
				}
				tag, _, _ := strings.Cut(string(b[:n]), " ")
				fmt.Fprintf(c, "250-%s\r\n250 AUTH %s\r\n%s OK %s\r\n", evil, evil, tag, evil)
			}
		})
		e := probe.Server(t.Context(), server(t, url, smtpHost, d.Port), w.options)
		if e.Verdict == probe.Pass {
			t.Error(show(e))
		}
		unescaped(t, e)
	}
}

func TestAServerInsideTLSMayNotFloodEither(t *testing.T) {
	w := newWorld(t)
	pair := w.pair(t)
	d := testenv.StartDouble(t, "127.0.0.1", func(c net.Conn) {
		endless("* OK ", "x")(tls.Server(c, &tls.Config{Certificates: []tls.Certificate{pair}}))
	})
	e := probe.Server(t.Context(), server(t, "imaps://%s:%d", smtpHost, d.Port), w.options)
	if e.Cause != probe.Flood || e.Certificate == nil || !e.Certificate.Verified {
		t.Error(show(e))
	}
}

func TestHugeChainsAreBounded(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		certificates int
		cause        probe.Cause
	}{
		{100, ""},                  // read, and 20 of them looked at
		{2000, probe.TLSHandshake}, // more than crypto/tls takes
	} {
		pair := w.pair(t)
		for len(pair.Certificate) < c.certificates {
			pair.Certificate = append(pair.Certificate, pair.Certificate[1])
		}
		d := testenv.StartDouble(t, "127.0.0.1", func(conn net.Conn) {
			s := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{pair}})
			_, _ = io.WriteString(s, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
			b := make([]byte, 100)
			_, _ = s.Read(b)
			_, _ = io.WriteString(s, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc OK done\r\n")
			_, _ = io.Copy(io.Discard, s)
		})
		e := probe.Server(t.Context(), server(t, "imaps://%s:%d", smtpHost, d.Port), w.options)
		if e.Cause != c.cause {
			t.Errorf("%d certificates: %s", c.certificates, show(e))
		}
		if c.cause == "" && (e.Certificate == nil || e.Certificate.Chain != c.certificates) {
			t.Errorf("%+v", e.Certificate)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	w := newWorld(t)
	sent := make(chan int, 16)
	d := testenv.StartDouble(t, "127.0.0.1", func(c net.Conn) {
		total, block := 0, bytes.Repeat([]byte("* CAPABILITY AUTH=PLAIN\r\n"), 4096)
		_, err := io.WriteString(c, "* OK ready\r\n")
		if _, errRead := c.Read(make([]byte, 512)); errRead != nil {
			return
		}
		for n := 0; err == nil && total < 10<<20; total += n {
			n, err = c.Write(block)
		}
		sent <- total
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e := probe.Server(t.Context(), server(t, "imap://%s:%d", smtpHost, d.Port), w.options)
	runtime.ReadMemStats(&after)
	if e.Cause != probe.Flood {
		t.Error(show(e))
	}
	// The double is in this process: its blocks of 100 KiB are counted too.
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d KiB were used for a list of 10 MiB, of which %d KiB were sent", used>>10, <-sent>>10)
	}
}

func TestAnEndedContextIsNoFinding(t *testing.T) {
	w := newWorld(t)
	d := testenv.StartDouble(t, "127.0.0.1", says(""))
	ctx, cancel := contextThatEndsWhen(t, func() bool { return d.Accepted() > 0 })
	defer cancel()
	e := probe.Server(ctx, server(t, "imap://%s:%d", smtpHost, d.Port), w.options)
	if e.Verdict != probe.Untested || e.Cause != probe.Interrupted {
		t.Error(show(e))
	}
}
