package measure_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
)

func TestEveryServerIsMeasuredWithinAMinuteAndThenOnceAnInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{})
		list := servers(t, "imaps://a.example", "submissions://a.example", "imaps://b.example", "pop3://c.example")
		w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
		run(t, w)
		pass(time.Minute + 10*time.Second)
		if states, waiting := w.States(); len(states) != len(list) || waiting != 0 {
			t.Fatalf("%d results, %d waiting", len(states), waiting)
		}
		pass(10 * time.Hour)
		for _, s := range list {
			at := w.times(s.URL())
			if n := len(at); n < 10 || n > 12 {
				t.Errorf("%s was measured %d times in ten hours", s.URL(), n)
			}
			for i := 1; i < len(at); i++ {
				gap := at[i].Sub(at[i-1])
				if i == 1 && (gap < 29*time.Minute || gap > 91*time.Minute) || i > 1 && (gap-time.Hour).Abs() > 20*time.Second {
					t.Errorf("%s: measurement %d came after %v", s.URL(), i, gap)
				}
			}
		}
	})
}

// The same servers have the same places after a restart, so a restart neither
// measures again at once nor moves the load.
func TestMeasurementsAreSpreadOverTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{})
		var list []providers.Server
		for i := range 240 {
			list = append(list, server(t, fmt.Sprintf("imaps://host-%d.example", i)))
		}
		w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
		run(t, w)
		pass(3 * time.Hour)
		tenths := [10]int{}
		for _, e := range w.events() {
			if age := time.Until(e.at); age > -time.Hour {
				tenths[(age+time.Hour)*10/time.Hour]++
			}
		}
		for i, n := range tenths {
			if n < 8 || n > 48 {
				t.Errorf("%d measurements in tenth %d of the hour: %v", n, i, tenths)
			}
		}
	})
}

func TestBudgetHoldsAndStretchesTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{Budget: 60})
		var list []providers.Server
		for i := range 300 {
			list = append(list, server(t, fmt.Sprintf("imaps://host-%d.example", i)))
		}
		w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
		run(t, w)
		const hours = 30
		pass(hours * time.Hour)
		begun := w.events()
		for i := 60; i < len(begun); i++ {
			if d := begun[i].at.Sub(begun[i-60].at); d < time.Hour {
				t.Fatalf("61 measurements within %v", d)
			}
		}
		if n := len(w.events()); n < 50*hours {
			t.Errorf("only %d measurements", n)
		}
		for _, s := range list {
			if n := len(w.times(s.URL())); n < hours/5-2 || n > hours/5+2 {
				t.Errorf("%s was measured %d times", s.URL(), n)
			}
		}
		if log := w.log.String(); strings.Count(log, "it is stretched") != 1 || !strings.Contains(log, "servers=300 interval=5h0m0s an_hour=60") {
			t.Errorf("the log is\n%s", log)
		}
	})
}

func TestNoHostIsMeasuredTwiceAtOnceAndNoMoreThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{Parallel: 3, Budget: 3600})
		w.took = 90 * time.Second
		var list []providers.Server
		for i := range 8 {
			for _, scheme := range []string{"imaps", "pop3s", "submissions", "imap"} {
				list = append(list, server(t, fmt.Sprintf("%s://host-%d.example", scheme, i)))
			}
		}
		w.Set(measure.Plan{Servers: list, Interval: 10 * time.Minute, Measure: w.measure})
		run(t, w)
		pass(2 * time.Hour)
		if w.twice || w.most != 3 {
			t.Errorf("a host twice at once: %v; %d at once, want 3", w.twice, w.most)
		}
		if _, waiting := w.States(); waiting > 0 {
			t.Errorf("%d were never measured", waiting)
		}
	})
}

func TestReloadSwapsTargetsAndKeepsWhatRunsAndWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{})
		w.took = 5 * time.Second
		list := servers(t, "imaps://stays.example", "imaps://goes.example")
		w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
		run(t, w)
		for len(w.events()) < 2 { // the second has just begun
			pass(100 * time.Millisecond)
		}
		w.finds("imaps://new.example", probe.Fail, probe.Refused)
		second := measure.Plan{Servers: servers(t, "imaps://stays.example", "imaps://new.example"), Interval: time.Hour, Measure: w.measure}
		w.Set(second)
		pass(2 * time.Minute)
		if n := w.ended; n != 3 {
			t.Errorf("%d measurements ended, want 3: %v", n, w.events())
		}
		if n := len(w.times("imaps://stays.example")); n != 1 {
			t.Errorf("what stays was measured %d times", n)
		}
		if _, ok := w.State(list[1]); ok {
			t.Error("what is not configured any more still has a result")
		}
		if s, ok := w.State(second.Servers[1]); !ok || s.Verdict != probe.Fail {
			t.Errorf("the new server: %+v, %v", s, ok)
		}
		w.Set(measure.Plan{Servers: second.Servers, Measure: w.measure}) // switched off
		before := len(w.events())
		pass(5 * time.Hour)
		if len(w.events()) != before {
			t.Error("what is switched off is measured")
		}
		if states, waiting := w.States(); len(states)+waiting != 0 {
			t.Errorf("what is switched off has %d results", len(states))
		}
		w.Set(second)
		pass(2 * time.Minute)
		if len(w.events()) < before+2 {
			t.Error("what is overdue is not measured at once")
		}
	})
}

