package probe

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"waypost/providers"
)

// maxHops bounds the redirects that stay at this host and port.
const maxHops = 3

// answer is what an https service answered.
type answer struct {
	status int
	line   string
	header http.Header
	body   []byte
}

// runHTTPS asks the one request that tells the service from any web server.
func (v *visit) runHTTPS(ctx context.Context) {
	if v.server.Security != providers.TLS {
		v.trouble(StepTLS, time.Now(), &trouble{NoTLS, "https is TLS from the first byte", "TLS"})
		return
	}
	t, trouble := v.implicit(ctx, v.conn)
	if trouble != nil || !v.full {
		return
	}
	defer func() { _ = t.Close() }()
	began := time.Now()
	a, path, err := v.ask(ctx, t)
	if err == nil {
		err = v.recognise(a)
	}
	if a != nil {
		v.greeting = printable(a.line)
	}
	if err != nil {
		v.trouble(StepHTTP, began, understand(err))
		return
	}
	v.step(Step{Name: StepHTTP, Verdict: Pass, Seen: v.greeting, Took: time.Since(began)})
	v.methods = schemes(a.header)
	if !v.judgeAuth(a.status == http.StatusUnauthorized) {
		return
	}
	if v.options.Login == nil || !v.login {
		v.untestedLogin()
		return
	}
	v.basicLogin(ctx, path)
}

// ask sends the request, and follows redirects that stay at this host and port.
func (v *visit) ask(ctx context.Context, c net.Conn) (*answer, string, error) {
	path := v.server.Path
	for range maxHops {
		a, err := v.request(c, path, "", "")
		if err != nil {
			return nil, "", err
		}
		if a.status/100 != 3 {
			return a, path, nil
		}
		to, err := url.Parse(a.header.Get("Location"))
		if err != nil || len(a.header.Get("Location")) > 2048 {
			return a, "", troublef(NotThisProtocol, "a redirect to nowhere")
		}
		to = v.url(path).ResolveReference(to)
		if to.Scheme != "https" || !strings.EqualFold(to.Hostname(), v.server.Host) || portOf(to) != v.server.Port {
			v.redirect = printable(to.String())
			return a, "", &trouble{Redirected, printable(a.line) + " to " + v.redirect, "an answer of " + v.server.Host}
		}
		path = to.EscapedPath()
		if c, err = v.secondConn(ctx); err != nil {
			return a, "", err
		}
		defer func() { _ = c.Close() }()
	}
	return nil, "", troublef(NotThisProtocol, "more than %d redirects", maxHops)
}

