package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waypost/config"
	"waypost/internal/reach"
	"waypost/providers"
)

// initOptions are the flags of waypost init.
type initOptions struct {
	*reachFlags

	output            string
	force, unattended bool
}

func newInit() *cobra.Command {
	c := &cobra.Command{
		Use:   "init DOMAIN",
		Short: "Write a first configuration from what is found and measured",
		Long: `Looks at what Dovecot and Postfix on this machine are configured to offer, and at
what the domain publishes (MX, SRV, autoconfig). Measures each server that turns
up, and writes those that work into a configuration, with a comment for each on
how it is known. Of the names in certificates those are measured that lead to this
machine or that it calls itself, four at most. What a Waypost answers here is no
source for the form of user names: it says what its own configuration says.
Nobody logs in, and no password is asked for.

What cannot be found is asked on a terminal; else it stays a gap, which the file
marks. This machine's own addresses may be reached without --allow-private. Exit
code 0: the file is complete; 1: written, with gaps; 2: nothing was
found, or it could not be written; 3: there was nowhere to look.`,
		Example: `  waypost init example.com
  waypost init example.com --yes -o /etc/waypost/waypost.yaml`,
		Args:              one("DOMAIN"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	o := initOptions{reachFlags: addReachFlags(c)}
	c.Flags().StringVarP(&o.output, "output", "o", "waypost.yaml", "file to write")
	_ = c.MarkFlagFilename("output", "yaml", "yml") // fails only where there is no such flag
	c.Flags().BoolVar(&o.force, "force", false, "write over a file that is there")
	c.Flags().BoolVarP(&o.unattended, "yes", "y", false, "ask nothing, and mark what is missing")
	c.RunE = func(c *cobra.Command, args []string) error {
		d, err := domainArgument(args[0])
		if err != nil {
			return err
		}
		s, err := newSurvey(d, o)
		if err != nil {
			return err
		}
		return s.run(c, o)
	}
	return c
}

// survey is one run of waypost init.
type survey struct {
	findings

	domain  providers.Domain
	today   string
	network reach.Network
	mine    func(netip.Addr) bool // tells this machine's addresses
	roots   *x509.CertPool
	timeout time.Duration
	say     func(format string, args ...any) // prints a line
	ask     *asker                           // nil: nobody is there to answer
}

func newSurvey(d providers.Domain, o initOptions) (*survey, error) {
	s := &survey{domain: d, today: time.Now().Format(time.DateOnly), timeout: o.timeout, mine: ownAddress()}
	name, _ := os.Hostname() // unknown, it is one name less
	s.hostname = strings.ToLower(name)
	var err error
	if s.network, err = o.network(); err != nil {
		return nil, err
	}
	if s.network.Allow == nil { // without --allow-private
		s.network.Allow = s.mine
	}
	s.roots, err = o.roots()
	return s, err
}

// run looks, measures, asks and writes.
func (s *survey) run(c *cobra.Command, o initOptions) error {
	ctx := c.Context()
	if _, err := os.Lstat(o.output); err == nil && !o.force {
		return &failure{exitFailure, fmt.Errorf("%s is there already", o.output), "look at it first; --force writes over it, -o FILE writes elsewhere"}
	}
	if _, err := os.Stat(filepath.Dir(o.output)); err != nil {
		return &failure{exitFailure, err, "-o names a file in a directory that is there"}
	}
	s.say = func(format string, args ...any) { fmt.Fprintf(c.OutOrStdout(), format+"\n", args...) }
	if !o.unattended {
		s.ask = newAsker(ctx, c.InOrStdin(), c.OutOrStdout())
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	s.measure(ctx)
	told := len(s.remarks)
	d := s.decide(ctx)
	s.tell(told)
	if ctx.Err() != nil {
		return &failure{exitFailure, errors.New("it was interrupted, and nothing was written"), ""}
	}
	text := d.document(s)
	if err := writeConfiguration(o.output, text, o.force, len(d.gaps) == 0); err != nil {
		return err
	}
	s.say("\nWrote %s (%s).", o.output, count(strings.Count(text, "\n"), "line"))
	switch {
	case len(s.candidates) == 0:
		return &failure{exitFailure, fmt.Errorf("no server was found for %s: %s has only gaps", s.domain, o.output), "fill them in by hand, then: waypost config check --config " + o.output}
	case len(d.gaps) > 0:
		return &failure{exitWarning, fmt.Errorf("%s has %s: %s", o.output, count(len(d.gaps), "gap"), strings.Join(d.gaps, ", ")), "search it for GAP, then: waypost config check --config " + o.output}
	}
	s.say("Next:")
	for _, next := range []string{"config check", "dns " + s.domain.String(), "serve"} {
		if s := "  waypost " + next; config.Find("") == o.output {
			fmt.Fprintln(c.OutOrStdout(), s)
		} else {
			fmt.Fprintln(c.OutOrStdout(), s+" --config "+o.output)
		}
	}
	return nil
}

// look finds out what there is to be measured.
func (s *survey) look(ctx context.Context) error {
	s.lookHere(ctx)
	told := s.tell(0)
	s.lookAtPublished(ctx)
	s.tell(told)
	if !s.machine.Here && !s.answered {
		return &failure{
			exitUntested, errors.New("there was nowhere to look: no mail server here, and no name server that answers"),
			"run it on the mail server, or name a name server with --resolver",
		}
	}
	return nil
}

// tell prints the remarks from one on, and gives how many there are.
func (s *survey) tell(from int) int {
	for _, r := range s.remarks[from:] {
		s.say("  %s", r)
	}
	return len(s.remarks)
}

// writeConfiguration puts the text in the place of the file at once. A complete
// one is read first, as waypost serve would.
func writeConfiguration(file, text string, force, complete bool) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".waypost-*.yaml")
	if err != nil {
		return &failure{exitFailure, err, "-o names a file in a directory that can be written"}
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone where all went well
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil && complete {
		if _, err = config.Load(f.Name()); err != nil {
			err = fmt.Errorf("what was found does not make a configuration: %w", err)
		}
	}
	switch {
	case err != nil:
	case force:
		err = os.Rename(f.Name(), file)
	default: // unlike renaming, a link never takes another file's place
		if err = os.Link(f.Name(), file); errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
			err = os.Rename(f.Name(), file) // some file systems know no links
		}
	}
	if err != nil {
		return &failure{code: exitFailure, err: err}
	}
	return nil
}
