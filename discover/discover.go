package discover

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"waypost/internal/reach"
	"waypost/providers"
)

// ErrClient says that there is no such client: see [Clients].
var ErrClient = errors.New("discover: unknown client")

// Options says what may be asked. The zero Options reach public addresses,
// trust the system's roots and leave the public databases out.
type Options struct {
	Network reach.Network
	Roots   *x509.CertPool // whom https trusts; nil: the system's roots
	Timeout time.Duration  // for one client; 0: 30 seconds
	// Request is the most that one request may take; 0: as long as the client
	// itself waits.
	Request time.Duration
	// ISPDB tells whether the public database of settings is asked that most
	// clients know. It learns the domain from that.
	ISPDB bool
	// Ports are connected to in place of others, for tests: who may not listen
	// on 80 and 443 listens elsewhere. Mostly nil.
	Ports map[uint16]uint16
}

// Client is a mail program, as [Run] acts it.
type Client struct {
	Name   string `json:"name"`   // stable, for command lines
	Title  string `json:"title"`  // for people
	Source string `json:"source"` // what was read: program or file, version, date
}

// Clients gives all clients, in the order in which they are shown.
func Clients() []Client {
	all := make([]Client, 0, len(clients()))
	for _, c := range clients() {
		all = append(all, c.Client)
	}
	return all
}

// Run acts as one client for an address, and asks what it would ask. The error
// wraps [ErrClient]; whatever goes wrong on the way is in the trace.
func Run(ctx context.Context, client string, a providers.Address, o Options) (Trace, error) {
	all := clients()
	i := slices.IndexFunc(all, func(b behaviour) bool { return b.Name == client })
	if i < 0 {
		return Trace{}, fmt.Errorf("%w: %q", ErrClient, client)
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	w := newWalk(ctx, all[i], a, o)
	defer w.transport.CloseIdleConnections()
	w.client.run(w)
	return w.end(), nil
}

// Trace is what one client asked and found.
type Trace struct {
	Client  Client `json:"client"`
	Address string `json:"address"`
	Steps   []Step `json:"steps"` // in the order of the client's preference
	Result  Result `json:"result"`
	Sees    string `json:"sees"` // what the person sees, in sentences
	// Trusted tells that the servers came over https alone, redirects included,
	// with verified certificates: nobody on the way to the host that was asked
	// can have changed them. That an MX or SRV record led to the host, which
	// hardly anybody verifies, is not looked at.
	Trusted bool `json:"trusted"`
}

// Step is one question: of DNS, or over HTTP with its redirects.
type Step struct {
	Round       int           `json:"round"`  // steps of one round are sent at once
	Method      string        `json:"method"` // GET or POST; of DNS the type: MX, SRV, TXT
	Target      string        `json:"target"` // the URL, or the name; holds the address where the client sends it
	At          time.Duration `json:"at_ns"`  // since the client began
	Took        time.Duration `json:"took_ns"`
	Hops        []Hop         `json:"hops,omitempty"`         // redirects that were followed
	Status      int           `json:"status,omitempty"`       // of HTTP, at the end; 0: none came
	ContentType string        `json:"content_type,omitempty"` // as the server wrote it
	Size        int           `json:"size,omitempty"`         // of the body in bytes, as far as it was read
	Records     []string      `json:"records,omitempty"`      // of DNS
	Error       string        `json:"error,omitempty"`        // the first thing that went wrong on the way
	Verdict     Verdict       `json:"verdict"`
	Why         string        `json:"why"` // a sentence, without the full stop
}

// Hop is one redirect.
type Hop struct {
	Status int    `json:"status"`
	To     string `json:"to"` // the URL that was asked next
}

// Verdict says what became of an answer.
type Verdict string

// The verdicts.
const (
	Taken    Verdict = "taken"     // servers of the result are from here
	Used     Verdict = "used"      // it led to further questions
	Lost     Verdict = "lost"      // the client cannot use it, or prefers another
	NotAsked Verdict = "not asked" // the client would; the options leave it out
	Untested Verdict = "untested"  // it could not be asked, so what it says is unknown
)

// Outcome says how a client's search ends.
type Outcome string

// The outcomes.
const (
	Configured Outcome = "configured" // it has servers for both directions
	Guesses    Outcome = "guesses"    // it tries host names and ports
	ByHand     Outcome = "by-hand"    // it asks the person for the servers
	Password   Outcome = "password"   // it asks for the password, and sends it, before it knows the servers
	Elsewhere  Outcome = "elsewhere"  // it asks its maker's service, or nobody
)

// Result is what a client would configure.
type Result struct {
	Outcome Outcome  `json:"outcome"`
	Servers []Server `json:"servers,omitempty"` // incoming first
	// Next are host names that the client would try by itself now. Nobody has
	// tried them.
	Next []string `json:"next,omitempty"`
	// Certain tells that no step that could have decided otherwise was left out
	// or could not be tested.
	Certain bool `json:"certain"`
}

// Server is a server as the client would write it into the account.
type Server struct {
	Protocol providers.Protocol `json:"protocol"` // IMAP, POP3 or Submission; JMAP of a PACC client
	Host     string             `json:"host"`     // as it was published, not checked; with escapes
	Port     int                `json:"port"`     // 0: none was published, and the client goes on
	Security providers.Security `json:"security"` // empty: the client tries implicit TLS, then STARTTLS
	Auth     providers.Auth     `json:"auth"`     // empty: the client takes what the server offers
	Username string             `json:"username"` // the log-in name itself; with escapes
	URL      string             `json:"url,omitempty"`
	Step     int                `json:"step"` // index in Trace.Steps of where it is from
}
