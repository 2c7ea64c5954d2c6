package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	stdlog "log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"

	"waypost/providers"
)

// Options are what a server needs to know. The zero value of each optional
// field is said with it.
type Options struct {
	Selector       providers.Selector
	URL            *url.URL                             // the origin that people and clients come to; nil: what needs an absolute URL is 404
	TrustedProxies []netip.Prefix                       // whose X-Forwarded-Host, -Proto and -For count; none by default
	Sign           func(profile []byte) ([]byte, error) // signs profiles
	Signer         string                               // the name that devices show for the signer
	SignerEnds     time.Time                            // when the signer's certificate ends; zero: unknown
	Unverified     bool                                 // devices do not know the signer and say so
	Log            *slog.Logger
	Access         io.Writer        // gets one line a request, each in one Write, from many goroutines; nil: no access log
	Now            func() time.Time // nil: time.Now
	RateLimit      int              // requests a second from one address, with bursts of ten seconds' worth; 0: no limit
	Metrics        *Metrics         // nil: nothing is counted
	Status         func() []string  // lines for /healthz?verbose, about certificates, the configuration and measurements; nil: none
	Measured       Measured         // what is known of servers, for the page; no answer to a client depends on it; nil: nothing
}

type server struct {
	Options

	answers    *otter.Cache[answersOf, *answers]
	limiter    *limiter
	catalogued []string // domains
}

// New makes the handler for all routes.
func New(o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{o, newAnswers(), newLimiter(o.RateLimit), catalogued(o.Selector.Catalogue)}
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = s.unrouted
	s.routes(e)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Opaque != "" { // GET mailto:x has no path, and Echo takes that for /
			r.URL.Path = "none"
		}
		cleanPath(r.URL)
		e.ServeHTTP(w, r)
	})
}

// Limits of a connection. Real requests have headers of less than 4 kB.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
	shutdownTimeout   = 10 * time.Second
)

// httpErrors takes what net/http complains of. A failed handshake is the
// client's affair, the rest (no more file descriptors, say) the operator's.
type httpErrors struct{ log *slog.Logger }

func (e httpErrors) Write(line []byte) (int, error) {
	level := slog.LevelWarn
	if bytes.HasPrefix(line, []byte("http: TLS handshake error")) {
		level = slog.LevelDebug
	}
	e.log.Log(context.Background(), level, "http", "error", string(bytes.TrimSpace(line)))
	return len(line), nil
}

// Serve answers on the listener until the context ends, over TLS when there
// is a configuration for it, then lets requests under way finish for at most
// ten seconds. It returns nil after an orderly end.
func Serve(ctx context.Context, ln net.Listener, secure *tls.Config, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler:           h,
		TLSConfig:         secure,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          stdlog.New(httpErrors{log}, "", 0),
	}
	ended := make(chan error, 1)
	go func() {
		if secure == nil {
			ended <- srv.Serve(ln)
		} else {
			ended <- srv.ServeTLS(ln, "", "")
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := srv.Shutdown(grace)
	if ended := <-ended; !errors.Is(ended, http.ErrServerClosed) {
		return ended
	}
	return err
}
