package testenv

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Double is a server that behaves as no real one can be made to: it is for what
// only an enemy or a broken device does.
type Double struct {
	Port int

	accepted atomic.Int64
}

// Accepted tells how many connections came.
func (d *Double) Accepted() int { return int(d.accepted.Load()) }

// StartDouble runs a server on an address without a port, such as 127.0.0.1,
// until the test ends. Each connection is given to the function, and closed when
// that returns or the test ends.
func StartDouble(t testing.TB, host string, serve func(net.Conn)) *Double {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	d := &Double{Port: ln.Addr().(*net.TCPAddr).Port}
	var running sync.WaitGroup
	var mu sync.Mutex
	open, closed := make(map[net.Conn]bool), false
	running.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // it is closed
			}
			d.accepted.Add(1)
			mu.Lock()
			open[conn] = true
			if closed {
				_ = conn.Close()
			}
			mu.Unlock()
			running.Go(func() {
				defer func() {
					_ = conn.Close()
					mu.Lock()
					delete(open, conn)
					mu.Unlock()
				}()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		mu.Lock()
		closed = true
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return d
}

// Proxy makes a function for [StartDouble] that hands everything on to a server
// at host:port, and lets change what comes back, one read at a time.
func Proxy(to string, change func(fromServer []byte) []byte) func(net.Conn) {
	return func(client net.Conn) {
		server, err := net.Dial("tcp", to) //nolint:noctx // it ends with the client
		if err != nil {
			return
		}
		defer func() { _ = server.Close() }()
		go func() {
			b := make([]byte, 4096)
			for {
				n, err := client.Read(b)
				if err != nil {
					_ = server.Close()
					return
				}
				if _, err := server.Write(b[:n]); err != nil {
					return
				}
			}
		}()
		b := make([]byte, 4096)
		for {
			n, err := server.Read(b)
			if err != nil {
				return
			}
			if _, err := client.Write(change(b[:n])); err != nil {
				return
			}
		}
	}
}
