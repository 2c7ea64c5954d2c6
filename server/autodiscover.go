package server

import (
	"errors"
	"net/http"

	"waypost/autodiscover"
	"waypost/providers"
)

var (
	typePOX  = []string{autodiscover.ContentType}
	typeJSON = []string{autodiscover.ContentTypeJSON}
)

// autodiscover answers the POST of Outlook and its kin.
func (s *server) autodiscover(c *exchange) error {
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
	switch request.Schema {
	case autodiscover.Outlook:
	case autodiscover.MobileSync:
		return s.mobileSync(c, m.At(address))
	case autodiscover.OtherSchema:
		return poxError(autodiscover.ProviderUnavailable)
	}
	answers := s.answersFor(m)
	if answers.errOutlook != nil {
		return answers.errOutlook
	}
	return c.send(http.StatusOK, typePOX, cacheNever, answers.outlook.For(address))
}

// mobileSync names the ActiveSync server; Outlook's schema would confuse who
// asks for it.
func (s *server) mobileSync(c *exchange, a providers.Account) error {
	answer, err := autodiscover.NewMobileSync(a)
	if _, ok := errors.AsType[*providers.Inexpressible](err); ok {
		return poxError(autodiscover.ProviderUnavailable)
	} else if err != nil {
		return err
	}
	body, err := answer.Encode()
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, typePOX, cacheNever, body)
}

// autodiscoverByHost answers GET: Delta Chat, MyMail and Spike ask so,
// without an address. Outlook's GET over plain HTTP wants a 302 to https.
func (s *server) autodiscoverByHost(c *exchange) error {
	m, err := s.find(c, providers.Address{})
	if err != nil {
		return err
	}
	if s.URL != nil && s.URL.Scheme == "https" && !s.secure(c.Request()) {
		c.Response().Header()["Cache-Control"] = cacheNever
		return c.Redirect(http.StatusFound, s.URL.JoinPath(pathPOX).String())
	}
	answers := s.answersFor(m)
	if answers.errOutlookHost != nil {
		return answers.errOutlookHost
	}
	return c.send(http.StatusOK, typePOX, cacheNever, answers.outlookHost)
}

// autodiscoverV2 answers where Autodiscover is, in both spellings of the
// request: the address in the path, or as a parameter. It points nobody to an
// answer that POX cannot give.
func (s *server) autodiscoverV2(c *exchange) error {
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
	var pox string
	if s.URL != nil {
		pox = s.URL.JoinPath(pathPOX).String()
	}
	answer, err := autodiscover.NewV2(m, protocol, pox)
	switch {
	case err != nil:
		return err
	case answer.URL == "":
		return errNoURL
	case answer.URL == pox:
		if err := s.answersFor(m).errOutlook; err != nil {
			return err
		}
	}
	body, err := answer.Encode()
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, typeJSON, cacheNever, body)
}
