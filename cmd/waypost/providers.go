package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"waypost/config"
	"waypost/providers"
	"waypost/providers/catalogue"
)

func newProviders() *cobra.Command {
	c := &cobra.Command{
		Use:   "providers",
		Short: "Look at the built-in catalogue, and measure it",
		Long: `The catalogue holds what is known of providers that many people use. Every
setting has its source; what nobody has confirmed is kept as a claim and never
served.`,
		Example: `  waypost providers list
  waypost providers show charter.net
  waypost providers lint
  waypost providers measure charter.net`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newProvidersList(), newProvidersShow(), newProvidersLint(), newProvidersMeasure())
	return c
}

func newProvidersList() *cobra.Command {
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the providers of the catalogue",
		Example: "  waypost providers list",
		Args:    cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "as JSON, complete")
	c.RunE = func(c *cobra.Command, _ []string) error {
		records, err := builtIn()
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), recordsJSON(records))
		}
		return listRecords(c.OutOrStdout(), records)
	}
	return c
}

func builtIn() ([]providers.Provider, error) {
	directory, err := catalogue.Load()
	if err != nil {
		return nil, &failure{code: exitFailure, err: err}
	}
	return directory.Providers(), nil
}

func recordsJSON(records []providers.Provider) any {
	views := make([]providerView, len(records))
	for i := range records {
		views[i] = viewRecord(&records[i])
	}
	return struct {
		Schema    string         `json:"schema"`
		Providers []providerView `json:"providers"`
	}{"waypost.providers/1", views}
}

// listRecords has the name last: characters of other scripts have widths that
// no table knows.
func listRecords(w io.Writer, records []providers.Provider) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DOMAINS\tINCOMING\tOUTGOING\tPROVIDER")
	for _, p := range records {
		for i := range p.Setups {
			s := &p.Setups[i]
			in, out := first(s.Incoming), first(s.Outgoing)
			if s.Partial != "" {
				in, out = "not served", ""
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", domainWords(s), in, out, p.Name)
		}
	}
	return t.Flush()
}

// domainWords names the main domain and counts the rest.
func domainWords(s *providers.Setup) string {
	main, more := "", len(s.Domains)+len(s.Suffixes)-1
	if len(s.Domains) > 0 {
		main = s.Domains[0].Unicode()
	} else {
		main = "*." + s.Suffixes[0].Unicode()
	}
	if more == 0 {
		return main
	}
	return fmt.Sprintf("%s +%d", main, more)
}

func first(servers []providers.Server) string {
	if len(servers) == 0 {
		return "unknown"
	}
	return servers[0].URL()
}

func newProvidersShow() *cobra.Command {
	c := &cobra.Command{
		Use:     "show ID|DOMAIN",
		Short:   "Show a whole record: every server, claim and source",
		Example: "  waypost providers show charter.net",
		Args:    one("ID or DOMAIN"),
	}
	asJSON := c.Flags().Bool("json", false, "as JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		a, err := account(c.Context(), config.Default(), args[0])
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), recordsJSON([]providers.Provider{*a.Provider}))
		}
		printRecord(c.OutOrStdout(), a.Provider)
		return nil
	}
	return c
}

func printRecord(w io.Writer, p *providers.Provider) {
	fmt.Fprintf(w, "%s: %s\n", p.ID, p.Name)
	for _, line := range helpWords(p.Help) {
		fmt.Fprintf(w, "  - %s\n", line)
	}
	for i := range p.Setups {
		s := &p.Setups[i]
		v := viewSetup(s, providers.Address{})
		fmt.Fprintf(w, "\nSetup for %s\n", strings.Join(append(v.Domains, v.Suffixes...), ", "))
		if s.Partial != "" {
			fmt.Fprintf(w, "  Not served: %s\n", s.Partial)
		}
		for _, list := range [][]providers.Server{s.Incoming, s.Outgoing, s.Services} {
			for _, v := range list {
				printBrief(w, v)
			}
		}
		for _, n := range s.Notes {
			fmt.Fprintf(w, "  - %s\n", n)
		}
		printClaims(w, "  ", s.Claims)
	}
}

// printBrief writes a server with all that is known of it, in the notation.
func printBrief(w io.Writer, s providers.Server) {
	fmt.Fprintf(w, "  %s\n      user name: %s; sign-in: %s\n", s.URL(), loginWords(s, providers.Address{}), authWords(s.Auth))
	for _, src := range s.Sources {
		fmt.Fprintf(w, "      %s\n", sourceWords(src))
	}
}

func newProvidersLint() *cobra.Command {
	c := &cobra.Command{
		Use:   "lint",
		Short: "Check every record of the catalogue",
		Long: `Checks every record: hosts, ports, methods, one incoming and one outgoing server
unless the record is partial, partial only where something is missing, a source
with kind, name and plausible date for everything, the provider's own page for
what outranks a catalogue, no plaintext served, a note where there is only
OAuth2, no domain in two records. Exit code 2 when something is found.`,
		Example: "  waypost providers lint",
		Args:    cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "as JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		records, err := builtIn()
		if err != nil {
			return err
		}
		return lint(c.OutOrStdout(), records, *asJSON)
	}
	return c
}

func lint(w io.Writer, records []providers.Provider, asJSON bool) error {
	findings := catalogue.Lint(records)
	if asJSON {
		err := printJSON(w, struct {
			Schema   string              `json:"schema"`
			Records  int                 `json:"records"`
			Findings []catalogue.Finding `json:"findings"`
		}{"waypost.lint/1", len(records), append([]catalogue.Finding{}, findings...)})
		if err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(w, "%s: %s\n", f.Record, f.Text)
		}
	}
	if len(findings) > 0 {
		return &failure{exitFailure, fmt.Errorf("%d findings in %d records", len(findings), len(records)), ""}
	}
	if !asJSON {
		fmt.Fprintf(w, "%d records, nothing found\n", len(records))
	}
	return nil
}
