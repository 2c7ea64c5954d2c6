package server

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"waypost/autodiscover"
	"waypost/providers"
)

// find leads a request to the Match for it, and notes the domain for the log.
// The zero Address means that the request had none.
func (s *server) find(c *exchange, a providers.Address) (providers.Match, error) {
	return s.selected(c, providers.Request{Address: a})
}

// selected completes what is asked with where it arrived.
func (s *server) selected(c *exchange, asked providers.Request) (providers.Match, error) {
	r := c.Request()
	asked.Host, asked.Arrived = s.host(r), arrived(r)
	m, err := s.Selector.Select(r.Context(), asked)
	if err == nil {
		c.domain = m.Domain
	}
	return m, err
}

// host gives the Host, or what a trusted proxy says it was. Where proxies
// append, the last one is nearest to us and the only one that we trust.
func (s *server) host(r *http.Request) string {
	if forwarded := r.Header["X-Forwarded-Host"]; len(forwarded) > 0 && s.viaTrustedProxy(r) {
		last := forwarded[len(forwarded)-1]
		return strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	return r.Host
}

// secure tells whether the client speaks https to us or to a trusted proxy.
func (s *server) secure(r *http.Request) bool {
	return r.TLS != nil || (strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") && s.viaTrustedProxy(r))
}

func (s *server) viaTrustedProxy(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && s.trusts(peer.Addr().Unmap())
}

// arrived gives the address of this machine that the connection came in at.
func arrived(r *http.Request) netip.Addr {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return netip.Addr{}
	}
	ap, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr()
}

// queryAddress reads the address from one query parameter. A raw plus sign is
// a plus: FairEmail and Nextcloud Mail do not encode it, and no address has a
// space that it could stand for. The zero Address means that the parameter
// is absent.
func queryAddress(r *http.Request, key string) (providers.Address, error) {
	value, present, err := queryValue(r.URL.RawQuery, key)
	if err != nil || !present {
		return providers.Address{}, err
	}
	return parseAddress(value)
}

func parseAddress(s string) (providers.Address, error) {
	a, err := providers.ParseAddress(strings.TrimSpace(s))
	if err != nil {
		_, reason, _ := strings.Cut(err.Error(), ": ")
		return providers.Address{}, badAddress(reason)
	}
	return a, nil
}

// queryValue finds one parameter without form decoding's plus-to-space.
func queryValue(rawQuery, key string) (value string, present bool, err error) {
	for pair := range strings.SplitSeq(rawQuery, "&") {
		k, v, _ := strings.Cut(pair, "=")
		if name, err := url.PathUnescape(k); err != nil || name != key {
			continue
		}
		if present {
			return "", true, badAddress("it is given more than once")
		}
		if value, err = url.PathUnescape(v); err != nil {
			return "", true, badAddress("it is not percent-encoded as a URL needs it")
		}
		present = true
	}
	return value, present, nil
}

// whereServed gives the error of a malformed request, or nil, where some domain
// is served, and a 404 everywhere else: to a foreign Host there is nothing to
// say, and an error document of Autodiscover is final for some clients and
// hides better answers elsewhere (Delta Chat, Thunderbird).
func (s *server) whereServed(c *exchange, err error) error {
	if _, unserved := s.find(c, providers.Address{}); unserved != nil && !errors.Is(unserved, providers.ErrNoAddress) {
		return unserved
	}
	return err
}

// maxBody is the largest body that is read: an Autodiscover request, or the
// form of the page.
const maxBody = autodiscover.MaxRequest

// readBody reads at most 64 KiB, and nothing of a body that says beforehand
// that it is larger. The writer is net/http's own, which then closes the
// connection after the answer.
func readBody(c *exchange) ([]byte, error) {
	r := c.Request()
	if r.ContentLength > maxBody {
		return nil, &http.MaxBytesError{Limit: maxBody}
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); err == nil || tooLarge {
		return body, err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errSlowBody
	}
	return nil, errBrokenBody
}

// requireAddress makes an absent address a bad request.
func requireAddress(a providers.Address, err error) (providers.Address, error) {
	if err == nil && a.IsZero() {
		return a, badAddress("it is missing")
	}
	return a, err
}
