package server

import (
	"net/http"

	"waypost/accountqr"
	"waypost/mobileconfig"
	"waypost/providers"
)

var (
	typeProfile = []string{mobileconfig.ContentType}
	typeSVG     = []string{"image/svg+xml"}
)

// queried finds the account of the address in the query.
func (s *server) queried(c *exchange) (providers.Account, error) {
	a, err := requireAddress(queryAddress(c.Request(), "email"))
	if err != nil {
		return providers.Account{}, s.whereServed(c, err)
	}
	m, err := s.find(c, a)
	return m.At(a), err
}

// profile is the signed profile of an address.
func (s *server) profile(c *exchange) error {
	a, err := s.queried(c)
	if err != nil {
		return err
	}
	body, err := encoded(mobileconfig.New(a))
	if err != nil {
		return err
	}
	signed, err := s.Sign(body)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+a.Domain.String()+`.mobileconfig"`)
	return c.send(http.StatusOK, typeProfile, cacheNever, signed)
}

// accountCode is the picture that Thunderbird for Android scans.
func (s *server) accountCode(c *exchange) error {
	a, err := s.queried(c)
	if err != nil {
		return err
	}
	text, err := encoded(accountqr.New(a))
	if err != nil {
		return err
	}
	picture, err := accountqr.SVG(text)
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, typeSVG, cacheNever, picture)
}
