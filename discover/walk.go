package discover

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"waypost/providers"
)

// behaviour is what tells one client's requests from another's. The engine
// below is the same for all; run says in which order a client uses it.
type behaviour struct {
	Client
	run     func(*walk)
	timeout time.Duration // of one request
	ispdb   string        // the public database, to which the domain is added
	status  func(int) bool
	follow  redirects
	gzip    bool // sends Accept-Encoding: gzip
	// anyName: of a certificate only the chain is checked, not the name.
	anyName bool
	// proxyForm: the request line holds the whole URL (RFC 9112, section 3.2.2).
	proxyForm bool
	silent    bool // sends no User-Agent
}

func success(status int) bool { return status >= 200 && status < 300 }
func exactly200(status int) bool {
	return status == http.StatusOK
}
func anyStatus(int) bool { return true }

// walk is one client on its way.
type walk struct {
	ctx       context.Context
	options   Options
	client    behaviour
	address   providers.Address
	domain    providers.Domain
	transport *http.Transport
	trace     Trace
	started   time.Time
	round     int
	insecure  map[int]bool // steps that did not come over verified https alone
	led       bool         // the next requests go where an answer over http said
	consents  []string     // hosts that the person is asked to trust
}

func newWalk(ctx context.Context, c behaviour, a providers.Address, o Options) *walk {
	w := &walk{ctx: ctx, options: o, client: c, address: a, domain: a.Domain(), started: time.Now(), insecure: map[int]bool{}}
	w.trace.Client, w.trace.Address = c.Client, clean(a.String())
	w.transport = w.newTransport()
	return w
}

// request is something to ask over HTTP.
type request struct {
	method string // empty: GET
	url    string
	body   string // of a POST, with the type below
	accept string
	public bool          // of the public database: asked only where the options say so
	stay   bool          // a redirect is not followed, but read
	wait   time.Duration // how long the client waits; 0: as for its other requests
}

// answer is what came back. The engine has written its step; a client adds the
// verdict.
type answer struct {
	step   int
	ok     bool // an answer with a status that this client reads
	status int
	kind   string // Content-Type, as it was sent
	body   []byte
	secure bool   // over https alone, verified
	last   string // the URL at the end of the redirects
	to     string // where a redirect leads that was not followed, because of stay
}

// batch is what was sent together, and not yet waited for.
type batch struct {
	wait    sync.WaitGroup
	round   int
	steps   []Step // of the requests, then of the lookups
	answers []answer
	records [][]record
}

// begin sends requests and DNS questions as part of the next round. Their steps
// stand where collect is called, for what is sent early and preferred last.
func (w *walk) begin(rs []request, lookups []lookup) *batch {
	b := &batch{
		round: w.round + 1, steps: make([]Step, len(rs)+len(lookups)),
		answers: make([]answer, len(rs)), records: make([][]record, len(lookups)),
	}
	for i, r := range rs {
		b.wait.Go(func() { b.steps[i], b.answers[i] = w.fetch(r) })
	}
	for i, l := range lookups {
		b.wait.Go(func() { b.steps[len(rs)+i], b.records[i] = w.lookup(l) })
	}
	return b
}

// collect waits for a batch and writes its steps.
func (w *walk) collect(b *batch) ([]answer, [][]record) {
	b.wait.Wait()
	w.round = max(w.round, b.round)
	for i, s := range b.steps {
		s.Round = b.round
		at := len(w.trace.Steps)
		w.trace.Steps = append(w.trace.Steps, s)
		w.insecure[at] = true
		if i < len(b.answers) {
			b.answers[i].step, w.insecure[at] = at, w.led || !b.answers[i].secure
			continue
		}
		for j := range b.records[i-len(b.answers)] {
			b.records[i-len(b.answers)][j].step = at
		}
	}
	return b.answers, b.records
}

// together is a round: what is sent at once, and waited for.
func (w *walk) together(rs []request, lookups []lookup) ([]answer, [][]record) {
	return w.collect(w.begin(rs, lookups))
}

// get asks one thing.
func (w *walk) get(r request) answer {
	answers, _ := w.together([]request{r}, nil)
	return answers[0]
}

// reader is how a client takes servers from a document. The error says, for
// people, why it takes none.
type reader func(body []byte) ([]Server, error)

// inTurn asks one request after the other until the client takes an answer.
func (w *walk) inTurn(read reader, rs ...request) bool {
	for _, r := range rs {
		if w.accept(w.get(r), read) {
			return true
		}
	}
	return false
}

// accept takes an answer if the client's reader does.
func (w *walk) accept(a answer, read reader) bool {
	if !a.ok {
		return false
	}
	servers, err := read(a.body)
	if err != nil {
		w.lose(a.step, err.Error())
		return false
	}
	w.take(a.step, servers, "the first answer that it can use")
	return true
}

// take makes servers the result.
func (w *walk) take(step int, servers []Server, why string) {
	for _, s := range servers {
		s.Step, s.Host, s.Username, s.URL = step, clean(s.Host), clean(s.Username), clean(s.URL)
		w.trace.Result.Servers = append(w.trace.Result.Servers, s)
	}
	w.judge(step, Taken, why)
}

// lose gives an answer a reason why it is not taken, if it has none yet.
func (w *walk) lose(step int, why string) {
	if s := &w.trace.Steps[step]; s.Verdict == "" {
		w.judge(step, Lost, why)
	}
}

func (w *walk) judge(step int, v Verdict, why string) {
	w.trace.Steps[step].Verdict, w.trace.Steps[step].Why = v, clean(why)
}

// finish says how it ends where servers were found, and in which words; or what
// the client does without them.
func (w *walk) finish(found string, without Outcome, sees string, next ...string) {
	if w.found() {
		w.trace.Result.Outcome, w.trace.Sees = Configured, found
		if len(w.consents) > 0 {
			w.trace.Sees += " Before that, it asks the person whether to trust " + strings.Join(w.consents, " and ") + "."
		}
		return
	}
	w.trace.Result.Outcome, w.trace.Sees, w.trace.Result.Next = without, sees, next
}

// found tells whether there is something to take and something to send mail.
func (w *walk) found() bool {
	var in, out bool
	for _, s := range w.trace.Result.Servers {
		switch s.Protocol {
		case providers.Submission:
			out = true
		case providers.JMAP:
			in, out = true, true
		default:
			in = true
		}
	}
	return in && out
}

// end fills in what follows from the steps.
func (w *walk) end() Trace {
	t, last := &w.trace, len(w.trace.Steps)-1
	t.Trusted = len(t.Result.Servers) > 0
	for _, s := range t.Result.Servers {
		t.Trusted = t.Trusted && !w.insecure[s.Step]
	}
	if w.found() {
		last = 0
		for _, s := range t.Result.Servers {
			last = max(last, s.Step)
		}
	}
	t.Result.Certain = true
	var open, closed bool
	for i := range t.Steps {
		s := &t.Steps[i]
		if s.Verdict == "" {
			s.Verdict, s.Why = Lost, "another answer came first in its order"
		}
		if i <= last {
			open = open || s.Verdict == NotAsked
			closed = closed || s.Verdict == Untested
		}
	}
	t.Result.Certain = !open && !closed
	if open {
		t.Sees += " What the public database says was not asked, and may decide otherwise."
	}
	if closed {
		t.Sees += " Some steps could not be tested, and may decide otherwise."
	}
	t.Sees = strings.TrimSpace(t.Sees)
	return *t
}
