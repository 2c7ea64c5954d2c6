package probe

import (
	"context"
	"slices"
	"sync"

	"waypost/providers"
)

// atOnce bounds how many servers are measured at the same time.
const atOnce = 4

// Servers measures several servers, a few at once, and gives the evidence in
// their order. With a log-in it measures one after the other, and once the
// password was refused it goes to no other server, whose log-in is then
// [LoginUntested]: whoever counts failed log-ins must not count ours. done, unless it is nil, is told of each server as it is
// done, from several goroutines.
func Servers(ctx context.Context, servers []providers.Server, o Options, done func(Evidence)) []Evidence {
	found := make([]Evidence, len(servers))
	refusedAt := ""
	one := func(i int) {
		found[i] = measure(ctx, servers[i], o, refusedAt)
		if done != nil {
			done(found[i])
		}
	}
	if o.Login != nil {
		for i := range servers {
			one(i)
			if refusedAt == "" && found[i].RefusedLogin() {
				refusedAt = servers[i].URL()
			}
		}
		return found
	}
	var all sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i := range servers {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			one(i)
		})
	}
	all.Wait()
	return found
}

// RefusedLogin tells whether the server refused the password.
func (e Evidence) RefusedLogin() bool {
	return slices.ContainsFunc(e.Steps, func(s Step) bool {
		return s.Cause == LoginRefused || s.Cause == LoginAppPassword
	})
}
