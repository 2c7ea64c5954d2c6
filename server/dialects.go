package server

import (
	"errors"
	"net/http"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/mobileconfig"
	"waypost/providers"
)

var (
	typeAutoconfig = []string{autoconfig.ContentType}
	typePOX        = []string{autodiscover.ContentType}
	typeJSON       = []string{autodiscover.ContentTypeJSON}
	typeProfile    = []string{mobileconfig.ContentType}
	anyOrigin      = []string{"*"}
	varyHost       = []string{"X-Forwarded-Host"}
)

func (s *server) autoconfig(c *exchange) error {
	// Browser-based clients read it from other origins, as they do the ISPDB.
	c.Response().Header()["Access-Control-Allow-Origin"] = anyOrigin
	s.varyByHost(c)
	a, err := queryAddress(c.Request(), "emailaddress")
	if err != nil {
		return s.whereServed(c, err)
	}
	m, err := s.find(c, a)
	if err != nil {
		return err
	}
	return s.sendAutoconfig(c, m)
}

// sendAutoconfig sends the document that every client accepts; with ?all=1,
// the one with all that works.
func (s *server) sendAutoconfig(c *exchange, m providers.Match) error {
	answers := s.answersFor(m)
	if answers.errAutoconfig != nil {
		return answers.errAutoconfig
	}
	return c.send(http.StatusOK, typeAutoconfig, cacheFiveMinutes, answers.autoconfig)
}

// varyByHost keeps shared caches from giving one domain's answer for another,
// where the host of a request is not in Host.
func (s *server) varyByHost(c *exchange) {
	if len(s.TrustedProxies) > 0 {
		c.Response().Header()["Vary"] = varyHost
	}
}

// ispdb answers as the ISPDB does, with the domain in the path: Thunderbird
// asks so where mailnews.auto_config_url names this instance.
func (s *server) ispdb(c *exchange) error {
	c.Response().Header()["Access-Control-Allow-Origin"] = anyOrigin
	s.varyByHost(c)
	d, err := providers.ParseDomain(c.Param("domain"))
	if err != nil {
		return s.whereServed(c, errBadDomain)
	}
	m, err := s.selected(c, providers.Request{Domain: d})
	if err != nil {
		return err
	}
	return s.sendAutoconfig(c, m)
}

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
	if request.Schema != autodiscover.Outlook {
		return poxError(autodiscover.ProviderUnavailable)
	}
	answers := s.answersFor(m)
	if answers.errOutlook != nil {
		return answers.errOutlook
	}
	return c.send(http.StatusOK, typePOX, cacheNever, answers.outlook.For(address))
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
	if answers.errOutlook != nil {
		return answers.errOutlook
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
	if s.URL == nil {
		return errNoURL
	}
	answer, err := autodiscover.NewV2(protocol, s.URL.JoinPath(pathPOX).String())
	if err != nil {
		return err
	}
	if err := s.answersFor(m).errOutlook; err != nil {
		return err
	}
	body, err := answer.Encode()
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, typeJSON, cacheNever, body)
}

func (s *server) profile(c *exchange) error {
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
	return c.send(http.StatusOK, typeProfile, cacheNever, signed)
}
