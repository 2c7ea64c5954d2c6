package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"waypost/accountqr"
	"waypost/autodiscover"
	"waypost/providers"
	"waypost/server/web"
)

var (
	typeCSS = []string{"text/css; charset=utf-8"}
	typeJS  = []string{"text/javascript; charset=utf-8"}
	typeReg = []string{"text/plain; charset=utf-16"}
)

// file serves one that is the same for everybody.
func (s *server) file(contentType []string, content []byte) handler {
	return func(c *exchange) error { return c.send(http.StatusOK, contentType, cacheDay, content) }
}

// colour is the stylesheet of a brand's colour, six hexadecimal digits.
func (s *server) colour(c *exchange) error {
	digits, isCSS := strings.CutSuffix(c.Param("colour"), ".css")
	css, ok := web.ColourStyle(digits)
	if !isCSS || !ok {
		return echo.ErrNotFound
	}
	return c.send(http.StatusOK, typeCSS, cacheDay, css)
}

// logo is the picture of a provider, where its domain is served. Its name is of
// its content, so that a new one is another file.
func (s *server) logo(c *exchange) error {
	d, err := providers.ParseDomain(c.Param("domain"))
	if err != nil {
		return echo.ErrNotFound
	}
	m, err := s.selected(c, providers.Request{Domain: d})
	if err != nil {
		return err
	}
	logo := m.Provider.Brand.Logo
	if logo == nil || logo.Name != c.Param("name") {
		return echo.ErrNotFound
	}
	return c.send(http.StatusOK, []string{logo.Type}, cacheDay, logo.Data)
}

// pageQR is the picture that takes the page to a phone. There is no address in
// it.
func (s *server) pageQR(c *exchange) error {
	home := s.home(c.Request())
	if home == "" {
		return errNoURL
	}
	picture, err := accountqr.SVG([]byte(home))
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, typeSVG, cacheDay, picture)
}

// registry is the file that makes classic Outlook ask us.
func (s *server) registry(c *exchange) error {
	c.Response().Header().Set("Content-Disposition", `attachment; filename="classic-outlook.reg"`)
	return c.send(http.StatusOK, typeReg, cacheDay, autodiscover.Registry())
}

// maxCode is more than a code has with any spaces and hyphens, in bytes: the rest
// of what was typed cannot make it right.
const maxCode = 32

// supportCode is the page on which a helpdesk reads what a caller reads out.
func (s *server) supportCode(c *exchange) error {
	if err := s.whereServed(c, nil); err != nil {
		return err
	}
	form, err := pageForm(c)
	if err != nil {
		return err
	}
	c.Set(visitKey, s.visitOf(c.Request(), form))
	typed := strings.TrimSpace(form.Get("code"))
	p := web.Page{Step: web.StepCode, Code: strings.ToValidUTF8(typed[:min(len(typed), maxCode)], "")}
	status := http.StatusOK
	if p.Code != "" {
		if _, err := web.DecodeCode(p.Code); err != nil {
			status = http.StatusBadRequest
		}
	}
	return s.sendPage(c, status, p)
}
