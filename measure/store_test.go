package measure_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
)

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// measured gives a directory with the result of one measurement for each server.
func measured(t *testing.T, dir string, found map[string]probe.Evidence, list ...providers.Server) {
	t.Helper()
	w := newWorld(dir, measure.Options{Budget: 3600})
	w.found = found
	w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
	stop := run(t, w)
	pass(2 * time.Minute)
	stop()
	if _, waiting := w.States(); waiting > 0 {
		t.Fatalf("%d are waiting:\n%s", waiting, &w.log)
	}
}

func TestResultsSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "state", "measurements")
		list := servers(t, "imaps://a.example", "submission://a.example:2587")
		measured(t, dir, map[string]probe.Evidence{"imaps://a.example": {Verdict: probe.Fail, Cause: probe.CertExpired}}, list...)
		w := newWorld(dir, measure.Options{})
		w.Set(measure.Plan{Servers: list, Interval: time.Hour, Measure: w.measure})
		first, ok := w.State(list[0])
		if !ok || first.Verdict != probe.Fail || first.Cause != probe.CertExpired || !first.Since.Equal(first.At) || !first.Passed.IsZero() {
			t.Fatalf("after a restart: %+v", first)
		}
		w.finds("imaps://a.example", probe.Fail, probe.CertExpired)
		run(t, w)
		pass(20 * time.Minute)
		if len(w.events()) != 0 {
			t.Error("a restart measures again at once")
		}
		pass(2 * time.Hour)
		for i, s := range list {
			state, ok := w.State(s)
			onDisk, err := measure.Read(dir, s)
			if !ok || err != nil || !state.At.Equal(onDisk.At) || !state.Since.Equal(onDisk.Since) || onDisk.Verdict != state.Verdict || !state.Since.Before(state.At) {
				t.Errorf("%d: %+v, %+v, %v", i, state, onDisk, err)
			}
		}
		if strings.Contains(w.log.String(), "does not work") {
			t.Errorf("what was known before the restart is told again:\n%s", &w.log)
		}
		info, err := os.Stat(files(t, dir)[0])
		if err != nil || info.Mode().Perm() != 0o600 || len(files(t, dir)) != len(list) {
			t.Errorf("%v, %v, %v", files(t, dir), info, err)
		}
	})
}

func TestFileHasTheEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		measured(t, dir, map[string]probe.Evidence{"imaps://a.example": {
			Verdict: probe.Fail, Cause: probe.NoTLS, Greeting: "* OK \\x1b[31m<script>",
			Steps: []probe.Step{{Name: probe.StepConnect, Verdict: probe.Pass}},
		}}, server(t, "imaps://a.example"))
		data, err := os.ReadFile(files(t, dir)[0])
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Schema   string
			Evidence probe.Evidence
		}
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatal(err)
		}
		if d.Schema != "waypost.measurement/1" || d.Evidence.Greeting != "* OK \\x1b[31m<script>" || len(d.Evidence.Steps) != 1 || d.Evidence.Server.URL() != "imaps://a.example" {
			t.Errorf("%s", data)
		}
	})
}

func TestWhatIsNoResultIsPassedOverAndLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		a, b := server(t, "imaps://a.example"), server(t, "imaps://b.example")
		measured(t, dir, nil, a, b)
		good := files(t, dir)
		data, err := os.ReadFile(good[0])
		if err != nil {
			t.Fatal(err)
		}
		write := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		replaced := func(old, with string) string {
			changed := strings.Replace(string(data), old, with, 1)
			if changed == string(data) {
				t.Fatalf("%s is not in\n%s", old, data)
			}
			return changed
		}
		write(filepath.Base(good[1]), string(data[:len(data)/2]))
		write("README", "not ours")
		write("empty.json", "")
		write("copy.json", string(data))
		write("schema.json", replaced("measurement/1", "measurement/2"))
		write("verdict.json", replaced(`"verdict": "pass"`, `"verdict": "fine"`))
		write("large.json", strings.Repeat(" ", 2<<20))
		write(".measurement-123", "half")
		if err := os.Mkdir(filepath.Join(dir, "directory.json"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(good[0], filepath.Join(dir, "link.json")); err != nil {
			t.Fatal(err)
		}
		w := newWorld(dir, measure.Options{})
		w.Set(measure.Plan{Servers: []providers.Server{a, b}, Interval: time.Hour, Measure: w.measure})
		states, waiting := w.States()
		if len(states) != 1 || waiting != 1 {
			t.Errorf("%d results, %d waiting", len(states), waiting)
		}
		if n := strings.Count(w.log.String(), "passed over"); n != 9 {
			t.Errorf("%d are passed over:\n%s", n, &w.log)
		}
		if n := len(files(t, dir)); n != 10 {
			t.Errorf("%d files are left", n)
		}
		if _, err := os.Stat(filepath.Join(dir, ".measurement-123")); !errors.Is(err, fs.ErrNotExist) {
			t.Error("half a file is left")
		}
		run(t, w)
		pass(2 * time.Minute)
		if _, waiting := w.States(); waiting > 0 {
			t.Error("a broken file is not written anew")
		}
	})
}

func TestOldResultsAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		gone, stays := server(t, "imaps://gone.example"), server(t, "imaps://stays.example")
		measured(t, dir, nil, gone, stays)
		w := newWorld(dir, measure.Options{})
		w.Set(measure.Plan{Servers: []providers.Server{stays}, Interval: 24 * time.Hour, Measure: w.measure})
		run(t, w)
		pass(29 * 24 * time.Hour)
		if n := len(files(t, dir)); n != 2 {
			t.Errorf("%d files after 29 days", n)
		}
		pass(3 * 24 * time.Hour)
		if n := len(files(t, dir)); n != 1 {
			t.Errorf("%d files after 32 days", n)
		}
		var log bytes.Buffer
		measure.Open(dir, time.Now().Add(40*24*time.Hour), slog.New(slog.NewTextHandler(&log, nil)))
		if n := len(files(t, dir)); n != 0 || log.Len() > 0 {
			t.Errorf("%d files after a long pause:\n%s", n, &log)
		}
	})
}

func TestStoreWithoutADirectoryThatCanBeWrittenIsToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w := newWorld(filepath.Join(file, "measurements"), measure.Options{})
		w.Set(measure.Plan{Servers: servers(t, "imaps://a.example", "imaps://b.example"), Interval: time.Hour, Measure: w.measure})
		run(t, w)
		pass(5 * time.Hour)
		if states, _ := w.States(); len(states) != 2 {
			t.Errorf("%d results", len(states))
		}
		if n := strings.Count(w.log.String(), "not kept beyond this run"); n != 1 {
			t.Errorf("it is told %d times:\n%s", n, &w.log)
		}
	})
}

func TestReadOfWhatWasNeverMeasuredIsNotExist(t *testing.T) {
	if _, err := measure.Read(t.TempDir(), server(t, "imaps://a.example")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestTargetsAreEachServerOnceAndNoClaim(t *testing.T) {
	d := providers.MustDomain
	common := server(t, "imaps://mail.example.com")
	other := common
	other.Auth = []providers.Auth{providers.OAuth2}
	renamed := common
	renamed.Username = providers.LocalPart
	records := []providers.Provider{
		{ID: "a", Setups: []providers.Setup{{
			Domains: []providers.Domain{d("a.example"), d("b.example")}, Suffixes: []providers.Domain{d("s.example")},
			Incoming: []providers.Server{common, server(t, "pop3s://pop.{domain}")},
			Outgoing: servers(t, "submissions://mail.example.com"),
			Claims:   []providers.Claim{{Server: server(t, "imaps://claimed.example")}},
		}}},
		{ID: "c", Setups: []providers.Setup{
			{Domains: []providers.Domain{d("c.example")}, Incoming: []providers.Server{renamed, other}, Services: servers(t, "sieve://mail.example.com")},
			{Suffixes: []providers.Domain{d("d.example")}, Incoming: servers(t, "imaps://suffix.example", "imaps://imap.{domain}")},
		}},
	}
	list, left := measure.Targets(records)
	var got []string
	for _, s := range list {
		got = append(got, s.URL())
	}
	want := []string{
		"imaps://mail.example.com", "submissions://mail.example.com", "pop3s://pop.a.example", "pop3s://pop.b.example",
		"imaps://mail.example.com", "sieve://mail.example.com", "imaps://suffix.example",
	}
	if d := cmp.Diff(want, got); d != "" || left != 0 {
		t.Errorf("%d left, (-want +got):\n%s", left, d)
	}
}

func TestTargetsAreBounded(t *testing.T) {
	s := providers.Setup{Incoming: servers(t, "imaps://imap.{domain}"), Outgoing: servers(t, "submissions://smtp.{domain}")}
	for i := range measure.MaxTargets {
		s.Domains = append(s.Domains, providers.MustDomain(fmt.Sprintf("d%d.example", i)))
	}
	list, left := measure.Targets([]providers.Provider{{ID: "many", Setups: []providers.Setup{s}}})
	if len(list) != measure.MaxTargets || left != measure.MaxTargets {
		t.Errorf("%d targets, %d left", len(list), left)
	}
}
