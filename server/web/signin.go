package web

import (
	"slices"

	"waypost/providers"
)

// OAuth2Alone tells whether no password opens the account: people sign in in a
// window of the provider, which only programs that know it can open.
func (p *Page) OAuth2Alone() bool {
	return p.signsIn(func(s Server) bool {
		return len(s.Auth) > 0 && !slices.ContainsFunc(s.Auth, func(a providers.Auth) bool { return a != providers.OAuth2 })
	})
}

// OAuth2Too tells whether there is the window beside passwords.
func (p *Page) OAuth2Too() bool {
	return !p.OAuth2Alone() && p.signsIn(func(s Server) bool { return slices.Contains(s.Auth, providers.OAuth2) })
}

func (p *Page) signsIn(how func(Server) bool) bool {
	return p.served() && how(p.Incoming[0]) && how(p.Outgoing[0])
}
