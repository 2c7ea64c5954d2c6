package testenv

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait; a sound run needs a fraction of it.
const patience = 30 * time.Second

// needRoot ends a test that is not run by root.
func needRoot(t testing.TB, why string) {
	t.Helper()
	if os.Geteuid() != 0 {
		lack(t, "root", errors.New(why))
	}
}

// daemon is a server that runs until the test ends.
type daemon struct {
	output Output
	ended  chan struct{}
}

// start runs a server that stays in the foreground, and waits until it has
// written the word that says that it listens. At the end of the test the server
// is killed with all that it started: nothing of it is kept, and asked to stop,
// Dovecot takes up to six seconds (2.3.19, 2026-11-23).
func start(t testing.TB, listens, program string, args ...string) *daemon {
	t.Helper()
	d := &daemon{ended: make(chan struct{})}
	c := exec.Command(program, args...) //nolint:noctx // the cleanup ends it, with its session
	c.Stdout, c.Stderr = &d.output, &d.output
	// Postfix's master insists on leading a session, and a session is a process
	// group: what the server starts is reached through it. Where the tests die
	// before their cleanup, the server follows (prctl(2)), and its children it.
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		defer close(d.ended)
		runtime.LockOSThread() // it counts as the parent
		defer runtime.UnlockOSThread()
		err := c.Start()
		started <- err
		if err == nil {
			_ = c.Wait() // it is killed; an end before that shows in the output
		}
	}()
	if err := <-started; err != nil {
		t.Fatalf("testenv: %v", err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // it may have ended
		<-d.ended
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), d.output.String())
		}
	})
	d.await(t, filepath.Base(program), listens)
	return d
}

func (d *daemon) await(t testing.TB, name, word string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	tooLong := time.After(patience)
	for !strings.Contains(d.output.String(), word) {
		select {
		case <-d.ended:
			t.Fatalf("testenv: %s ended by itself", name)
		case <-tooLong:
			t.Fatalf("testenv: waited %v for %s to say %q", patience, name, word)
		case <-tick.C:
		}
	}
}

// room makes a directory that every user may enter, with these in it, and
// removes it when the test ends. It is not t.TempDir: that one is closed to the
// users that a server changes to, and its long name, which holds the test's,
// leaves no room for a Unix socket's, of 107 bytes in all (unix(7)).
func room(t testing.TB, inside ...string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "waypost") //nolint:usetesting // see above
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Logf("testenv: %v", err) // as when a server's last child is still dying
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatalf("testenv: %v", err)
	}
	for _, name := range inside {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatalf("testenv: %v", err)
		}
	}
	return dir
}

// write makes a file that every user may read, and gives its name back.
func write(t testing.TB, file, content string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatalf("testenv: %v", err)
	}
	return file
}

// own gives a file to a user of the machine.
func own(t testing.TB, file, name string) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	id, err := strconv.Atoi(u.Uid)
	if err == nil {
		err = os.Chown(file, id, -1)
	}
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
}

// choosePorts gives a free port of 127.0.0.1 to each that is 0. They are all
// open at once before they are let go, so no two are the same.
func choosePorts(t testing.TB, ports ...*int) {
	t.Helper()
	for _, p := range ports {
		if *p != 0 {
			continue
		}
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatalf("testenv: %v", err)
		}
		defer func() { _ = ln.Close() }()
		*p = ln.Addr().(*net.TCPAddr).Port
	}
}
