package config_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/config"
	"waypost/providers"
)

// What is read can be served: every domain is found, with servers in both
// directions. What is refused is refused in words, and nothing of it is given.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	file := filepath.Join(f.TempDir(), "waypost.yaml")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file)
		if err != nil {
			checkProblems(t, err, file, true)
			if !cmp.Equal(c, config.Config{}) {
				t.Errorf("an error and a configuration: %+v", c)
			}
			return
		}
		again, err := config.Load(file)
		if d := cmp.Diff(c, again, exactly); d != "" || err != nil {
			t.Errorf("read twice: %v\n%s", err, d)
		}
		checkConfig(t, c)
	})
}

func checkConfig(t *testing.T, c config.Config) {
	if u := c.URL; u != nil && (u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http") {
		t.Errorf("url %q", u)
	}
	for _, listen := range []string{c.Listen, c.TLS.Listen, c.Admin} {
		if _, _, err := net.SplitHostPort(listen); listen != "" && err != nil {
			t.Error(err)
		}
	}
	for _, k := range []config.KeyPair{c.TLS.KeyPair, c.Signing} {
		if (k.Certificate == "") != (k.Key == "") {
			t.Errorf("half a pair: %+v", k)
		}
	}
	for _, p := range c.TrustedProxies {
		if !p.IsValid() {
			t.Errorf("proxy %v", p)
		}
	}
	directory, err := providers.NewMemory(c.Domains, c.Elsewhere...)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Domains)+len(c.Elsewhere) == 0 && !c.Catalogue {
		t.Error("nothing is served")
	}
	for _, p := range c.Domains {
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		for _, s := range p.Setups {
			if s.Partial != "" || len(s.Incoming) == 0 || len(s.Outgoing) == 0 {
				t.Errorf("half a setup: %+v", s)
			}
			for _, d := range s.Domains {
				if m, err := directory.Lookup(t.Context(), d); err == nil && m.Provider.ID != p.ID {
					t.Errorf("%s leads to %s", d, m.Provider.ID)
				}
			}
		}
	}
}
