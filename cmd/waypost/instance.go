package main

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"waypost/certs"
	"waypost/config"
	"waypost/providers"
	"waypost/server"
)

// serveFlags are the flags of serve; each overrides its key.
type serveFlags struct {
	config, listen, state, tlsListen, tlsCert, tlsKey string
}

// instance is a running server: what it was started with, and what a reload
// swaps whole.
type instance struct {
	flags serveFlags
	log   *slog.Logger
	bound []bound       // set once, before the first request
	poll  time.Duration // how often files are looked at
	files []fingerprint // those that the last reading wanted, as they were before it
	seen  []fingerprint // the same at the last look
	now   atomic.Pointer[loaded]

	access    *accessLog
	metrics   *server.Metrics
	measuring measuring

	// refused is when the last reload failed; nil after a good one.
	refused atomic.Pointer[time.Time]
}

// bound is a listener and how it was asked for.
type bound struct {
	net.Listener

	asked  string
	secure bool
	admin  bool
}

// loaded is everything that one reading of the configuration gave.
type loaded struct {
	config  config.Config
	signing certs.Identity
	tls     *tls.Certificate
	at      time.Time
	builtIn int // records of the catalogue that answer
	handler http.Handler
}

// read reads the configuration with the flags over it, and the files that it
// names. The handler is made by swap.
func (i *instance) read() (*loaded, error) {
	file := config.Find(i.flags.config)
	i.files = fingerprints(file)
	if before := i.now.Load(); before != nil {
		i.files = append(i.files, fingerprints(readWith(before.config)...)...) // a bad one may be mended where it is
	}
	c, err := loadConfig(file)
	if err != nil {
		return nil, err
	}
	i.flags.over(&c)
	i.files = append(i.files, fingerprints(c.Signing.Certificate, c.Signing.Key, c.TLS.Certificate, c.TLS.Key)...)
	i.files = append(i.files, fingerprints(readWith(c)...)...)
	k, err := newKeys(c)
	if err != nil {
		return nil, err
	}
	id, err := signingIdentity(c, k.signing, i.flags.state)
	if err != nil {
		return nil, err
	}
	i.flags.config = file // it may change, but not go: that would leave its domains without an answer
	return &loaded{config: c, signing: id, tls: k.tls, at: time.Now()}, nil
}

// readWith gives the files that a configuration is read with.
func readWith(c config.Config) []string {
	return append([]string{c.Measure.CAFile}, c.Logos...)
}

// over puts the flags in the place of the file's keys.
func (f serveFlags) over(c *config.Config) {
	for _, o := range []struct {
		flag string
		key  *string
	}{
		{f.listen, &c.Listen},
		{f.tlsListen, &c.TLS.Listen},
		{f.tlsCert, &c.TLS.Certificate},
		{f.tlsKey, &c.TLS.Key},
	} {
		if o.flag != "" {
			*o.key = o.flag
		}
	}
	if c.Listen == "" && c.TLS.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
}

// swap puts what was read in the place of what runs, whole. An error leaves
// what runs as it is.
func (i *instance) swap(next *loaded) error {
	c := next.config
	own, builtIn, err := directories(c)
	if err != nil {
		return err
	}
	if m, ok := builtIn.(*providers.Memory); ok {
		next.builtIn = len(m.Providers())
	}
	if before := i.now.Load(); next.tls == nil && before != nil {
		next.tls = before.tls // for the listener that is still open
	}
	base := c.URL
	var names []string
	if base != nil {
		names = append(names, base.Hostname())
	}
	for _, b := range i.bound {
		name, address := listenerName(b)
		if name == "" || b.admin {
			continue
		}
		names = append(names, name)
		if base == nil || c.URL == nil && b.secure {
			base = address
		}
	}
	if base == nil {
		i.log.Warn("no url is configured and no listener has a name: only this machine's addresses and configured domains are answered, and nothing that needs a link")
	}
	next.handler = server.New(server.Options{
		Selector:       providers.Selector{Configured: own, Catalogue: builtIn, Own: names},
		URL:            base,
		TrustedProxies: c.TrustedProxies,
		Sign:           signerOf(next.signing).Sign,
		Signer:         next.signing.Certificate.Subject.CommonName,
		SignerEnds:     next.signing.Certificate.NotAfter,
		Unverified:     !next.signing.Vouched(nil, next.at),
		Log:            i.log,
		Access:         i.accessLog(c),
		RateLimit:      c.RateLimit,
		Metrics:        i.metrics,
		Status:         i.status,
		Measured:       &i.measuring,
	})
	i.now.Store(next)
	i.tell(next)
	i.measure(c)
	return nil
}

// tell logs what is served, and what an administrator should know of it.
func (i *instance) tell(l *loaded) {
	source := "built-in catalogue"
	if l.config.File != "" {
		source = l.config.File
	}
	domains, _ := countDomains(l.config.Domains)
	i.log.Info("serving", "source", source, "domains", domains, "catalogue_providers", l.builtIn)
	i.log.Info("signing profiles", "signer", l.signing.Certificate.Subject.CommonName, "self_made", l.signing.SelfMade,
		"days_left", daysLeft(l.signing.Certificate.NotAfter, l.at))
	if l.tls != nil {
		i.log.Info("serving https", "certificate", l.tls.Leaf.Subject.CommonName, "names", l.tls.Leaf.DNSNames,
			"days_left", daysLeft(l.tls.Leaf.NotAfter, l.at))
	}
	for _, w := range l.config.Warnings {
		i.log.Warn("configuration", "warning", w)
	}
	i.warnOfExpiry(l, l.at)
}

func (i *instance) warnOfExpiry(l *loaded, now time.Time) {
	for _, sentence := range expiring(l.signing.Certificate, leaf(l.tls), now) {
		i.log.Warn("certificate", "warning", sentence)
	}
}

// accessLog is where requests are logged; nil when they are not.
func (i *instance) accessLog(c config.Config) io.Writer {
	if !c.AccessLog {
		return nil
	}
	return i.access
}

// status is what /healthz?verbose says; anybody may read it.
func (i *instance) status() []string {
	l, now := i.now.Load(), time.Now()
	lines := []string{
		"configuration read " + l.at.UTC().Format(time.RFC3339),
		"signing certificate: " + lifeLeft(l.signing.Certificate.NotAfter, now),
	}
	if l.tls != nil {
		lines = append(lines, "https certificate: "+lifeLeft(l.tls.Leaf.NotAfter, now))
	}
	if at := i.refused.Load(); at != nil {
		lines = append(lines, "the last reload was refused "+at.UTC().Format(time.RFC3339)+"; the log says why")
	}
	return append(lines, i.measuring.words()...)
}

// ServeHTTP answers with what is loaded at the moment a request comes in.
func (i *instance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.now.Load().handler.ServeHTTP(w, r)
}

// certificate is for tls.Config: every handshake gets the newest one.
func (i *instance) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return i.now.Load().tls, nil
}

// listenerName gives the name that a listener is reached under and the base of
// absolute URLs: nothing when it listens on every address, because then it
// has no name.
func listenerName(b bound) (string, *url.URL) {
	host, _, err := net.SplitHostPort(b.asked)
	if err != nil || host == "" {
		return "", nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		return "", nil
	}
	_, port, err := net.SplitHostPort(b.Addr().String())
	if err != nil {
		return "", nil
	}
	return host, b.url(net.JoinHostPort(host, port))
}

func (b bound) url(hostPort string) *url.URL {
	if b.secure {
		return &url.URL{Scheme: "https", Host: hostPort}
	}
	return &url.URL{Scheme: "http", Host: hostPort}
}
