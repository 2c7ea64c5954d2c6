package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"waypost/internal/testenv"
)

// quick is how often tests that do not measure it let files be looked at.
const quick = 10 * time.Millisecond

// patience bounds every wait; a sound run needs a fraction of it.
const patience = 30 * time.Second

// started is a "waypost serve" that runs in this process.
type started struct {
	plain, secure string // bases of its addresses; empty where it has none
	log           *logged
}

// start runs "waypost serve" with the arguments until the test ends. The
// cleanup ends it as SIGTERM would, and checks that it ends well and has
// logged no address.
func start(t *testing.T, poll time.Duration, args ...string) *started {
	t.Helper()
	return startInstance(t, &instance{poll: poll}, args...)
}

// startInstance does so with an instance that a test has prepared.
func startInstance(t *testing.T, i *instance, args ...string) *started {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &started{log: &logged{}}
	command := newServeOf(i)
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetArgs(args)
	command.SetOut(io.Discard)
	command.SetErr(s.log)
	ended := make(chan error, 1)
	go func() { ended <- command.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve ends with %v", err)
		}
		if log := s.log.String(); !strings.Contains(log, "msg=stopped") || strings.Contains(log, "ann@") {
			t.Errorf("the log is\n%s", log)
		}
	})
	await(t, "the server to start", func() bool {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("serve ends with %v", err)
		default:
		}
		return s.log.count("msg=serving ") > 0
	})
	for _, m := range regexp.MustCompile(`msg=listening address=(\S+)`).FindAllStringSubmatch(s.log.String(), -1) {
		if strings.HasPrefix(m[1], "https:") {
			s.secure = m[1]
		} else {
			s.plain = m[1]
		}
	}
	return s
}

// hangUp sends SIGHUP to this process, which every running server takes.
func hangUp(t *testing.T) {
	t.Helper()
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Signal(syscall.SIGHUP)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// await waits until something is so.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(quick / 2)
	defer tick.Stop()
	for end := time.Now().Add(patience); !is(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// logged is a log that can be read while it is written.
type logged struct{ testenv.Output }

func (l *logged) count(text string) int { return strings.Count(l.String(), text) }

// health gives what /healthz?verbose says.
func (s *started) health(t *testing.T) string {
	t.Helper()
	return string(fetch(t, http.MethodGet, s.plain+"/healthz?verbose", "", "text/plain; charset=utf-8"))
}

// write puts a text into a file of a directory that ends with the test, and
// gives its name.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
