// Waypost gives every mail client the right settings for an address.
//
// Run "waypost help" for the commands. One file holds one command; this one
// holds what they share: exit codes and how errors are told.
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

// run is the whole program. Everything that cobra itself complains about is
// wrong usage; commands return a failure for everything else.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitPass
	}
	f := &failure{code: exitUsage, err: err, hint: "run waypost help"}
	errors.As(err, &f)
	if f.err != nil {
		fmt.Fprintln(stderr, "waypost:", f.err)
	}
	if f.hint != "" {
		fmt.Fprintln(stderr, "         "+f.hint)
	}
	return f.code
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "waypost",
		Short: "The right mail settings for every client and every address",
		Long: `Waypost gives every mail client the right settings for an address: Thunderbird
and its kin by autoconfig, Outlook by Autodiscover, iPhones and Macs by a signed
profile, people by a card. Every setting carries its source.

Exit codes: 0 pass, 1 warnings, 2 failures, 3 could not test, 64 usage.`,
		Example: `  waypost serve
  waypost show ann@charter.net
  waypost profile ann@charter.net -o ann.mobileconfig`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newServe(), newShow(), newProfile(), newProviders(), newVersion())
	return root
}
