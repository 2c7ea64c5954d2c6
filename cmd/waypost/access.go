package main

import (
	"bufio"
	"context"
	"io"
	"sync"
	"time"
)

// accessLog gathers the lines of requests and writes them together: a write
// for each would cost more than the answer. Nothing is lost at an orderly end.
type accessLog struct {
	mu  sync.Mutex
	to  io.Writer
	out *bufio.Writer
}

// How long a line waits, and how much is gathered, in bytes.
const (
	accessLogDelay  = time.Second
	accessLogBuffer = 64 << 10
)

func newAccessLog(w io.Writer) *accessLog {
	return &accessLog{to: w, out: bufio.NewWriterSize(w, accessLogBuffer)}
}

// Write takes one line.
func (l *accessLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.out.Write(line)
	if err != nil {
		// What was gathered is lost; what comes once there is room again is not.
		l.out.Reset(l.to)
	}
	return n, err
}

func (l *accessLog) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.out.Flush() // a Write after it says what is wrong
}

// flushUntil writes out what has waited long enough, until the context ends.
func (l *accessLog) flushUntil(ctx context.Context) {
	tick := time.NewTicker(accessLogDelay)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.flush()
		case <-ctx.Done():
			return
		}
	}
}
