//go:build unix

package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"waypost/autoconfig"
	"waypost/internal/testenv"
)

// freshClone clones the last commit into an empty directory.
func freshClone(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds the program from the start")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		t.Skipf("there is no repository to clone: %v", err)
	}
	git := testenv.Need(t, "git")
	clone := filepath.Join(t.TempDir(), "waypost")
	// Another user may own the checkout, as where a container mounts it.
	out, err := exec.CommandContext(t.Context(), git, "-c", "safe.directory=*", "clone", "--quiet", "--depth", "1", "file://"+root, clone).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return clone
}

// insideClone is set for the tests of a clone, which make no further clone.
const insideClone = "WAYPOST_INSIDE_CLONE"

// TestFreshClonePassesItsTests runs the README's second command in a clone. It
// takes as long as all other tests together, so it is left to CI.
func TestFreshClonePassesItsTests(t *testing.T) {
	if os.Getenv("WAYPOST_REQUIRE") != "all" || os.Getenv(insideClone) != "" {
		t.Skip("it runs with WAYPOST_REQUIRE=all, and not inside itself")
	}
	clone := freshClone(t)
	command := strings.TrimSpace(section(t, "Test it", "sh")[0])
	if command != "make test" {
		t.Fatalf("the README tests with %q", command)
	}
	c := exec.CommandContext(t.Context(), "bash", "-c", command)
	c.Dir = clone
	c.Env = append(os.Environ(), insideClone+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestFreshCloneServes clones the last commit into an empty directory and runs
// the README's first command there.
func TestFreshCloneServes(t *testing.T) {
	clone := freshClone(t)
	command := strings.TrimSpace(section(t, "Run it", "sh")[0])
	if command != "go run ./cmd/waypost serve" {
		t.Fatalf("the README begins with %q", command)
	}
	c := exec.CommandContext(context.WithoutCancel(t.Context()), "bash", "-c", command+" --listen 127.0.0.1:0 --state state")
	c.Dir = clone
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run ends without the program it runs
	log := &logged{}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // ended by a signal, or the test below says what is wrong
		close(ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		<-ended
	})
	tick := time.NewTicker(quick)
	defer tick.Stop()
	tooLong := time.After(5 * time.Minute) // the first build on a slow machine
	listening := regexp.MustCompile(`msg=listening address=(\S+)`)
	for !listening.MatchString(log.String()) {
		select {
		case <-ended:
			t.Fatalf("%s ends:\n%s", command, log)
		case <-tooLong:
			t.Fatalf("%s does not serve:\n%s", command, log)
		case <-tick.C:
		}
	}
	base := listening.FindStringSubmatch(log.String())[1]
	body := fetch(t, http.MethodGet, base+"/mail/config-v1.1.xml?emailaddress=ann@charter.net", "", autoconfig.ContentType)
	if !strings.Contains(string(body), "mobile.charter.net") {
		t.Errorf("it answers\n%s", body)
	}
}
