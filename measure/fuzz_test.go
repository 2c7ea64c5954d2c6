package measure_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"waypost/measure"
	"waypost/probe"
)

// Whatever stands in a file of the store, it is a result or it is passed over.
func FuzzStore(f *testing.F) {
	s := server(f, "imaps://a.example")
	var name string
	valid, err := json.Marshal(map[string]any{
		"schema": "waypost.measurement/1", "since": time.Now(), "known": "fail",
		"evidence": probe.Evidence{Server: s, Verdict: probe.Fail, Cause: probe.CertExpired, Began: time.Now(), Certificate: &probe.Certificate{}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(valid)
	f.Add([]byte(`{"schema":"waypost.measurement/1"}`))
	f.Add([]byte(`{"evidence":{"server":{"port":-1}}}`))
	f.Add([]byte("[[[["))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if name == "" {
			name = nameOf(t)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		state, err := measure.Read(dir, s)
		if err == nil && (state.Server.URL() != s.URL() || state.Verdict == "" || state.At.IsZero()) {
			t.Errorf("%+v", state)
		}
		measure.Open(dir, time.Now(), slog.New(slog.DiscardHandler))
	})
}

// nameOf gives the name of the file of the server above.
func nameOf(t *testing.T) (name string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		measured(t, dir, nil, server(t, "imaps://a.example"))
		name = filepath.Base(files(t, dir)[0])
	})
	return name
}

// A proposal is made for records alone, and for any other text it is at least
// none that ends the program.
func FuzzPropose(f *testing.F) {
	f.Add(record)
	f.Add("")
	f.Add("setups:\n")
	f.Add("sources: {}\nsetups:\n- incoming:\n  - {server: \"imaps://imap.example.com\"}")
	f.Fuzz(func(t *testing.T, text string) {
		s := server(t, "imaps://imap.example.com")
		for _, v := range []probe.Verdict{probe.Pass, probe.Fail} {
			p := measure.Propose(path, text, day, []measure.Finding{{Place: measure.Incoming, Server: s, Evidence: probe.Evidence{Server: s, Verdict: v}}})
			if (p.Diff == "") != (p.Text == text) {
				t.Errorf("%q becomes %q by\n%s", text, p.Text, p.Diff)
			}
		}
	})
}
