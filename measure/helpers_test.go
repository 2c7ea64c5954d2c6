package measure_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"waypost/internal/testenv"
	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
)

func server(t testing.TB, notation string) providers.Server {
	t.Helper()
	s, err := providers.ParseServer(notation)
	if err != nil {
		t.Fatal(err)
	}
	s.Auth = []providers.Auth{providers.PasswordCleartext}
	s.Username = providers.FullAddress
	return s
}

func servers(t testing.TB, notations ...string) []providers.Server {
	t.Helper()
	var list []providers.Server
	for _, n := range notations {
		list = append(list, server(t, n))
	}
	return list
}

// world measures without a network: what is found is what found says, and every
// measurement is written down. It lives in a synctest bubble, whose clock goes
// on when everybody waits.
type world struct {
	*measure.Schedule

	log testenv.Output

	mu      sync.Mutex
	took    time.Duration // of a measurement
	found   map[string]probe.Evidence
	begun   []event
	running map[string]int // by host
	most    int            // measurements that ran at once
	twice   bool           // a host was measured twice at once
	ended   int
}

type event struct {
	url string
	at  time.Time
}

func newWorld(dir string, o measure.Options) *world {
	w := &world{took: time.Second, running: map[string]int{}}
	o.Log = slog.New(slog.NewTextHandler(&w.log, nil))
	o.Store = measure.Open(dir, time.Now(), o.Log)
	o.Done = func(measure.State) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ended++
	}
	w.Schedule = measure.New(o)
	return w
}

func (w *world) measure(ctx context.Context, s providers.Server) probe.Evidence {
	w.mu.Lock()
	began := time.Now()
	w.begun = append(w.begun, event{s.URL(), began})
	w.running[s.Host]++
	w.twice = w.twice || w.running[s.Host] > 1
	all := 0
	for _, n := range w.running {
		all += n
	}
	w.most = max(w.most, all)
	e, ok := w.found[s.URL()]
	if !ok {
		e = probe.Evidence{Verdict: probe.Pass}
	}
	took := w.took
	w.mu.Unlock()
	if e.Verdict == "panic" {
		panic("a flaw")
	}
	select {
	case <-ctx.Done():
	case <-time.After(took):
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[s.Host]--
	e.Server, e.Began, e.Took = s, began, took
	return e
}

func (w *world) finds(url string, v probe.Verdict, c probe.Cause) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.found == nil {
		w.found = map[string]probe.Evidence{}
	}
	w.found[url] = probe.Evidence{Verdict: v, Cause: c}
}

// events gives the measurements that have begun until now.
func (w *world) events() []event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.begun)
}

// times gives when a server was measured.
func (w *world) times(url string) (at []time.Time) {
	for _, e := range w.events() {
		if e.url == url {
			at = append(at, e.at)
		}
	}
	return at
}

// run lets the schedule work in a bubble until it is stopped, or the test ends.
func run(t *testing.T, w *world) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// pass lets time go by, in a moment.
func pass(d time.Duration) {
	time.Sleep(d) // the bubble's clock
	synctest.Wait()
}
