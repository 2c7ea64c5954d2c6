package server

import (
	"errors"
	"io"
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
	a, err := queryAddress(c.Request(), "emailaddress")
	if err != nil {
		return err
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

// autodiscover answers the POST of Outlook and its kin. A body that is no
// request gets error 600, but only where some domain is served: an error
// document is final for some clients and hides better answers elsewhere
// (Delta Chat, Thunderbird), so the rest of the world gets 404.
func (s *server) autodiscover(c echo.Context) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	request, err := autodiscover.DecodeRequest(body)
	if err != nil {
		return s.invalidRequest(c)
	}
	address, err := providers.ParseAddress(request.Address)
	if err != nil {
		return s.invalidRequest(c)
	}
	m, err := s.find(c, address)
	if err != nil {
		return err
	}
	if request.Schema != autodiscover.Outlook {
		return s.sendError(c, autodiscover.ProviderUnavailable)
	}
	return sendAnswer(c, m.At(address))
}

func (s *server) invalidRequest(c echo.Context) error {
	if _, err := s.find(c, providers.Address{}); err != nil && !errors.Is(err, providers.ErrNoAddress) {
		return err
	}
	return s.sendError(c, autodiscover.InvalidRequest)
}

func (s *server) sendError(c echo.Context, code autodiscover.ErrorCode) error {
	body, err := autodiscover.EncodeError(code, s.Now())
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, autodiscover.ContentType, cacheNever, body)
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
// request: the address in the path, or as a parameter.
func (s *server) autodiscoverV2(c echo.Context) error {
	a, err := queryAddress(c.Request(), "Email")
	if inPath := c.Param("*"); inPath != "" {
		a, err = parseAddress(inPath)
	}
	if err != nil {
		return sendV2Error(c, errV2Email)
	}
	protocol, _, err := queryValue(c.Request().URL.RawQuery, "Protocol")
	if err != nil {
		return sendV2Error(c, errV2Protocol)
	}
	if _, err := s.find(c, a); errors.Is(err, providers.ErrNoAddress) {
		return sendV2Error(c, errV2Email)
	} else if err != nil {
		return err
	}
	if s.URL == nil {
		return errNoURL
	}
	answer, err := autodiscover.NewV2(protocol, s.URL.JoinPath(pathPOX).String())
	if v2, ok := errors.AsType[*autodiscover.V2Error](err); ok {
		return sendV2Error(c, v2)
	}
	body, err := answer.Encode()
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, autodiscover.ContentTypeJSON, cacheNever, body)
}

var (
	errV2Email = &autodiscover.V2Error{
		Code:    autodiscover.MandatoryParameterMissing,
		Message: "A valid value must be provided for the query parameter 'Email'.",
	}
	errV2Protocol = &autodiscover.V2Error{
		Code:    autodiscover.InvalidProtocol,
		Message: "The query parameter 'Protocol' cannot be read.",
	}
)

func sendV2Error(c echo.Context, e *autodiscover.V2Error) error {
	body, err := e.Encode()
	if err != nil {
		return err
	}
	return send(c, http.StatusBadRequest, autodiscover.ContentTypeJSON, cacheNever, body)
}

func (s *server) profile(c echo.Context) error {
	a, err := requireAddress(queryAddress(c.Request(), "email"))
	if err != nil {
		return err
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

// readBody reads at most 64 KiB.
func readBody(c echo.Context) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, autodiscover.MaxRequest))
}
