package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"waypost/config"
	"waypost/dnsrecords"
	"waypost/providers"
)

func newDNS() *cobra.Command {
	c := &cobra.Command{
		Use:   "dns DOMAIN",
		Short: "Show the DNS records that a domain should publish",
		Long: `Shows the DNS records with which clients find the servers of a domain, and this
instance: host names, SRV records for mail, calendars and contacts, and PACC's
digest. Lines that start with a semicolon say what is left out, and why.

With --verify, compares them with what the domain's name servers and the resolver
give, and says what is wrong, worst first, with the line to put into the zone. Exit
code 0: all as expected; 1: warnings; 2: something is wrong; 3: nobody answered.

A change of the settings changes PACC's document, which the digest in DNS binds.
Write the new configuration into a file of its own first and publish what

  waypost dns DOMAIN --config NEW --before OLD

shows, which has both digests; an hour later put the new configuration in the
place of the old one; another hour later the old digest may go.`,
		Example: `  waypost dns example.com
  waypost dns example.com --format zone >> example.com.zone
  waypost dns example.com --verify`,
		Args:              one("DOMAIN"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	format := c.Flags().String("format", "table", "zone, table or json")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(
		[]string{"zone", "table", "json"}, cobra.ShellCompDirectiveNoFileComp,
	)) // fails only where there is no such flag
	asJSON := c.Flags().Bool("json", false, "the same as --format json")
	file := configFlag(c)
	before := c.Flags().String("before", "", "configuration that clients see until the change")
	_ = c.MarkFlagFilename("before", "yaml", "yml") // fails only where there is no such flag
	verify := c.Flags().Bool("verify", false, "compare with what is published")
	reaching := addReachFlags(c)
	_ = c.Flags().MarkHidden("ca-file") // DNS has no certificates
	c.RunE = func(c *cobra.Command, args []string) error {
		if *asJSON {
			if c.Flags().Changed("format") && *format != "json" {
				return &failure{exitUsage, errors.New("--format and --json contradict each other"), "take one of them"}
			}
			*format = "json"
		}
		d, err := domainArgument(args[0])
		if err != nil {
			return err
		}
		p, err := publication(c, *file, *before, d)
		if err != nil {
			return err
		}
		if *verify {
			return verifyDNS(c, p, reaching, *format)
		}
		for _, name := range []string{"resolver", "allow-private", "timeout"} {
			if c.Flags().Changed(name) {
				return &failure{exitUsage, fmt.Errorf("--%s is for --verify: nothing is asked without it", name), ""}
			}
		}
		return showDNS(c, p, *format)
	}
	return c
}

func showDNS(c *cobra.Command, p dnsrecords.Publication, format string) error {
	records, gaps, err := p.Records()
	if err != nil {
		return &failure{code: exitFailure, err: err}
	}
	out := c.OutOrStdout()
	switch format {
	case "zone":
		_, err = io.WriteString(out, dnsrecords.Zone(records, gaps))
	case "table":
		err = printRecords(out, records, gaps)
	case "json":
		err = printJSON(out, dnsJSON(p.Match.Domain, records, gaps))
	default:
		return &failure{exitUsage, fmt.Errorf("--format does not know %q", format), "it takes zone, table or json"}
	}
	if err == nil && p.Origin == nil {
		err = &failure{exitWarning, errors.New("the records that lead to this instance are missing"), "set url in the configuration"}
	}
	return err
}

// publication reads the configuration and, during a change, the one before.
func publication(c *cobra.Command, file, before string, d providers.Domain) (dnsrecords.Publication, error) {
	conf, err := loadConfig(file)
	if err != nil {
		return dnsrecords.Publication{}, err
	}
	m, err := lookUp(c.Context(), conf, d)
	if err != nil {
		return dnsrecords.Publication{}, err
	}
	p := dnsrecords.Publication{Match: m, Origin: conf.URL}
	if before == "" {
		return p, nil
	}
	old, err := config.Load(before)
	if err != nil {
		return p, &failure{exitFailure, err, ""}
	}
	was, err := lookUp(c.Context(), old, d)
	if err != nil {
		return p, err
	}
	p.Before = &was
	return p, nil
}

// printRecords lists the records in columns, each with who asks for it.
func printRecords(w io.Writer, records []dnsrecords.Record, gaps []string) error {
	const widest = 45 // a digest may stick out
	var name, data int
	for _, r := range records {
		name = max(name, len(r.Name))
		if len(r.Data) <= widest {
			data = max(data, len(r.Data))
		}
	}
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "%-*s  %-5s  %-*s  %s\n", name, r.Name, r.Type, data, r.Data, r.For)
	}
	for _, g := range gaps {
		fmt.Fprintf(&b, "; %s\n", g)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

type recordView struct {
	Name string `json:"name"`
	Type string `json:"type"`
	TTL  int    `json:"ttl"`
	Data string `json:"data"`
	For  string `json:"for"`
}

func dnsJSON(d providers.Domain, records []dnsrecords.Record, gaps []string) any {
	views := make([]recordView, len(records))
	for i, r := range records {
		views[i] = recordView{r.Name, string(r.Type), dnsrecords.TTL, r.Data, r.For}
	}
	return struct {
		Schema  string       `json:"schema"`
		Domain  string       `json:"domain"`
		Records []recordView `json:"records"`
		Gaps    []string     `json:"gaps,omitempty"`
	}{"waypost.dns/1", d.String(), views, gaps}
}
