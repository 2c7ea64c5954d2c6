package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waypost/config"
)

// large writes a configuration of n domains in the ways that people write
// them.
func large(t testing.TB, n int) (file string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("url: https://setup.example.com\ndomains:\n")
	for i := range n {
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, "  d%05d.example:\n    incoming: [imaps://mail.example.com]\n    outgoing: [submissions://mail.example.com]\n", i)
		case 1:
			fmt.Fprintf(&b, "  d%05d.example: {same-as: d%05d.example}\n", i, i-1)
		case 2:
			fmt.Fprintf(&b, "  d%05d.example: {name: Mail %d, username: \"{local}\", incoming: [\"imaps://imap.{domain}\"], outgoing: [\"submission://smtp.{domain}\"], mx: [mx%d.example]}\n", i, i, i)
		default:
			fmt.Fprintf(&b, "  d%05d.example: {elsewhere: true}\n", i)
		}
	}
	file = filepath.Join(t.TempDir(), "waypost.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Ten times the domains cost ten times the work, counted in allocations:
// nothing is done for each pair of domains.
func TestReadingIsLinearInTheDomains(t *testing.T) {
	cost := func(n int) float64 {
		file := large(t, n)
		return testing.AllocsPerRun(1, func() {
			if c, err := config.Load(file); err != nil || len(c.Domains) != n/2 {
				t.Fatal(err)
			}
		})
	}
	few, many := cost(1_000), cost(10_000)
	t.Logf("1,000 domains: %.0f allocations, 10,000: %.0f", few, many)
	if many > 10.5*few {
		t.Errorf("1,000 domains: %.0f allocations, 10,000: %.0f", few, many)
	}
}

func BenchmarkLoad10000Domains(b *testing.B) {
	file := large(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := config.Load(file); err != nil {
			b.Fatal(err)
		}
	}
}
