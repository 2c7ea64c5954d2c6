package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waypost/server/web"
)

func newCode() *cobra.Command {
	c := &cobra.Command{
		Use:   "code XXXXXX",
		Short: "Read the support code that a caller reads out",
		Long: `Reads the code at the bottom of every page for people: six characters, such as
00D 2H8. It tells which device the caller sets up, in which browser, which page is
open, what was last measured of the mail servers, and at which minute of an hour
the page was opened. A code holds nothing of the person, and nothing is asked of
the server. The page /code reads codes too.

Letter case, spaces and hyphens do not matter, nor whether 0 and O or 1, I and L
are told apart. A wrong character, or two that have changed places, is noticed.`,
		Example: "  waypost code 00812A",
		Args:    cobra.MinimumNArgs(1),
	}
	asJSON := c.Flags().Bool("json", false, "as JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		code, err := web.DecodeCode(strings.Join(args, ""))
		if err != nil {
			return &failure{exitUsage, err, "the code stands at the bottom of the page: six characters, such as 00D 2H8"}
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), struct {
				Schema  string      `json:"schema"`
				Device  web.Device  `json:"device"`
				Browser web.Browser `json:"browser"`
				Step    web.Step    `json:"step"`
				Servers web.State   `json:"servers"`
				Minute  int         `json:"minute"`
			}{"waypost.code/1", code.Device, code.Browser, code.Step, code.Servers, code.Minute})
		}
		lines, err := code.Lines(web.English(), time.Now())
		if err != nil {
			return err
		}
		for _, l := range lines {
			fmt.Fprintf(c.OutOrStdout(), "%-22s %s\n", l.Label, l.Text)
		}
		return nil
	}
	return c
}
