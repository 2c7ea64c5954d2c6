package discover

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is the most that is read of one answer, and the most that it may be
// once decompressed.
const maxBody = 256 << 10

// userAgent says who asks, and as whom.
const userAgent = "Waypost (acting as %s)"

// redirects is how a client follows them.
type redirects struct {
	most       int
	absolute   bool // a Location must be a whole URL
	sameScheme bool // from http to https and back is not followed
	keepPost   bool // a POST stays one after a 301, 302 and 303
}

func (w *walk) newTransport() *http.Transport {
	config := &tls.Config{RootCAs: w.options.Roots, MinVersion: tls.VersionTLS12}
	if w.client.anyName {
		config.InsecureSkipVerify = true // VerifyConnection checks the chain, as this client does
		config.VerifyConnection = func(s tls.ConnectionState) error { return verifyChain(s, w.options.Roots) }
	}
	return &http.Transport{
		DialContext:            w.dial,
		TLSClientConfig:        config,
		DisableKeepAlives:      true,
		DisableCompression:     true, // decompressed here, within bounds
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// dial connects through the one door.
func (w *walk) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, digits, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return nil, err
	}
	port := uint16(number)
	if other, ok := w.options.Ports[port]; ok {
		port = other
	}
	return w.options.Network.DialName(ctx, host, port)
}

func verifyChain(s tls.ConnectionState, roots *x509.CertPool) error {
	if len(s.PeerCertificates) == 0 {
		return errors.New("no certificate")
	}
	o := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := s.PeerCertificates[0].Verify(o)
	return err
}

// patience is how long one question may take; own is what the client says of
// this one, or 0.
func (w *walk) patience(own time.Duration) time.Duration {
	if own == 0 {
		own = w.client.timeout
	}
	if o := w.options.Request; o > 0 && o < own {
		return o
	}
	return own
}

// fetch sends one request, follows its redirects as the client does, and reads
// the answer. What goes wrong is in the step.
func (w *walk) fetch(r request) (step Step, got answer) {
	method := r.method
	if method == "" {
		method = http.MethodGet
	}
	step = Step{Method: method, Target: clean(r.url), At: time.Since(w.started)}
	if r.public && !w.options.ISPDB {
		step.Verdict, step.Why = NotAsked, "the public database is asked only on demand"
		return step, got
	}
	ctx, cancel := context.WithTimeout(w.ctx, w.patience(r.wait))
	defer cancel()
	defer func() { step.Took = time.Since(w.started) - step.At }()
	fail := func(err error) (Step, answer) {
		step.Error = clean(inWords(err))
		step.Verdict, step.Why = Lost, step.Error
		if untestable(err) || w.ctx.Err() != nil {
			step.Verdict = Untested
		}
		if w.ctx.Err() != nil {
			step.Error, step.Why = "the time for this client was up", "the time for this client was up"
		}
		return step, answer{}
	}
	at, err := url.Parse(r.url)
	if err != nil {
		return fail(errors.New("the URL cannot be read"))
	}
	at.User = nil
	got.secure = true
	for {
		got.secure = got.secure && at.Scheme == "https" && !w.client.anyName
		response, err := w.send(ctx, method, at, r)
		if err != nil {
			return fail(err)
		}
		step.Status, step.ContentType = response.StatusCode, clean(response.Header.Get("Content-Type"))
		next, refused := w.next(at, response, len(step.Hops))
		if next != nil && r.stay {
			got.to, next = next.String(), nil
			step.Hops = append(step.Hops, Hop{response.StatusCode, clean(got.to)})
		}
		if next == nil {
			got.body, err = readBody(response)
			_ = response.Body.Close()
			step.Size = len(got.body)
			if err == nil {
				// A server that sees the connection close at the deadline may end its
				// answer, and that may still arrive.
				err = ctx.Err()
			}
			if err != nil {
				return fail(err)
			}
			got.status, got.kind, got.last = response.StatusCode, response.Header.Get("Content-Type"), at.String()
			got.ok = refused == "" && w.client.status(got.status)
			if refused != "" {
				step.Error, step.Verdict, step.Why = refused, Lost, refused
			} else if !got.ok {
				step.Verdict, step.Why = Lost, statusInWords(got.status)
			}
			return step, got
		}
		_ = response.Body.Close()
		step.Hops = append(step.Hops, Hop{response.StatusCode, clean(next.String())})
		if slices.Contains([]int{301, 302, 303}, response.StatusCode) && method == http.MethodPost && !w.client.follow.keepPost {
			method = http.MethodGet
		}
		at = next
	}
}

func (w *walk) send(ctx context.Context, method string, at *url.URL, r request) (*http.Response, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(r.body)
	}
	request, err := http.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	}
	request.Header.Set("User-Agent", fmt.Sprintf(userAgent, w.client.Name))
	if w.client.silent {
		request.Header["User-Agent"] = nil
	}
	if r.accept != "" {
		request.Header.Set("Accept", r.accept)
	}
	if w.client.gzip {
		request.Header.Set("Accept-Encoding", "gzip")
	}
	if w.client.proxyForm {
		request.URL.Opaque = "//" + at.Host + at.EscapedPath()
	}
	return w.transport.RoundTrip(request)
}

// next gives where a redirect leads: nil and why, where the client does not
// follow; nil alone where the answer is none.
func (w *walk) next(at *url.URL, r *http.Response, hops int) (*url.URL, string) {
	location := r.Header.Get("Location")
	if !slices.Contains([]int{301, 302, 303, 307, 308}, r.StatusCode) || location == "" {
		return nil, ""
	}
	to, err := at.Parse(location)
	given, errGiven := url.Parse(location)
	switch {
	case err != nil || errGiven != nil || (to.Scheme != "http" && to.Scheme != "https") || to.Hostname() == "":
		return nil, "the redirect leads to no web address"
	case w.client.follow.absolute && !given.IsAbs():
		return nil, "the redirect is not a whole URL, which this client cannot follow"
	case w.client.follow.sameScheme && to.Scheme != at.Scheme:
		return nil, "the redirect changes between http and https, which this client does not follow"
	case hops >= w.client.follow.most:
		return nil, fmt.Sprintf("more than %d redirects", w.client.follow.most)
	}
	to.User, to.Fragment = nil, ""
	return to, ""
}

var errTooLarge = fmt.Errorf("the answer is larger than %d KiB", maxBody>>10)

// readBody reads an answer, and decompresses it if it is; a small answer that
// grows beyond the bound is stopped there.
func readBody(r *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return body[:min(len(body), maxBody)], err
	case len(body) > maxBody:
		return body[:maxBody], errTooLarge
	case !strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip"):
		return body, nil
	}
	zip, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the answer says that it is compressed, and is not")
	}
	plain, err := io.ReadAll(io.LimitReader(zip, maxBody+1))
	switch {
	case len(plain) > maxBody:
		return plain[:maxBody], errTooLarge
	case err != nil:
		return plain, errors.New("the compressed answer is broken off")
	}
	return plain, nil
}
