package autoconfig_test

import (
	"os"
	"path/filepath"
	"testing"

	"waypost/autoconfig"
)

// Thunderbird's provider database, as of 2026-03-12, is not part of this
// project; the test reads it where it lies beside it.
func TestDecodeReadsThunderbirdsProviderDatabase(t *testing.T) {
	paths, err := filepath.Glob("../../shared/data/ispdb/*.xml")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skip("the ISPDB is not here: it is checked where its 163 documents lie beside the project")
	}
	if len(paths) != 163 {
		t.Errorf("%d documents, want 163", len(paths))
	}
	oneWay := map[string]bool{
		"teol.net.xml": true, // its SMTP section lacks a user name: Thunderbird and K-9 refuse it, too
	}
	for _, path := range paths {
		name := filepath.Base(path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := autoconfig.Decode(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.ID == "" || len(d.Domains) == 0 || d.DisplayName == "" {
			t.Errorf("%s: it lacks a name or a domain: %+v", name, d)
		}
		if complete := len(d.Incoming) > 0 && len(d.Outgoing) > 0; complete == oneWay[name] {
			t.Errorf("%s: %d incoming and %d outgoing servers", name, len(d.Incoming), len(d.Outgoing))
		}
		if d := diff(d, decode(t, encode(t, d))); d != "" {
			t.Errorf("%s: read, written, read: %s", name, d)
		}
	}
}
