package providers

import (
	"context"
	"fmt"
	"slices"
)

// Memory is a Directory of records held in memory. It never changes; to
// reload, make a new one and swap it.
type Memory struct {
	providers []Provider
	exact     map[Domain]place
	suffixes  map[Domain]place
	mx        map[Domain]place
}

var _ Directory = (*Memory)(nil)

// place is where a name leads. Without a setup the name is elsewhere (in
// exact) or ambiguous (in mx).
type place struct {
	provider *Provider
	setup    *Setup
}

// NewMemory makes a directory of valid records; elsewhere names the domains
// whose mail is known not to be ours. A domain or suffix that stands twice is
// an error that names it and both records. The records must not be changed
// afterwards.
func NewMemory(records []Provider, elsewhere ...Domain) (*Memory, error) {
	m := &Memory{
		providers: records,
		exact:     map[Domain]place{},
		suffixes:  map[Domain]place{},
		mx:        map[Domain]place{},
	}
	for _, d := range elsewhere {
		m.exact[d] = place{}
	}
	for i := range records {
		p := &records[i]
		for j := range p.Setups {
			at := place{p, &p.Setups[j]}
			for _, d := range at.setup.Domains {
				if err := add(m.exact, d, d.String(), at); err != nil {
					return nil, err
				}
			}
			for _, d := range at.setup.Suffixes {
				if err := add(m.suffixes, d, "*."+d.String(), at); err != nil {
					return nil, err
				}
			}
			m.addMX(at)
		}
	}
	return m, nil
}

func add(to map[Domain]place, d Domain, name string, at place) error {
	if other, taken := to[d]; taken {
		if other.provider == nil {
			return fmt.Errorf("%s is served by %s and declared to be elsewhere", name, at.provider.ID)
		}
		return fmt.Errorf("%s stands twice: in %s and in %s", name, other.provider.ID, at.provider.ID)
	}
	to[d] = at
	return nil
}

func (m *Memory) addMX(at place) {
	var names []Domain
	for _, mx := range at.setup.MX {
		names = append(names, MXNames(mx)...)
	}
	slices.SortFunc(names, compareDomains)
	alone := len(at.setup.Domains) > 0 && !at.setup.templated()
	for _, name := range slices.Compact(names) {
		if _, taken := m.mx[name]; taken || !alone {
			m.mx[name] = place{}
		} else {
			m.mx[name] = at
		}
	}
}

// Lookup implements Directory.
func (m *Memory) Lookup(_ context.Context, d Domain) (Match, error) {
	at, ok := m.exact[d]
	for parent := d.Parent(); !ok && !parent.IsZero(); parent = parent.Parent() {
		at, ok = m.suffixes[parent]
	}
	switch {
	case !ok:
		return Match{}, ErrNotHere
	case at.setup == nil:
		return Match{}, ErrElsewhere
	}
	return NewMatch(at.provider, at.setup, d)
}

// LookupMX implements Directory.
func (m *Memory) LookupMX(_ context.Context, name Domain) (Match, error) {
	at := m.mx[name]
	if at.setup == nil {
		return Match{}, ErrNotHere
	}
	return NewMatch(at.provider, at.setup, at.setup.Domains[0])
}

// Providers gives the records in the order of NewMemory. They are shared:
// read them only.
func (m *Memory) Providers() []Provider { return m.providers }
