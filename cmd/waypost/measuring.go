package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"waypost/config"
	"waypost/internal/reach"
	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
	"waypost/server"
)

// measuring is the part of an instance that measures the configured servers.
// The first three members are for tests: zero, it measures as it is configured.
type measuring struct {
	every   time.Duration // in the place of the interval
	budget  int
	measure func(context.Context, providers.Server, probe.Options) probe.Evidence

	schedule *measure.Schedule
	last     *config.Measure // the settings of the plan; nil before the first
}

// measurementsDir is where results are kept in a state directory.
func measurementsDir(state string) string { return filepath.Join(state, "measurements") }

// startMeasuring makes the schedule, which has nothing to do until a
// configuration is swapped in. Without a state directory results are kept for as
// long as the program runs: nobody else needs one with signing files.
func (i *instance) startMeasuring(c config.Config) {
	dir, err := stateDir(cmp.Or(i.flags.state, c.State))
	if err == nil {
		dir = measurementsDir(dir)
	}
	m := &i.measuring
	if m.measure == nil {
		m.measure = probe.Server
	}
	m.schedule = measure.New(measure.Options{
		Store:  measure.Open(dir, time.Now(), i.log),
		Log:    i.log,
		Budget: m.budget,
		Done: func(s measure.State) {
			i.metrics.Measured(string(s.Verdict))
			i.metrics.Servers(m.counts())
		},
	})
}

// measure puts the servers of a configuration in the place of those before.
func (i *instance) measure(c config.Config) {
	m := &i.measuring
	if m.schedule == nil {
		return
	}
	servers, left := measure.Targets(c.Domains)
	if left > 0 {
		i.log.Warn("not every server is measured", "measured", len(servers), "left_out", left)
	}
	p := measure.Plan{Servers: servers, Interval: c.Measure.Interval, Anew: m.last != nil && !m.last.Same(c.Measure)}
	m.last = &c.Measure
	if m.every > 0 && p.Interval > 0 {
		p.Interval = m.every
	}
	options := probe.Options{Network: reach.Network{Allow: within(c.Measure.Private)}, Roots: c.Measure.Roots}
	p.Measure = func(ctx context.Context, s providers.Server) probe.Evidence { return m.measure(ctx, s, options) }
	m.schedule.Set(p)
	i.metrics.Servers(m.counts())
	if len(servers) > 0 && p.Interval > 0 {
		i.log.Info("measuring", "servers", len(servers), "interval", p.Interval)
	}
}

// within gives whether an address is in one of the networks.
func within(networks []netip.Prefix) func(netip.Addr) bool {
	return func(a netip.Addr) bool {
		return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
	}
}

func (m *measuring) counts() map[string]int {
	states, _ := m.schedule.States()
	counts := map[string]int{}
	for _, s := range states {
		counts[string(s.Verdict)]++
	}
	return counts
}

// Measured implements server.Measured.
func (m *measuring) Measured(s providers.Server) (server.Measurement, bool) {
	if m.schedule == nil {
		return server.Measurement{}, false
	}
	state, ok := m.schedule.State(s)
	return server.Measurement{
		Verdict: string(state.Verdict), At: state.At, Since: state.Since, Words: state.Cause.Words().Meaning,
	}, ok
}

// maxNamed bounds how many servers a line names.
const maxNamed = 10

// words is what /healthz?verbose says of the servers: how many there are of each
// verdict, and which are not as they should be. Nothing where none is measured.
func (m *measuring) words() []string {
	if m.schedule == nil {
		return nil
	}
	states, waiting := m.schedule.States()
	by := map[probe.Verdict][]string{}
	for _, s := range states {
		by[s.Verdict] = append(by[s.Verdict], fmt.Sprintf("%s: %s since %s", s.Server.URL(), s.Cause, s.Since.UTC().Format(time.DateOnly)))
	}
	var parts []string
	for _, v := range []probe.Verdict{probe.Pass, probe.Warn, probe.Fail, probe.Untested} {
		named := by[v]
		if len(named) == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", len(named), v)
		if v != probe.Pass {
			slices.Sort(named)
			if more := len(named) - maxNamed; more > 0 {
				named = append(named[:maxNamed:maxNamed], fmt.Sprintf("and %d more", more))
			}
			part += " (" + strings.Join(named, "; ") + ")"
		}
		parts = append(parts, part)
	}
	if waiting > 0 {
		parts = append(parts, fmt.Sprintf("%d not measured yet", waiting))
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"servers: " + strings.Join(parts, ", ")}
}
