package measure

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"waypost/probe"
	"waypost/providers"
)

// maxAge is how long a result is kept that no measurement renews: that of a
// server that is not configured any more.
const maxAge = 30 * 24 * time.Hour

// unfinished begins the names of files that are being written.
const unfinished = ".measurement-"

// Store keeps the last result of each server: in memory what State has, in
// files all that was seen. It is safe for concurrent use.
type Store struct {
	dir string // empty: in memory alone
	log *slog.Logger

	mu      sync.Mutex
	states  map[string]State // by key
	failing bool             // the last file could not be written
}

// Open reads the results in a directory, which is made with the first result
// where there is none; an empty name gives a store that keeps nothing beyond its
// life. Results older than 30 days are removed. What is no result is left as it
// is. What cannot be read or written is told of in the log and stops nothing.
func Open(dir string, now time.Time, log *slog.Logger) *Store {
	s := &Store{dir: dir, log: log, states: map[string]State{}}
	if dir == "" {
		return s
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("earlier measurements cannot be read", "error", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), unfinished) && e.Type().IsRegular() {
			s.remove(path) // of a process that was ended while it wrote
			continue
		}
		state, err := read(path)
		if err != nil {
			log.Warn("this is no measurement and is passed over", "file", path, "error", err)
			continue
		}
		s.states[key(state.Server)] = state
	}
	s.sweep(now)
	return s
}

// state gives what is known of a server.
func (s *Store) state(v providers.Server) (State, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state, ok := s.states[key(v)]
	return state, ok
}

// put keeps the result of a measurement of a server, of which no other may be
// put at the same time. It gives the states before, zero where there was none,
// and after; they hold where no file could be written too.
func (s *Store) put(e probe.Evidence) (before, after State) {
	k := key(e.Server)
	s.mu.Lock()
	before = s.states[k]
	after = before.after(e)
	s.states[k] = after
	s.mu.Unlock()
	if s.dir != "" {
		s.told(s.write(after, e))
	}
	return before, after
}

func (s *Store) write(state State, e probe.Evidence) error {
	data, err := state.encode(e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	return replace(filepath.Join(s.dir, fileOf(e.Server)), data)
}

// told logs that files cannot be written, and not again until one could be.
func (s *Store) told(err error) {
	s.mu.Lock()
	news := err != nil && !s.failing
	s.failing = err != nil
	s.mu.Unlock()
	if news {
		s.log.Warn("measurements are not kept beyond this run", "error", err)
	}
}

// replace puts a file in the place of another at once: whoever reads sees the
// one or the other.
func replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), unfinished) // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// sweep forgets what is too old.
func (s *Store) sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, state := range s.states {
		if now.Sub(state.At) <= maxAge {
			continue
		}
		delete(s.states, k)
		if s.dir != "" {
			s.remove(filepath.Join(s.dir, fileOf(state.Server)))
		}
	}
}

func (s *Store) remove(path string) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("an old measurement stays", "error", err)
	}
}
