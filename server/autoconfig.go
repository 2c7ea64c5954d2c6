package server

import (
	"net/http"
	"strings"

	"waypost/autoconfig"
	"waypost/providers"
)

var (
	typeAutoconfig = []string{autoconfig.ContentType}
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
	body, err := answers.autoconfig, answers.errAutoconfig
	if wantsAll(c.Request().URL.RawQuery) {
		body, err = answers.all()
	}
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, typeAutoconfig, cacheFiveMinutes, body)
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

func wantsAll(rawQuery string) bool {
	if !strings.Contains(rawQuery, "all") { // nearly every request
		return false
	}
	value, _, err := queryValue(rawQuery, "all")
	return err == nil && value == "1"
}
