package server

import (
	"errors"
	"net/http"
	"strings"

	"waypost/providers"
	"waypost/server/web"
)

var (
	typeHTML = []string{"text/html; charset=utf-8"}
	typeText = []string{"text/plain; charset=utf-8"}
)

// page is for people: type an address, get the way for the device. The form
// posts, so that the address stays out of histories and logs; links with
// ?email= work too.
func (s *server) page(c *exchange) error {
	form, err := pageForm(c)
	v := s.visitOf(c.Request(), form)
	c.Set(visitKey, v)
	if err != nil {
		return s.whereServed(c, err)
	}
	a, err := v.address(c.Request(), form)
	if err != nil {
		return s.whereServed(c, err)
	}
	if a.IsZero() {
		return s.emptyPage(c)
	}
	if c.Request().Method == http.MethodPost { // a link puts no words of others on the page
		v.tried = a
		c.Set(visitKey, v)
	}
	m, err := s.find(c, a)
	if err != nil {
		return err
	}
	return s.sendPage(c, http.StatusOK, s.pageOfAccount(c.Request().Context(), m.At(a)))
}

// emptyPage is the form, for a Host that is ours or configured. Where the Host
// alone says whose mail it is, the page does too.
func (s *server) emptyPage(c *exchange) error {
	m, err := s.find(c, providers.Address{})
	var p web.Page
	switch {
	case err == nil:
		p.Brand = s.brand(m)
	case !errors.Is(err, providers.ErrNoAddress):
		return err
	}
	return s.sendPage(c, http.StatusOK, p)
}

// home is the page's address without a person's: at the name that it was asked
// for by https where that is a configured domain's, so that it is the one in the
// window of the browser, else at the instance's own; empty where it has none. The
// request selects a name, and none is taken from it.
func (s *server) home(r *http.Request) string {
	if s.secure(r) {
		m, err := s.Selector.Select(r.Context(), providers.Request{Host: s.host(r), Arrived: arrived(r)})
		for _, name := range m.Domain.Hosts() {
			if err == nil && strings.EqualFold(name, s.host(r)) {
				return "https://" + name + pathPage
			}
		}
	}
	if s.URL == nil {
		return ""
	}
	return s.URL.JoinPath(pathPage).String()
}

// brand is how a provider shows itself.
func (s *server) brand(m providers.Match) web.Brand {
	b := m.Provider.Brand
	w := web.Brand{Name: m.Provider.Name, Colour: b.Colour, Help: b.Help}
	if b.Logo != nil {
		w.LogoPath = "/logo/" + m.Domain.String() + "/" + b.Logo.Name
		w.LogoSides = web.FitLogo(b.Logo.Width, b.Logo.Height)
	}
	return w
}

// pageOfProblem tells a person of an error: in words of the page where it has
// some, else in those of the answer to clients, which are in English.
func pageOfProblem(p *problem) web.Page {
	page := web.Page{Step: web.StepProblem}
	switch p.code {
	case errUnknownDomain.code:
		page.Step = web.StepUnknown
	case codeBadAddress:
		_, reason, _ := strings.Cut(p.seen, ": ")
		page.Problem, page.ProblemText = "problem.address", reason
	case errForeignHost.code:
		page.Problem, page.ProblemText = "problem.host", p.next
	case errTooMany.code:
		page.Problem = "problem.busy"
	case errUnavailable.code:
		page.Problem = "problem.later"
	default:
		page.Problem, page.ProblemText = "problem.other", p.seen+" "+p.next
	}
	return page
}

// codeBadAddress is the code of badAddress.
var codeBadAddress = badAddress("").code

// sendPage sends a page to whom asked for it: what the visit says of the
// person's device and language is added here.
func (s *server) sendPage(c *exchange, status int, p web.Page) error {
	v, ok := c.Get(visitKey).(visit)
	if !ok {
		v = s.visitOf(c.Request(), nil)
	}
	p.Language, p.ByHand = v.language, v.byHand
	p.Visitor, p.Device = v.visitor, v.device
	p.Typed = v.typed
	if p.Step == web.StepUnknown && !v.tried.IsZero() {
		p.Tried, p.Domain = v.tried.String(), v.tried.Domain().Unicode()
		if !p.Partial {
			p.Meant = s.meant(c.Request(), v.tried)
		}
	}
	if p.Step == "" {
		p.Step = v.step
	}
	p.Now = s.Now()
	if home := s.home(c.Request()); home != "" {
		p.Home, p.PageCode = home, pathPageQR
	}
	body, err := p.Render()
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Security-Policy",
		"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	return c.send(status, typeHTML, cacheNever, body)
}
