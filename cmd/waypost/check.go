package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"waypost/check"
	"waypost/config"
	"waypost/discover"
	"waypost/dnsrecords"
	"waypost/internal/reach"
	"waypost/probe"
	"waypost/providers"
)

// checkFlags are those of check alone.
type checkFlags struct {
	*reachFlags
	*loginFlags

	config   string
	state    string
	client   string
	html     string
	ispdb    bool
	asJSON   bool
	selfTest bool
}

func newCheck() *cobra.Command {
	c := &cobra.Command{
		Use:   "check ADDRESS|DOMAIN",
		Short: "Act as each mail client, measure the servers, compare: findings",
		Long: `Acts as each mail client for an address, measures every server that the record
names or a client finds, compares DNS with what should be published, and says what
is wrong: worst first, each with what was seen, what was expected, who feels it and
how to mend it. A password is asked for with --user alone, and goes to the record's
own servers alone.

With --client, shows one client's search: every question, the answer, the time, and
why it won or lost. With --self-test, runs the measuring against servers that are
known to be bad, and fails when it does not complain.

Exit codes: 0 all that was tested passed, 1 warnings, 2 failures, 3 nothing could be
tested.`,
		Example: `  waypost check ann@example.com
  waypost check example.com --client thunderbird
  waypost check example.com --html report.html`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f := &checkFlags{reachFlags: addReachFlags(c), loginFlags: addLoginFlags(c)}
	file, state := configFlag(c), stateFlag(c)
	c.Flags().StringVar(&f.client, "client", "", "show the search of one client")
	_ = c.RegisterFlagCompletionFunc("client", completeClients) // fails only where there is no such flag
	c.Flags().StringVar(&f.html, "html", "", "also write the report as one HTML file")
	c.Flags().BoolVar(&f.ispdb, "ispdb", false, "ask the public database of settings too, as clients do; it learns the domain")
	c.Flags().BoolVar(&f.asJSON, "json", false, "as JSON")
	c.Flags().BoolVar(&f.selfTest, "self-test", false, "check the checker against servers that are known to be bad")
	c.RunE = func(c *cobra.Command, args []string) error {
		f.config, f.state = *file, *state
		switch {
		case f.selfTest && len(args) == 0:
			return selfTest(c, f.asJSON)
		case f.selfTest || len(args) != 1:
			return &failure{exitUsage, fmt.Errorf("check takes one ADDRESS or DOMAIN, or --self-test, and %d were given", len(args)), "see waypost check --help"}
		}
		return runCheck(c, f, args[0])
	}
	return c
}

// completeClients lists the clients when a shell asks for them, and not at every
// start of the program.
func completeClients(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
	for _, client := range discover.Clients() {
		names = append(names, client.Name+"\t"+client.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func runCheck(c *cobra.Command, f *checkFlags, target string) error {
	conf, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	t, err := checkTarget(c.Context(), conf, target)
	if err != nil {
		return err
	}
	o, err := f.options(c, conf, t)
	if err != nil {
		return err
	}
	if f.client != "" {
		return traceClient(c, f, t, o)
	}
	o.Progress = progress(c.ErrOrStderr())
	report := check.Run(c.Context(), t, o)
	if o.Progress != nil {
		o.Progress("") // clears the line
	}
	if f.html != "" {
		if err := writeReport(f.html, report); err != nil {
			return err
		}
	}
	if f.asJSON {
		err = printJSON(c.OutOrStdout(), struct {
			Schema string `json:"schema"`
			check.Report
		}{"waypost.check/1", report})
	} else {
		err = check.Write(c.OutOrStdout(), report.Findings)
	}
	if err != nil {
		return err
	}
	if c.Context().Err() != nil {
		return &failure{exitUntested, errors.New("interrupted before all was tested"), ""}
	}
	return withoutNames(c.Context(), verdictError(report.Findings), o.Probe.Network, t.Account.Address.Domain())
}

// withoutNames adds to the result of what could not be tested that the name
// server is why, where it is.
func withoutNames(ctx context.Context, result error, n reach.Network, d providers.Domain) error {
	f, ok := errors.AsType[*failure](result)
	if !ok || f.code != exitUntested {
		return result
	}
	why := check.NoResolver(ctx, n, d)
	if why == "" {
		return result
	}
	return &failure{exitUntested, fmt.Errorf("%w: %s", f.err, why), "name another with --resolver ADDRESS, or see that this machine reaches it"}
}

// checkTarget finds what to check. A domain is checked with an invented
// address: nothing depends on whether it exists.
func checkTarget(ctx context.Context, conf config.Config, target string) (check.Target, error) {
	a, domain, err := targetArgument(target)
	if err == nil && a.IsZero() {
		a, err = addressArgument("someone@" + domain.String())
	}
	if err != nil {
		return check.Target{}, err
	}
	own, builtIn, err := directories(conf)
	if err != nil {
		return check.Target{}, err
	}
	t := check.Target{Account: providers.Match{Domain: a.Domain()}.At(a)}
	m, isOwn, err := lookUpIn(ctx, own, builtIn, a.Domain())
	switch {
	case errors.Is(err, providers.ErrNotHere), errors.Is(err, providers.ErrElsewhere):
		return t, nil // clients may find something all the same
	case err != nil:
		return t, &failure{code: exitUntested, err: err}
	}
	t.Account = m.At(a)
	if isOwn && m.Setup.Partial == "" { // whoever is in the catalogue publishes what they like
		t.Publication = &dnsrecords.Publication{Match: m, Origin: conf.URL}
	}
	return t, nil
}

// lookUpIn asks the configured domains, then the catalogue, each of which may
// be nil, and tells which has the domain.
func lookUpIn(ctx context.Context, own, builtIn providers.Directory, d providers.Domain) (m providers.Match, isOwn bool, err error) {
	err = providers.ErrNotHere
	if own != nil {
		m, err = own.Lookup(ctx, d)
		isOwn = err == nil
	}
	if builtIn != nil && errors.Is(err, providers.ErrNotHere) {
		m, err = builtIn.Lookup(ctx, d)
	}
	return m, isOwn, err
}

func (f *checkFlags) options(c *cobra.Command, conf config.Config, t check.Target) (check.Options, error) {
	network, err := f.network()
	if err != nil {
		return check.Options{}, err
	}
	own := ownAddress()
	if network.Allow == nil && t.Publication != nil { // a stranger's domain may not lead us inside
		network.Allow = func(a netip.Addr) bool {
			return own(a) || slices.ContainsFunc(conf.Measure.Private, func(p netip.Prefix) bool { return p.Contains(a) })
		}
	}
	roots, err := f.roots()
	if err != nil {
		return check.Options{}, err
	}
	if f.caFile == "" && t.Publication != nil {
		roots = conf.Measure.Roots
	}
	last := lastMeasured(f.state, conf)
	o := check.Options{
		Probe:    probe.Options{Network: network, Roots: roots, Timeout: f.timeout},
		Discover: discover.Options{Network: network, Roots: roots, ISPDB: f.ispdb, Timeout: f.timeout},
		Earlier:  func(s providers.Server) string { return last(s).words },
		Own:      own,
	}
	return o, f.logIn(c, &o.Probe, t.Account.Address.Domain())
}

// traceClient shows how one client searches.
func traceClient(c *cobra.Command, f *checkFlags, t check.Target, o check.Options) error {
	trace, err := discover.Run(c.Context(), f.client, t.Account.Address, o.Discover)
	if errors.Is(err, discover.ErrClient) {
		var names []string
		for _, known := range discover.Clients() {
			names = append(names, known.Name)
		}
		return &failure{exitUsage, err, "the clients are " + strings.Join(names, ", ")}
	} else if err != nil {
		return err
	}
	if f.asJSON {
		err = printJSON(c.OutOrStdout(), struct {
			Schema string `json:"schema"`
			discover.Trace
		}{"waypost.trace/1", trace})
	} else {
		err = trace.Write(c.OutOrStdout())
	}
	if err != nil {
		return err
	}
	if trace.Result.Outcome == discover.Elsewhere {
		return &failure{exitUntested, errors.New("the client asks nobody at the domain"), ""}
	}
	return withoutNames(c.Context(), searchError(trace), o.Discover.Network, t.Account.Address.Domain())
}

// searchError gives the exit code of a search that led to the domain.
func searchError(trace discover.Trace) error {
	switch {
	case trace.Result.Outcome == discover.Configured:
		return nil
	case trace.Result.Outcome == discover.Password:
		return &failure{exitFailure, errors.New("the client asks for the password before it knows the servers"), "waypost explain CLIENT-ASKS-PASSWORD"}
	case slices.ContainsFunc(trace.Steps, func(s discover.Step) bool { return s.Verdict == discover.Untested }):
		return &failure{exitUntested, errors.New("the client found no settings, and not every question could be tested"), ""}
	default:
		return &failure{exitWarning, errors.New("the client finds no settings"), "waypost dns shows the records to publish"}
	}
}

// progress tells a person who waits what is done; nobody, where no person
// watches.
func progress(w io.Writer) func(string) {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(what string) { fmt.Fprintf(w, "\r\033[K%s", what) }
}

// verdictError gives the exit code of findings.
func verdictError(findings []check.Finding) error {
	warnings := check.Count(findings, check.Warn)
	switch worst := check.Worst(findings); {
	case worst == check.Fail:
		return &failure{exitFailure, fmt.Errorf("%d of %d tests failed", check.Count(findings, check.Fail), len(findings)), "waypost explain CODE says more of each"}
	case worst == check.Untested:
		return &failure{exitUntested, errors.New("nothing could be tested"), ""}
	case check.ServersUntested(findings):
		return &failure{exitUntested, errors.New("not every server could be tested"), ""}
	case warnings == 1:
		return &failure{exitWarning, errors.New("1 warning"), ""}
	case warnings > 1:
		return &failure{exitWarning, fmt.Errorf("%d warnings", warnings), ""}
	}
	return nil
}

func writeReport(file string, report check.Report) error {
	out, err := os.Create(file)
	if err != nil {
		return &failure{code: exitFailure, err: err}
	}
	if err := errors.Join(report.HTML(out), out.Close()); err != nil {
		return &failure{code: exitFailure, err: err}
	}
	return nil
}

// selfTest measures servers that are known to be bad.
func selfTest(c *cobra.Command, asJSON bool) error {
	findings := check.SelfTest(c.Context())
	var err error
	if asJSON {
		err = printJSON(c.OutOrStdout(), struct {
			Schema   string          `json:"schema"`
			Findings []check.Finding `json:"findings"`
		}{"waypost.self-test/1", findings})
	} else {
		err = check.Write(c.OutOrStdout(), findings)
	}
	if err != nil {
		return err
	}
	if check.Count(findings, check.Untested) == len(findings) {
		return &failure{exitUntested, errors.New("the self-test could not run: " + findings[0].Why), ""}
	}
	if slices.ContainsFunc(findings, func(f check.Finding) bool { return f.Verdict != check.Pass }) {
		return &failure{exitFailure, errors.New("the checker did not find what is wrong with a server that is known to be bad"), "do not trust its results on this machine; please report it"}
	}
	return nil
}
