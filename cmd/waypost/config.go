package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"waypost/config"
	"waypost/providers"
	"waypost/providers/catalogue"
	"waypost/providers/yamlfile"
)

// configFlag adds --config to a command that reads the configuration.
func configFlag(c *cobra.Command) *string {
	file := c.Flags().String("config", "", "configuration file (default: waypost.yaml here, else /etc/waypost/waypost.yaml, else none)")
	_ = c.MarkFlagFilename("config", "yaml", "yml") // fails only where there is no such flag
	return file
}

// loadConfig reads the configuration of --config or of the usual places.
// Without one, the built-in catalogue is all there is.
func loadConfig(flag string) (config.Config, error) {
	file := config.Find(flag)
	if file == "" {
		return config.Default(), nil
	}
	c, err := config.Load(file)
	if err != nil {
		return config.Config{}, &failure{exitFailure, err, ""}
	}
	return c, nil
}

// directories gives what a configuration serves: its own domains, and the
// built-in catalogue where it is on. Each is nil when there is none.
func directories(c config.Config) (own, builtIn providers.Directory, err error) {
	if len(c.Domains)+len(c.Elsewhere) > 0 {
		if own, err = providers.NewMemory(c.Domains, c.Elsewhere...); err != nil {
			return nil, nil, &failure{code: exitFailure, err: err}
		}
	}
	if c.Catalogue {
		if builtIn, err = catalogue.Load(); err != nil {
			return nil, nil, &failure{code: exitFailure, err: err}
		}
	}
	return own, builtIn, nil
}

// lookUp finds a domain as the instance would at its own name.
func lookUp(ctx context.Context, c config.Config, d providers.Domain) (providers.Match, error) {
	own, builtIn, err := directories(c)
	if err != nil {
		return providers.Match{}, err
	}
	var layers providers.Layered
	for _, dir := range []providers.Directory{own, builtIn} {
		if dir != nil {
			layers = append(layers, dir)
		}
	}
	m, err := layers.Lookup(ctx, d)
	switch {
	case err == nil:
		return m, nil
	case errors.Is(err, providers.ErrElsewhere):
		return m, &failure{exitFailure, fmt.Errorf("the mail of %s is elsewhere, by this configuration", d), "nothing is answered for it"}
	case c.File != "" && !c.Catalogue:
		return m, &failure{exitFailure, fmt.Errorf("%s is not one of the domains in %s", d, c.File), "add it there; or catalogue: true, for the built-in records"}
	}
	return m, &failure{
		exitFailure, fmt.Errorf("no settings are known for %s", d),
		"waypost providers list shows what the built-in catalogue knows",
	}
}

func newConfig() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Check the configuration",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	check := &cobra.Command{
		Use:   "check",
		Short: "Read the configuration as serve would, with the files it names",
		Long: `Reads the configuration, the certificates and the keys exactly as waypost serve
does, and says what is wrong: file, line, the line itself, and what to write
instead, for all that is wrong, in the order of the lines. Certificates and keys
are read when the file itself is right. It makes nothing: whether the state
directory can be written is seen when serve starts. Exit code 0: good; 1: with warnings; 2: serve would refuse it.`,
		Example: "  waypost config check --config /etc/waypost/waypost.yaml",
		Args:    cobra.NoArgs,
	}
	file := configFlag(check)
	asJSON := check.Flags().Bool("json", false, "as JSON")
	check.RunE = func(c *cobra.Command, _ []string) error { return checkConfig(c.OutOrStdout(), *file, *asJSON) }
	c.AddCommand(check)
	return c
}

// configView is the JSON of waypost config check.
type configView struct {
	Schema   string        `json:"schema"`
	File     string        `json:"file,omitempty"`
	Domains  int           `json:"domains"`
	Suffixes int           `json:"suffixes,omitempty"`
	Warnings []string      `json:"warnings"`
	Error    string        `json:"error,omitempty"`    // all problems, as on the terminal
	Problems []problemView `json:"problems,omitempty"` // one by one, by line
}

type problemView struct {
	File    string `json:"file,omitempty"` // of what stands in a line
	Line    int    `json:"line,omitempty"`
	Excerpt string `json:"excerpt,omitempty"`
	Text    string `json:"text"`
	Fix     string `json:"fix,omitempty"`
}

func checkConfig(w io.Writer, file string, asJSON bool) error {
	c, err := loadConfig(file)
	if err == nil && c.File == "" {
		return &failure{exitUntested, errors.New("there is no configuration here"), "name it: --config FILE"}
	}
	if err == nil {
		err = checkFiles(&c)
	}
	view := configView{Schema: "waypost.config/1", File: c.File, Warnings: append([]string{}, c.Warnings...), Problems: problemViews(err)}
	view.Domains, view.Suffixes = countDomains(c.Domains)
	if asJSON {
		if err != nil {
			view.Error = err.Error()
		}
		if err := printJSON(w, view); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if !asJSON {
		fmt.Fprintf(w, "%s is good: %s", c.File, count(view.Domains, "domain"))
		if view.Suffixes > 0 {
			fmt.Fprintf(w, " and %s", count(view.Suffixes, "suffix rule"))
		}
		fmt.Fprintln(w)
		for _, warning := range c.Warnings {
			fmt.Fprintf(w, "WARNING %s\n", warning)
		}
	}
	if len(c.Warnings) > 0 {
		return &failure{code: exitWarning, err: errors.New(count(len(c.Warnings), "warning"))}
	}
	return nil
}

// checkFiles looks at what serve would run into after reading: the files that
// the configuration names, and the domains beside each other. What is well and
// will not stay so is added to the warnings.
func checkFiles(c *config.Config) error {
	k, errKeys := newKeys(*c)
	if errKeys == nil {
		var signing *x509.Certificate
		if k.signing != nil {
			signing = k.signing.Certificate
		}
		c.Warnings = append(c.Warnings, expiring(signing, leaf(k.tls), time.Now())...)
	}
	_, _, errDomains := directories(*c)
	return together(errKeys, errDomains)
}

// problemViews takes apart what stands together in an error.
func problemViews(err error) (views []problemView) {
	switch e := err.(type) { //nolint:errorlint // each layer in its turn
	case nil:
	case *yamlfile.Problem:
		views = []problemView{{e.File, e.Line, e.Excerpt, e.Text, ""}}
	case *hinted:
		views = problemViews(e.failure)
	case *failure:
		if views = problemViews(e.err); len(views) == 1 {
			views[0].Fix = e.hint
		}
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			views = append(views, problemViews(one)...)
		}
	default:
		views = []problemView{{Text: err.Error()}}
	}
	return views
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
