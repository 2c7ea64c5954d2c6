package discover

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"waypost/internal/reach"
)

// maxText is the most characters of one text of a server that are repeated.
const maxText = 500

// clean makes a text from outside fit for every output: what is not printable
// is escaped, and so are the brackets that begin a tag in HTML, as encoding/json
// does.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxText {
			b.WriteString("…")
			break
		}
		switch {
		case r == '<' || r == '>':
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// untestable tells errors that say nothing of the server.
func untestable(err error) bool {
	return errors.Is(err, reach.ErrForbidden) || errors.Is(err, reach.ErrNoWay) ||
		errors.Is(err, reach.ErrNoAnswer) || errors.Is(err, reach.ErrServFail)
}

// inWords says what went wrong, in words that are the same on every machine.
func inWords(err error) string {
	switch {
	case errors.Is(err, reach.ErrForbidden):
		return "it leads to an address that may not be connected to"
	case errors.Is(err, reach.ErrNoName):
		return "the name has no address"
	case errors.Is(err, reach.ErrServFail):
		return "the name server says that it failed (SERVFAIL)"
	case errors.Is(err, reach.ErrNoAnswer):
		return "no name server answered"
	case errors.Is(err, reach.ErrNoWay):
		return "this machine has no way to that address"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return "no complete answer within this client's time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "the network says that the host cannot be reached"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server broke the connection off"
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return "no connection came about" // its text has this machine's addresses and ports
	}
	return cmp.Or(certificateInWords(err), err.Error())
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func certificateInWords(err error) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is for another name"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate is not from an authority that is trusted"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if e.Reason == x509.Expired {
			return "the certificate has expired, or is not valid yet"
		}
		return "the certificate is not valid"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS there"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "the server refused the TLS handshake"
	}
	return ""
}

func statusInWords(status int) string {
	text := strconv.Itoa(status)
	if name := http.StatusText(status); name != "" {
		text += " " + name
	}
	return "the status is " + text
}
