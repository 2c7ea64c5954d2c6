package catalogue_test

import (
	"testing"

	"waypost/providers/catalogue"
)

// What every command pays before it can answer.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catalogue.Load(); err != nil {
			b.Fatal(err)
		}
	}
}
