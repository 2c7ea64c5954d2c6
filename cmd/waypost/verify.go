package main

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"waypost/certs"
	"waypost/config"
	"waypost/mobileconfig"
)

func newProfileVerify() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Say what is inside a profile, who signed it, and whether it is ours",
		Long: `Reads a profile and says what is inside, who signed it and whether this
instance's identity did. Exit code 0: intact and ours; 1: not signed, or by
somebody else, or it carries a password, or it resists removal; 2: broken, or
with anything inside but mail, calendar, contacts and ActiveSync accounts.`,
		Example: "  waypost profile verify ann.mobileconfig",
		Args:    one("FILE"),
	}
	file, state := configFlag(c), stateFlag(c)
	asJSON := c.Flags().Bool("json", false, "as JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		data, err := readInput(c, args[0])
		if err != nil {
			return &failure{code: exitFailure, err: err}
		}
		conf, err := loadConfig(*file)
		if err != nil {
			return err
		}
		own, err := ownCertificate(conf, *state)
		if err != nil {
			return &failure{exitUntested, fmt.Errorf("could not compare with this instance's identity: %w", err), ""}
		}
		report, err := inspect(data, own)
		if report != nil && *asJSON {
			if err := printJSON(c.OutOrStdout(), report); err != nil {
				return err
			}
		} else if report != nil {
			report.print(c.OutOrStdout())
		}
		return err
	}
	return c
}

func readInput(c *cobra.Command, name string) ([]byte, error) {
	const limit = 1 << 20
	in := c.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, limit))
}

// inspect opens a profile, signed or not. The report is nil when there is
// nothing to say but the error.
func inspect(data []byte, own *x509.Certificate) (*profileReport, error) {
	var signed *mobileconfig.Signed
	plist := data
	if !bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \t\r\n"), []byte("<")) {
		opened, err := mobileconfig.Open(data)
		if err != nil {
			return nil, &failure{exitFailure, err, "a profile is an XML property list, alone or inside a CMS signature in DER"}
		}
		signed, plist = &opened, opened.Content
	}
	p, err := mobileconfig.Decode(plist)
	if err != nil {
		return nil, &failure{code: exitFailure, err: err}
	}
	report := newReport(p)
	if signed != nil {
		report.addSignature(*signed, own)
	}
	return report, report.verdict()
}

// verdict gives the worst of what there is to say: nil when the profile is
// intact and ours.
func (r *profileReport) verdict() error {
	switch {
	case len(r.Other) > 0:
		return &failure{exitFailure, errors.New("it holds something other than mail, calendar and contacts accounts"), "do not install it unless you know why"}
	case slices.ContainsFunc(r.Extra, func(key string) bool { return strings.Contains(key, "Encrypted") }):
		return &failure{exitFailure, errors.New("it has an encrypted part, which may hold anything"), "do not install it unless you know why"}
	case len(r.Accounts)+len(r.Calendars)+len(r.Contacts)+len(r.ActiveSync) == 0:
		return &failure{exitFailure, errors.New("it holds no account"), ""}
	case len(r.Secrets) > 0:
		return &failure{exitWarning, errors.New("it carries a password or key for everybody who has the file"), "change what it carries; devices ask for passwords by themselves"}
	case r.Locked:
		return &failure{exitWarning, errors.New("it resists its removal"), "install it only on a device that its maker looks after"}
	case !r.Signed:
		return &failure{exitWarning, errors.New("it is not signed: anybody may have changed it"), ""}
	case r.Expired:
		return &failure{exitWarning, errors.New("the signer's certificate has expired: devices show the profile as not verified"), "make a fresh one: waypost profile ADDRESS -o FILE"}
	case !r.Ours:
		return &failure{exitWarning, errors.New("it was not signed by this instance"), "to compare with another instance's identity: --state DIR"}
	}
	return nil
}

// ownCertificate gives the certificate that this instance signs with; nil when
// it has none yet.
func ownCertificate(c config.Config, state string) (*x509.Certificate, error) {
	files, err := signingFiles(c)
	if err != nil {
		return nil, err
	}
	if files != nil {
		return files.Certificate, nil
	}
	if state == "" {
		state = c.State
	}
	dir, err := stateDir(state)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, certs.SelfMadeFile)
	id, err := certs.Load(file, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return id.Certificate, nil
}
