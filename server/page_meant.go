package server

import (
	"net/http"

	"waypost/providers"
)

// lister is a directory that can name all that is in it, as the built-in
// catalogue can.
type lister interface{ Providers() []providers.Provider }

// catalogued are the domains of the catalogue; none where it is off.
func catalogued(d providers.Directory) (domains []string) {
	l, ok := d.(lister)
	if !ok {
		return nil
	}
	for _, p := range l.Providers() {
		for _, setup := range p.Setups {
			for _, d := range setup.Domains {
				domains = append(domains, d.String())
			}
		}
	}
	return domains
}

// meant gives the address that somebody may have wanted to type: at the domain
// of the Host, or at one of the catalogue, that is one slip away. Of other
// configured domains a page does not tell. It is a question to the person, and
// no settings come of it.
func (s *server) meant(r *http.Request, a providers.Address) string {
	m, err := s.Selector.Select(r.Context(), providers.Request{Host: s.host(r), Arrived: arrived(r)})
	if d := m.Domain.String(); err == nil && oneSlip(a.Domain().String(), d) {
		return a.Local() + "@" + d
	}
	for _, d := range s.catalogued {
		if oneSlip(a.Domain().String(), d) {
			return a.Local() + "@" + d
		}
	}
	return ""
}

// oneSlip tells whether two texts differ by one letter that is wrong, missing or
// too many, or by two that changed places.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	return swapped || a[i+1:] == b[i+1:]
}
