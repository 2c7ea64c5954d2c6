package providers

import (
	"context"
	"errors"
)

// The three ways in which a Directory does not find a domain.
var (
	// ErrNotHere: this directory knows nothing of the domain. Ask the next
	// one; after the last, the answer is a plain 404.
	ErrNotHere = errors.New("providers: domain is not in this directory")
	// ErrElsewhere: the directory knows that the domain's mail is not ours.
	// Stop and stay silent: a 404, and no other directory is asked.
	ErrElsewhere = errors.New("providers: mail of this domain is elsewhere")
	// ErrUnavailable: the directory cannot tell now. Stop with a 503, and
	// never fall through to a guess.
	ErrUnavailable = errors.New("providers: directory is unavailable")
)

// Directory finds the Setup that serves a domain. Implementations are safe
// for concurrent use, honour the context, and return one of [ErrNotHere],
// [ErrElsewhere] and [ErrUnavailable], wrapped or not, or no error. A Match
// has the exchangers of all of the provider's Setups and, in its own Setup,
// the domain or suffix that led to it: [Selector] relies on both. Every
// implementation passes the suite in providers/providertest.
type Directory interface {
	// Lookup finds the Setup for a domain: an exact name wins, then the
	// longest suffix.
	Lookup(ctx context.Context, d Domain) (Match, error)

	// LookupMX finds the Setup for a name that clients derive from the
	// names of mail exchangers, by [MXNames]. The Match's Domain is then
	// the Setup's main domain. It returns ErrNotHere also where the name
	// alone is not enough: several Setups share the exchanger, or a host
	// waits for the customer's domain.
	LookupMX(ctx context.Context, name Domain) (Match, error)
}

// Layered asks directories in order and stops at the first that finds the
// domain, knows that it is elsewhere, or is unavailable.
type Layered []Directory

var _ Directory = Layered(nil)

// Lookup implements Directory.
func (l Layered) Lookup(ctx context.Context, d Domain) (Match, error) {
	return l.first(func(dir Directory) (Match, error) { return dir.Lookup(ctx, d) })
}

// LookupMX implements Directory.
func (l Layered) LookupMX(ctx context.Context, name Domain) (Match, error) {
	return l.first(func(dir Directory) (Match, error) { return dir.LookupMX(ctx, name) })
}

func (l Layered) first(ask func(Directory) (Match, error)) (Match, error) {
	for _, dir := range l {
		m, err := ask(dir)
		if !errors.Is(err, ErrNotHere) {
			return m, err
		}
	}
	return Match{}, ErrNotHere
}
