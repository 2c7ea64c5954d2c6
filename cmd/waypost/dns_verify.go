package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"waypost/check"
	"waypost/dnsrecords"
)

// verifyDNS compares what should be published with what is.
func verifyDNS(c *cobra.Command, p dnsrecords.Publication, reaching *reachFlags, format string) error {
	if format != "table" && format != "json" {
		return &failure{exitUsage, fmt.Errorf("--verify does not write %q", format), "it takes --format table or json"}
	}
	network, err := reaching.network()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Context(), reaching.timeout)
	defer cancel()
	findings, err := check.DNS(ctx, p, network)
	if err != nil {
		return &failure{code: exitFailure, err: err}
	}
	out := c.OutOrStdout()
	if format == "json" {
		sorted := slices.Clone(findings)
		check.Sort(sorted)
		err = printJSON(out, struct {
			Schema   string          `json:"schema"`
			Domain   string          `json:"domain"`
			Verdict  check.Verdict   `json:"verdict"`
			Findings []check.Finding `json:"findings"`
		}{"waypost.dns-verify/1", p.Match.Domain.String(), check.Worst(findings), sorted})
	} else if err = printComparison(out, p, findings); err == nil {
		err = check.Write(out, findings)
	}
	if err != nil {
		return err
	}
	return withoutNames(c.Context(), verdictError(findings), network, p.Match.Domain)
}

// printComparison lists each record with what was expected and found.
func printComparison(w io.Writer, p dnsrecords.Publication, findings []check.Finding) error {
	records, gaps, err := p.Records()
	if err != nil {
		return err
	}
	const widest = 45 // a digest may stick out
	rows := [][4]string{{" ", "RECORD", "EXPECTED", "FOUND"}}
	for _, r := range records {
		about := r.Name + " " + string(r.Type)
		i := slices.IndexFunc(findings, func(f check.Finding) bool { return f.About == about && f.Expected == r.Data })
		if i >= 0 {
			rows = append(rows, [4]string{findings[i].Verdict.Mark(), about, r.Data, findings[i].Seen})
		}
	}
	var name, data int
	for _, row := range rows {
		name = max(name, len(row[1]))
		if n := utf8.RuneCountInString(row[2]); n <= widest {
			data = max(data, n)
		}
	}
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%s %-*s  %-*s  %s\n", row[0], name, row[1], data, row[2], row[3])
	}
	for _, g := range gaps {
		fmt.Fprintf(&b, "; %s\n", g)
	}
	_, err = io.WriteString(w, b.String()+"\n")
	return err
}
