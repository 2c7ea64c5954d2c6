package server

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/mobileconfig"
	"waypost/providers"
)

func (s *server) autoconfig(c echo.Context) error {
	// Browser-based clients read it from other origins, as they do the ISPDB.
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	if len(s.TrustedProxies) > 0 {
		c.Response().Header().Set("Vary", "X-Forwarded-Host")
	}
	a, err := queryAddress(c.Request(), "emailaddress")
	if err != nil {
		return s.whereServed(c, err)
	}
	m, err := s.find(c, a)
	if err != nil {
		return err
	}
	doc, err := autoconfig.New(m)
	if err != nil {
		return err
	}
	body, err := doc.Encode()
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, autoconfig.ContentType, cacheFiveMinutes, body)
}

// autodiscover answers the POST of Outlook and its kin.
func (s *server) autodiscover(c echo.Context) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	request, err := autodiscover.DecodeRequest(body)
	if err != nil {
		return s.whereServed(c, errInvalidRequest)
	}
	address, err := providers.ParseAddress(request.Address)
	if err != nil {
		return s.whereServed(c, errInvalidRequest)
	}
	m, err := s.find(c, address)
	if err != nil {
		return err
	}
	if request.Schema != autodiscover.Outlook {
		return poxError(autodiscover.ProviderUnavailable)
	}
	return sendAnswer(c, m.At(address))
}

func sendAnswer(c echo.Context, a providers.Account) error {
	answer, err := autodiscover.New(a)
	if err != nil {
		return err
	}
	body, err := answer.Encode()
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, autodiscover.ContentType, cacheNever, body)
}

// autodiscoverByHost answers GET: Delta Chat, MyMail and Spike ask so,
// without an address. Outlook's GET over plain HTTP wants a 302 to https.
func (s *server) autodiscoverByHost(c echo.Context) error {
	m, err := s.find(c, providers.Address{})
	if err != nil {
		return err
	}
	if s.URL != nil && s.URL.Scheme == "https" && !s.secure(c.Request()) {
		c.Response().Header().Set("Cache-Control", cacheNever)
		return c.Redirect(http.StatusFound, s.URL.JoinPath(pathPOX).String())
	}
	return sendAnswer(c, m.At(providers.Address{}))
}

// autodiscoverV2 answers where Autodiscover is, in both spellings of the
// request: the address in the path, or as a parameter. It points nobody to an
// answer that POX cannot give.
func (s *server) autodiscoverV2(c echo.Context) error {
	a, err := queryAddress(c.Request(), "Email")
	if inPath := c.Param("*"); inPath != "" {
		a, err = parseAddress(inPath)
	}
	if err != nil {
		return s.whereServed(c, errV2Email)
	}
	m, err := s.find(c, a)
	if errors.Is(err, providers.ErrNoAddress) {
		return errV2Email
	} else if err != nil {
		return err
	}
	protocol, _, err := queryValue(c.Request().URL.RawQuery, "Protocol")
	if err != nil {
		return errV2Protocol
	}
	if s.URL == nil {
		return errNoURL
	}
	answer, err := autodiscover.NewV2(protocol, s.URL.JoinPath(pathPOX).String())
	if err != nil {
		return err
	}
	if _, err := autodiscover.New(m.At(a)); err != nil {
		return err
	}
	body, err := answer.Encode()
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, autodiscover.ContentTypeJSON, cacheNever, body)
}

func (s *server) profile(c echo.Context) error {
	a, err := requireAddress(queryAddress(c.Request(), "email"))
	if err != nil {
		return s.whereServed(c, err)
	}
	m, err := s.find(c, a)
	if err != nil {
		return err
	}
	profile, err := mobileconfig.New(m.At(a))
	if err != nil {
		return err
	}
	body, err := profile.Encode()
	if err != nil {
		return err
	}
	signed, err := s.Sign(body)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+m.Domain.String()+`.mobileconfig"`)
	return send(c, http.StatusOK, mobileconfig.ContentType, cacheNever, signed)
}
