package providers_test

import (
	"context"
	"sync/atomic"
	"testing"

	"waypost/providers"
	"waypost/providers/providertest"
)

func TestMemoryPassesTheSuite(t *testing.T) {
	providertest.Run(t, func(t *testing.T, records []providers.Provider, elsewhere []providers.Domain) providers.Directory {
		return mustMemory(t, records, elsewhere...)
	})
}

// Which layer holds the records makes no difference while the other one knows
// nothing of their names.
func TestLayeredPassesTheSuite(t *testing.T) {
	stranger := mustMemory(t, []providers.Provider{
		record("stranger.test", serves(t, "stranger.test *.stranger.test mx:mx.stranger-mail.test", "imaps://imap.test", "submissions://smtp.test")),
	}, providers.MustDomain("gone.test"))
	for name, layers := range map[string]func(providers.Directory) providers.Layered{
		"first":  func(d providers.Directory) providers.Layered { return providers.Layered{d, stranger} },
		"second": func(d providers.Directory) providers.Layered { return providers.Layered{stranger, d} },
	} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, func(t *testing.T, records []providers.Provider, elsewhere []providers.Domain) providers.Directory {
				return layers(mustMemory(t, records, elsewhere...))
			})
		})
	}
}

func TestLayeredStopsAtALayerThatIsOutOfReach(t *testing.T) {
	providertest.RunUnavailable(t, func(t *testing.T, records []providers.Provider, elsewhere []providers.Domain) (providers.Directory, func()) {
		first := &severable{Directory: mustMemory(t, nil)}
		return providers.Layered{first, mustMemory(t, records, elsewhere...)}, func() { first.cut.Store(true) }
	})
}

// severable is a directory that can go out of reach.
type severable struct {
	providers.Directory
	cut atomic.Bool
}

func (s *severable) Lookup(ctx context.Context, d providers.Domain) (providers.Match, error) {
	if s.cut.Load() {
		return providers.Match{}, providers.ErrUnavailable
	}
	return s.Directory.Lookup(ctx, d)
}

func (s *severable) LookupMX(ctx context.Context, d providers.Domain) (providers.Match, error) {
	if s.cut.Load() {
		return providers.Match{}, providers.ErrUnavailable
	}
	return s.Directory.LookupMX(ctx, d)
}
