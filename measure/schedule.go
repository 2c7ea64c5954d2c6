package measure

import (
	"context"
	"hash/fnv"
	"log/slog"
	"slices"
	"sync"
	"time"

	"waypost/probe"
	"waypost/providers"
)

// Options say how a [Schedule] works, whatever it measures.
type Options struct {
	Store    *Store
	Log      *slog.Logger
	Parallel int         // measurements at the same time; 0: 4
	Budget   int         // measurements in an hour; 0: 1000
	Done     func(State) // called after each measurement, from several goroutines; nil: nobody is told
}

// Plan is what is measured.
type Plan struct {
	Servers  []providers.Server // each once, as [Targets] gives them
	Interval time.Duration      // from one measurement of a server to its next; 0: none is measured
	// Measure measures one server, and ends soon after the context has.
	Measure func(context.Context, providers.Server) probe.Evidence
	// Anew tells that Measure would find something else than the plan's before:
	// all servers are measured as soon as new ones, whatever is known of them.
	Anew bool
}

// Schedule measures servers one after another, for as long as Run does. All
// methods are safe for concurrent use.
type Schedule struct {
	options Options
	gap     time.Duration // at least, between the beginnings of two measurements
	wake    chan struct{} // something has changed while Run waits

	mu       sync.Mutex
	plan     Plan
	interval time.Duration // the plan's, stretched to the budget
	targets  map[string]*target
	ordered  []*target
	hosts    map[string]bool // that are being measured
	last     time.Time       // when the last measurement began
	swept    time.Time
}

// target is a server and when it is to be measured.
type target struct {
	server providers.Server
	hash   uint64 // where in the interval it has its place
	due    time.Time
	anew   bool // what is known of it was measured otherwise
}

// New makes a schedule that has nothing to measure yet.
func New(o Options) *Schedule {
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if o.Budget <= 0 {
		o.Budget = 1000
	}
	return &Schedule{
		options: o, gap: time.Hour / time.Duration(o.Budget),
		wake: make(chan struct{}, 1), hosts: map[string]bool{}, swept: time.Now(),
	}
}

// Set puts a plan in the place of the one before. What is being measured goes
// on, and results are kept.
func (s *Schedule) Set(p Plan) {
	if p.Interval <= 0 {
		p.Servers = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.targets
	s.plan, s.interval, s.ordered = p, max(p.Interval, s.gap*time.Duration(len(p.Servers))), nil
	s.targets = make(map[string]*target, len(p.Servers))
	now := time.Now()
	for _, v := range p.Servers {
		k := key(v)
		if s.targets[k] != nil {
			continue
		}
		t, old := &target{server: v, hash: hash(k)}, before[k]
		t.anew = p.Anew || old != nil && old.anew
		state, known := s.options.Store.state(v)
		switch {
		case p.Anew || !known && old == nil:
			t.due = now.Add(place(t.hash, min(s.interval, time.Minute)))
		case t.anew || !known:
			t.due = old.due
		default:
			t.due = s.next(t, state.At, now)
		}
		s.targets[k] = t
		s.ordered = append(s.ordered, t)
	}
	if s.interval > p.Interval && p.Interval > 0 {
		s.options.Log.Info("there are more servers than can be measured in an interval; it is stretched",
			"servers", len(s.ordered), "interval", s.interval.Round(time.Second), "an_hour", s.options.Budget)
	}
	s.awake()
}

func hash(k string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(k)) // never fails
	return h.Sum64()
}

// place gives the part of an interval that belongs to a hash.
func place(hash uint64, interval time.Duration) time.Duration {
	return time.Duration(hash % uint64(interval)) //nolint:gosec // less than the interval, which is positive
}

// next gives when a target is to be measured after it was: at its place in the
// interval, and not twice within half of one.
func (s *Schedule) next(t *target, at, now time.Time) time.Time {
	if at.After(now) {
		at = now // the clock was set back
	}
	earliest := at.Add(s.interval / 2)
	since := time.Duration(earliest.UnixNano()) - place(t.hash, s.interval)
	if over := since % s.interval; over > 0 {
		return earliest.Add(s.interval - over)
	}
	return earliest
}

func (s *Schedule) awake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run measures until the context ends, and returns when nothing is being
// measured any more.
func (s *Schedule) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		t, measure, wait := s.begin(time.Now())
		if t != nil {
			running.Go(func() { s.measure(ctx, t, measure) })
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.wake:
		}
	}
}

// begin takes the target that has waited longest and whose host is free. Where
// there is none, it says how long to wait.
func (s *Schedule) begin(now time.Time) (*target, func(context.Context, providers.Server) probe.Evidence, time.Duration) {
	const long = 24 * time.Hour // until something wakes
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.swept) > 24*time.Hour {
		s.swept = now
		s.options.Store.sweep(now)
	}
	if len(s.hosts) >= s.options.Parallel {
		return nil, nil, long
	}
	if wait := s.last.Add(s.gap).Sub(now); wait > 0 {
		return nil, nil, wait
	}
	var first *target
	for _, t := range s.ordered {
		if !s.hosts[t.server.Host] && (first == nil || t.due.Before(first.due)) {
			first = t
		}
	}
	if first == nil {
		return nil, nil, long
	}
	if wait := first.due.Sub(now); wait > 0 {
		return nil, nil, min(wait, long)
	}
	s.hosts[first.server.Host], s.last, first.anew = true, now, false
	return first, s.plan.Measure, 0
}

// measure measures a target and keeps the result, if the context has not ended
// meanwhile: then it says nothing.
func (s *Schedule) measure(ctx context.Context, t *target, measure func(context.Context, providers.Server) probe.Evidence) {
	began := time.Now()
	evidence, ok := s.protected(ctx, t.server, measure)
	kept := ok && ctx.Err() == nil
	var state State
	if kept {
		evidence.Server = t.server
		var before State
		before, state = s.options.Store.put(evidence)
		s.tell(before, state)
	}
	s.mu.Lock()
	delete(s.hosts, t.server.Host)
	if current := s.targets[key(t.server)]; current != nil && s.interval > 0 && !current.anew {
		current.due = s.next(current, began, time.Now())
	}
	s.mu.Unlock()
	s.awake()
	if kept && s.options.Done != nil {
		s.options.Done(state)
	}
}

// protected measures. A mistake in reading what a hostile server says must not
// end a program that answers everybody.
func (s *Schedule) protected(ctx context.Context, v providers.Server, measure func(context.Context, providers.Server) probe.Evidence) (e probe.Evidence, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.options.Log.Error("a measurement broke off; please report it", "server", v.URL(), "panic", p)
		}
	}()
	return measure(ctx, v), true
}

// State gives what is known of a server; false where it has no result, or is
// not measured.
func (s *Schedule) State(v providers.Server) (State, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.targets[key(v)] == nil {
		return State{}, false
	}
	return s.options.Store.state(v)
}

// States gives what is known of the servers that are measured, in their order,
// and counts those without a result.
func (s *Schedule) States() (states []State, waiting int) {
	s.mu.Lock()
	targets := slices.Clone(s.ordered)
	s.mu.Unlock()
	for _, t := range targets {
		if state, ok := s.options.Store.state(t.server); ok {
			states = append(states, state)
		} else {
			waiting++
		}
	}
	return states, waiting
}
