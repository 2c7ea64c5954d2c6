package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"waypost/probe"
	"waypost/providers"
)

// schema names the form of a file of the store. Within a version members are
// only added.
const schema = "waypost.measurement/1"

// State is what measurements say of a server, in short.
type State struct {
	Server  providers.Server // as probe.Evidence keeps it
	Verdict probe.Verdict
	Cause   probe.Cause // empty for pass
	At      time.Time   // when the last measurement began
	Since   time.Time   // when the first in a row with this verdict and cause began
	Passed  time.Time   // when the last that passed began; zero: none did
	// Known is the last verdict that was not untested; empty: there was none. An
	// hour without an answer from the resolver changes nothing that was known.
	Known probe.Verdict
}

// after gives the state that a measurement leads to. The zero State is before
// the first.
func (s State) after(e probe.Evidence) State {
	next := State{
		Server: e.Server, Verdict: e.Verdict, Cause: e.Cause,
		At: e.Began, Since: e.Began, Passed: s.Passed, Known: s.Known,
	}
	if s.Verdict == e.Verdict && s.Cause == e.Cause {
		next.Since = s.Since
	}
	if e.Verdict == probe.Pass {
		next.Passed = e.Began
	}
	if e.Verdict != probe.Untested {
		next.Known = e.Verdict
	}
	return next
}

// document is a file of the store.
type document struct {
	Schema   string         `json:"schema"`
	Since    time.Time      `json:"since"`
	Passed   time.Time      `json:"passed,omitzero"`
	Known    probe.Verdict  `json:"known,omitempty"`
	Evidence probe.Evidence `json:"evidence"`
}

// maxFile bounds a file of the store, in bytes. What probe lets a server say is
// far less.
const maxFile = 1 << 20

func (s State) encode(e probe.Evidence) ([]byte, error) {
	data, err := json.MarshalIndent(document{schema, s.Since, s.Passed, s.Known, e}, "", "  ")
	if err == nil && len(data) >= maxFile {
		err = errors.New("the evidence is too large to be kept")
	}
	return append(data, '\n'), err
}

// fileOf names the file of a server.
func fileOf(s providers.Server) string {
	sum := sha256.Sum256([]byte(key(s)))
	return hex.EncodeToString(sum[:]) + ".json"
}

// Read gives what the directory of a [Store] holds of a server. Where it holds
// nothing, the error is fs.ErrNotExist. Nothing is written.
func Read(dir string, s providers.Server) (State, error) {
	return read(filepath.Join(dir, fileOf(s)))
}

// read reads a file, and refuses those that the store did not write.
func read(path string) (State, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return State{}, err
	}
	if !info.Mode().IsRegular() {
		return State{}, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return State{}, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return State{}, err
	}
	if len(data) > maxFile {
		return State{}, fmt.Errorf("larger than %d bytes", maxFile)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return State{}, fmt.Errorf("not a measurement: %w", err)
	}
	e := d.Evidence
	switch {
	case d.Schema != schema:
		return State{}, fmt.Errorf("its schema is not %s", schema)
	case filepath.Base(path) != fileOf(e.Server):
		return State{}, errors.New("it is about another server than its name says")
	case !verdict(e.Verdict), d.Known != "" && !verdict(d.Known), e.Began.IsZero(), d.Since.IsZero():
		return State{}, errors.New("a member is missing or unknown")
	}
	return State{e.Server, e.Verdict, e.Cause, e.Began, d.Since, d.Passed, d.Known}, nil
}

func verdict(v probe.Verdict) bool {
	return v == probe.Pass || v == probe.Warn || v == probe.Fail || v == probe.Untested
}
