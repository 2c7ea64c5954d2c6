package main

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"waypost/internal/reach"
)

// reachFlags are the flags of every command that reaches out.
type reachFlags struct {
	resolver     string
	caFile       string
	allowPrivate bool
	timeout      time.Duration
}

// addReachFlags adds --resolver, --ca-file, --allow-private and --timeout.
func addReachFlags(c *cobra.Command) *reachFlags {
	f := &reachFlags{}
	c.Flags().StringVar(&f.resolver, "resolver", "", "name server to ask, an IP address with or without a port (default: the system's)")
	c.Flags().StringVar(&f.caFile, "ca-file", "", "PEM file of certificates to trust beside the system's")
	c.Flags().BoolVar(&f.allowPrivate, "allow-private", false, "reach private, loopback and other special addresses too")
	c.Flags().DurationVar(&f.timeout, "timeout", 15*time.Second, "the most that one target may take")
	_ = c.MarkFlagFilename("ca-file", "pem", "crt") // fails only where there is no such flag
	return f
}

// network gives the rules by which names are resolved and addresses reached.
func (f *reachFlags) network() (reach.Network, error) {
	n := reach.Network{}
	if f.allowPrivate {
		n.Allow = reach.All
	}
	if f.resolver == "" {
		return n, nil
	}
	to, err := netip.ParseAddrPort(f.resolver)
	if err != nil {
		a, errAddr := netip.ParseAddr(f.resolver)
		if errAddr != nil {
			return n, &failure{exitUsage, fmt.Errorf("--resolver takes an IP address, and %q is none", f.resolver), "write it as 192.0.2.1 or [2001:db8::1]:53"}
		}
		to = netip.AddrPortFrom(a, 53)
	}
	n.Resolver = to.String()
	return n, nil
}

// roots gives whom to trust: nil for the system's roots alone.
func (f *reachFlags) roots() (*x509.CertPool, error) {
	if f.caFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(f.caFile)
	if err != nil {
		return nil, &failure{code: exitUsage, err: err}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &failure{exitUsage, fmt.Errorf("%s holds no certificate in PEM", f.caFile), ""}
	}
	return pool, nil
}

// ownAddress gives a function that tells this machine's own addresses: those of
// its interfaces, and loopback.
func ownAddress() func(netip.Addr) bool {
	var own []netip.Addr
	addrs, _ := net.InterfaceAddrs() // without them, loopback is all that is known to be ours
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own = append(own, p.Addr().Unmap())
		}
	}
	return func(a netip.Addr) bool { return a.IsLoopback() || slices.Contains(own, a.Unmap()) }
}
