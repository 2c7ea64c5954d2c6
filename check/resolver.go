package check

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"

	"waypost/internal/reach"
	"waypost/providers"
)

// resolverPatience is more than one question without an answer takes.
const resolverPatience = 5 * time.Second

// NoResolver says why nothing could be learnt by way of names: the name server
// that n asks, by its address, does not answer a question on d, or will not.
// Empty when it answers, be it that d does not exist. It takes at most five
// seconds.
func NoResolver(ctx context.Context, n reach.Network, d providers.Domain) string {
	ctx, cancel := context.WithTimeout(ctx, resolverPatience)
	defer cancel()
	_, err := n.Ask(ctx, d.String(), dns.TypeSOA)
	if !errors.Is(err, reach.ErrNoAnswer) {
		return ""
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Addr != nil {
		return "the name server " + strings.TrimSuffix(e.Addr.String(), ":53") + " does not answer"
	}
	return "the name server does not answer: " + strings.TrimPrefix(visible(err.Error()), reach.ErrNoAnswer.Error()+": ")
}
