package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"waypost/providers"
	"waypost/providers/yamlfile"
)

// Config is a configuration that was read whole; without a file, [Default].
type Config struct {
	File           string         // where it was read; empty without a file
	URL            *url.URL       // the origin that people and clients come to; nil when not given
	Listen         string         // plain HTTP; empty when not given
	TLS            Listener       // https; Listen is empty when not given
	Signing        KeyPair        // empty: a self-made identity
	State          string         // state directory; empty when not given
	TrustedProxies []netip.Prefix // whose forwarded headers count
	Siblings       bool           // other instances answer under the same name
	Catalogue      bool           // the built-in records answer too
	RateLimit      int            // requests a second from one address; 0: no limit
	AccessLog      bool           // one line a request
	Admin          string         // address for metrics; empty: off
	Measure        Measure        // of the servers of Domains
	Domains        []providers.Provider
	Elsewhere      []providers.Domain // domains to be silent about
	Logos          []string           // files of the domains' brands, each once
	Warnings       []string           // what is allowed and unwise, a sentence each
}

// Listener is an address with the certificate to answer with.
type Listener struct {
	Listen string
	KeyPair
}

// Measure says how the servers of the configured domains are measured.
type Measure struct {
	Interval time.Duration  // from one measurement of a server to its next; 0: never
	Private  []netip.Prefix // networks that may be reached though they are not public
	CAFile   string         // whose certificates are trusted too; empty: none
	Roots    *x509.CertPool // this machine's and those of CAFile; nil without CAFile
}

// Same tells whether two ways to measure come to the same, the certificates of
// CAFile included.
func (m Measure) Same(n Measure) bool {
	return m.Interval == n.Interval && slices.Equal(m.Private, n.Private) && m.Roots.Equal(n.Roots)
}

// KeyPair names the files of a certificate, with its chain, and its key.
type KeyPair struct {
	Certificate string
	Key         string
}

// places are where a configuration is looked for when none is named.
var places = []string{"waypost.yaml", "/etc/waypost/waypost.yaml"}

// defaultRateLimit is generous: a client asks a handful of addresses when an
// account is made, and an office or a web mailer asks for many people.
const defaultRateLimit = 50

// defaultInterval finds a certificate that nobody renewed within the hour, and
// is no burden to anybody's servers.
const defaultInterval = time.Hour

// Default is the configuration of an instance without a file: the built-in
// catalogue is all there is, and nothing of it is measured.
func Default() Config {
	return Config{Catalogue: true, RateLimit: defaultRateLimit, AccessLog: true}
}

// Find gives the file to read: named itself, when it is not empty, else the
// first of the usual places that exists; empty when there is none.
func Find(named string) string {
	if named != "" {
		return named
	}
	for _, p := range places {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return ""
}

// Load reads a file of at most 16 MiB, and the files of measure.ca-file and of
// logos. The error joins a *yamlfile.Problem for each of the first mistakes, by
// line, or says why the file cannot be read.
func Load(path string) (Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, fmt.Errorf("there is no configuration at %s", path)
	} else if err != nil {
		return Config{}, err
	}
	c, err := parse(path, data, time.Now())
	if err != nil {
		return Config{}, err
	}
	return c, nil
}

func parse(path string, data []byte, read time.Time) (Config, error) {
	var in file
	f := yamlfile.NewFile(path, data)
	var wrong mistakes
	wrong.add(f.Load(&in, "at least the key domains; waypost serve without a file serves the built-in catalogue"))
	// What could be read of the file is looked at all the same.
	unread := len(wrong) > 0
	wrong.add(in.check(f))
	c := in.config(path)
	if ca := in.Measure.CAFile; ca.text != "" {
		var err error
		if c.Measure.Roots, err = readRoots(c.Measure.CAFile); err != nil {
			wrong.add(f.Problem(ca.line, fmt.Sprintf("measure.ca-file cannot be used: %v", err)))
		}
	}
	var err error
	c.Domains, c.Elsewhere, err = in.Domains.Records(f, providers.Source{
		Kind: providers.FirstParty,
		Name: providers.OwnConfiguration,
		Date: read.UTC().Format("2006-01-02"),
	})
	wrong.add(err)
	if len(c.Domains) == 0 && len(c.Elsewhere) == 0 && !c.Catalogue && err == nil && !unread {
		wrong.add(f.Problem(0, "nothing would be served: add domains, or catalogue: true"))
	}
	if len(wrong) > 0 {
		return Config{}, wrong.join()
	}
	c.warn()
	c.warnOfGaps(data)
	return c, nil
}

// config gives what needs nothing but the file itself.
func (in file) config(path string) Config {
	dir := filepath.Dir(path)
	c := Config{
		File:      path,
		URL:       in.URL.url,
		Listen:    string(in.Listen),
		TLS:       Listener{string(in.TLS.Listen), in.TLS.pair(dir)},
		Signing:   in.Signing.pair(dir),
		State:     within(dir, in.State),
		Siblings:  in.Siblings,
		Catalogue: in.Catalogue,
		RateLimit: defaultRateLimit,
		AccessLog: in.AccessLog == nil || *in.AccessLog,
		Admin:     string(in.Admin.Listen),
		Measure:   Measure{Interval: defaultInterval, CAFile: within(dir, in.Measure.CAFile.text)},
	}
	for _, logo := range in.Domains.logos {
		c.Logos = append(c.Logos, within(dir, logo))
	}
	if in.Measure.Interval != nil {
		c.Measure.Interval = time.Duration(*in.Measure.Interval)
	}
	for _, p := range in.Measure.Private {
		c.Measure.Private = append(c.Measure.Private, netip.Prefix(p))
	}
	if in.RateLimit != nil {
		c.RateLimit = int(*in.RateLimit)
	}
	for _, p := range in.TrustedProxies {
		c.TrustedProxies = append(c.TrustedProxies, netip.Prefix(p))
	}
	return c
}

// warnOfGaps tells of what waypost init could not find out, and left to be
// filled in: until then a default is served that nobody has confirmed.
func (c *Config) warnOfGaps(data []byte) {
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if gap, ok := strings.CutPrefix(strings.TrimSpace(line), "# GAP: "); ok {
			c.Warnings = append(c.Warnings, fmt.Sprintf("line %d is a gap that is still open: %s", n, gap))
		}
	}
}

// within makes a path relative to the file's directory.
func within(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func (c *Config) warn() {
	for _, p := range c.Domains {
		for _, s := range p.Setups {
			for _, v := range slices.Concat(s.Incoming, s.Outgoing, s.Services) {
				if !v.Encrypted() {
					c.Warnings = append(c.Warnings, fmt.Sprintf(
						"%s: %s is NOT ENCRYPTED: passwords cross the network in the clear", p.ID, v.URL()))
				}
				if odd := oddPort(v); odd != "" {
					c.Warnings = append(c.Warnings, fmt.Sprintf("%s: %s: %s", p.ID, v.URL(), odd))
				}
			}
		}
	}
	if c.URL != nil && c.URL.Scheme == "http" {
		c.Warnings = append(c.Warnings, "url is http: links and profiles travel unprotected; use https where the world reaches this instance")
	}
}
