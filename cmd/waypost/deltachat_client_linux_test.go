package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"waypost/internal/testenv"
)

// deltaChat is Delta Chat's core with one account. It is the program that its
// applications run, and takes JSON-RPC on standard input, a message a line.
type deltaChat struct {
	in      io.Writer
	out     *bufio.Scanner
	last    int // number of the last call
	account int

	events []string // what it told while it set the account up, as "Kind: message"
}

// chatTime bounds all that a test asks of Delta Chat.
const chatTime = time.Minute

// startDeltaChat runs it with no account yet; it ends with the test.
func startDeltaChat(t *testing.T) *deltaChat {
	t.Helper()
	program := testenv.Need(t, "deltachat-rpc-server")
	ctx, cancel := context.WithTimeout(context.Background(), chatTime)
	c := exec.CommandContext(ctx, program)
	c.Env = append(c.Environ(), "DC_ACCOUNTS_PATH="+filepath.Join(t.TempDir(), "accounts"), "RUST_LOG=error")
	log := &logged{}
	c.Stderr = log
	in, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	d := &deltaChat{in: in, out: bufio.NewScanner(out)}
	d.out.Buffer(nil, 4<<20)
	t.Cleanup(func() {
		cancel()
		_ = c.Wait() // it was killed
		if t.Failed() {
			t.Logf("Delta Chat says:\n%s\n%s", strings.Join(d.events, "\n"), log)
		}
	})
	must(t, d.call(t, &d.account, "add_account"))
	return d
}

// call asks for something and decodes the result. A refusal is the error; where
// no answer comes, the test ends.
func (d *deltaChat) call(t *testing.T, result any, method string, params ...any) error {
	t.Helper()
	d.last++
	request, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": d.last, "method": method, "params": slices.Concat([]any{}, params),
	})
	must(t, err)
	_, err = d.in.Write(append(request, '\n'))
	must(t, err)
	for d.out.Scan() {
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		must(t, json.Unmarshal(d.out.Bytes(), &answer))
		switch {
		case answer.ID != d.last:
			continue
		case answer.Error != nil:
			return errors.New(answer.Error.Message)
		case result != nil:
			must(t, json.Unmarshal(answer.Result, result))
		}
		return nil
	}
	t.Fatalf("Delta Chat does not answer %s: %v", method, d.out.Err())
	return nil
}

// setUp gives it an address and a password. Without an error, it has found the
// servers and has been let in by both.
func (d *deltaChat) setUp(t *testing.T, address, password string) error {
	t.Helper()
	failure := d.call(t, nil, "add_or_update_transport", d.account, map[string]string{
		"addr": address, "password": password, "certificateChecks": "acceptInvalidCertificates",
	})
	var batch []struct {
		Event struct{ Kind, Msg string }
	}
	must(t, d.call(t, &batch, "get_next_event_batch")) // what has waited until now
	for _, e := range batch {
		d.events = append(d.events, e.Event.Kind+": "+e.Event.Msg)
	}
	return failure
}

// settings are the servers that it uses, in its own words.
func (d *deltaChat) settings(t *testing.T) string {
	t.Helper()
	var info map[string]string
	must(t, d.call(t, &info, "get_info", d.account))
	return info["used_transport_settings"]
}