func portOf(u *url.URL) int {
	if u.Port() == "" {
		return 443
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil {
		return 0
	}
	return n
}

func (v *visit) url(path string) *url.URL {
	u := &url.URL{Scheme: "https", Host: v.server.Host, Path: path}
	if v.server.Port != 443 {
		u.Host = net.JoinHostPort(v.server.Host, strconv.Itoa(v.server.Port))
	}
	if parsed, err := url.Parse(path); err == nil {
		u.Path, u.RawPath = parsed.Path, parsed.RawPath
	}
	return u
}

// secondConn gives another connection to the same address, verified as the first.
func (v *visit) secondConn(ctx context.Context) (net.Conn, error) {
	conn, err := v.dial(ctx)
	if err != nil {
		return nil, connectTrouble(err)
	}
	c, err := handshake(ctx, conn, v.server.Host, false)
	if err == nil && v.certificate.Verified {
		err = v.verified(c)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

// request asks once, on a connection of its own.
func (v *visit) request(c net.Conn, path, user, password string) (*answer, error) {
	method, body := http.MethodGet, ""
	header := http.Header{"User-Agent": {"waypost"}, "Connection": {"close"}}
	switch v.server.Protocol {
	case providers.CalDAV, providers.CardDAV, providers.WebDAV:
		method = "PROPFIND" // RFC 4918 section 9.1
		header.Set("Depth", "0")
		header.Set("Content-Type", "application/xml")
		body = `<?xml version="1.0"?><propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>`
	case providers.ActiveSync:
		method = http.MethodOptions // MS-ASHTTP 2.2.4
	case providers.JMAP:
		header.Set("Accept", "application/json") // RFC 8620 section 2
	default:
	}
	r := &http.Request{Method: method, URL: v.url(path), Host: v.url(path).Host, Header: header, ProtoMajor: 1, ProtoMinor: 1}
	if body != "" {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	if user != "" {
		r.SetBasicAuth(user, password)
	}
	if err := r.Write(c); err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: c, N: maxTotal}
	resp, err := http.ReadResponse(bufio.NewReader(limited), r)
	switch {
	case err != nil && limited.N <= 0:
		return nil, errFlood
	case err != nil && strings.Contains(err.Error(), "malformed"):
		return nil, &trouble{NotThisProtocol, printable(err.Error()), "HTTP"}
	case err != nil:
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	a := &answer{status: resp.StatusCode, line: fmt.Sprintf("%s %s", resp.Proto, resp.Status), header: resp.Header}
	if method == http.MethodGet && resp.StatusCode == http.StatusOK {
		a.body, _ = io.ReadAll(resp.Body) // what is cut off is no JSON
	}
	return a, nil
}

// recognise tells whether the answer is one of the service.
func (v *visit) recognise(a *answer) error {
	switch {
	case a.status == http.StatusUnauthorized:
		return nil
	case a.status == http.StatusTooManyRequests, a.status >= 500:
		return troublef(Busy, "%s", printable(a.line))
	case a.status == http.StatusForbidden:
		return troublef(TurnedAway, "%s", printable(a.line))
	}
	expected := ""
	switch v.server.Protocol {
	case providers.JMAP:
		var session struct {
			Capabilities map[string]any `json:"capabilities"`
		}
		if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); kind == "application/json" &&
			json.Unmarshal(a.body, &session) == nil && session.Capabilities != nil {
			return nil
		}
		expected = "401, or the JMAP session"
	case providers.CalDAV, providers.CardDAV, providers.WebDAV:
		if a.status/100 == 2 && (a.status == http.StatusMultiStatus || a.header.Get("DAV") != "") {
			return nil
		}
		expected = "401, or 207 and a DAV header"
	case providers.ActiveSync:
		if a.status/100 == 2 && a.header.Get("MS-ASProtocolVersions") != "" {
			return nil
		}
		expected = "401, or MS-ASProtocolVersions"
	default:
		expected = "401"
	}
	return &trouble{NotThisProtocol, printable(a.line), expected}
}

// schemes gives the HTTP authentication schemes that are offered (RFC 9110
// section 11.6.1), in the usual spelling.
func schemes(h http.Header) []string {
	var found []string
	for _, line := range h.Values("WWW-Authenticate") {
		for _, s := range []string{basicHTTP, "Digest", "Bearer", "Negotiate", "NTLM"} {
			if offersScheme(line, s) && !slices.Contains(found, s) {
				found = append(found, s)
			}
		}
	}
	return found
}

// offersScheme finds a scheme at the start of a challenge, be it the first of the
// line or after a comma, and outside of quotes.
func offersScheme(line, scheme string) bool {
	quoted, start := false, true
	for i := range len(line) {
		if start && !quoted {
			if rest, ok := cutPrefixFold(line[i:], scheme); ok && (rest == "" || rest[0] == ' ' || rest[0] == ',') {
				return true
			}
		}
		switch line[i] {
		case '"':
			quoted, start = !quoted, false
		case ',':
			start = true
		case ' ', '\t':
		default:
			start = false
		}
	}
	return false
}

func (v *visit) basicLogin(ctx context.Context, path string) {
	v.tryNames(func(_ int, n name) error {
		c, err := v.secondConn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		a, err := v.request(c, path, n.text, v.options.Login.Password)
		switch {
		case err != nil:
			return err
		case a.status/100 == 2:
			return nil
		default:
			return refusal(a.line, a.status == http.StatusUnauthorized)
		}
	})
}
