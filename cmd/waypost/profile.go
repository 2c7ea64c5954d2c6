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
	"time"

	"github.com/spf13/cobra"

	"waypost/certs"
	"waypost/config"
	"waypost/mobileconfig"
	"waypost/providers"
)

func newProfile() *cobra.Command {
	c := &cobra.Command{
		Use:   "profile ADDRESS",
		Short: "Make a signed profile for iPhone, iPad and Mac",
		Long: `Makes the profile that sets up the mail account of one address, signed with the
identity of the state directory. It holds no password and nothing but this
account. The same address always gives the same account: installing again
replaces in place.`,
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
	if id.SelfMade {
		fmt.Fprintln(c.ErrOrStderr(), "devices will show Not Verified: the signing identity is self-made")
	}
	return nil
}

func newProfileVerify() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Say what is inside a profile, who signed it, and whether it is ours",
		Long: `Reads a profile and says what is inside, who signed it and whether this
instance's identity did. Exit code 0: intact and ours; 1: not signed, or by
somebody else; 2: broken, or with anything but mail inside.`,
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

// profileReport is what is said of a profile.
type profileReport struct {
	Schema   string        `json:"schema"`
	Name     string        `json:"name"`
	Accounts []accountView `json:"accounts"`
	Other    []string      `json:"other_payloads,omitempty"`
	Extra    []string      `json:"extra_keys,omitempty"`
	Signed   bool          `json:"signed"`
	Signer   string        `json:"signer,omitempty"`
	Issuer   string        `json:"issuer,omitempty"`
	Time     string        `json:"time,omitempty"`
	Until    string        `json:"certificate_until,omitempty"`
	SHA256   bool          `json:"sha256"`
	Expired  bool          `json:"certificate_expired"`
	Ours     bool          `json:"ours"`
}

type accountView struct {
	Address  string     `json:"address"`
	Incoming serverLine `json:"incoming"`
	Outgoing serverLine `json:"outgoing"`
	Extra    []string   `json:"extra_keys,omitempty"`
}

type serverLine struct {
	Protocol string `json:"protocol"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	UseSSL   bool   `json:"use_ssl"`
	Username string `json:"username"`
	Auth     string `json:"authentication"`
}

// inspect opens a profile, signed or not. The report is nil when there is
// nothing to say but the error.
func inspect(data []byte, own *x509.Certificate) (*profileReport, error) {
	report := &profileReport{Schema: "waypost.profile/1"}
	plist := data
	if !bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \t\r\n"), []byte("<")) {
		signed, err := mobileconfig.Open(data)
		if err != nil {
			return nil, &failure{exitFailure, err, "a profile is an XML property list, alone or inside a CMS signature in DER"}
		}
		report.addSignature(signed, own)
		plist = signed.Content
	}
	p, err := mobileconfig.Decode(plist)
	if err != nil {
		return nil, &failure{code: exitFailure, err: err}
	}
	report.Name, report.Other, report.Extra = p.DisplayName, p.Other, p.Extra
	for _, m := range p.Mail {
		report.Accounts = append(report.Accounts, accountView{m.Address, line(m.Incoming), line(m.Outgoing), m.Extra})
	}
	switch {
	case len(p.Other) > 0 || len(p.Mail) == 0:
		return report, &failure{exitFailure, errors.New("it holds something other than mail accounts"), "do not install it unless you know why"}
	case !report.Signed:
		return report, &failure{exitWarning, errors.New("it is not signed: anybody may have changed it"), ""}
	case report.Expired:
		return report, &failure{exitWarning, errors.New("the signer's certificate has expired: devices show the profile as not verified"), "make a fresh one: waypost profile ADDRESS -o FILE"}
	case !report.Ours:
		return report, &failure{exitWarning, errors.New("it was not signed by this instance"), "to compare with another instance's identity: --state DIR"}
	}
	return report, nil
}

func line(s mobileconfig.Server) serverLine {
	return serverLine{string(s.Protocol), s.Host, s.Port, s.UseSSL, s.Username, string(s.Authentication)}
}

func (r *profileReport) addSignature(s mobileconfig.Signed, own *x509.Certificate) {
	r.Signed = true
	r.Signer = s.Certificate.Subject.CommonName
	r.Issuer = s.Certificate.Issuer.CommonName
	r.Until = s.Certificate.NotAfter.UTC().Format("2006-01-02")
	r.Expired = time.Now().After(s.Certificate.NotAfter)
	r.SHA256 = s.SHA256
	if !s.Time.IsZero() {
		r.Time = s.Time.UTC().Format("2006-01-02 15:04 UTC")
	}
	r.Ours = own != nil && own.Equal(s.Certificate)
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

func (r *profileReport) print(w io.Writer) {
	fmt.Fprintf(w, "Profile    %q\n", r.Name)
	for _, a := range r.Accounts {
		fmt.Fprintf(w, "Account    %s\n", visible(a.Address))
		fmt.Fprintf(w, "  incoming %s\n", a.Incoming)
		fmt.Fprintf(w, "  outgoing %s\n", a.Outgoing)
		for _, k := range a.Extra {
			fmt.Fprintf(w, "  also     %s\n", visible(k))
		}
	}
	for _, kind := range append(r.Other, r.Extra...) {
		fmt.Fprintf(w, "Also holds %s\n", visible(kind))
	}
	if !r.Signed {
		fmt.Fprintln(w, "Signed     no")
		return
	}
	digest := "SHA-256"
	if !r.SHA256 {
		digest = "a digest that devices do not accept"
	}
	fmt.Fprintf(w, "Signed     by %s (issued by %s), %s, %s\n", visible(r.Signer), visible(r.Issuer), r.Time, digest)
	fmt.Fprintf(w, "           certificate valid until %s\n", r.Until)
	fmt.Fprintf(w, "Ours       %s\n", map[bool]string{true: "yes", false: "no"}[r.Ours])
}

func (s serverLine) String() string {
	tls := "TLS"
	if !s.UseSSL {
		tls = "NOT ENCRYPTED"
	}
	return fmt.Sprintf("%s %s port %d, %s, as %s", providers.Protocol(s.Protocol).Words(), visible(s.Host), s.Port, tls, visible(s.Username))
}

// visible keeps control characters of a foreign profile off the terminal.
func visible(s string) string {
	quoted := fmt.Sprintf("%q", s)
	return quoted[1 : len(quoted)-1]
}
