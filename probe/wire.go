package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Bounds of what is read from a connection.
const (
	maxLine  = 8 << 10
	maxTotal = 64 << 10
	maxLines = 200 // of one answer
)

var errFlood = errors.New("it sends too much")

// trouble is a step that went wrong.
type trouble struct {
	cause          Cause
	seen, expected string
}

func (t *trouble) Error() string { return string(t.cause) + ": " + t.seen }

func troublef(c Cause, format string, args ...any) *trouble {
	return &trouble{cause: c, seen: fmt.Sprintf(format, args...)}
}

// understand gives the trouble behind any error on a connection.
func understand(err error) *trouble {
	var t *trouble
	switch {
	case errors.As(err, &t):
		return t
	case errors.Is(err, errFlood):
		return troublef(Flood, "more than a mail server has reason to send")
	case timedOut(err):
		return troublef(Timeout, "no complete answer in time")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return troublef(Reset, "the server closed the connection")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return troublef(Reset, "the server reset the connection")
	default:
		return troublef(Reset, "%v", err)
	}
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout() || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)
}

// counted counts what arrives on a connection, before TLS is taken off.
type counted struct {
	net.Conn
	in int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.in += n
	return n, err
}

// wire is a conversation in lines, in clear text or inside TLS.
type wire struct {
	conn   net.Conn
	lines  *bufio.Reader
	budget int       // bytes that may still be read
	until  time.Time // the end of the measurement
}

func newWire(conn net.Conn, until time.Time) *wire {
	w := &wire{conn: conn, budget: maxTotal, until: until}
	w.lines = bufio.NewReaderSize(w, maxLine)
	w.patience(until)
	return w
}

// Read is for the buffer below the lines.
func (w *wire) Read(b []byte) (int, error) {
	if w.budget <= 0 {
		return 0, errFlood
	}
	n, err := w.conn.Read(b[:min(len(b), w.budget)])
	w.budget -= n
	return n, err
}

// patience bounds what comes next, within the end of the measurement.
func (w *wire) patience(until time.Time) {
	if until.After(w.until) {
		until = w.until
	}
	_ = w.conn.SetDeadline(until) // a closed connection says so when it is used
}

// speaks waits until a byte is there, at most so long.
func (w *wire) speaks(wait time.Duration) error {
	w.patience(time.Now().Add(wait))
	defer w.patience(w.until)
	_, err := w.lines.Peek(1)
	return err
}

// line reads one line, without its end.
func (w *wire) line() (string, error) {
	b, err := w.lines.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", errFlood
	}
	text := strings.TrimRight(string(b), "\r\n")
	if err != nil && len(b) > 0 {
		t := understand(err)
		return text, &trouble{cause: t.cause, seen: t.seen + ", after " + printable(text)}
	}
	return text, err
}

// send writes a command.
func (w *wire) send(format string, args ...any) error {
	_, err := fmt.Fprintf(w.conn, format+"\r\n", args...)
	return err
}

// foreign names the protocol that a first line belongs to; empty: none known.
func foreign(line string) string {
	switch {
	case strings.HasPrefix(line, "* "):
		return "IMAP"
	case strings.HasPrefix(line, "+OK"), strings.HasPrefix(line, "-ERR"):
		return "POP3"
	case strings.HasPrefix(line, "HTTP/"):
		return "HTTP"
	case strings.HasPrefix(line, "SSH-"):
		return "SSH"
	case strings.HasPrefix(line, `"IMPLEMENTATION"`):
		return "ManageSieve"
	case isReply(line):
		return "SMTP or FTP"
	default:
		return ""
	}
}

// notThis is the trouble of a line that no server of this protocol would say.
func notThis(line, protocol string) *trouble {
	t := troublef(NotThisProtocol, "%s", printable(line))
	if other := foreign(line); other != "" {
		t.seen += " (" + other + ")"
	}
	t.expected = protocol
	return t
}
