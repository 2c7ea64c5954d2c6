package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"waypost/providers"
	"waypost/providers/yamlfile"
)

// file is the configuration as it is written. The doc tags make the reference
// in docs.
type file struct {
	URL            address  `yaml:"url" doc:"the origin under which people and clients come to this instance, such as https://setup.example.com; answers that hold a link are made with it; default: that of the listener for https, else for plain HTTP, where it has a name"`
	Listen         hostPort `yaml:"listen" doc:"address for plain HTTP; --listen overrides it; default: 127.0.0.1:8080, or nothing when tls.listen is given"`
	TLS            listener `yaml:"tls" doc:"https, answered by this instance itself; default: off"`
	Signing        keyPair  `yaml:"signing" doc:"who signs profiles; default: a self-made identity in the state directory, which devices show as not verified"`
	State          string   `yaml:"state" doc:"directory for what Waypost makes itself; --state overrides it; default: the user's state directory"`
	TrustedProxies []prefix `yaml:"trusted-proxies" doc:"addresses or networks of reverse proxies, whose X-Forwarded-Host, X-Forwarded-Proto and X-Forwarded-For count; default: none"`
	Siblings       bool     `yaml:"siblings" doc:"true: other instances answer under the same name; a self-made signing identity is then refused; default: false"`
	Catalogue      bool     `yaml:"catalogue" doc:"true: the built-in records answer too, at the instance's own name; default: false, and true without a configuration"`
	RateLimit      *count   `yaml:"rate-limit" doc:"requests a second that one IPv4 address or IPv6 /64 may send, with bursts of ten seconds' worth; 0: no limit; default: 50"`
	AccessLog      *bool    `yaml:"access-log" doc:"one line a request to standard output, without addresses; default: true"`
	Admin          admin    `yaml:"admin" doc:"what is for administrators alone; default: off"`
	Measure        measure  `yaml:"measure" doc:"how the servers of the domains below are measured, which flags and changes no answer; default: every hour"`
	Domains        domains  `yaml:"domains" doc:"the domains that are served, each with what stands below"`
}

type listener struct {
	Listen      hostPort `yaml:"listen" doc:"address for https; --tls-listen overrides it"`
	Certificate located  `yaml:"certificate" doc:"PEM file of the certificate and its chain; --tls-cert overrides it"`
	Key         located  `yaml:"key" doc:"PEM file of the key, readable by its owner alone; --tls-key overrides it"`
}

type admin struct {
	Listen loopback `yaml:"listen" doc:"address on this machine for /metrics and /readyz, such as 127.0.0.1:9070"`
}

type measure struct {
	Interval *interval `yaml:"interval" doc:"from one measurement of a server to its next, 1m to 168h, such as 30m; 0: nothing is measured; default: 1h"`
	Private  []network `yaml:"private" doc:"addresses or networks that may be measured though they are private, loopback or otherwise not public, such as 10.0.0.0/8; default: none"`
	CAFile   located   `yaml:"ca-file" doc:"PEM file of certificates that are trusted beside this machine's roots, for servers whose certificates a private authority has issued; default: none"`
}

type keyPair struct {
	Certificate located `yaml:"certificate" doc:"PEM file of the certificate and its chain"`
	Key         located `yaml:"key" doc:"PEM file of the key, readable by its owner alone; RSA or ECDSA"`
}

func (l listener) pair(dir string) KeyPair {
	return keyPair{l.Certificate, l.Key}.pair(dir)
}

func (k keyPair) pair(dir string) KeyPair {
	return KeyPair{within(dir, k.Certificate.text), within(dir, k.Key.text)}
}

// check finds what is wrong across keys.
func (in file) check(f *yamlfile.File) error {
	var problems []error
	pair := func(section string, k keyPair) {
		switch {
		case k.Certificate.line > 0 && k.Key.line == 0:
			problems = append(problems, f.Problem(k.Certificate.line, section+" has a certificate and no key; add "+section+".key"))
		case k.Key.line > 0 && k.Certificate.line == 0:
			problems = append(problems, f.Problem(k.Key.line, section+" has a key and no certificate; add "+section+".certificate"))
		}
	}
	pair("tls", keyPair{in.TLS.Certificate, in.TLS.Key})
	pair("signing", in.Signing)
	return errors.Join(problems...)
}

