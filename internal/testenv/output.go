package testenv

import (
	"bytes"
	"sync"
)

// Output is what a program or a log writes. It can be read while it is written;
// the zero value is empty.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to it, and never fails.
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// String is all that was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
