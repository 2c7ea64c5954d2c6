// Waypost tells mail clients, and people, how to set up the account of an
// address.
//
//	waypost serve [--config FILE] [--listen ADDRESS] [--state DIR]
//	waypost show ADDRESS|DOMAIN [--as FORM]
//	waypost profile ADDRESS [-o FILE]
//
// "waypost help" lists the commands, "waypost help COMMAND" says all of one.
//
// # Exit codes
//
// 0 pass, 1 warnings, 2 failures, 3 could not test, 64 usage. Errors go to
// standard error, most with a second line that says what to do.
//
// # In the source
//
// One file holds one command; main.go holds what they share.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes, fixed for scripts.
const (
	exitPass     = 0
	exitWarning  = 1
	exitFailure  = 2
	exitUntested = 3
	exitUsage    = 64
)

// failure is an error with an exit code: what is wrong, and what to do next.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program. What cobra complains of before a command begins is
// wrong usage; a command returns a failure, and every other error, such as a
// full disk behind standard output, is one too.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	began := false // a command's own code, after cobra has read the arguments
	root.PersistentPreRun = func(*cobra.Command, []string) { began = true }
	out := &output{Writer: stdout}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	c, err := root.ExecuteContextC(ctx)
	if out.err != nil {
		err = out.err
	}
	if err == nil {
		return exitPass
	}
	f := &failure{code: exitFailure, err: err}
	if !began {
		f = &failure{code: exitUsage, err: err, hint: "see " + c.CommandPath() + " --help"}
	}
	errors.As(err, &f)
	fmt.Fprintln(stderr, "waypost:", f.err)
	if f.hint != "" {
		fmt.Fprintln(stderr, "         "+f.hint)
	}
	return f.code
}

// output remembers that something could not be written, for the many places
// that print and do not ask.
type output struct {
	io.Writer

	err error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// one is for commands that take one argument, and says which.
func one(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s takes one %s, and %d were given", c.Name(), what, len(args))
		}
		return nil
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "waypost",
		Short: "The right mail settings for every client and every address",
		Long: `Waypost tells mail clients how to set up the account of an address: Thunderbird
and its kin by autoconfig, Outlook by Autodiscover, iPhones and Macs by a signed
profile, people by a card. Every setting carries its source.

Exit codes: 0 pass, 1 warnings, 2 failures, 3 could not test, 64 usage.`,
		Example: `  waypost serve
  waypost show ann@charter.net
  waypost profile ann@charter.net -o ann.mobileconfig`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.Version, _ = builtFrom()
	root.SetVersionTemplate("waypost {{.Version}}\n")
	root.AddCommand(newServe(pollInterval), newInit(), newShow(), newProfile(), newCheck(), newDNS(), newExplain(), newCode(), newProbe(), newProviders(), newConfig(), newHealthcheck(), newVersion())
	return root
}
