package probe_test

import (
	"net/netip"
	"testing"

	"waypost/internal/testenv"
	"waypost/probe"
)

func TestAnAddressToWhichThereIsNoWayIsUntested(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	names := testenv.StartNames(t, func(string, int) []netip.Addr {
		return []netip.Addr{netip.MustParseAddr("2606:4700::1111"), netip.MustParseAddr("8.8.8.8")}
	})
	var o probe.Options
	o.Network.Resolver = names.Address
	e := probe.Server(t.Context(), server(t, "imaps://far.test"), o)
	if e.Verdict != probe.Untested || e.Cause != probe.NoRoute || len(e.Addresses) != 2 {
		t.Error(show(e))
	}
}
