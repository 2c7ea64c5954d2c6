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
		Short: "Look at the built-in catalogue",
		Long: `The catalogue holds what is known of providers that many people use. Every
setting has its source; what nobody has confirmed is kept as a claim and never
served.`,
		Example: `  waypost providers list
  waypost providers show charter.net
  waypost providers lint`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newProvidersList(), newProvidersShow(), newProvidersLint())
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

func listRecords(w io.Writer, records []providers.Provider) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tDOMAINS\tINCOMING\tOUTGOING")
	for _, p := range records {
		for i := range p.Setups {
			s := &p.Setups[i]
			id, name := p.ID, p.Name
			if i > 0 {
				id, name = "", ""
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", id, name, domainWords(s), first(s.Incoming), first(s.Outgoing))
		}
	}
	return t.Flush()
}

// domainWords names the first domain and counts the rest.
func domainWords(s *providers.Setup) string {
	var names []string
	for _, d := range s.Domains {
		names = append(names, d.Unicode())
	}
	for _, d := range s.Suffixes {
		names = append(names, "*."+d.Unicode())
	}
	if len(names) > 2 {
		return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
	}
	return strings.Join(names, ", ")
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
		a, err := account(c.Context(), config.Config{Catalogue: true}, args[0])
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
	for i := range p.Setups {
		s := &p.Setups[i]
		fmt.Fprintf(w, "\nSetup for %s\n", strings.Join(append(viewSetup(s, providers.Address{}).Domains, viewSetup(s, providers.Address{}).Suffixes...), ", "))
		if s.Partial != "" {
			fmt.Fprintf(w, "  Not served: %s\n", s.Partial)
		}
		for _, list := range [][]providers.Server{s.Incoming, s.Outgoing, s.Services} {
			for _, v := range list {
				fmt.Fprintf(w, "  %s\n      %s; %s\n", v.URL(), loginWords(v, providers.Address{}), authWords(v.Auth))
				for _, src := range v.Sources {
					fmt.Fprintf(w, "      %s\n", sourceWords(src))
				}
			}
		}
		for _, n := range s.Notes {
			fmt.Fprintf(w, "  - %s\n", n)
		}
		printClaims(w, s.Claims)
	}
}

func newProvidersLint() *cobra.Command {
	c := &cobra.Command{
		Use:   "lint",
		Short: "Check every record of the catalogue",
		Long: `Checks every record: hosts, ports, methods, one incoming and one outgoing server
unless the record is partial, a source for everything that is served, no
plaintext, no domain in two records. Exit code 2 when something is found.`,
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
