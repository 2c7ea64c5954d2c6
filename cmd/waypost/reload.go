package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"waypost/config"
)

// How often files are looked at, and certificates judged. Polling has none of
// the gaps of file notifications: renamed files, swapped links, network file
// systems. What has changed is read when it is the same at the next look: a
// file that is half written can be a whole configuration of half the domains.
const (
	pollInterval  = 2 * time.Second
	judgeInterval = 24 * time.Hour
)

// hangUps delivers SIGHUP, which would else end the process.
func hangUps() (hup chan os.Signal, stop func()) {
	hup = make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	return hup, func() { signal.Stop(hup) }
}

// watch reloads when a file has changed or SIGHUP comes, until the context
// ends.
func (i *instance) watch(ctx context.Context, hup <-chan os.Signal) {
	poll, judge := time.NewTicker(i.poll), time.NewTicker(judgeInterval)
	defer poll.Stop()
	defer judge.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-judge.C:
			i.warnOfExpiry(i.now.Load(), now)
		case <-hup:
			i.reload()
		case <-poll.C:
			if i.changed() {
				i.reload()
			}
		}
	}
}

// changed tells whether a file that the last reading wanted is another now,
// or a configuration stands where none did, and has rested since the last look.
func (i *instance) changed() bool {
	paths := []string{config.Find(i.flags.config)}
	for _, f := range i.files[1:] {
		paths = append(paths, f.path)
	}
	before := i.seen
	i.seen = fingerprints(paths...)
	return !slices.EqualFunc(i.seen, i.files, fingerprint.same) && slices.EqualFunc(i.seen, before, fingerprint.same)
}

// reload reads everything anew and swaps it in. What cannot be read leaves
// what runs as it is.
func (i *instance) reload() {
	before := i.now.Load().config
	next, err := i.read()
	if err == nil {
		err = i.swap(next)
	}
	i.metrics.Reloaded(time.Now(), err)
	if err != nil {
		at := time.Now()
		i.refused.Store(&at)
		i.log.Error("reload refused; what ran before keeps running", "error", err)
		return
	}
	i.refused.Store(nil)
	if before.Listen != next.config.Listen || before.TLS.Listen != next.config.TLS.Listen || before.Admin != next.config.Admin {
		i.log.Warn("a change of listen, tls.listen or admin.listen needs a restart")
	}
}

// fingerprint tells whether a file is still what it was.
type fingerprint struct {
	path string
	info os.FileInfo // nil when it could not be looked at
}

func fingerprints(paths ...string) []fingerprint {
	var list []fingerprint
	for _, p := range paths {
		info, err := os.Stat(p) // follows links: a swapped link is another file
		if err != nil {
			info = nil
		}
		list = append(list, fingerprint{p, info})
	}
	return list
}

func (f fingerprint) same(g fingerprint) bool {
	if f.path != g.path || f.info == nil || g.info == nil {
		return f.path == g.path && f.info == nil && g.info == nil
	}
	return os.SameFile(f.info, g.info) && f.info.ModTime().Equal(g.info.ModTime()) &&
		f.info.Size() == g.info.Size() && f.info.Mode() == g.info.Mode()
}
