package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/config"
	"waypost/mobileconfig"
	"waypost/providers"
)

func newShow() *cobra.Command {
	c := &cobra.Command{
		Use:   "show ADDRESS|DOMAIN",
		Short: "Show the settings of an address or a domain, with their sources",
		Long: `Shows what would be answered for an address or a domain. The card names, for
each setting, who says so, and lists what others claim and Waypost does not
serve. With --as, the exact bytes that a client would get go to standard output.`,
		Example: `  waypost show ann@charter.net
  waypost show rr.com
  waypost show ann@charter.net --as autoconfig
  waypost show ann@charter.net --json`,
		Args: one("ADDRESS or DOMAIN"),
	}
	c.ValidArgsFunction = cobra.NoFileCompletions
	as := c.Flags().String("as", "card", "card, autoconfig, autodiscover, mobileconfig or json")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(
		[]string{"card", "autoconfig", "autodiscover", "mobileconfig", "json"}, cobra.ShellCompDirectiveNoFileComp,
	)) // fails only where there is no such flag
	asJSON := c.Flags().Bool("json", false, "the same as --as json")
	file := configFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if *asJSON {
			if c.Flags().Changed("as") && *as != "json" {
				return &failure{exitUsage, errors.New("--as and --json contradict each other"), "take one of them"}
			}
			*as = "json"
		}
		return show(c, *file, args[0], *as)
	}
	return c
}

func show(c *cobra.Command, file, target, as string) error {
	conf, err := loadConfig(file)
	if err != nil {
		return err
	}
	a, err := account(c.Context(), conf, target)
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	switch as {
	case "card":
		printCard(out, a)
		return partialWarning(a.Match)
	case "json":
		if err := printJSON(out, showJSON(a)); err != nil {
			return err
		}
		return partialWarning(a.Match)
	}
	body, err := render(a, as)
	if err != nil {
		return err
	}
	_, err = out.Write(body)
	return err
}

// account parses ADDRESS|DOMAIN and looks it up. For a domain, the Account
// has no address.
func account(ctx context.Context, conf config.Config, target string) (providers.Account, error) {
	var a providers.Address
	domain, err := providers.ParseDomain(target)
	if strings.Contains(target, "@") {
		a, err = providers.ParseAddress(target)
		domain = a.Domain()
	}
	if err != nil {
		return providers.Account{}, &failure{exitUsage, err, "write it as ann@example.com or example.com"}
	}
	m, err := lookUp(ctx, conf, domain)
	if err != nil {
		return providers.Account{}, err
	}
	return m.At(a), nil
}

func partialWarning(m providers.Match) error {
	if m.Setup.Partial == "" {
		return nil
	}
	return &failure{exitWarning, errors.New("this record is not complete and is not served"), ""}
}

// render gives the bytes that a client would get. The profile is the property
// list inside the signature.
func render(a providers.Account, as string) ([]byte, error) {
	var body []byte
	var err error
	switch as {
	case "autoconfig":
		var d autoconfig.Document
		if d, err = autoconfig.New(a.Match); err == nil {
			body, err = d.Encode()
		}
	case "autodiscover":
		var answer autodiscover.Answer
		if answer, err = autodiscover.New(a); err == nil {
			body, err = answer.Encode()
		}
	case "mobileconfig":
		if a.Address.IsZero() {
			return nil, &failure{exitUsage, errors.New("a profile is for one address"), "write it as ann@" + a.Domain.String()}
		}
		var p mobileconfig.Profile
		if p, err = mobileconfig.New(a); err == nil {
			body, err = p.Encode()
		}
	default:
		return nil, &failure{exitUsage, fmt.Errorf("--as does not know %q", as), "it takes card, autoconfig, autodiscover, mobileconfig or json"}
	}
	if err != nil {
		return nil, &failure{code: exitFailure, err: err}
	}
	return body, nil
}
