package server

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"waypost/providers"
	"waypost/server/web"
)

// The paths of the protocols. Clients write them in any letter case and with
// stray slashes (/Autodiscover/Autodiscover.xml, /AutoDiscover/…, //mail/…:
// access logs collected by wdes, 2025).
const (
	pathPOX     = "/autodiscover/autodiscover.xml"
	pathV2      = "/autodiscover/autodiscover.json"
	pathV2Bare  = "/autodiscover/autodiscover.json/v1.0"
	pathV2For   = pathV2Bare + "/" // followed by the address
	pathProfile = "/profile.mobileconfig"
	pathCode    = "/account.svg"
	pathHealth  = "/healthz"
	pathISPDB   = "/v1.1/:domain"
	pathPACC    = "/.well-known/user-agent-configuration.json"
	pathCalDAV  = "/.well-known/caldav"
	pathCardDAV = "/.well-known/carddav"
	pathJMAP    = "/.well-known/jmap"
	pathPage    = "/"
	pathStyle   = "/style.css"
	pathScript  = "/page.js"
	pathIcon    = "/icon.svg"
	pathColour  = "/brand/:colour"
	pathLogo    = "/logo/:domain/:name"
	pathPageQR  = "/page.svg"
	pathOutlook = "/classic-outlook.reg"
	pathSupport = "/code"
)

// autoconfigPaths are the same document: the draft's two and Nine's.
var autoconfigPaths = []string{
	"/mail/config-v1.1.xml",
	"/.well-known/autoconfig/mail/config-v1.1.xml",
	"/v1.1/mail/config-v1.1.xml",
}

func (s *server) routes(e *echo.Echo) {
	get := []string{http.MethodGet, http.MethodHead}
	dav := append([]string{"PROPFIND", http.MethodOptions}, get...)
	for _, r := range []struct {
		methods []string
		path    string
		handler handler
	}{
		{[]string{http.MethodPost}, pathPOX, s.autodiscover},
		{get, pathPOX, s.autodiscoverByHost},
		{get, pathV2, s.autodiscoverV2},
		{get, pathV2For + "*", s.autodiscoverV2},
		{get, pathV2Bare, s.autodiscoverV2},
		{get, pathProfile, s.profile},
		{get, pathCode, s.accountCode},
		{get, pathISPDB, s.ispdb},
		{get, pathPACC, s.pacc},
		{dav, pathCalDAV, s.wellKnown(providers.CalDAV)},
		{dav, pathCardDAV, s.wellKnown(providers.CardDAV)},
		{get, pathJMAP, s.wellKnown(providers.JMAP)},
		{get, pathHealth, s.health},
		{append(get, http.MethodPost), pathPage, s.page},
		{get, web.PicoPath, s.file(typeCSS, web.Pico)},
		{get, pathStyle, s.file(typeCSS, web.Style)},
		{get, pathScript, s.file(typeJS, web.Script)},
		{get, pathIcon, s.file(typeSVG, web.Icon)},
		{get, pathColour, s.colour},
		{get, pathLogo, s.logo},
		{get, pathPageQR, s.pageQR},
		{get, pathOutlook, s.registry},
		{get, pathSupport, s.supportCode},
	} {
		e.Match(r.methods, r.path, s.handle(r.path, r.handler))
	}
	for _, p := range autoconfigPaths {
		e.Match(get, p, s.handle(p, s.autoconfig))
	}
}

var fixedPaths = append([]string{pathPOX, pathV2, pathV2Bare, pathProfile, pathPACC, pathCalDAV, pathCardDAV, pathJMAP}, autoconfigPaths...)

// cleanPath brings the protocols' fixed paths to one spelling before routing:
// case, doubled and trailing slashes, needless escapes. What follows
// .../v1.0/ is an address and keeps its case.
func cleanPath(u *url.URL) {
	u.RawPath = "" // Echo routes by it where it is set
	if slices.Contains(fixedPaths, u.Path) {
		return
	}
	clean := path.Clean("/" + u.Path)
	for _, fixed := range fixedPaths {
		if strings.EqualFold(clean, fixed) {
			u.Path = fixed
			return
		}
	}
	if n := len(pathV2For); len(clean) > n && strings.EqualFold(clean[:n], pathV2For) {
		u.Path = pathV2For + clean[n:]
	}
}

func (s *server) health(c *exchange) error {
	lines := []string{"ok"}
	if s.Status != nil && c.QueryParams().Has("verbose") {
		lines = append(lines, s.Status()...)
	}
	return c.send(http.StatusOK, typeText, cacheNever, []byte(strings.Join(lines, "\n")+"\n"))
}
