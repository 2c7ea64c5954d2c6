package server

import (
	"net/http"
	"net/url"
	"strings"

	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/server/web"
)

var (
	typeHTML = []string{"text/html; charset=utf-8"}
	typeCSS  = []string{"text/css; charset=utf-8"}
	typeText = []string{"text/plain; charset=utf-8"}
)

// page is for people: type an address, get the settings and the profile. The
// form posts, so that the address stays out of histories and logs; links with
// ?email= work too.
func (s *server) page(c *exchange) error {
	a, typed, err := pageAddress(c)
	if err != nil {
		return s.whereServed(c, err)
	}
	if a.IsZero() {
		if typed {
			return s.whereServed(c, badAddress("it is empty"))
		}
		return s.emptyPage(c)
	}
	m, err := s.find(c, a)
	if err != nil {
		return err
	}
	return s.sendPage(c, http.StatusOK, s.pageOfAccount(m.At(a)))
}

// emptyPage is the form, for a Host that is ours or configured.
func (s *server) emptyPage(c *exchange) error {
	if err := s.whereServed(c, nil); err != nil {
		return err
	}
	return s.sendPage(c, http.StatusOK, web.Page{})
}

// pageAddress reads the address of the form or the link. typed tells whether
// the field was there at all.
func pageAddress(c *exchange) (a providers.Address, typed bool, err error) {
	if c.Request().Method != http.MethodPost {
		a, err = queryAddress(c.Request(), "email")
		return a, false, err
	}
	body, err := readBody(c)
	if err != nil {
		return a, false, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["email"]) > 1 {
		return a, false, badAddress("the form cannot be read")
	}
	text := strings.TrimSpace(form.Get("email"))
	if text == "" {
		return a, true, nil
	}
	a, err = parseAddress(text)
	return a, true, err
}

func (s *server) pageOfAccount(a providers.Account) web.Page {
	page := web.Page{
		Address:     a.Address.String(),
		Provider:    a.Provider.Name,
		AppPassword: a.Provider.Help.AppPassword,
		Help:        a.Provider.Help,
		Notes:       a.Setup.Notes,
		Signer:      s.Signer,
		SelfMade:    s.SelfMade,
	}
	incoming, outgoing, err := a.Pair()
	if err != nil {
		page.Problem = providers.Sentence(err)
		return page
	}
	page.Servers = []web.Server{
		{Title: "Incoming mail", Server: incoming, Login: incoming.Username.For(a.Address), Measured: s.measured(incoming)},
		{Title: "Outgoing mail", Server: outgoing, Login: outgoing.Username.For(a.Address), Measured: s.measured(outgoing)},
	}
	if _, err := mobileconfig.New(a); err != nil {
		page.NoProfile = providers.Sentence(err)
	} else {
		page.Profile = pathProfile + "?email=" + url.QueryEscape(a.Address.String())
	}
	return page
}

func pageOfProblem(p *problem) web.Page {
	return web.Page{Problem: p.seen + " " + p.next}
}

func (s *server) sendPage(c *exchange, status int, p web.Page) error {
	body, err := p.Render()
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	return c.send(status, typeHTML, cacheNever, body)
}

func (s *server) style(c *exchange) error {
	return c.send(http.StatusOK, typeCSS, cacheDay, web.Style)
}
