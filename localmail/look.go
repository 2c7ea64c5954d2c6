package localmail

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Found is what this machine's programs say.
type Found struct {
	Dovecot *Dovecot // nil: it is not here, or could not be read
	Postfix *Postfix // the same
	Remarks []string // why something is nil: a sentence each, printable
	Here    bool     // one of the programs is installed
}

// Patience bounds each of the programs that [Look] runs.
const Patience = 10 * time.Second

// Look runs doveconf -n, postconf -n and postconf -M, as PATH finds them, each
// for at most [Patience]. They read files and change nothing. What could not be
// read stands in the remarks.
func Look(ctx context.Context) Found {
	var f Found
	remark := func(format string, args ...any) {
		f.Remarks = append(f.Remarks, printable(fmt.Sprintf(format, args...)))
	}
	out, err := run(ctx, "doveconf", "-n")
	if err == nil {
		var d Dovecot
		if d, err = ParseDovecot(out); err == nil {
			f.Dovecot = &d
		}
	}
	f.Here = !errors.Is(err, exec.ErrNotFound)
	switch {
	case err != nil && f.Here:
		remark("doveconf -n: %v", err)
	case err != nil:
		remark("doveconf is not in PATH: Dovecot is not looked at")
	}

	main, err := run(ctx, "postconf", "-n")
	var master []byte
	if err == nil {
		master, err = run(ctx, "postconf", "-M")
	}
	if err == nil {
		var p Postfix
		if p, err = ParsePostfix(main, master); err == nil {
			f.Postfix = &p
		}
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		remark("postconf is not in PATH, where /usr/sbin may be missing: Postfix is not looked at")
		return f
	case err != nil:
		remark("postconf: %v", err)
	}
	f.Here = true
	return f
}

// run gives what a program writes, up to the bound. The error holds the first
// line of its complaint.
func run(ctx context.Context, name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	c := exec.CommandContext(ctx, path, args...) //nolint:gosec // the names are those of Look
	out, complaint := bounded{limit: maxOutput}, bounded{limit: 4096}
	c.Stdout, c.Stderr = &out, &complaint
	c.WaitDelay = time.Second // what it started may hold its output open
	err = c.Run()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("it gave no answer within %v", Patience)
	case out.cut:
		return nil, fmt.Errorf("%w: it said more than %d bytes", ErrFormat, maxOutput)
	case err != nil:
		line, _, _ := strings.Cut(strings.TrimSpace(complaint.text.String()), "\n")
		return nil, fmt.Errorf("%w: %s", err, line)
	}
	return out.text.Bytes(), nil
}

// bounded keeps what is written up to a limit, and takes the rest, so that
// who writes is not stopped. The limit is in bytes.
type bounded struct {
	text  bytes.Buffer // not embedded: its ReadFrom would know no limit
	limit int
	cut   bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := min(b.limit-b.text.Len(), len(p))
	b.cut = b.cut || room < len(p)
	b.text.Write(p[:room])
	return len(p), nil
}

// Names gives the DNS names of the first certificate in a PEM file of at most
// 1 MiB, as the certificate has them; a wildcard is among them. A file of a key
// alone, which may stand among certificates in Postfix, has none. The error
// wraps [ErrFormat] where the file is no PEM.
func (c Certificate) Names() ([]string, error) {
	f, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxOutput))
	if err != nil {
		return nil, err
	}
	key := false
	for {
		var b *pem.Block
		b, data = pem.Decode(data)
		switch {
		case b == nil && key:
			return nil, nil
		case b == nil:
			return nil, fmt.Errorf("%w: %s holds no certificate", ErrFormat, c.File)
		case b.Type != "CERTIFICATE":
			key = true
			continue
		}
		leaf, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, err
		}
		return leaf.DNSNames, nil
	}
}
