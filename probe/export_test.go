package probe

import (
	"bytes"
	"net"
	"time"

	"waypost/providers"
)

// Printable is what every text of a server passes.
var Printable = printable

// recording is a server that says what it was told to, whatever it hears.
type recording struct {
	net.Conn

	from *bytes.Reader
}

func (r recording) Read(b []byte) (int, error)  { return r.from.Read(b) }
func (r recording) Write(b []byte) (int, error) { return len(b), nil }
func (r recording) SetDeadline(time.Time) error { return nil }
func (r recording) LocalAddr() net.Addr         { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// Hear lets a server's side of a conversation be read: the greeting, the
// capabilities, the answer to STARTTLS and the one to a log-in.
func Hear(p providers.Protocol, said []byte) (greeting string, methods []string, errs []error) {
	d := dialects[p]
	w := newWire(recording{from: bytes.NewReader(said)}, time.Time{})
	greeting, list, err := d.greet(w)
	errs = append(errs, err)
	if err == nil && d != &sieve {
		list, err = d.ask(w)
		errs = append(errs, err)
	}
	methods = d.methods(greeting, list)
	errs = append(errs, d.upgrade(w), d.login(w, "PLAIN", "ann", "secret"), d.login(w, "LOGIN", "ann", "secret"))
	for i, err := range errs {
		if err != nil {
			errs[i] = understand(err)
		}
	}
	return printable(greeting), printableAll(methods), errs
}

// LogIn gives what a server's side of a log-in comes to; empty: it is in.
func LogIn(p providers.Protocol, method string, said []byte) Cause {
	err := dialects[p].login(newWire(recording{from: bytes.NewReader(said)}, time.Time{}), method, "ann", "secret")
	if err == nil {
		return ""
	}
	return understand(err).cause
}

// Schemes reads a WWW-Authenticate header.
func Schemes(lines []string) []string { return schemes(map[string][]string{"Www-Authenticate": lines}) }
