package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"waypost/config"
)

// healthTimeout bounds the whole of a health check: name, connection, answer.
const healthTimeout = 5 * time.Second

// newHealthcheck is for containers, whose images have no other program to ask
// with.
func newHealthcheck() *cobra.Command {
	c := &cobra.Command{
		Use:    "healthcheck",
		Hidden: true,
		Short:  "Ask the server of this machine whether it is well",
		Long: `Asks /healthz where waypost serve listens, given the same --config, --listen and
--tls-listen, and waits at most 5 seconds: over plain HTTP where serve has a
listener for it, else over https. Exit code 0: it answers; 2: it does not, and
why.

With --listen or --tls-listen the configuration is not read: a mistake made in it
since leaves a running server well.`,
		Example: `  waypost healthcheck --listen 0.0.0.0:8080
  waypost healthcheck --tls-listen :443`,
		Args: cobra.NoArgs,
	}
	file := configFlag(c)
	listen := c.Flags().String("listen", "", "address that serve listens on for plain HTTP (default: as serve)")
	tlsListen := c.Flags().String("tls-listen", "", "address that serve listens on for https (default: as serve)")
	c.RunE = func(c *cobra.Command, _ []string) error {
		var conf config.Config
		if *listen == "" && *tlsListen == "" {
			var err error
			if conf, err = loadConfig(*file); err != nil {
				return err
			}
		}
		serveFlags{listen: *listen, tlsListen: *tlsListen}.over(&conf)
		ctx, cancel := context.WithTimeout(c.Context(), healthTimeout)
		defer cancel()
		return healthcheck(ctx, conf)
	}
	return c
}

func healthcheck(ctx context.Context, conf config.Config) error {
	u, err := healthURL(conf)
	if err != nil {
		return &failure{exitFailure, err, "write it as 127.0.0.1:8080"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return &failure{code: exitFailure, err: err}
	}
	// The certificate is for the name that the world uses, not for loopback.
	// Nothing secret is sent, and of the answer only the status is believed.
	secure := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} //nolint:gosec // see above
	client := http.Client{
		Transport:     &http.Transport{TLSClientConfig: secure, DisableKeepAlives: true}, // and no proxy
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(r)
	if err != nil {
		return &failure{exitFailure, fmt.Errorf("no answer: %w", err), "is waypost serve running, with the same --listen, --tls-listen and --config?"}
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return &failure{code: exitFailure, err: fmt.Errorf("%s answers %s", u, response.Status)}
	}
	return nil
}

// healthURL is where the server of a configuration, with the flags over it,
// tells that it is well. A server that listens on every address listens on
// loopback too.
func healthURL(c config.Config) (*url.URL, error) {
	scheme, listen := "http", c.Listen
	if listen == "" {
		scheme, listen = "https", c.TLS.Listen
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, err
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port), Path: "/healthz"}, nil
}
