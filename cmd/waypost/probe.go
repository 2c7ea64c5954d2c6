package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"waypost/probe"
	"waypost/providers"
)

// probeFlags are those of probe alone.
type probeFlags struct {
	*reachFlags
	*loginFlags

	as     string
	asJSON bool
}

func newProbe() *cobra.Command {
	services := []string{"jmap", "caldav", "carddav", "webdav", "activesync", "ews"}
	c := &cobra.Command{
		Use:   "probe SERVER-URL…",
		Short: "Measure servers: reachable, TLS as declared, certificate, log-in methods",
		Long: `Measures servers step by step and names the one cause that matters. A server is
written as everywhere: imaps, imap, pop3s, pop3, submissions, submission, smtp or
sieve, then :// and the name, and a port where it is not the usual one. The scheme
says which TLS mode is expected, whatever the port. An https:// URL needs --as.

Pass means verified TLS as declared, and a way to log in. With --user, a log-in is
tried too: the password is asked for on the terminal or read from --password-fd,
sent inside verified TLS alone, and after a refusal not sent again, to no server of
the call, unless --try-username-forms asks for the other forms of the name.

Exit codes: 0 pass, 1 warnings, 2 failures, 3 could not test.`,
		Example: `  waypost probe imaps://mail.example.com submission://mail.example.com
  waypost probe submissions://mobile.charter.net:587
  waypost probe https://dav.example.com/cal/ --as caldav
  waypost probe imaps://mail.example.com --user ann@example.com`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("probe takes at least one SERVER-URL")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f := &probeFlags{reachFlags: addReachFlags(c), loginFlags: addLoginFlags(c)}
	c.Flags().StringVar(&f.as, "as", "", "what an https:// URL is: "+strings.Join(services, ", "))
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(services, cobra.ShellCompDirectiveNoFileComp)) // fails only where there is no such flag
	c.Flags().BoolVar(&f.asJSON, "json", false, "as JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		var servers []providers.Server
		for _, text := range args {
			s, err := f.server(text)
			if err != nil {
				return &failure{exitUsage, fmt.Errorf("%s: %w", visible(text), err), "see waypost probe --help"}
			}
			servers = append(servers, s)
		}
		o, err := f.options(c)
		if err != nil {
			return err
		}
		found := f.measure(c, servers, o)
		if err := f.print(c.OutOrStdout(), found); err != nil {
			return err
		}
		return probeResult(found)
	}
	return c
}

func (f *probeFlags) server(text string) (providers.Server, error) {
	if !strings.HasPrefix(strings.ToLower(text), "https://") {
		s, err := providers.ParseServer(text)
		if err == nil && strings.Contains(s.Host, "{") {
			err = errors.New("a host that is measured has no placeholder")
		}
		return s, err
	}
	switch p := providers.Protocol(f.as); p {
	case providers.JMAP, providers.CalDAV, providers.CardDAV, providers.WebDAV, providers.ActiveSync, providers.EWS:
		return providers.ParseService(p, text)
	case "":
		return providers.Server{}, errors.New("an https:// URL needs --as, which says what it is")
	default:
		return providers.Server{}, fmt.Errorf("--as does not know %q", f.as)
	}
}

func (f *probeFlags) options(c *cobra.Command) (probe.Options, error) {
	network, err := f.network()
	if err != nil {
		return probe.Options{}, err
	}
	roots, err := f.roots()
	if err != nil {
		return probe.Options{}, err
	}
	o := probe.Options{Network: network, Roots: roots, Timeout: f.timeout}
	return o, f.logIn(c, &o, providers.Domain{})
}

// measure measures the servers, and tells of a refused password.
func (f *probeFlags) measure(c *cobra.Command, servers []providers.Server, o probe.Options) []probe.Evidence {
	tell := progress(c.ErrOrStderr())
	found := probe.Servers(c.Context(), servers, o, func(e probe.Evidence) {
		if tell != nil {
			tell("measured " + e.Server.URL())
		}
	})
	if tell != nil {
		tell("")
	}
	tellRefused(c.ErrOrStderr(), found)
	return found
}

func (f *probeFlags) print(w io.Writer, found []probe.Evidence) error {
	if f.asJSON {
		return printJSON(w, struct {
			Schema  string           `json:"schema"`
			Verdict probe.Verdict    `json:"verdict"`
			Servers []probe.Evidence `json:"servers"`
		}{"waypost.probe/1", probeVerdict(found), found})
	}
	for i, e := range found {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printEvidence(w, e)
	}
	return nil
}

var probeMarks = map[probe.Verdict]string{probe.Pass: "✓", probe.Untested: "–", probe.Warn: "!", probe.Fail: "✗"}

// printEvidence writes one server: the verdict and its cause, what else is not
// right, and the steps. Texts of evidence are printable already.
func printEvidence(w io.Writer, e probe.Evidence) {
	fmt.Fprintf(w, "%s %s  %s in %.1f s", probeMarks[e.Verdict], e.Server.URL(), e.Verdict, e.Took.Seconds())
	switch c := e.Certificate; {
	case e.Cause == "" && c != nil:
		fmt.Fprintf(w, "  %s, %s, certificate %d days, log-in %s\n", e.Security.Words(), e.TLS, c.DaysLeft, strings.Join(e.Methods, " "))
	case e.Cause == "":
		fmt.Fprintln(w)
	default:
		fmt.Fprintf(w, "  %s\n", e.Cause)
		words := e.Cause.Words()
		fmt.Fprintf(w, "    %s\n", words.Meaning)
		for _, s := range e.Steps {
			if s.Cause != e.Cause {
				continue
			}
			fmt.Fprintf(w, "    seen      %s\n", s.Seen)
			if s.Expected != "" {
				fmt.Fprintf(w, "    expected  %s\n", s.Expected)
			}
			break
		}
		fmt.Fprintf(w, "    who       %s\n    fix       %s\n", words.Who, words.Next)
	}
	for _, c := range e.Also {
		fmt.Fprintf(w, "    also      %s  %s\n", c, c.Words().Meaning)
	}
	fmt.Fprintln(w, "    steps")
	for _, s := range e.Steps {
		where := ""
		if s.Address.IsValid() {
			where = s.Address.String() + "  "
		}
		fmt.Fprintf(w, "      %s %-12s  %s%s\n", probeMarks[s.Verdict], s.Name, where, s.Seen)
	}
}

func probeVerdict(found []probe.Evidence) probe.Verdict {
	var verdicts []probe.Verdict
	for _, e := range found {
		verdicts = append(verdicts, e.Verdict)
	}
	return probe.Worst(verdicts...)
}

// probeResult gives the exit code of the worst.
func probeResult(found []probe.Evidence) error {
	worst, n := probeVerdict(found), 0
	for _, e := range found {
		if e.Verdict == worst {
			n++
		}
	}
	of := fmt.Sprintf("%d of %d servers", n, len(found))
	if len(found) == 1 {
		of = "the server"
	}
	switch worst {
	case probe.Fail:
		return &failure{exitFailure, errors.New(of + " failed"), ""}
	case probe.Untested:
		return &failure{exitUntested, errors.New(of + " could not be tested"), ""}
	case probe.Warn:
		return &failure{exitWarning, errors.New(of + " passed with warnings"), ""}
	default:
		return nil
	}
}
