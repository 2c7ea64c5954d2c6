package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waypost/accountqr"
	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/config"
	"waypost/mobileconfig"
	"waypost/pacc"
	"waypost/providers"
)

// forms are what --as takes.
var forms = []string{"card", "autoconfig", "autodiscover", "mobileconfig", "pacc", "qr", "reg", "json"}

func newShow() *cobra.Command {
	c := &cobra.Command{
		Use:   "show ADDRESS|DOMAIN",
		Short: "Show the settings of an address or a domain, with their sources",
		Long: `Shows what would be answered for an address or a domain. The card names, for
each setting, who says so and what waypost serve has last measured, and lists
what others claim and Waypost does not serve. With --as, the exact bytes that a
client would get go to standard output: autoconfig (Thunderbird and its kin),
autodiscover (Outlook), mobileconfig (Apple, before it is signed), pacc; or the
account code that Thunderbird for Android scans (qr), or the registry file that
classic Outlook 2016 and later need before they ask anybody but Microsoft (reg).`,
		Example: `  waypost show ann@charter.net
  waypost show rr.com
  waypost show ann@charter.net --as autoconfig
  waypost show ann@charter.net --json`,
		Args: one("ADDRESS or DOMAIN"),
	}
	c.ValidArgsFunction = cobra.NoFileCompletions
	as := c.Flags().String("as", "card", "one of "+strings.Join(forms, ", "))
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp)) // fails only where there is no such flag
	asJSON := c.Flags().Bool("json", false, "the same as --as json")
	file, state := configFlag(c), stateFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if *asJSON {
			if c.Flags().Changed("as") && *as != "json" {
				return &failure{exitUsage, errors.New("--as and --json contradict each other"), "take one of them"}
			}
			*as = "json"
		}
		return show(c, *file, *state, args[0], *as)
	}
	return c
}

func show(c *cobra.Command, file, state, target, as string) error {
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
		printCard(out, a, lastMeasured(state, conf))
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
	if as == "reg" {
		fmt.Fprint(c.ErrOrStderr(), autodiscover.RegistryHelp)
	}
	_, err = out.Write(body)
	return err
}

// account parses ADDRESS|DOMAIN and looks it up. For a domain, the Account
// has no address.
func account(ctx context.Context, conf config.Config, target string) (providers.Account, error) {
	a, domain, err := targetArgument(target)
	if err != nil {
		return providers.Account{}, err
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
	case "pacc":
		var d pacc.Document
		if d, err = pacc.New(a.Match); err == nil {
			body, err = d.Encode()
		}
	case "reg":
		if _, err = autodiscover.NewTemplate(a.Match); err == nil {
			body = autodiscover.Registry()
		}
	case "qr":
		if a.Address.IsZero() {
			return nil, &failure{exitUsage, errors.New("a code is for one address"), "write it as ann@" + a.Domain.String()}
		}
		body, err = drawCode(a)
	default:
		return nil, &failure{exitUsage, fmt.Errorf("--as does not know %q", as), "it takes " + strings.Join(forms, ", ")}
	}
	if err != nil {
		return nil, &failure{code: exitFailure, err: err}
	}
	return body, nil
}

// drawCode gives the account code of Thunderbird for Android, for a terminal.
func drawCode(a providers.Account) ([]byte, error) {
	code, err := accountqr.New(a)
	if err != nil {
		return nil, err
	}
	text, err := code.Encode()
	if err != nil {
		return nil, err
	}
	drawn, err := accountqr.Terminal(text)
	return []byte(drawn), err
}
