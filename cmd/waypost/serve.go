package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"

	"github.com/spf13/cobra"

	"waypost/providers"
	"waypost/providers/catalogue"
	"waypost/server"
)

func newServe() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer mail clients and people over HTTP",
		Long: `Answers Thunderbird and its kin, Outlook, Apple devices and people over HTTP.

It answers addresses of the built-in catalogue, at its own name only, and signs
profiles with an identity that it makes on first use and keeps in the state
directory. It logs to standard error, and never an address. SIGINT or SIGTERM
ends it after the requests under way.`,
		Example: `  waypost serve
  waypost serve --listen 127.0.0.1:9090 --state /var/lib/waypost

  curl 'http://127.0.0.1:8080/mail/config-v1.1.xml?emailaddress=ann@charter.net'`,
		Args: cobra.NoArgs,
	}
	listen := c.Flags().String("listen", "127.0.0.1:8080", "address for plain HTTP")
	state := stateFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error { return serve(c, *listen, *state) }
	return c
}

func serve(c *cobra.Command, listen, state string) error {
	log := slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))
	directory, err := catalogue.Load()
	if err != nil {
		return &failure{code: exitFailure, err: err}
	}
	id, err := signingIdentity(state)
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(c.Context(), "tcp", listen)
	if err != nil {
		return &failure{exitFailure, err, "name another address: --listen 127.0.0.1:9090"}
	}
	own, base := listenerName(listen, ln.Addr())
	options := server.Options{
		Selector: providers.Selector{Catalogue: directory, Own: own},
		URL:      base,
		Sign:     signerOf(id).Sign,
		Signer:   id.Certificate.Subject.CommonName,
		SelfMade: id.SelfMade,
		Log:      log,
	}
	log.Info("serving", "source", "built-in catalogue", "providers", len(directory.Providers()), "domains", countDomains(directory.Providers()))
	log.Info("signing profiles", "signer", options.Signer, "self_made", id.SelfMade, "valid_until", id.Certificate.NotAfter.Format("2006-01-02"))
	log.Info("listening", "address", "http://"+ln.Addr().String())
	if err := server.Serve(c.Context(), ln, server.New(options), log); err != nil {
		return &failure{code: exitFailure, err: err}
	}
	log.Info("stopped")
	return nil
}

// listenerName gives the names that the listener is reached under and the
// base of absolute URLs: nothing when it listens on every address, because
// then it has no name.
func listenerName(listen string, bound net.Addr) ([]string, *url.URL) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host == "" {
		return nil, nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		return nil, nil
	}
	_, port, err := net.SplitHostPort(bound.String())
	if err != nil {
		return nil, nil
	}
	return []string{host}, &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
}

func countDomains(records []providers.Provider) string {
	exact, suffixes := 0, 0
	for _, p := range records {
		for _, s := range p.Setups {
			exact += len(s.Domains)
			suffixes += len(s.Suffixes)
		}
	}
	return fmt.Sprintf("%d and %d suffixes", exact, suffixes)
}
