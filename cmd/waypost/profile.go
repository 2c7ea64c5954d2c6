package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"waypost/config"
)

func newProfile() *cobra.Command {
	c := &cobra.Command{
		Use:   "profile ADDRESS",
		Short: "Make a signed profile for iPhone, iPad and Mac",
		Long: `Makes the profile that sets up mail for one address, and calendar and contacts
where the provider has them, signed with the identity of the state directory. It
holds no password and nothing but these accounts. The same address always gives
the same accounts: installing again replaces in place.`,
		Example: `  waypost profile ann@charter.net -o ann.mobileconfig
  waypost profile verify ann.mobileconfig`,
		Args: one("ADDRESS"),
	}
	output := c.Flags().StringP("output", "o", "-", "file to write; - is standard output")
	file, state := configFlag(c), stateFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		conf, err := loadConfig(*file)
		if err != nil {
			return err
		}
		return makeProfile(c, conf, args[0], *output, *state)
	}
	c.AddCommand(newProfileVerify())
	return c
}

func makeProfile(c *cobra.Command, conf config.Config, target, output, state string) error {
	if info, err := os.Stdout.Stat(); output == "-" && err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return &failure{exitUsage, errors.New("a profile is binary and does not belong on a terminal"), "name a file: -o mail.mobileconfig"}
	}
	switch address, domain, err := targetArgument(target); {
	case err != nil:
		return err
	case address.IsZero():
		return &failure{exitUsage, errors.New("a profile is for one address"), "write it as ann@" + domain.String()}
	}
	a, err := account(c.Context(), conf, target)
	if err != nil {
		return err
	}
	body, err := render(a, "mobileconfig")
	if err != nil {
		return err
	}
	files, err := signingFiles(conf)
	if err != nil {
		return err
	}
	id, err := signingIdentity(conf, files, state)
	if err != nil {
		return err
	}
	signed, err := signerOf(id).Sign(body)
	if err != nil {
		return &failure{code: exitFailure, err: err}
	}
	if output == "-" {
		_, err := c.OutOrStdout().Write(signed)
		return err
	}
	if err := os.WriteFile(output, signed, 0o644); err != nil { //nolint:gosec // a profile holds no secret
		return &failure{code: exitFailure, err: err}
	}
	fmt.Fprintf(c.ErrOrStderr(), "wrote %s, signed by %s\n", output, id.Certificate.Subject.CommonName)
	switch {
	case id.SelfMade:
		fmt.Fprintln(c.ErrOrStderr(), "devices will show Not Verified: the signing identity is self-made")
	case !id.Vouched(nil, time.Now()):
		fmt.Fprintln(c.ErrOrStderr(), "devices will show Not Verified: no root of this machine vouches for the signing certificate; is its chain in the file?")
	}
	return nil
}
