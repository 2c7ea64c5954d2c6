package providertest

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Golden compares what a dialect writes with a golden file, which it writes
// first if update is set, and gives what stands in the file.
func Golden(t testing.TB, file string, got []byte, update bool) (want []byte) {
	t.Helper()
	if update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
	return want
}
