package server

import (
	"net/http"
	"slices"

	"waypost/pacc"
	"waypost/providers"
)

var typePACC = []string{pacc.ContentType}

// pacc answers with bytes that the digest in DNS binds.
func (s *server) pacc(c *exchange) error {
	c.Response().Header()["Access-Control-Allow-Origin"] = anyOrigin
	s.varyByHost(c)
	m, err := s.find(c, providers.Address{})
	if err != nil {
		return err
	}
	body, err := s.answersFor(m).pacc()
	if err != nil {
		return err
	}
	return c.send(http.StatusOK, typePACC, cacheFiveMinutes, body)
}

// wellKnown leads to a service of the domain, absolutely, whatever the method:
// clients send PROPFIND here (RFC 6764 section 5), and a 307 keeps it.
func (s *server) wellKnown(p providers.Protocol) handler {
	return func(c *exchange) error {
		s.varyByHost(c)
		m, err := s.find(c, providers.Address{})
		if err != nil {
			return err
		}
		if m.Setup.Partial != "" {
			_, _, err := m.Pair()
			return err
		}
		services := slices.Concat(m.Setup.Services, m.Setup.Incoming)
		i := slices.IndexFunc(services, func(v providers.Server) bool { return v.Protocol == p })
		if i < 0 || leadsBack(services[i], m, c.Path()) {
			return errNoService
		}
		c.Response().Header()["Location"] = []string{services[i].URL()}
		return c.send(http.StatusTemporaryRedirect, typeText, cacheFiveMinutes, nil)
	}
}

// leadsBack tells whether the service is this very path of the domain.
func leadsBack(v providers.Server, m providers.Match, path string) bool {
	return v.Path == path && v.Host == m.Domain.String()
}
