package testenv

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// SilentPort gives a port of 127.0.0.1 at which every connection attempt stays
// without an answer, as behind a firewall that drops: its queue is full, and
// Linux then drops what comes (listen(2)).
func SilentPort(t testing.TB) int {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatalf("testenv: %v", err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatalf("testenv: %v", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	port := name.(*syscall.SockaddrInet4).Port
	for range 16 {
		conn, err := (&net.Dialer{Timeout: 300 * time.Millisecond}).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return port
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatal("testenv: the queue of a port does not fill")
	return 0
}
