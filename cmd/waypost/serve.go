package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"waypost/config"
	"waypost/providers"
	"waypost/server"
)

func newServe(poll time.Duration) *cobra.Command { return newServeOf(&instance{poll: poll}) }

func newServeOf(i *instance) *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer mail clients and people over HTTP",
		Long: `Answers Thunderbird and its kin, Outlook, Apple devices and people over HTTP and
https.

Without a configuration it answers addresses of the built-in catalogue, at its
own name only. Profiles are signed with the configured files, else with an
identity that is made on first use and kept in the state directory.

The configuration, certificates and keys are read again when a file has changed
and rested (looked at every 2 seconds) and on SIGHUP. A reading that fails leaves
what runs as it is and says so in the log and in /healthz?verbose. SIGINT and
SIGTERM end the server after the requests under way. What happens is logged to
standard error, requests to standard output, and never an address.

The servers of configured domains are measured every hour, or as the
configuration says under measure. Results are told in the log and in
/healthz?verbose, kept in the state directory, and change no answer.`,
		Example: `  waypost serve
  waypost serve --config /etc/waypost/waypost.yaml
  waypost serve --listen 127.0.0.1:9090 --state /var/lib/waypost

  curl 'http://127.0.0.1:8080/mail/config-v1.1.xml?emailaddress=ann@charter.net'`,
		Args: cobra.NoArgs,
	}
	file, state := configFlag(c), stateFlag(c)
	c.Flags().StringVar(&i.flags.listen, "listen", "", "address for plain HTTP (default: 127.0.0.1:8080, or none with https)")
	c.Flags().StringVar(&i.flags.tlsListen, "tls-listen", "", "address for https, such as :443")
	c.Flags().StringVar(&i.flags.tlsCert, "tls-cert", "", "PEM file of the certificate and its chain")
	c.Flags().StringVar(&i.flags.tlsKey, "tls-key", "", "PEM file of the key, readable by its owner alone")
	c.RunE = func(c *cobra.Command, _ []string) error {
		i.flags.config, i.flags.state = *file, *state
		i.log = slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))
		i.access = newAccessLog(c.OutOrStdout())
		i.metrics = server.NewMetrics()
		return serve(c, i)
	}
	return c
}

func serve(c *cobra.Command, i *instance) error {
	hup, stop := hangUps()
	defer stop()
	first, err := i.read()
	if err != nil {
		return err
	}
	defer i.close()
	if err := i.listen(c.Context(), first.config); err != nil {
		return err
	}
	i.startMeasuring(first.config)
	if err := i.swap(first); err != nil {
		return err
	}
	i.metrics.Reloaded(first.at, nil)
	defer i.access.flush()
	var running sync.WaitGroup
	defer running.Wait()
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	running.Go(func() { i.watch(ctx, hup) })
	running.Go(func() { i.access.flushUntil(ctx) })
	running.Go(func() { i.measuring.schedule.Run(ctx) })
	ended := make(chan error, len(i.bound))
	for _, b := range i.bound {
		var secure *tls.Config
		var h http.Handler = i
		switch {
		case b.secure:
			secure = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: i.certificate}
		case b.admin:
			h = i.metrics.Handler()
		}
		running.Go(func() { ended <- server.Serve(ctx, b.Listener, secure, h, i.log) })
	}
	for range i.bound {
		if err := <-ended; err != nil {
			return &failure{code: exitFailure, err: err}
		}
	}
	i.log.Info("stopped")
	return nil
}

// listen opens the listeners before anything is served: the handler needs to
// know where it is reached.
func (i *instance) listen(ctx context.Context, conf config.Config) error {
	for _, b := range []bound{{asked: conf.Listen}, {asked: conf.TLS.Listen, secure: true}, {asked: conf.Admin, admin: true}} {
		if b.asked == "" {
			continue
		}
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", b.asked)
		if err != nil {
			return &failure{exitFailure, err, "name another address: --listen 127.0.0.1:9090, or --tls-listen"}
		}
		b.Listener = ln
		i.bound = append(i.bound, b)
		if b.admin {
			i.log.Info("listening for administrators", "address", b.url(ln.Addr().String()))
			continue
		}
		i.log.Info("listening", "address", b.url(ln.Addr().String()))
	}
	return nil
}

func (i *instance) close() {
	for _, b := range i.bound {
		_ = b.Close()
	}
}

// countDomains counts the domains that stand in records, and the suffixes.
func countDomains(records []providers.Provider) (exact, suffixes int) {
	for _, p := range records {
		for _, s := range p.Setups {
			exact += len(s.Domains)
			suffixes += len(s.Suffixes)
		}
	}
	return exact, suffixes
}