// What was measured in another way says nothing of how it is now.
func TestEverythingIsMeasuredSoonWhenTheWayToMeasureIsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{})
		w.took = 20 * time.Second
		list := servers(t, "imaps://a.example", "imaps://b.example", "imaps://c.example")
		for _, s := range list {
			w.finds(s.URL(), probe.Fail, probe.CertUntrusted)
		}
		plan := measure.Plan{Servers: list, Interval: 24 * time.Hour, Measure: w.measure}
		w.Set(plan)
		run(t, w)
		pass(2 * time.Minute)
		for len(w.events()) == len(list) { // the next day; one is being measured
			pass(time.Second)
		}
		begun := len(w.events())
		for _, s := range list {
			w.finds(s.URL(), probe.Pass, "")
		}
		anew := plan
		anew.Anew = true
		w.Set(anew)
		w.Set(plan) // a reload that changes nothing of it
		pass(2 * time.Minute)
		states, _ := w.States()
		for _, s := range states {
			if s.Verdict != probe.Pass {
				t.Errorf("%s: %s", s.Server.URL(), s.Verdict)
			}
		}
		if n := len(w.events()) - begun; n != len(list) {
			t.Errorf("%d measurements, want %d", n, len(list))
		}
		begun = len(w.events())
		pass(11 * time.Hour)
		if n := len(w.events()) - begun; n != 0 {
			t.Errorf("%d more soon after", n)
		}
	})
}

func TestAskingForResultsStartsNoMeasurement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{})
		list := servers(t, "imaps://a.example")
		w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
		run(t, w)
		pass(2 * time.Minute)
		for range 1000 {
			w.State(list[0])
			w.States()
		}
		synctest.Wait()
		if n := len(w.events()); n != 1 {
			t.Errorf("%d measurements", n)
		}
	})
}

func TestChangeOfStateIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{})
		const url = "submissions://mail.example"
		list := servers(t, url)
		w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
		run(t, w)
		for _, hour := range []struct {
			verdict probe.Verdict
			cause   probe.Cause
			log     string // what is new in the log; empty: nothing
		}{
			{probe.Untested, probe.AddressForbidden, "could not be measured"},
			{probe.Untested, probe.AddressForbidden, ""},
			{probe.Pass, "", ""},
			{probe.Pass, "", ""},
			{probe.Fail, probe.CertExpired, "level=WARN msg=\"a server does not work as it is configured\" server=submissions://mail.example cause=CERT-EXPIRED"},
			{probe.Fail, probe.CertExpired, ""},
			{probe.Untested, probe.NameNoAnswer, ""},
			{probe.Fail, probe.Refused, ""},
			{probe.Pass, "", "level=INFO msg=\"a server works again as it is configured\" server=submissions://mail.example after=fail"},
			{probe.Untested, probe.NameNoAnswer, ""},
			{probe.Pass, "", ""},
			{probe.Warn, probe.CertSoon, "something about it needs care"},
			{probe.Warn, probe.CertSoon, ""},
		} {
			w.finds(url, hour.verdict, hour.cause)
			before, known := len(w.log.String()), len(w.events())
			for len(w.events()) == known {
				pass(10 * time.Minute)
			}
			pass(time.Minute)
			news := w.log.String()[before:]
			if strings.Count(news, "\n") > 1 || hour.log == "" && news != "" || !strings.Contains(news, hour.log) {
				t.Errorf("%s %s: the log has %q, want %q", hour.verdict, hour.cause, news, hour.log)
			}
			if s, _ := w.State(list[0]); s.Verdict != hour.verdict || s.Cause != hour.cause {
				t.Errorf("the state is %+v", s)
			}
		}
	})
}

func TestMeasurementThatBreaksOffEndsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("", measure.Options{})
		w.finds("imaps://bad.example", "panic", "")
		w.Set(measure.Plan{Servers: servers(t, "imaps://bad.example", "imaps://good.example"), Interval: time.Hour, Measure: w.measure})
		run(t, w)
		pass(4 * time.Hour)
		if n := len(w.times("imaps://good.example")); n < 4 {
			t.Errorf("the other server was measured %d times", n)
		}
		if n := len(w.times("imaps://bad.example")); n < 4 || n > 6 || n != strings.Count(w.log.String(), "a measurement broke off") {
			t.Errorf("%d measurements broke off:\n%s", n, &w.log)
		}
		if _, waiting := w.States(); waiting != 1 {
			t.Errorf("%d are waiting", waiting)
		}
	})
}

func TestMeasurementThatIsInterruptedSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		w := newWorld(dir, measure.Options{})
		w.took = time.Hour
		w.Set(measure.Plan{Servers: servers(t, "imaps://a.example"), Interval: time.Hour, Measure: w.measure})
		stop := run(t, w)
		pass(2 * time.Minute)
		stop()
		if len(w.events()) != 1 || w.ended != 0 || len(files(t, dir)) != 0 {
			t.Errorf("%d begun, %d ended", len(w.events()), w.ended)
		}
	})
}
