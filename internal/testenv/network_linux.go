package testenv

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inNetwork holds the name of the test that runs in a network of its own.
const inNetwork = "WAYPOST_TEST_NETWORK"

// networkTime bounds a test in its own network, after which it is killed with
// all that it started.
const networkTime = 3 * time.Minute

// OwnNetwork runs a test in a network that holds nothing but 127.0.0.1, with all
// ports free, and in which the names given lead there. No other name exists, and
// nothing else can be reached.
//
// The test calls it first, and goes on where it returns true:
//
//	if !testenv.OwnNetwork(t, "autoconfig.example.test") {
//		return
//	}
//
// It starts the test's program again for this one test, in namespaces of its own
// for network, processes and mounts (unshare(2)); the machine does not change,
// and no process of the test outlives it. There it returns true. Outside it
// returns false once that test has ended, and passes its outcome on. Without root
// or without namespaces the test is skipped as for any missing part.
func OwnNetwork(t *testing.T, names ...string) bool {
	t.Helper()
	if os.Getenv(inNetwork) == t.Name() {
		settle(t, names)
		return true
	}
	needRoot(t, "making a network takes its rights")
	Need(t, "ip")
	program, err := os.Executable()
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), networkTime+10*time.Second)
	defer cancel()
	levels := strings.Split(t.Name(), "/")
	for i, l := range levels {
		levels[i] = "^" + regexp.QuoteMeta(l) + "$"
	}
	c := exec.CommandContext(ctx, program, "-test.run="+strings.Join(levels, "/"), "-test.v", "-test.count=1", "-test.timeout="+networkTime.String())
	c.Env = append(os.Environ(), inNetwork+"="+t.Name())
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	// The new process is the first of its namespace: whatever it starts ends with
	// it. It ends itself when the thread that started it does (prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:   syscall.CLONE_NEWPID,
		Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, // its mounts become private (syscall)
		Pdeathsig:    syscall.SIGKILL,
	}
	if err := c.Start(); err != nil {
		lack(t, "namespaces", err)
	}
	err = c.Wait()
	switch said := out.String(); {
	case err != nil:
		t.Fatalf("in its own network: %v\n%s", err, said)
	case strings.Contains(said, "--- SKIP: "+t.Name()+" "):
		t.Skipf("in its own network:\n%s", said)
	case !strings.Contains(said, "--- PASS: "+t.Name()+" "):
		t.Fatalf("the test did not run in its own network:\n%s", said)
	default:
		t.Logf("in its own network:\n%s", said)
	}
	return false
}

// settle brings the loopback device up, and puts the names into the files that
// every resolver reads.
func settle(t *testing.T, names []string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), Need(t, "ip"), "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("testenv: %v\n%s", err, out)
	}
	dir := t.TempDir()
	for file, content := range map[string]string{
		"hosts":         "127.0.0.1 localhost " + strings.Join(names, " ") + "\n",
		"resolv.conf":   "nameserver 127.0.0.1\n",
		"nsswitch.conf": "hosts: files dns\n",
	} {
		own, etc := write(t, filepath.Join(dir, file), content), filepath.Join("/etc", file)
		if err := syscall.Mount(own, etc, "", syscall.MS_BIND, ""); err != nil {
			t.Fatalf("testenv: mounting over %s: %v", etc, err)
		}
		// Else the file cannot be removed; the mount goes with the namespace.
		t.Cleanup(func() { _ = syscall.Unmount(etc, syscall.MNT_DETACH) })
	}
	denyNames(t)
}

// denyNames answers every question to 127.0.0.1:53 with "no such name" (RFC 1035,
// section 4.1.1). Without an answer a resolver waits for some seconds.
func denyNames(t *testing.T) {
	t.Helper()
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:53")
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		message := make([]byte, 512)
		for {
			n, from, err := pc.ReadFrom(message)
			if err != nil {
				return // it is closed
			}
			end := 12 // of the header, and then of the question's name
			for end < n && message[end] != 0 {
				end += int(message[end]) + 1
			}
			if end += 5; end > n {
				continue
			}
			message[2] |= 0x80                     // QR: an answer
			message[3] = 0x80 | 3                  // RA, and RCODE 3: no such name
			clear(message[6:12])                   // the question stays, and no record follows
			_, _ = pc.WriteTo(message[:end], from) // who gets no answer asks again
		}
	}()
	t.Cleanup(func() {
		_ = pc.Close()
		<-ended
	})
}
