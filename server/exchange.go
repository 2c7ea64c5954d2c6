package server

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"waypost/providers"
)

// exchange is one request and its answer.
type exchange struct {
	echo.Context

	domain providers.Domain // that is served; zero when none is
}

type handler func(*exchange) error

// handle makes a handler into Echo's: with the headers that every answer has,
// its errors answered, and its line in the access log.
func (s *server) handle(route string, h handler) echo.HandlerFunc {
	metrics := s.Metrics.forRoute(route)
	return func(c echo.Context) error {
		began := time.Now()
		x := &exchange{Context: c}
		header := x.Response().Header()
		header["X-Content-Type-Options"], header["Content-Security-Policy"], header["Referrer-Policy"] = nosniff, inert, noReferrer
		err := error(errTooMany)
		if s.limiter.allow(s.client(x.Request()), began) {
			err = guard(h, x)
		}
		if err != nil {
			s.fail(err, x)
		}
		took := time.Since(began)
		metrics.count(x.Response().Status, took)
		if s.Access != nil {
			s.log(x, route, began, took)
		}
		return nil
	}
}

// unrouted answers what no handler does: paths and methods that are not known.
func (s *server) unrouted(err error, c echo.Context) {
	_ = s.handle("none", func(*exchange) error { return err })(c)
}

// guard turns a panic into an error: one request fails, with a stack in the
// log and the answer of its route.
func guard(h handler, x *exchange) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return h(x)
}

// Values of headers are shared and never changed: net/http takes slices, and
// one made for each answer would be garbage a moment later.
var (
	nosniff = []string{"nosniff"}
	// Browsers show XML and SVG as documents, in which scripts would run. No
	// answer but the page has anything to load, so none may; the page has a
	// policy of its own.
	inert      = []string{"default-src 'none'; frame-ancestors 'none'"}
	noReferrer = []string{"no-referrer"}

	// How long answers may be kept. What holds an address, and every error,
	// is never kept.
	cacheNever       = []string{"no-store"}
	cacheFiveMinutes = []string{"public, max-age=300"}
	cacheDay         = []string{"public, max-age=86400"}
)

// smallBody is what net/http gives a Content-Length by itself, in bytes.
const smallBody = 2 << 10

// send writes a whole answer, with its length also for HEAD.
func (x *exchange) send(status int, contentType, cache []string, body []byte) error {
	h := x.Response().Header()
	h["Content-Type"], h["Cache-Control"] = contentType, cache
	if len(body) >= smallBody || x.Request().Method == http.MethodHead {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	x.Response().WriteHeader(status)
	_, err := x.Response().Write(body)
	return err
}

// log writes the access log: route, method, status, duration, bytes, and
// the domain when it is one that is served. Never an address, a query, or a
// word of the client's own.
func (s *server) log(x *exchange, route string, began time.Time, took time.Duration) {
	line := make([]byte, 0, 192)
	line = began.UTC().AppendFormat(append(line, "time="...), "2006-01-02T15:04:05.000Z")
	line = append(append(line, " route="...), route...)
	line = append(append(line, " method="...), method(x.Request().Method)...)
	line = strconv.AppendInt(append(line, " status="...), int64(x.Response().Status), 10)
	line = strconv.AppendInt(append(line, " bytes="...), x.Response().Size, 10)
	line = strconv.AppendInt(append(line, " microseconds="...), took.Microseconds(), 10)
	if !x.domain.IsZero() {
		line = append(append(line, " domain="...), x.domain.String()...)
	}
	if _, err := s.Access.Write(append(line, '\n')); err != nil {
		s.Log.Error("access log", "error", err)
	}
}

// method keeps a client's own words out of the log.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND":
		return m
	}
	return "other"
}
