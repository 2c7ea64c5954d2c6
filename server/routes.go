package server

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// The paths of the protocols. Clients write them in any letter case and with
// stray slashes (/Autodiscover/Autodiscover.xml, /AutoDiscover/…, //mail/…:
// access logs collected by wdes, 2025).
const (
	pathPOX     = "/autodiscover/autodiscover.xml"
	pathV2      = "/autodiscover/autodiscover.json"
	pathV2For   = "/autodiscover/autodiscover.json/v1.0/" // followed by the address
	pathProfile = "/profile.mobileconfig"
	pathHealth  = "/healthz"
	pathPage    = "/"
	pathStyle   = "/style.css"
)

// autoconfigPaths are the same document: the draft's two and Nine's.
var autoconfigPaths = []string{
	"/mail/config-v1.1.xml",
	"/.well-known/autoconfig/mail/config-v1.1.xml",
	"/v1.1/mail/config-v1.1.xml",
}

func (s *server) routes(e *echo.Echo) {
	get := []string{http.MethodGet, http.MethodHead}
	for _, p := range autoconfigPaths {
		e.Match(get, p, s.autoconfig)
	}
	e.POST(pathPOX, s.autodiscover)
	e.Match(get, pathPOX, s.autodiscoverByHost)
	e.Match(get, pathV2, s.autodiscoverV2)
	e.Match(get, pathV2For+"*", s.autodiscoverV2)
	e.Match(get, strings.TrimSuffix(pathV2For, "/"), s.autodiscoverV2)
	e.Match(get, pathProfile, s.profile)
	e.Match(get, pathHealth, s.health)
	e.Match(get, pathPage, s.page)
	e.POST(pathPage, s.page)
	e.Match(get, pathStyle, s.style)
}

var fixedPaths = append([]string{pathPOX, pathV2, strings.TrimSuffix(pathV2For, "/"), pathProfile}, autoconfigPaths...)

// cleanPath brings the protocols' fixed paths to one spelling before routing:
// case, doubled and trailing slashes, needless escapes. What follows
// .../v1.0/ is an address and keeps its case.
func cleanPath(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		if u.Opaque != "" { // GET mailto:x: no path at all
			return echo.ErrNotFound
		}
		clean := path.Clean("/" + u.Path)
		for _, fixed := range fixedPaths {
			if strings.EqualFold(clean, fixed) {
				u.Path = fixed
			}
		}
		if n := len(pathV2For); len(clean) > n && strings.EqualFold(clean[:n], pathV2For) {
			u.Path = pathV2For + clean[n:]
		}
		u.RawPath = "" // Echo routes by it where it is set
		return next(c)
	}
}

func (s *server) health(c echo.Context) error {
	lines := []string{"ok"}
	if s.Status != nil && c.QueryParams().Has("verbose") {
		lines = append(lines, s.Status()...)
	}
	return send(c, http.StatusOK, contentTypeText, cacheNever, []byte(strings.Join(lines, "\n")+"\n"))
}

// How long answers may be kept. What holds an address, and every error, is
// never kept.
const (
	cacheNever       = "no-store"
	cacheFiveMinutes = "public, max-age=300"
	cacheDay         = "public, max-age=86400"
)

const contentTypeText = "text/plain; charset=utf-8"

// send writes a whole answer, with its length also for HEAD.
func send(c echo.Context, status int, contentType, cache string, body []byte) error {
	h := c.Response().Header()
	h.Set("Cache-Control", cache)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(status, contentType, body)
}
