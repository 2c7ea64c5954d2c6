package server

import (
	"sync"

	"github.com/maypok86/otter/v2"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/pacc"
	"waypost/providers"
)

// answers are what is computed once for a domain, not for each request.
type answers struct {
	autoconfig    []byte
	errAutoconfig error
	outlook       *autodiscover.Template // for an address
	outlookHost   []byte                 // for a Host without one
	errOutlook    error
	pacc          func() ([]byte, error) // made when it is asked for
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
	a := makeAnswers(m)
	s.answers.Set(key, a)
	return a
}

func makeAnswers(m providers.Match) *answers {
	a := &answers{pacc: sync.OnceValues(func() ([]byte, error) {
		doc, err := pacc.New(m)
		if err != nil {
			return nil, err
		}
		return doc.Encode()
	})}
	if doc, err := autoconfig.New(m); err != nil {
		a.errAutoconfig = err
	} else {
		a.autoconfig, a.errAutoconfig = doc.Encode()
	}
	if a.outlook, a.errOutlook = autodiscover.NewTemplate(m); a.errOutlook != nil {
		return a
	}
	answer, err := autodiscover.New(m.At(providers.Address{}))
	if err != nil {
		a.errOutlook = err
		return a
	}
	a.outlookHost, a.errOutlook = answer.Encode()
	return a
}
