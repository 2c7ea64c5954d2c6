package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"waypost/probe"
	"waypost/providers"
)

// loginFlags are those of commands that may log in, and tell a filter from a
// dead line.
type loginFlags struct {
	user, control string
	passwordFD    int
	tryForms      bool
}

// addLoginFlags adds --user, --password-fd, --try-username-forms and --control.
// A password itself is no flag: other people see the arguments of a program.
func addLoginFlags(c *cobra.Command) *loginFlags {
	f := &loginFlags{}
	c.Flags().StringVar(&f.user, "user", "", "address to log in with; the password is asked for")
	c.Flags().IntVar(&f.passwordFD, "password-fd", -1, "file descriptor whose first line is the password, such as 3")
	c.Flags().BoolVar(&f.tryForms, "try-username-forms", false, "after a refusal, try the address and the local part as user name; each counts as a failed log-in")
	c.Flags().StringVar(&f.control, "control", "", "host:port that is known to answer: tells a filtered port from a dead line")
	return f
}

// logIn puts what the flags say into the options, and reads the password. Where
// a domain is given, only an address of that domain is taken: the password of
// another belongs to none of its servers.
func (f *loginFlags) logIn(c *cobra.Command, o *probe.Options, only providers.Domain) error {
	if _, _, err := net.SplitHostPort(f.control); f.control != "" && err != nil {
		return &failure{exitUsage, fmt.Errorf("--control takes host:port, not %q", f.control), "write it as example.com:443"}
	}
	o.Control = f.control
	if f.user == "" {
		if f.passwordFD >= 0 || f.tryForms {
			return &failure{exitUsage, errors.New("a log-in needs --user"), "add --user with the address of the account"}
		}
		return nil
	}
	address, err := providers.ParseAddress(f.user)
	if err != nil {
		return &failure{exitUsage, err, "write it as ann@example.com"}
	}
	if !only.IsZero() && address.Domain() != only {
		return &failure{exitUsage, errors.New("--user is an address of another domain, and its password belongs to no server of this one"), "give an address of " + only.String()}
	}
	password, err := readPassword(c, f.passwordFD, address)
	if err != nil {
		return &failure{exitUsage, err, "run it in a terminal, or give the password with --password-fd"}
	}
	o.Login = &probe.Login{Address: address, Password: password, TryForms: f.tryForms}
	return nil
}

// tellRefused says that the password went to no further server.
func tellRefused(w io.Writer, found []probe.Evidence) {
	if i := slices.IndexFunc(found, probe.Evidence.RefusedLogin); i >= 0 && i+1 < len(found) {
		fmt.Fprintln(w, "waypost: the log-in was refused, so the password goes to no other server")
	}
}

// readPassword takes the password from a file descriptor, or asks for it without
// showing it.
func readPassword(c *cobra.Command, fd int, a providers.Address) (string, error) {
	if fd < 0 {
		in, ok := c.InOrStdin().(*os.File)
		if !ok || !term.IsTerminal(int(in.Fd())) {
			return "", errors.New("there is no terminal to ask for the password")
		}
		fmt.Fprintf(c.ErrOrStderr(), "Password of %s: ", a)
		secret, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(c.ErrOrStderr())
		return string(secret), err
	}
	file := os.NewFile(uintptr(fd), "password")
	if file == nil {
		return "", fmt.Errorf("--password-fd: there is no file descriptor %d", fd)
	}
	defer func() { _ = file.Close() }()
	line, err := bufio.NewReader(io.LimitReader(file, 1024)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("--password-fd: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("--password-fd: it holds no password")
	}
	return line, nil
}