// The types below read one scalar each; what they return as an error gets its
// line from the decoder.

// located is a text that remembers its line; 0: there is none. What cannot be
// read has its line all the same.
type located struct {
	text string
	line int
}

func (l *located) UnmarshalYAML(n *yaml.Node) error {
	l.line = n.Line
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return errors.New("the path of a file belongs here")
	}
	l.text = n.Value
	return nil
}

type address struct{ url *url.URL }

var errURL = errors.New("the url is an origin such as https://setup.example.com, without path, user or query")

func (a *address) UnmarshalYAML(n *yaml.Node) error {
	u, err := url.Parse(n.Value)
	switch {
	case err != nil, u.User != nil, u.Path != "" && u.Path != "/",
		u.RawQuery != "", u.ForceQuery, u.Fragment != "", u.Scheme != "https" && u.Scheme != "http":
		return errURL
	}
	host, err := hostOf(u)
	if err != nil {
		return err
	}
	a.url = &url.URL{Scheme: u.Scheme, Host: host}
	return nil
}

// hostOf gives host and port as they stand in a request: a name in ASCII, or
// an IP address.
func hostOf(u *url.URL) (string, error) {
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		host = ip.String()
	} else {
		d, err := providers.ParseDomain(host)
		if err != nil {
			return "", errURL
		}
		host = d.String()
	}
	port := u.Port()
	if port == "" {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return host, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", errURL
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10)), nil
}

type hostPort string

var errListen = errors.New("an address to listen on is a host and a port, such as 127.0.0.1:8080 or :443")

func (h *hostPort) UnmarshalYAML(n *yaml.Node) error {
	_, port, err := net.SplitHostPort(n.Value)
	if err != nil {
		return errListen
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errListen
	}
	*h = hostPort(n.Value)
	return nil
}

type loopback string

// UnmarshalYAML takes an address that only this machine reaches: what stands
// behind it knows no passwords.
func (l *loopback) UnmarshalYAML(n *yaml.Node) error {
	var h hostPort
	if err := h.UnmarshalYAML(n); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(n.Value) // parsed before
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return errors.New("the admin listener is for this machine alone: take 127.0.0.1, [::1] or localhost")
	}
	*l = loopback(h)
	return nil
}

type count int

func (c *count) UnmarshalYAML(n *yaml.Node) error {
	v, err := strconv.ParseUint(n.Value, 10, 16)
	*c = count(v)
	if err != nil {
		return errors.New("a whole number from 0 to 65535 belongs here")
	}
	return nil
}

type interval time.Duration

// The bounds of an interval: others' servers are not to be pestered, and what
// was measured more than a week ago says nothing.
const (
	minInterval = time.Minute
	maxInterval = 7 * 24 * time.Hour
)

func (i *interval) UnmarshalYAML(n *yaml.Node) error {
	d, err := time.ParseDuration(n.Value)
	if err != nil || d != 0 && (d < minInterval || d > maxInterval) {
		return errors.New("a time from 1m to 168h belongs here, such as 30m or 1h; 0 measures nothing")
	}
	*i = interval(d)
	return nil
}

type network netip.Prefix

func (p *network) UnmarshalYAML(n *yaml.Node) error {
	parsed, ok := parsePrefix(n.Value)
	if !ok {
		return errors.New("an IP address or a network belongs here, such as 192.168.1.10 or 10.0.0.0/8")
	}
	*p = network(parsed)
	return nil
}

type prefix netip.Prefix

func (p *prefix) UnmarshalYAML(n *yaml.Node) error {
	parsed, ok := parsePrefix(n.Value)
	if !ok {
		return errors.New("a proxy is an IP address or a network, such as 127.0.0.1 or 10.0.0.0/8")
	}
	*p = prefix(parsed)
	return nil
}

// parsePrefix takes a network, or an address, which is a network of one.
func parsePrefix(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}
