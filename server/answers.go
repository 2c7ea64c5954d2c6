package server

import (
	"sync"

	"github.com/maypok86/otter/v2"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/pacc"
	"waypost/providers"
)

// answers are what is computed once for a domain, not for each request: what
// nearly every client asks for at once, the rest when it is asked for.
type answers struct {
	autoconfig     []byte
	errAutoconfig  error
	outlook        *autodiscover.Template // for an address
	errOutlook     error
	outlookHost    []byte // for a Host without one
	errOutlookHost error
	all            func() ([]byte, error) // autoconfig with all that works
	pacc           func() ([]byte, error)
}

// answersOf identifies them: records never change, and a provider serves a
// domain by one Setup.
type answersOf struct {
	provider *providers.Provider
	domain   providers.Domain
}

// maxAnswers bounds what is kept, at about 2 kB a domain: names below a suffix
// rule are without number.
const maxAnswers = 20_000

func newAnswers() *otter.Cache[answersOf, *answers] {
	return otter.Must(&otter.Options[answersOf, *answers]{MaximumSize: maxAnswers})
}

// answersFor gives the answers for a domain, made on first use.
func (s *server) answersFor(m providers.Match) *answers {
	key := answersOf{m.Provider, m.Domain}
	if a, ok := s.answers.GetIfPresent(key); ok {
		return a
	}
	a := s.makeAnswers(m)
	s.answers.Set(key, a)
	return a
}

func (s *server) makeAnswers(m providers.Match) *answers {
	a := &answers{
		all:  sync.OnceValues(func() ([]byte, error) { return s.everything(m) }),
		pacc: sync.OnceValues(func() ([]byte, error) { return encoded(pacc.New(m)) }),
	}
	a.autoconfig, a.errAutoconfig = encoded(autoconfig.New(m))
	a.outlook, a.errOutlook = autodiscover.NewTemplate(m)
	a.outlookHost, a.errOutlookHost = encoded(autodiscover.New(m.At(providers.Address{})))
	return a
}

// encoded gives the bytes of what a dialect's New made, or its error.
func encoded[T interface{ Encode() ([]byte, error) }](answer T, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return answer.Encode()
}

// everything is the document that says where it is itself, for who keeps it.
func (s *server) everything(m providers.Match) ([]byte, error) {
	d, err := autoconfig.All(m)
	if err == nil && s.URL != nil {
		d.Update = s.URL.JoinPath("/v1.1", m.Domain.String()).String() + "?all=1"
	}
	return encoded(d, err)
}
