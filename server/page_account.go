package server

import (
	"context"
	"net/url"

	"waypost/accountqr"
	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/server/web"
)

// pageOfAccount is all that the page has to say to an address.
func (s *server) pageOfAccount(ctx context.Context, a providers.Account) web.Page {
	page := web.Page{
		Address: a.Address.String(),
		Written: a.Address.Local() + "@" + a.Domain.Unicode(),
		Brand:   s.brand(a.Match),
		Help:    a.Provider.Help,
		Notes:   a.Setup.Notes,
		Claims:  a.Setup.Claims,

		Signer:     s.Signer,
		SignerEnds: s.SignerEnds,
		Unverified: s.Unverified,
	}
	incoming, outgoing, err := a.Pair()
	if err != nil {
		page.Step, page.Partial = web.StepUnknown, true
		return page
	}
	page.Incoming = s.pageServers(a, incoming, a.Setup.Incoming)
	page.Outgoing = s.pageServers(a, outgoing, a.Setup.Outgoing)
	query := "?email=" + url.QueryEscape(a.Address.String())
	if profile, err := mobileconfig.New(a); err != nil {
		page.NoProfile = providers.Sentence(err)
	} else {
		page.Profile = pathProfile + query
		page.MoreThanMail = len(profile.CalDAV)+len(profile.CardDAV)+len(profile.ActiveSync) > 0
	}
	if _, err := accountqr.New(a); err == nil {
		page.AccountCode = pathCode + query
	}
	if s.configured(ctx, a.Domain) && s.answersFor(a.Match).errOutlook == nil {
		page.Registry = pathOutlook
	}
	return page
}

// configured tells whether a domain is one of the operator's, who leads Outlook
// here; those of the catalogue lead elsewhere.
func (s *server) configured(ctx context.Context, d providers.Domain) bool {
	if s.Selector.Configured == nil {
		return false
	}
	_, err := s.Selector.Configured.Lookup(ctx, d)
	return err == nil
}

// pageServers gives the server that the page names, then the others that work
// as well.
func (s *server) pageServers(a providers.Account, named providers.Server, all []providers.Server) []web.Server {
	list := []web.Server{s.pageServer(a, named)}
	for _, v := range all {
		if v.Protocol != providers.JMAP && v.Encrypted() && v.URL() != named.URL() {
			list = append(list, s.pageServer(a, v))
		}
	}
	return list
}

// pageServer adds what was measured. What was not tested is not told: it is no
// concern of the person's.
func (s *server) pageServer(a providers.Account, v providers.Server) web.Server {
	w := web.Server{Server: v, Login: v.Username.For(a.Address), State: web.NotMeasured}
	if s.Measured == nil {
		return w
	}
	m, ok := s.Measured.Measured(v)
	if !ok {
		return w
	}
	switch m.Verdict {
	case "pass", "warn":
		w.State = web.Reachable
	case "fail":
		w.State, w.Words = web.Failing, m.Words
	default:
		return w
	}
	w.At, w.Since = m.At, m.Since
	return w
}
