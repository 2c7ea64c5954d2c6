package testenv_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"waypost/internal/testenv"
)

// recorder is a test that Need ends, and what it was ended with.
type recorder struct {
	testing.TB
	skipped, failed, path string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { r.failed = fmt.Sprintf(format, args...) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func need(program string) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.path = testenv.Need(r, program)
	}()
	<-done
	return r
}

// setup leaves only the program "there" to be found, and returns the file of
// missing parts.
func setup(t *testing.T, require string) (missing string) {
	t.Helper()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "there"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	missing = filepath.Join(t.TempDir(), "missing")
	t.Setenv("PATH", bin)
	t.Setenv("WAYPOST_REQUIRE", require)
	t.Setenv("WAYPOST_MISSING", missing)
	return missing
}

func TestNeedFindsAProgram(t *testing.T) {
	missing := setup(t, "all")
	r := need("there")
	if filepath.Base(r.path) != "there" || r.skipped != "" || r.failed != "" {
		t.Errorf("path %q, skipped %q, failed %q", r.path, r.skipped, r.failed)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a part that is there was reported missing")
	}
}

func TestMissingPartSkipsTheTest(t *testing.T) {
	missing := setup(t, "")
	for _, program := range []string{"gone", "lost", "gone"} {
		r := need(program)
		if !strings.Contains(r.skipped, "missing part "+program) || r.failed != "" {
			t.Errorf("%s: skipped %q, failed %q", program, r.skipped, r.failed)
		}
	}
	got, err := os.ReadFile(missing)
	if err != nil {
		t.Fatal(err)
	}
	if want := "gone\nlost\ngone\n"; string(got) != want {
		t.Errorf("reported %q, want %q", got, want)
	}
}

func TestMissingPartIsAFailureWhereAllAreRequired(t *testing.T) {
	missing := setup(t, "all")
	r := need("gone")
	if !strings.Contains(r.failed, "missing part gone") || r.skipped != "" {
		t.Errorf("skipped %q, failed %q", r.skipped, r.failed)
	}
	if got, _ := os.ReadFile(missing); string(got) != "gone\n" {
		t.Errorf("reported %q", got)
	}
}

func TestNeedWithoutAReportFile(t *testing.T) {
	setup(t, "")
	t.Setenv("WAYPOST_MISSING", "")
	if r := need("gone"); r.skipped == "" || r.failed != "" {
		t.Errorf("skipped %q, failed %q", r.skipped, r.failed)
	}
}

func TestReportThatCannotBeWrittenIsAnError(t *testing.T) {
	setup(t, "")
	t.Setenv("WAYPOST_MISSING", t.TempDir())
	if r := need("gone"); !strings.Contains(r.failed, "could not be reported") {
		t.Errorf("failed %q", r.failed)
	}
}
